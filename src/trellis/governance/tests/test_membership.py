"""Parties and seats of a founded programme change by decision (GOV-01, GOV-02); who joins signs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from trellis.core import streams
from trellis.core.conditions import Hidden, Invalid, Refused
from trellis.governance import membership, replay
from trellis.governance import services as governance
from trellis.governance.kinds import MatrixSet
from trellis.governance.models import Decision, Outcome
from trellis.governance.tests.test_decisions import KEYS, grace, turn
from trellis.governance.tests.test_forum import call, client
from trellis.parties import selectors as parties
from trellis.parties import services as accounts

WHY = "It trains the responders"


def asked(world: World, side: str = "regional", **more: Any) -> Decision:
    return membership.party_add(world.viewer(KEYS[0]), world.programme, world.org("outsider"), side, WHY, **more)


def sides(world: World) -> dict[Any, str]:
    return parties.sides(world.programme)


def seat_of(world: World, who: str, role: str) -> Any:
    """A new seat of an organisation, filled by its administrator."""
    seat = accounts.seat_open(world.viewer(who), world.org(who), role)
    accounts.seat_fill(world.viewer(who), seat.pk, world.people[who].pk)
    return seat.pk


def test_gov_01_a_party_is_taken_in_by_both_sides_and_its_own_administrator(world: World) -> None:
    trainer = seat_of(world, "outsider", "trainer")
    decision = asked(world, seats=[trainer])
    turn(world, decision)
    assert world.org("outsider") not in sides(world)
    governance.key_turn(world.viewer("outsider"), decision.pk)
    assert sides(world)[world.org("outsider")] == "regional"
    assert trainer in {seat.id for seat in parties.seats_in(world.programme, "trainer")}
    assert client(world, "outsider").get(reverse("governance:programme", args=[world.programme])).status_code == 200
    assert streams.verify_live(world.programme).holds
    assert not list(replay.verify_tables(world.programme))


def test_gov_01_the_newcomer_signs_on_a_page_of_its_own_and_reads_nothing_else_before(world: World) -> None:
    decision = asked(world)
    outsider = client(world, "outsider")
    home = outsider.get("/").content.decode()
    url = reverse("joining", args=[decision.pk])
    assert url in home and "Elsewhere Ltd becomes a party" in home
    page = outsider.get(url).content.decode()
    assert "Join Sefwi Cyber Resilience" in page and WHY in page and "Turn the regional key" in page
    assert outsider.get(reverse("governance:decision", args=[world.programme, decision.pk])).status_code == 404
    assert outsider.get(reverse("governance:programme", args=[world.programme])).status_code == 404
    assert client(world, "cert").get(url).status_code == 404
    turn(world, decision)
    answer = outsider.post(reverse("joining-sign", args=[decision.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("governance:decision", args=[world.programme, decision.pk])
    assert "Adopted" in answer.content.decode()


def test_gov_01_who_is_asked_may_decline_and_stays_outside(world: World) -> None:
    decision = asked(world)
    url = reverse("joining-decline", args=[decision.pk])
    assert client(world, "outsider").post(url, {"reason": ""}).status_code == 422
    answer = client(world, "outsider").post(url, {"reason": "Not this year"}, follow=True)
    assert "Not this year" in answer.content.decode()
    assert Outcome.objects.get(decision=decision).state == "rejected" and world.org("outsider") not in sides(world)
    assert streams.verify_live(world.programme).holds


def test_gov_01_no_matrix_takes_the_key_of_who_joins(world: World) -> None:
    row = {"kind": "party.add", "joint": True, "slots": {"partner": "co-chair", "donor": "co-chair"},
           "proposers": ["partner:co-chair"], "reason": "Faster"}  # fmt: skip
    with pytest.raises(Invalid, match="cannot be taken away"):
        world.decide(KEYS[0], "matrix.set", MatrixSet(**row), KEYS[1], procedure="written")
    kept = {**row, "slots": {**row["slots"], "party": "administrator"}, "emergency": "co-chair"}  # type: ignore[dict-item]
    with pytest.raises(Invalid, match="act alone"):
        world.decide(KEYS[0], "matrix.set", MatrixSet(**kept), KEYS[1], procedure="written")


def test_gov_01_what_cannot_be_a_party_is_not_proposed(world: World) -> None:
    with pytest.raises(Invalid, match="no party yet"):
        membership.party_add(world.viewer(KEYS[0]), world.programme, world.org("cert"), "donor", WHY)
    with pytest.raises(Invalid, match="partner, donor, regional or independent"):
        asked(world, side="visitor")
    with pytest.raises(Invalid, match="Each seat"):
        asked(world, seats=[world.seats["cert:cert-lead"]])
    with pytest.raises(Refused) as refused:
        membership.party_add(world.viewer("cert"), world.programme, world.org("outsider"), "donor", WHY)
    assert "co-chair of norvia" in str(refused.value.holders)
    with pytest.raises(Hidden):
        membership.joining(world.viewer("cert"), asked(world).pk)


def test_gov_01_a_key_changed_since_the_proposal_is_told_before_it_breaks_the_chain(world: World) -> None:
    decision = asked(world)
    accounts.key_rotate(world.viewer("outsider"), [])
    answer = client(world, "outsider").post(reverse("joining-sign", args=[decision.pk]))
    assert answer.status_code == 409 and "proposed again" in answer.content.decode()
    again = asked(world)
    governance.key_turn(world.viewer("outsider"), again.pk)
    assert streams.verify_live(world.programme).holds


def test_gov_02_a_seat_is_added_by_decision_and_holds_rights_from_then(world: World) -> None:
    second = seat_of(world, "norvia", "programme-officer")
    decision = membership.seats_change(world.viewer("norvia"), world.programme, "Two officers share it", add=[second])
    turn(world, decision, KEYS[0])
    assert not Outcome.objects.filter(decision=decision).exists()
    turn(world, decision)
    assert second in {seat.id for seat in parties.seats_in(world.programme, "programme-officer")}
    assert not list(replay.verify_tables(world.programme))


def test_gov_02_a_seat_that_ended_holds_no_right_any_more(world: World) -> None:
    seat = world.seats["ministry:coordinator"]
    decision = membership.seats_change(world.viewer(KEYS[0]), world.programme, "The office is closed", end=[seat])
    turn(world, decision)
    assert seat not in {s.id for s in parties.seats_in(world.programme)}
    page = client(world, "norvia").get(reverse("governance:right", args=[world.programme, "programme.advance"]))
    assert "no seat: National cyber coordinator" in page.content.decode()
    back = membership.seats_change(world.viewer(KEYS[0]), world.programme, "It opened again", add=[seat])
    turn(world, back)
    assert seat in {s.id for s in parties.seats_in(world.programme)}


def test_gov_03_a_seat_of_the_committee_or_the_last_co_chair_is_not_ended(world: World) -> None:
    with pytest.raises(Invalid) as wrong:
        membership.seats_change(world.viewer(KEYS[0]), world.programme, "Gone", end=[world.seats[KEYS[1]]])
    assert "steering committee" in wrong.value.fields["seats"] and "co-chair" in wrong.value.fields["seats"]


def test_gov_02_parties_and_seats_are_proposed_on_pages_with_their_forum(world: World) -> None:
    here = [world.programme]
    chair = client(world, KEYS[0])
    assert "Propose a party" in chair.get(reverse("governance:parties", args=here)).content.decode()
    reader = client(world, "evaluator:verifier").get(reverse("governance:parties", args=here)).content.decode()
    assert "Propose a party" not in reader and "co-chair of norvia" in reader
    url = reverse("governance:party-add", args=here)
    assert "Elsewhere Ltd" in chair.get(url).content.decode()
    assert "Elsewhere Ltd" not in client(world, "evaluator:verifier").get(url).content.decode()
    url += f"?organisation={world.org('outsider')}"
    answer = chair.post(url, {"side": "regional", "reason": WHY})
    assert answer.status_code == 302
    assert "Elsewhere Ltd becomes a party" in chair.get(answer["Location"]).content.decode()
    url = reverse("governance:seats-change", args=here)
    assert client(world, "evaluator:verifier").post(url, {"reason": "x"}).status_code == 403
    nothing = chair.post(url, {"reason": WHY})
    assert nothing.status_code == 200 and "At least one seat" in nothing.content.decode()
    answer = chair.post(url, {"end": [str(world.seats["cert:cert-lead"])], "reason": WHY})
    assert answer.status_code == 302
    assert "1 seat ended" in client(world, "cert").get(reverse("governance:parties", args=here)).content.decode()


def test_gov_02_the_api_takes_the_same(world: World) -> None:
    here = f"/programmes/{world.programme}"
    body = {"organisation": str(world.org("outsider")), "side": "independent", "reason": WHY}
    made = call(world, KEYS[0], "post", f"{here}/parties", body)
    assert made.status_code == 201
    id = made.json()["id"]
    assert call(world, "outsider", "get", f"/decisions/{id}").json()["content"]["side"] == "independent"
    assert call(world, "outsider", "get", f"/decisions/{grace(world).pk}").status_code == 404
    call(world, KEYS[1], "post", f"/decisions/{id}/turn")
    assert call(world, "outsider", "post", f"/decisions/{id}/turn").json()["state"] == "adopted"
    listed = call(world, "outsider", "get", f"{here}/parties").json()
    assert str(world.org("outsider")) in {party["organisation"] for party in listed}
    seat = seat_of(world, "outsider", "verifier")
    body = {"add": [str(seat)], "reason": "It verifies"}
    assert call(world, "outsider", "post", f"{here}/seats", body).status_code == 201
    wrong = call(world, "outsider", "post", f"{here}/seats", {"reason": "Nothing"})
    assert wrong.status_code == 422 and "seats" in wrong.json()["fields"]
    assert Client().get(f"/api{here}/parties").status_code == 401
