"""Where a decision is taken (GOV-03): named on a page when it is proposed, or later; corrected records of meetings."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from trellis.core import clock, streams
from trellis.core.conditions import Invalid, Refused
from trellis.governance import committee, procedure, replay
from trellis.governance import services as governance
from trellis.governance.models import Decision, MatrixRow, Outcome, Placing
from trellis.governance.tests.test_decisions import KEYS, grace, meet, row, set_row, turn
from trellis.parties import services as accounts

MATRIX = {"joint": "joint", "key_partner": "coordinator", "key_donor": "programme-officer",
          "proposers": ["partner:coordinator"], "forum": "keys", "reason": "As agreed in March"}  # fmt: skip


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


def propose_on_page(world: World, **more: str) -> Decision:
    url = reverse("governance:right", args=[world.programme, "programme.advance"])
    answer = client(world, KEYS[0]).post(url, {**MATRIX, **more})
    assert answer.status_code == 302, answer.content.decode()
    return Decision.objects.get(kind="matrix.set")


def adopted(decision: Decision) -> bool:
    return Outcome.objects.filter(decision=decision, state="adopted").exists()


def test_gov_03_a_change_of_the_matrix_made_on_a_page_becomes_effective_by_its_meeting(world: World) -> None:
    meeting = meet(world, *KEYS)
    page = client(world, KEYS[0]).get(reverse("governance:right", args=[world.programme, "programme.advance"]))
    assert "Where is it decided?" in page.content.decode() and str(meeting.subject) in page.content.decode()
    decision = propose_on_page(world, decided=str(meeting.subject))
    assert governance.forum(decision) == ("ordinary", meeting.subject)
    client(world, KEYS[1]).post(reverse("governance:turn", args=[world.programme, decision.pk]))
    assert adopted(decision)
    assert MatrixRow.objects.current().get(stream=world.programme, kind="programme.advance").version == 2
    page = client(world, "cert").get(reverse("governance:meeting", args=[world.programme, meeting.subject]))
    assert "Who decides changes for: Take the programme to its next stage" in page.content.decode()


def test_gov_03_written_procedure_is_chosen_on_the_page_and_only_where_the_matrix_allows(world: World) -> None:
    decision = propose_on_page(world, decided="written")
    turn(world, decision)
    assert adopted(decision)
    set_row(world, kind="matrix.set", forum="committee", written=False)
    url = reverse("governance:right", args=[world.programme, "parameter.set"])
    assert "In writing" not in client(world, KEYS[0]).get(url).content.decode()
    answer = client(world, KEYS[0]).post(url, {**MATRIX, "decided": "written"})
    assert answer.status_code == 200 and "Choose one from the list" in answer.content.decode()


def test_gov_03_no_question_is_asked_where_keys_alone_decide(world: World) -> None:
    url = reverse("governance:parameter", args=[world.programme, "review.grace"])
    assert "Where is it decided?" not in client(world, KEYS[0]).get(url).content.decode()
    set_row(world, kind="parameter.set", forum="committee")
    assert "Where is it decided?" in client(world, KEYS[0]).get(url).content.decode()


def test_gov_03_an_open_proposal_is_placed_before_the_meeting_that_was_held_since(world: World) -> None:
    decision = propose_on_page(world)
    turn(world, decision)
    assert not adopted(decision)
    url = reverse("governance:decision", args=[world.programme, decision.pk])
    assert "No meeting is named" in client(world, KEYS[1]).get(url).content.decode()
    clock.advance(days=2)
    meeting = meet(world, *KEYS)
    refused = client(world, "cert:cert-lead").post(url + "place/", {"place-decided": str(meeting.subject)})
    assert refused.status_code == 403 and "co-chair of norvia" in refused.content.decode()
    client(world, KEYS[1]).post(url + "place/", {"place-decided": str(meeting.subject)})
    assert adopted(decision) and governance.forum(decision) == ("ordinary", meeting.subject)
    page = client(world, "cert").get(url).content.decode()
    assert "named the meeting that decides it" in page and "Meeting of 7 January 2026" in page
    before = replay.dump(world.programme)
    assert Placing.objects.count() == 1 and before["governance_placing"]
    assert streams.verify_live(world.programme).holds


def test_gov_03_an_advisory_meeting_still_unlocks_nothing_when_it_is_named_later(world: World) -> None:
    decision = propose_on_page(world)
    turn(world, decision)
    meeting = meet(world, KEYS[0])
    procedure.place(world.viewer(KEYS[0]), decision.pk, meeting=meeting.subject)
    assert not adopted(decision)
    procedure.place(world.viewer(KEYS[0]), decision.pk, procedure="written")
    assert adopted(decision)


def test_gov_03_who_stood_aside_does_not_adopt_by_a_key_turned_before(world: World) -> None:
    decision = propose_on_page(world)
    turn(world, decision)
    seats = [world.seats[w] for w in (*KEYS, "norvia:programme-officer")]
    meeting = committee.meeting_record(
        world.viewer(KEYS[0]), world.programme, held_at=clock.now(), attended=seats, recused=[world.seats[KEYS[1]]]
    )
    procedure.place(world.viewer(KEYS[0]), decision.pk, meeting=meeting.subject)
    unmet = [c.name for c in governance.conditions(decision) if not c.met]
    assert "No key is of somebody who stood aside in the meeting" in unmet and not adopted(decision)


def test_gov_03_a_meeting_that_is_not_of_this_programme_is_refused(world: World) -> None:
    stranger = grace(world).pk
    with pytest.raises(Invalid, match="No meeting"):
        governance.propose(world.viewer(KEYS[0]), world.programme, "matrix.set", row(), meeting=stranger)
    meeting = meet(world, *KEYS).subject
    with pytest.raises(Invalid, match="not both"):
        governance.propose(
            world.viewer(KEYS[0]), world.programme, "matrix.set", row(), meeting=meeting, procedure="written"
        )
    with pytest.raises(Invalid, match="Name a meeting"):
        procedure.place(world.viewer(KEYS[0]), grace(world, "30").pk)


def call(world: World, who: str, method: str, path: str, body: object = None) -> Any:
    _token, text = accounts.token_make(world.viewer(who), "t")
    headers = {"Authorization": f"Bearer {text}"}
    return getattr(Client(), method)(f"/api{path}", body, content_type="application/json", headers=headers)


def test_gov_03_the_api_records_meetings_names_them_and_places_proposals(world: World) -> None:
    here = f"/programmes/{world.programme}"
    body = {"held_at": clock.now().isoformat(), "attended": [str(world.seats[who]) for who in KEYS]}
    made = call(world, KEYS[0], "post", f"{here}/meetings", body)
    assert made.status_code == 201 and made.json()["quorate"]
    meeting = made.json()["id"]
    said = {"kind": "matrix.set", "content": row().model_dump(mode="json")}
    first = call(world, KEYS[0], "post", f"{here}/decisions", {**said, "meeting": meeting}).json()
    assert first["meeting"] == meeting
    assert call(world, KEYS[1], "post", f"/decisions/{first['id']}/turn").json()["number"] == 1
    later = call(world, KEYS[0], "post", f"{here}/decisions", said).json()
    assert call(world, KEYS[1], "post", f"/decisions/{later['id']}/turn").json()["state"] == "open"
    placed = call(world, KEYS[1], "post", f"/decisions/{later['id']}/place", {"procedure": "written"}).json()
    assert placed["state"] == "adopted" and placed["procedure"] == "written"
    fixed = {**body, "notes": "The plan", "why": "Notes were missing"}
    assert call(world, KEYS[0], "post", f"{here}/meetings/{meeting}/correct", fixed).json()["notes"] == "The plan"
    assert call(world, "cert", "get", f"{here}/meetings").json()[0]["id"] == meeting
    assert call(world, "outsider", "get", f"{here}/meetings").status_code == 404


# The record of a meeting, corrected


def test_gov_03_a_meetings_record_is_corrected_on_a_page_by_who_recorded_it(world: World) -> None:
    meeting = meet(world, KEYS[0])
    clock.advance(hours=1)
    url = reverse("governance:meeting-correct", args=[world.programme, meeting.subject])
    data = {
        "held_at_date": "2026-01-05",
        "held_at_time": "09:00",
        "attended": [str(world.seats[who]) for who in KEYS],
        "notes": "Both co-chairs were there",
        "why": "The donor's co-chair was left out",
    }
    assert "The correction takes the place" in client(world, KEYS[0]).get(url).content.decode()
    refused = client(world, KEYS[1]).post(url, data)
    assert refused.status_code == 403 and "co-chair of ministry" in refused.content.decode()
    assert "corrects it" in client(world, KEYS[1]).get(url).content.decode()
    without = client(world, KEYS[0]).post(url, {**data, "why": ""})
    assert without.status_code == 200 and "Nothing is lost" in without.content.decode()
    answer = client(world, KEYS[0]).post(url, data)
    assert answer.status_code == 302
    page = client(world, "cert").get(answer["Location"]).content.decode()
    assert "Quorate" in page and "left out" in page and "as first recorded" in page


def test_gov_03_a_meeting_is_judged_by_the_committee_of_its_day(world: World) -> None:
    from trellis.governance.kinds_committee import CommitteeSet

    meeting = meet(world, *KEYS)
    assert committee.quorate(world.programme, meeting)[0]
    clock.advance(days=1)
    members = [world.seats[w] for w in (*KEYS, "ministry:coordinator", "norvia:programme-officer")]
    world.decide(KEYS[0], "committee.set", CommitteeSet(members=members, quorum=4, rule="all"), KEYS[1])
    assert committee.quorate(world.programme, meeting)[0]
    assert not committee.quorate(world.programme, meet(world, *KEYS))[0]


def test_gov_02_a_delegation_wholly_in_the_past_is_refused_in_plain_words(world: World) -> None:
    now, seat = clock.now(), world.seats["norvia:co-chair"]
    person = world.people["norvia:programme-officer"].pk
    past = (now - timedelta(days=9), now - timedelta(days=2))
    with pytest.raises(Invalid, match="over already"):
        accounts.seat_delegate(world.viewer("norvia"), seat, person, *past)
    data = {"act": "delegate", "delegate-person": str(person), "delegate-since_date": "2025-12-01",
            "delegate-since_time": "09:00", "delegate-until_date": "2025-12-24", "delegate-until_time": "09:00"}  # fmt: skip
    answer = client(world, "norvia").post(reverse("parties:seat", args=[seat]), data)
    assert "would be over already" in answer.content.decode()
    with pytest.raises(Refused):
        governance.key_turn(world.viewer("norvia:programme-officer"), grace(world).pk)
