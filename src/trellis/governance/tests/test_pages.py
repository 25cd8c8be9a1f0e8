"""Pages and API of governance: who sees them, what they say, and that a refusal loses nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from trellis.core import clock
from trellis.governance import founding, reviews
from trellis.governance import services as governance
from trellis.governance.kinds import ParameterSet
from trellis.parties import services as accounts

GRACE = ParameterSet(name="review.grace", value="21", reason="Two holidays fall into it")
PAGES = ["programme", "stage", "decisions", "register", "matrix", "parameters", "committee", "reviews"]


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_for_every_side_and_not_for_an_outsider(world: World, name: str) -> None:
    url = reverse(f"governance:{name}", args=[world.programme])
    for who in ("ministry:co-chair", "norvia:programme-officer", "evaluator:verifier"):
        assert client(world, who).get(url).status_code == 200
    assert client(world, "outsider").get(url).status_code == 404


def test_decision_page_from_proposal_to_adoption(world: World) -> None:
    decision = governance.propose(world.viewer("ministry:co-chair"), world.programme, "parameter.set", GRACE)
    url = reverse("governance:decision", args=[world.programme, decision.pk])
    donor = client(world, "norvia:co-chair")
    page = donor.get(url).content.decode()
    assert "review.grace becomes 21" in page and "Two holidays fall into it" in page
    assert "Turn the donor key" in page and "1 of 2 keys turned" in page
    other = client(world, "norvia:programme-officer").get(url).content.decode()
    assert "Turn the donor key" not in other and "co-chair of norvia" in other
    answer = donor.post(url + "turn/", follow=True)
    assert "as decision 1" in answer.content.decode()


def test_a_refusal_keeps_what_was_typed_and_names_the_holder(world: World) -> None:
    decision = governance.propose(world.viewer("ministry:co-chair"), world.programme, "parameter.set", GRACE)
    url = reverse("governance:decision", args=[world.programme, decision.pk])
    answer = client(world, "norvia:programme-officer").post(url + "reject/", {"reject-reason": "Not in my name"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "co-chair of norvia" in page
    answer = client(world, "norvia:co-chair").post(url + "dissent/", {"dissent-text": ""})
    assert answer.status_code == 422 and "Nothing is lost" in answer.content.decode()


def test_home_lists_the_key_then_what_others_owe(world: World) -> None:
    governance.propose(world.viewer("ministry:co-chair"), world.programme, "parameter.set", GRACE)
    mine = client(world, "norvia:co-chair").get("/").content.decode()
    assert "Needs your key" in mine and "review.grace becomes 21" in mine
    theirs = client(world, "ministry:co-chair").get("/").content.decode()
    assert "Needs your key" not in theirs and "You wait for others" in theirs and "review.grace" in theirs
    assert "You were last here" not in theirs
    clock.advance(hours=2)
    assert "You were last here" in client(world, "ministry:co-chair").get("/").content.decode()


def test_home_costs_the_same_however_many_decisions_are_open(
    world: World, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    donor = client(world, "norvia:co-chair")
    donor.get("/")
    for value in ("15", "16", "17", "18"):
        payload = GRACE.model_copy(update={"value": value})
        governance.propose(world.viewer("ministry:co-chair"), world.programme, "parameter.set", payload)
        if value in ("15", "18"):
            with CaptureQueriesContext(
                connection,
            ) as seen:
                donor.get("/")
            counts.append(len(seen))
    assert counts[0] == counts[1]


def test_home_of_somebody_without_programmes_says_what_to_do_next(world: World) -> None:
    page = client(world, "outsider").get("/").content.decode()
    assert "Draft a founding" in page and "Sefwi" not in page
    assert Client().get("/").status_code == 302


def test_founding_is_drafted_signed_and_refused_by_page(world: World) -> None:
    ministry = client(world, "ministry")
    data = {
        "title": "Coastal Series", "currency": "EUR", "time_zone": "Africa/Accra", "fiscal_year_start": "4",
        "languages": ["en", "fr"], "quorum": "2", "rule": "both co-chairs agree",
        f"side_{world.org('ministry')}": "partner", f"side_{world.org('norvia')}": "donor",
        "seats": [str(world.seats["ministry:co-chair"])],
    }  # fmt: skip
    refused = ministry.post("/foundings/draft/", data)
    assert refused.status_code == 200 and "co-chair" in refused.content.decode()
    data["seats"] = [str(world.seats["ministry:co-chair"]), str(world.seats["norvia:co-chair"])]
    answer = ministry.post("/foundings/draft/", data)
    assert answer.status_code == 302
    url = answer["Location"]
    assert client(world, "cert").get(url).status_code == 404
    assert client(world, "norvia:co-chair").post(url + "sign/").status_code == 403
    assert ministry.post(url + "sign/")["Location"] == url
    assert "Sign the founding of Coastal Series" in client(world, "norvia").get("/").content.decode()
    done = client(world, "norvia").post(url + "sign/", follow=True)
    assert "Coastal Series" in done.content.decode() and done.redirect_chain[-1][0].startswith("/p/")


def test_founding_is_abandoned_only_by_its_drafter(world: World) -> None:
    sides = {world.org("ministry"): "partner", world.org("norvia"): "donor"}
    seats = [world.seats["ministry:co-chair"], world.seats["norvia:co-chair"]]
    row = founding.draft(world.viewer("ministry"), title="Second", sides=sides, seats=seats)
    assert client(world, "norvia").post(f"/foundings/{row.pk}/abandon/").status_code == 403
    assert client(world, "ministry").post(f"/foundings/{row.pk}/abandon/").status_code == 302
    assert client(world, "ministry").get(f"/foundings/{row.pk}/").status_code == 404


def test_right_parameter_and_committee_are_changed_by_proposal(world: World) -> None:
    chair = client(world, "ministry:co-chair")
    here = [world.programme]
    data = {"joint": "joint", "key_partner": "coordinator", "key_donor": "programme-officer",
            "proposers": ["partner:coordinator"], "forum": "keys", "reason": "As agreed in March"}  # fmt: skip
    answer = chair.post(reverse("governance:right", args=[*here, "programme.advance"]), data)
    assert answer.status_code == 302
    broken = chair.post(reverse("governance:right", args=[*here, "programme.advance"]), {**data, "key_donor": ""})
    assert (
        broken.status_code == 200 and "one key of the partner side and one of the donor side" in broken.content.decode()
    )
    answer = chair.post(reverse("governance:parameter", args=[*here, "review.grace"]), {"value": "x", "reason": "y"})
    assert answer.status_code == 200 and "number" in answer.content.decode()
    members = [str(world.seats[f"{o}:co-chair"]) for o in ("ministry", "norvia")]
    answer = chair.post(
        reverse("governance:committee", args=here), {"members": members, "quorum": "2", "rule": "consensus"}
    )
    assert answer.status_code == 302
    assert (
        client(world, "ministry:coordinator").get(reverse("governance:right", args=[*here, "x.y"])).status_code == 404
    )


def test_meeting_and_review_by_page(world: World) -> None:
    chair = client(world, "ministry:co-chair")
    seats = [str(world.seats[f"{o}:co-chair"]) for o in ("ministry", "norvia")]
    clock.advance(days=95)
    url = reverse("governance:meeting-record", args=[world.programme])
    data = {"held_at_date": "2026-04-09", "held_at_time": "10:00", "attended": seats, "notes": "Plan discussed"}
    answer = chair.post(url, data)
    assert answer.status_code == 302, answer.content.decode()
    page = client(world, "lindaria:programme-officer").get(answer["Location"]).content.decode()
    assert "Quorate" in page and "Plan discussed" in page
    assert client(world, "cert").post(url, data).status_code == 403
    first = reviews.reviews(world.programme)[-1].period_start
    url = reverse("governance:review", args=[world.programme, first.isoformat()])
    answer = chair.post(url, {"held_on": "2026-04-10", "attended": seats})
    assert answer.status_code == 302, answer.content.decode()
    client(world, "norvia:co-chair").post(answer["Location"] + "turn/")
    page = client(world, "cert").get(url).content.decode()
    assert "The pack as signed" in page and "/ledger/checkpoints/" in page


def test_ledger_page_verifies_exports_and_gives_checkpoints(world: World) -> None:
    page = client(world, "cert")
    assert "Sefwi" in page.get("/ledger/").content.decode()
    assert "It holds" in page.post(f"/ledger/{world.programme}/verify/").content.decode()
    lines = b"".join(page.get(f"/ledger/{world.programme}/export/").streaming_content).splitlines()
    assert len(lines) == 1
    page.post(f"/ledger/{world.programme}/checkpoint/")
    assert "Checkpoint at entry 0" in page.get("/ledger/").content.decode()
    outsider = client(world, "outsider")
    for act in ("verify", "checkpoint"):
        assert outsider.post(f"/ledger/{world.programme}/{act}/").status_code == 404
    assert outsider.get(f"/ledger/{world.programme}/export/").status_code == 404


def test_stage_is_proposed_and_suspended_alone_in_an_emergency(world: World) -> None:
    url = reverse("governance:stage", args=[world.programme])
    officer = client(world, "norvia:programme-officer")
    assert officer.post(url, {"advance-reason": "Assessed"}).status_code == 302
    answer = client(world, "ministry:coordinator").post(
        url, {"suspend-reason": "The network is under attack", "emergency": "1"}, follow=True
    )
    assert "ends on" in answer.content.decode()
    assert (
        "suspended"
        in client(world, "cert").get(reverse("governance:programme", args=[world.programme])).content.decode()
    )


def test_api_proposes_turns_and_reads(world: World) -> None:
    def call(who: str, method: str, path: str, body: object = None) -> object:
        _token, text = accounts.token_make(world.viewer(who), "t")
        return getattr(Client(), method)(
            f"/api{path}", body, content_type="application/json", headers={"Authorization": f"Bearer {text}"}
        )

    here = f"/programmes/{world.programme}"
    made = call(
        "ministry:co-chair", "post", f"{here}/decisions", {"kind": "parameter.set", "content": GRACE.model_dump()}
    )
    assert made.status_code == 201 and made.json()["keys_turned"] == 1
    id = made.json()["id"]
    wrong = call("ministry:co-chair", "post", f"{here}/decisions", {"kind": "parameter.set", "content": {"name": 3}})
    assert wrong.status_code == 422 and "value" in wrong.json()["fields"]
    refused = call("norvia:programme-officer", "post", f"/decisions/{id}/turn")
    assert refused.status_code == 403 and "co-chair of norvia" in str(refused.json()["holders"])
    assert call("norvia:co-chair", "post", f"/decisions/{id}/turn").json()["number"] == 1
    assert call("cert", "get", f"{here}/decisions?state=adopted").json()[0]["id"] == id
    assert call("outsider", "get", f"/decisions/{id}").status_code == 404
    assert call("cert", "get", f"{here}/matrix").json()[0]["holders"]
    assert call("cert", "get", f"{here}/reviews").json()
    assert call("cert", "post", f"/streams/{world.programme}/verify").json()["holds"]
