"""CAP-06 and OWN-05: courses start under consent; who sees them; participants by code; imports; pages and API."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.world import World
from trellis.core import clock, ids
from trellis.core.conditions import Blocked, Conflict, Hidden, Invalid, Refused
from trellis.core.models import Entry
from trellis.delivery import doors, selectors, services
from trellis.delivery.models import Course, Participant, Score
from trellis.delivery.schemas import Said
from trellis.delivery.tests.room import TRAINER, activity, consented, course, marks, opened, say
from trellis.sharing import services as sharing
from trellis.sharing.models import Grant

D = Decimal


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.people[who])
    return client


def test_own_05_a_course_starts_only_under_consent_and_in_the_plan(world: World) -> None:
    about = activity(world)
    with pytest.raises(Blocked) as blocked:
        course(world, about)
    assert [c.met for c in blocked.value.conditions] == [True, False, True]
    consented(world, about)
    with pytest.raises(Blocked) as blocked:
        course(world, ids.new())
    assert "plan" in blocked.value.conditions[0].name
    with pytest.raises(Blocked) as blocked:
        course(world, about, ends=date(2027, 3, 3))
    assert [c.met for c in blocked.value.conditions] == [True, True, False]
    assert not Course.records.privileged().exists()
    assert course(world, about).context == world.programme


def test_own_05_withdrawing_consent_stops_collection_at_once(world: World) -> None:
    about = activity(world)
    given = consented(world, about)
    found = course(world, about)
    say(world, found, *marks()[:1])
    sharing.consent_withdraw(world.viewer("ministry:coordinator").actor, given.subject, "The law changed")
    with pytest.raises(Blocked):
        say(world, found, *marks()[1:])
    with pytest.raises(Blocked):
        services.scores_read(world.viewer(TRAINER), world.programme, found.subject, b"participant,pre\nP-9,3\n")
    assert Score.records.privileged().count() == 2


def test_only_who_trains_records_and_an_outsider_sees_nothing(world: World) -> None:
    found = opened(world)
    with pytest.raises(Refused) as refused:
        say(world, found, *marks(), who="ministry:coordinator")
    assert refused.value.holders == ["Coastal Cyber Centre"]
    with pytest.raises(Hidden):
        say(world, found, *marks(), who="outsider")
    with pytest.raises(Hidden):
        services.course_open(
            world.viewer("outsider"),
            world.programme,
            title="x",
            activity=found.activity,
            starts=found.starts,
            ends=found.ends,
        )
    client = signed_in(world, "outsider")
    here = f"/p/{world.programme}/delivery/"
    for tail in (
        "",
        "new/",
        f"{found.subject}/",
        f"{found.subject}/participant/",
        f"{found.subject}/import/",
        "template/csv/",
    ):
        assert client.get(here + tail).status_code == 404
    api = f"/api/programmes/{world.programme}/courses"
    for tail in ("", f"/{found.subject}", f"/{found.subject}/participants", f"/{found.subject}/gain"):
        assert client.get(api + tail).status_code == 404


def test_all_parties_see_the_course_and_only_its_owner_who_took_part(world: World) -> None:
    found = opened(world)
    say(world, found, *marks())
    client = signed_in(world, "norvia:programme-officer")
    page = client.get(f"/p/{world.programme}/delivery/{found.subject}/").content.decode()
    assert "Incident handling" in page and "P-1" not in page and "has not granted participants" in page
    assert "does not let your organisation see what was learned" in page
    assert selectors.people(world.viewer("norvia"), found.subject) == []
    mine = signed_in(world, TRAINER).get(f"/p/{world.programme}/delivery/{found.subject}/").content.decode()
    assert "P-1" in mine and "a medium gain, on 4 pairs" in mine


def test_withdrawing_grants_blinds_list_figure_and_api_at_the_next_request(world: World) -> None:
    found = opened(world)
    say(world, found, *marks())
    owner = world.viewer("centre").actor
    scores = sharing.grant(
        owner,
        "delivery.score",
        "side",
        side="donor",
        arrangement=world.programme,
        context=world.programme,
        detail="figure",
        purpose="To follow learning",
    )
    client = signed_in(world, "norvia:programme-officer")
    here, api = f"/p/{world.programme}/delivery/", f"/api/programmes/{world.programme}/courses"
    assert client.get(f"{api}/{found.subject}/gain").json()["figure"]["value"] == "0.5"
    sharing.grant_withdraw(owner, scores.subject, "Over")
    assert client.get(f"{api}/{found.subject}/gain").json()["figure"]["reason"] == "consent missing"
    assert "does not let your organisation" in client.get(f"{here}{found.subject}/").content.decode()
    carried = Grant.records.privileged().as_of(None).get(carried_by=found.subject)
    assert b"Incident handling" in client.get(here).content and len(client.get(api).json()) == 1
    sharing.grant_withdraw(owner, carried.subject, "Over")
    assert b"Incident handling" not in client.get(here).content and client.get(api).json() == []
    assert client.get(f"{here}{found.subject}/").status_code == 404


@pytest.mark.parametrize("code", ["Ama", "Kofi Mensah", "ama1@example.org", "", "P_1", "P-" + "1" * 20])
def test_x_09_a_participant_is_a_code_and_never_a_name(world: World, code: str) -> None:
    found = opened(world)
    with pytest.raises(Invalid) as invalid:
        say(world, found, Said(code, pre=D(1)))
    assert set(invalid.value.fields) == {"code"}
    assert not Participant.records.privileged().exists()


def test_what_is_recorded_is_corrected_only_with_a_reason(world: World) -> None:
    found = opened(world)
    entries = Entry.objects.filter(stream=world.org("centre"))
    before = entries.count()
    say(world, found, *marks())
    assert entries.count() == before + 1  # eight marks and four people in one entry
    say(world, found, *marks())
    assert entries.count() == before + 1  # nothing new
    with pytest.raises(Invalid) as invalid:
        say(world, found, Said("P-1", post=D(75)))
    assert set(invalid.value.fields) == {"why"}
    people = say(world, found, Said("p-1", post=D(75), reaction=4), why="Miscounted")
    assert (people[0].code, people[0].pre, people[0].post, people[0].reaction) == ("P-1", 20, 75, 4)
    with pytest.raises(Invalid) as invalid:
        say(world, found, Said("P-2", post=D(101)), why="x")
    assert set(invalid.value.fields) == {"post"}


def test_a_course_is_corrected_by_a_new_version_and_its_scale_stays(world: World) -> None:
    found = opened(world)
    viewer, here = world.viewer(TRAINER), world.programme
    new = services.course_correct(viewer, here, found.subject, "A day longer", seen=found.pk, ends=date(2026, 3, 4))
    assert new.supersedes == found.pk and selectors.course(viewer, here, found.subject).ends == date(2026, 3, 4)
    with pytest.raises(Conflict):
        services.course_correct(viewer, here, found.subject, "Late", seen=found.pk, title="x")
    services.course_correct(viewer, here, found.subject, "Scale", maximum=D(200))
    say(world, found, *marks())
    with pytest.raises(Invalid) as invalid:
        services.course_correct(viewer, here, found.subject, "Scale", maximum=D(100))
    assert set(invalid.value.fields) == {"maximum"}
    services.course_retract(viewer, here, found.subject, "Never held")
    with pytest.raises(Hidden):
        selectors.course(viewer, here, found.subject)


FILE = (
    b"participant,organisation,pre,post,attended,reaction\n"
    b"P-1,National CERT,20,70,yes,5\n"
    b"P-2,,60,,yes,\n"
    b"Ama,,60,70,yes,4\n"
    b"P-4,Nobody Inc,60,70,yes,4\n"
    b"P-5,,60,170,yes,9\n"
    b"P-1,,1,2,yes,\n"
)


def test_cap_06_scores_from_a_file(world: World) -> None:
    found = opened(world)
    viewer = world.viewer(TRAINER)
    entries = Entry.objects.filter(stream=world.org("centre"))
    before = entries.count()
    dry = services.scores_import(viewer, world.programme, found.subject, FILE)
    assert [row[2] for row in dry.rows] == [
        "accepted",
        "remark",
        "rejected",
        "rejected",
        "rejected",
        "rejected",
    ]
    assert not Score.records.privileged().exists()
    services.scores_write(viewer, dry.pk)
    assert entries.count() == before + 1
    assert [(p.code, p.pre, p.post, p.organisation) for p in selectors.people_at(found.subject)] == [
        ("P-1", 20, 70, world.org("cert")),
        ("P-2", 60, None, None),
    ]
    more = b"participant,pre,post\nP-1,20,70\nP-2,,80\nP-2x,1,1\nP-1x,,\n"
    again = services.scores_import(viewer, world.programme, found.subject, more, dry=False)
    assert [row[2] for row in again.rows] == ["duplicate", "remark", "accepted", "accepted"]
    other = services.scores_import(viewer, world.programme, found.subject, b"participant,pre\nP-1,30\n", dry=False)
    assert [row[2] for row in other.rows] == ["rejected"] and "recorded as 20" in other.rows[0][3][0]
    with pytest.raises(Conflict):
        services.scores_write(viewer, dry.pk)
    with pytest.raises(Hidden):
        services.scores_write(world.viewer("norvia"), dry.pk)
    with pytest.raises(Invalid) as invalid:
        services.scores_import(viewer, world.programme, found.subject, b"a,b\n1,2\n")
    assert set(invalid.value.fields) == {"file"}


def test_pages_open_record_import_and_show(world: World) -> None:
    about = activity(world)
    consented(world, about)
    client = signed_in(world, TRAINER)
    here = f"/p/{world.programme}/delivery/"
    assert b"No course is recorded yet" in client.get(here).content
    assert b"Train the responders" in client.get(here + "new/").content
    form = {
        "activity": about,
        "title": "Incident handling",
        "modality": "short-course",
        "starts": "2026-03-02",
        "ends": "2026-03-01",
        "maximum": "100",
    }
    assert b"The last day is before the first" in client.post(here + "new/", form).content
    made = client.post(here + "new/", {**form, "ends": "2026-03-03"})
    assert made.status_code == 302, made.content
    page = made["Location"]
    assert "Nobody has marks both before and after" in client.get(page).content.decode()
    assert (
        client.post(page + "participant/", {"code": "P-1", "pre": "20", "post": "70", "attended": "yes"}).status_code
        == 302
    )
    wrong = client.post(page + "participant/", {"code": "Ama", "organisation": "National CERT"})
    assert wrong.status_code == 200 and b"never a name" in wrong.content
    sent = client.post(page + "import/", {"file": SimpleUploadedFile("s.csv", FILE)})
    assert sent.status_code == 302, sent.content
    assert b"Nothing is recorded yet" in client.get(sent["Location"]).content
    assert client.post(sent["Location"] + "write/").status_code == 302
    assert b"recorded from s.csv" in client.get(sent["Location"]).content
    assert b"rejected" in client.get(sent["Location"] + "csv/").content
    body = client.get(page).content.decode()
    assert "dropped out" in body.lower() and "P-2" in body
    assert client.get(page + "correct/").status_code == 200
    assert b"P-1" in b"".join(client.get(page + "?format=csv").streaming_content)  # type: ignore[attr-defined]
    row = Course.records.privileged().as_of(None).get()
    changed = {**form, "ends": "2026-03-04", "why": "Longer", "seen": row.pk}
    assert client.post(page + "correct/", changed).status_code == 302
    other = signed_in(world, "ministry:coordinator")
    assert b"which trains, records" in other.get(page + "participant/").content
    assert other.post(page + "participant/", {"code": "P-1"}).status_code == 403
    assert client.post(page + "retract/", {"why": "Never held"}).status_code == 302


def test_api_opens_records_and_says_the_gain(world: World) -> None:
    about = activity(world)
    client = signed_in(world, TRAINER)
    url = f"/api/programmes/{world.programme}/courses"
    body = {"title": "Handling", "activity": str(about), "starts": "2026-03-02", "ends": "2026-03-03"}
    blocked = client.post(url, body, content_type="application/json")
    assert blocked.status_code == 409 and len(blocked.json()["conditions"]) == 3
    consented(world, about)
    made = client.post(url, body, content_type="application/json")
    assert made.status_code == 201, made.content
    one = f"{url}/{made.json()['id']}"
    said = {"participants": [{"code": "P-1", "pre": "20", "post": "70"}]}
    told = client.post(f"{one}/participants", said, content_type="application/json")
    assert told.status_code == 200 and told.json()[0]["attended"] is None, told.content
    sent = client.post(
        f"{one}/scores/import?dry=false",
        {"file": SimpleUploadedFile("s.csv", b"participant,pre,post\nP-2,60,70\n")},
    )
    assert sent.json()["written"] and len(client.get(f"{one}/participants").json()) == 2
    gain = client.get(f"{one}/gain").json()
    assert gain["figure"]["value"] == "0.5" and gain["address"].startswith("delivery.gain?")


def test_the_work_list_asks_for_missing_tests_after_the_course(world: World) -> None:
    found = opened(world)
    say(world, found, *marks([(20, None), (60, 70)]), Said("P-9", attended=False))
    viewer = world.viewer(TRAINER)
    clock.set_to(clock.now().replace(month=3, day=3))
    assert list(doors.work_items(viewer)) == []
    clock.advance(days=1)
    items = list(doors.work_items(viewer))
    assert len(items) == 1 and items[0].why.startswith("1 participant") and "Incident handling" in items[0].title
    assert list(doors.work_items(world.viewer("ministry:coordinator"))) == []
    say(world, found, Said("P-1", post=D(70)))
    assert list(doors.work_items(viewer)) == []


def test_the_programme_page_has_a_step(world: World) -> None:
    assert doors.programme_steps(world.programme)[0].state == "none"
    opened(world)
    step = doors.programme_steps(world.programme)[0]
    assert step.words.startswith(("0 of 1", "1 of 1"))


def test_the_list_takes_as_many_queries_for_ten_courses_as_for_one(
    world: World, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found = opened(world)
    client = signed_in(world, TRAINER)
    client.get(f"/p/{world.programme}/delivery/")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/p/{world.programme}/delivery/").status_code == 200
        return len(seen)

    one = queries()
    for n in range(9):
        course(world, found.activity, title=f"Course {n}")
    assert queries() == one
