"""Times on pages are those of the programme, named at the foot; UTC where there is none (GOV-04, X-01)."""

from zoneinfo import ZoneInfo

from django.test import Client
from django.urls import reverse

from tests.world import CAST, World
from trellis.core import clock
from trellis.core.ports import Link, review_links
from trellis.governance import founding, home, reviews
from trellis.governance import services as governance
from trellis.governance.kinds import ParameterSet
from trellis.governance.tests.test_forum import client


def elsewhere(world: World, zone: str = "Pacific/Auckland") -> object:
    """A second programme of the ministry and Norvia, with a zone of its own."""
    seats = [world.seats[f"{o}:co-chair"] for o in ("ministry", "norvia")]
    sides = {world.org("ministry"): "partner", world.org("norvia"): "donor"}
    row = founding.draft(world.viewer("ministry"), title="Island", sides=sides, seats=seats, time_zone=zone)
    for who in ("ministry", "norvia"):
        founding.sign(world.viewer(who), row.pk)
    return row.pk


def test_a_programmes_pages_tell_its_times_and_name_the_zone(world: World) -> None:
    island = elsewhere(world)
    payload = ParameterSet(name="review.grace", value="20", reason="Sailing season")
    made = governance.propose(world.viewer("ministry:co-chair"), island, "parameter.set", payload)  # type: ignore[arg-type]
    chair = client(world, "ministry:co-chair")
    page = chair.get(reverse("governance:decision", args=[island, made.pk])).content.decode()
    local = clock.now().astimezone(ZoneInfo("Pacific/Auckland"))
    assert f"{local:%H:%M}" in page and "All times are Pacific/Auckland" in page
    page = chair.get(reverse("governance:programme", args=[world.programme])).content.decode()
    assert "All times are UTC" in page
    assert "All times are UTC" in Client().get("/sign-in/").content.decode()


def test_what_is_typed_on_a_programmes_page_is_read_in_its_zone(world: World) -> None:
    island = elsewhere(world)
    clock.advance(days=2)
    url = reverse("governance:meeting-record", args=[island])
    seats = [str(world.seats[f"{o}:co-chair"]) for o in ("ministry", "norvia")]
    data = {"held_at_date": "2026-01-07", "held_at_time": "10:00", "attended": seats}
    answer = client(world, "ministry:co-chair").post(url, data)
    assert answer.status_code == 302, answer.content.decode()
    page = client(world, "norvia:co-chair").get(reverse("governance:committee", args=[island])).content.decode()
    assert "7 January 2026, 10:00" in page


def test_pages_beside_programmes_tell_the_one_zone_of_the_readers_own_or_utc(world: World) -> None:
    assert "All times are UTC" in client(world, "ministry").get("/").content.decode()
    elsewhere(world)
    assert "All times are UTC" in client(world, "ministry").get("/").content.decode()
    sole = founding.draft(
        world.viewer("outsider"),
        title="Lone", kind="agreement", sides={world.org("outsider"): "partner"}, seats=[], time_zone="Asia/Tokyo",
    )  # fmt: skip
    founding.sign(world.viewer("outsider"), sole.pk)
    assert "All times are Asia/Tokyo" in client(world, "outsider").get("/").content.decode()


def test_home_shows_what_happened_last_and_leads_to_the_rest_in_the_ledger(world: World) -> None:
    for value in range(15, 30):
        payload = ParameterSet(name="review.grace", value=str(value), reason="Again")
        made = governance.propose(world.viewer("ministry:co-chair"), world.programme, "parameter.set", payload)
        governance.withdraw(world.viewer("ministry:co-chair"), made.pk, "Not this")
        clock.advance(minutes=1)
    assert len(home.events([world.programme])) == 10
    page = client(world, "cert").get("/").content.decode()
    assert page.count("Withdrawn: ") == 10
    assert 'href="/ledger/">Everything that happened' in page


def test_gov_04_the_review_leads_to_its_printed_pack_and_to_whatever_hangs_there(world: World) -> None:
    first = reviews.reviews(world.programme)[-1].period_start
    url = reverse("governance:review", args=[world.programme, first.isoformat()])
    for who in [key for key, (_n, _g, side, _r) in CAST.items() if side]:
        page = client(world, who).get(url).content.decode()
        assert f"/reviews/{first.isoformat()}/pack.pdf" in page
    review_links.add(hung)
    try:
        assert "/somewhere/" in client(world, "cert").get(url).content.decode()
    finally:
        review_links._functions.remove(hung)
    paper = reverse("publication:review-pack", args=[world.programme, first.isoformat()])
    assert client(world, "cert").get(paper)["Content-Type"] == "application/pdf"


def hung(arrangement: object, first: object) -> list[Link]:
    return [Link("Somewhere", "/somewhere/")]
