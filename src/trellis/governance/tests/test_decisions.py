"""Decisions: proposals, keys, refusals, procedures, and replay (GOV-01, GOV-02)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.world import World
from trellis.core import clock, ledger, ports, streams
from trellis.core.conditions import Blocked, Conflict, Hidden, Invalid, Refused
from trellis.core.models import Entry
from trellis.governance import committee, rights
from trellis.governance import services as governance
from trellis.governance.kinds import MatrixSet, ParameterSet, StageAdvance, Suspension
from trellis.governance.kinds_committee import CommitteeSet
from trellis.governance.models import Decision, Key, MatrixRow, Outcome, Stage
from trellis.governance.parameters import parameter
from trellis.governance.registry import Context, kind_named
from trellis.parties import services as accounts

KEYS = ("ministry:co-chair", "norvia:co-chair")


def grace(world: World, value: str = "21", **options: Any) -> Decision:
    payload = ParameterSet(name="review.grace", value=value, reason="The harvest falls into it")
    return governance.propose(world.viewer(KEYS[0]), world.programme, "parameter.set", payload, **options)


def turn(world: World, decision: Decision, who: str = KEYS[1]) -> Decision:
    return governance.key_turn(world.viewer(who), decision.pk)


def row(kind: str = "parameter.set", **changes: Any) -> MatrixSet:
    said = {"joint": True, "slots": {"partner": "co-chair", "donor": "co-chair"},
            "proposers": ["partner:co-chair", "donor:co-chair"], "reason": "As agreed in March"}  # fmt: skip
    return MatrixSet(kind=kind, **{**said, **changes})


def set_row(world: World, **changes: Any) -> None:
    world.decide(KEYS[0], "matrix.set", row(**changes), KEYS[1], procedure="written")


# Founding


def test_founding_is_entry_zero_signed_by_every_party(world: World) -> None:
    said = ledger.payload_of(Entry.objects.get(stream=world.programme, seq=0))
    assert said is not None and len(said["signatures"]) == 6
    assert Stage.objects.current().get(stream=world.programme).stage == "draft"


# Keys


def test_one_key_changes_nothing_and_two_adopt(world: World) -> None:
    decision = grace(world)
    assert parameter(world.programme, "review.grace") == "14"
    turn(world, decision)
    assert parameter(world.programme, "review.grace") == "21"
    assert Outcome.objects.get(decision=decision).number == 1


def test_numbers_have_no_gaps_and_only_adoptions_have_one(world: World) -> None:
    for value in ("15", "16"):
        turn(world, grace(world, value))
    governance.reject(world.viewer(KEYS[1]), grace(world, "17").pk, "Too long")
    turn(world, grace(world, "18"))
    assert list(Outcome.objects.exclude(number=None).order_by("at", "seq").values_list("number", flat=True)) == [
        1,
        2,
        3,
    ]


def test_gov_02_a_non_holder_is_refused_and_told_who_holds(world: World) -> None:
    with pytest.raises(Refused) as refused:
        turn(world, grace(world), "norvia:programme-officer")
    assert "co-chair of norvia" in str(refused.value.holders)
    payload = ParameterSet(name="review.grace", value="21", reason="y")
    with pytest.raises(Refused) as refused:
        governance.propose(world.viewer("cert:cert-lead"), world.programme, "parameter.set", payload)
    assert "co-chair of ministry" in str(refused.value.holders)


def test_gov_02_an_expired_delegate_is_refused(world: World) -> None:
    officer = world.people["norvia:programme-officer"].pk
    seat = world.seats["norvia:co-chair"]
    now = clock.now()
    accounts.seat_delegate(world.viewer("norvia:co-chair"), seat, officer, now, now + timedelta(days=7))
    decision = grace(world)
    clock.advance(days=8)
    with pytest.raises(Refused):
        turn(world, decision, "norvia:programme-officer")
    clock.set_to(now + timedelta(days=6))
    turn(world, decision, "norvia:programme-officer")
    assert parameter(world.programme, "review.grace") == "21"


def test_gov_02_the_log_shows_actor_right_and_matrix_version(world: World) -> None:
    set_row(world)
    turn(world, grace(world))
    entry = Entry.objects.filter(stream=world.programme, kind="decision.key").order_by("-seq").first()
    said = ledger.payload_of(entry)
    assert said is not None
    assert entry.person == world.people["norvia:co-chair"].pk
    assert said["seat"] == str(world.seats["norvia:co-chair"])
    assert "parameter.set" in said["right"] and "version 2" in said["right"]


def test_an_outsider_is_told_nothing(world: World) -> None:
    decision = grace(world)
    for act in (governance.key_turn, governance.key_take_back, governance.adopt_if_ready):
        with pytest.raises(Hidden):
            act(world.viewer("outsider"), decision.pk)


def test_a_key_taken_back_does_not_count_and_can_be_turned_again(world: World) -> None:
    decision = grace(world)
    governance.key_take_back(world.viewer(KEYS[0]), decision.pk)
    turn(world, decision)
    assert not Outcome.objects.filter(decision=decision).exists()
    turn(world, decision, KEYS[0])
    assert Outcome.objects.get(decision=decision).state == "adopted"
    with pytest.raises(Conflict):
        governance.key_take_back(world.viewer(KEYS[0]), decision.pk)
    with pytest.raises(Refused):
        governance.key_take_back(world.viewer("cert:cert-lead"), grace(world, "9").pk)


def test_nobody_turns_two_keys(world: World) -> None:
    decision = grace(world)
    with pytest.raises(Conflict):
        turn(world, decision, KEYS[0])
    # Not even through the table: one standing key by slot.
    key = Key.objects.get(slot__decision=decision)
    with pytest.raises(IntegrityError), transaction.atomic():
        Key.objects.create(id=key.slot_id, slot=key.slot, turn=0, organisation=key.organisation,
                           person=key.person, right="", seq=key.seq, at=key.at)  # fmt: skip


def test_an_organisation_fills_no_slot_of_the_other_side(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = kind_named("parameter.set")
    both = {"partner": [world.org("ministry")], "donor": [world.org("ministry")]}
    object.__setattr__(kind, "organisations", lambda payload, context: both)
    try:
        with pytest.raises(Invalid, match="two sides"):
            grace(world)
    finally:
        object.__setattr__(kind, "organisations", None)


def test_a_side_without_a_seat_keeps_its_slot_open(world: World) -> None:
    """No side is ever left out: a vacant key still has to be turned."""
    accounts.seat_vacate(world.viewer("norvia"), world.seats["norvia:co-chair"])
    decision = grace(world)
    assert {slot.side for slot in decision.slots.all()} == {"partner", "donor"}
    assert not hasattr(decision, "outcome")
    with pytest.raises(Refused) as refused:
        turn(world, decision, "norvia:programme-officer")
    assert "vacant" in str(refused.value.holders)


def test_the_donor_slot_is_every_donor_in_force_unless_a_lead_is_named(world: World) -> None:
    kind, context = kind_named("programme.advance"), Context(world.programme, clock.now())
    payload = StageAdvance(stage="assessed")

    def donors() -> set[Any]:
        return {need.organisation for need in rights.needs(kind, payload, context) if need.side == "donor"}

    assert donors() == {world.org("norvia"), world.org("lindaria")}
    only = lambda arrangement, at: [world.org("lindaria")]  # noqa: E731
    ports.donors_in_force.add(only)
    try:
        assert donors() == {world.org("lindaria")}
    finally:
        ports.donors_in_force._functions.remove(only)
    set_row(world, kind="programme.advance", slots={"partner": "coordinator", "donor": "programme-officer"},
            lead_donor=world.org("norvia"))  # fmt: skip
    assert donors() == {world.org("norvia")}


# Conditions and ends


def test_all_unmet_conditions_are_named_and_keys_wait(world: World) -> None:
    payload = StageAdvance(stage="active")
    decision = world.decide("ministry:coordinator", "programme.advance", payload, "norvia:programme-officer",
                            "lindaria:programme-officer")  # fmt: skip
    assert not Outcome.objects.filter(decision=decision).exists()
    with pytest.raises(Blocked) as blocked:
        governance.adopt_if_ready(world.viewer("ministry:coordinator"), decision.pk)
    assert "Stages follow one another" in {c.name for c in blocked.value.conditions}
    with pytest.raises(Refused):
        governance.adopt_if_ready(world.viewer("cert:cert-lead"), decision.pk)


def test_conditions_are_judged_again_with_the_last_key(world: World) -> None:
    first, second = grace(world), grace(world, "30")
    assert first != second
    stop = Suspension(suspended=True, reason="Flood")
    keys = ("norvia:programme-officer", "lindaria:programme-officer")
    one = world.decide("ministry:coordinator", "programme.suspend", stop)
    two = world.decide("ministry:coordinator", "programme.suspend", stop, *keys)
    assert Outcome.objects.get(decision=two).state == "adopted"
    for who in keys:
        turn(world, one, who)
    assert not Outcome.objects.filter(decision=one).exists()
    assert "The programme is not suspended" in {c.name for c in governance.conditions(one) if not c.met}


def test_reject_needs_a_reason_and_a_key(world: World) -> None:
    decision = grace(world)
    with pytest.raises(Invalid):
        governance.reject(world.viewer(KEYS[1]), decision.pk, " ")
    with pytest.raises(Refused):
        governance.reject(world.viewer("norvia:programme-officer"), decision.pk, "No")
    governance.reject(world.viewer(KEYS[1]), decision.pk, "Too long")
    with pytest.raises(Conflict):
        turn(world, decision)


def test_withdraw_is_for_who_proposed(world: World) -> None:
    decision = grace(world)
    for who in (KEYS[1], "ministry:coordinator"):
        with pytest.raises(Refused):
            governance.withdraw(world.viewer(who), decision.pk, "Changed our minds")
    governance.withdraw(world.viewer(KEYS[0]), decision.pk, "Changed our minds")
    assert Outcome.objects.get(decision=decision).state == "withdrawn"


def test_a_proposal_lapses_by_the_nodes_own_act(world: World) -> None:
    decision = grace(world, lapses_at=clock.now() + timedelta(days=10))
    assert governance.lapse_due() == 0
    clock.advance(days=10)
    assert governance.lapse_due() == 1 and governance.lapse_due() == 0
    outcome = Outcome.objects.get(decision=decision)
    assert outcome.state == "lapsed" and outcome.person is None
    assert streams.verify_live(world.programme).holds


def test_dissent_stands_beside_an_adopted_decision(world: World) -> None:
    decision = grace(world)
    turn(world, decision)
    governance.dissent(world.viewer("lindaria:programme-officer"), decision.pk, "The grace is too long")
    assert decision.dissents.get().text == "The grace is too long"
    assert parameter(world.programme, "review.grace") == "21"


# GOV-01


@pytest.mark.parametrize(
    "wrong",
    [
        {"slots": {}},
        {"slots": {"partner": "", "donor": ""}},
        {"joint": False},
        {"joint": True, "slots": {"partner": "co-chair"}},
        {"slots": {"partner": "king", "donor": "co-chair"}},
        {"proposers": []},
        {"kind": "no.such"},
    ],
)
def test_gov_01_a_row_without_a_decider_or_with_two_cannot_be_saved(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        governance.propose(world.viewer(KEYS[0]), world.programme, "matrix.set", row(**wrong), procedure="written")
    assert MatrixRow.objects.filter(stream=world.programme, version__gt=1).count() == 0


def test_gov_01_every_kind_has_a_row_that_every_party_reads(world: World) -> None:
    from trellis.governance.matrix import matrix
    from trellis.governance.registry import decision_kinds

    lines = matrix(world.viewer("evaluator:verifier"), world.programme)
    assert {line.kind for line in lines} == {kind.name for kind in decision_kinds()}
    assert all(line.joint or len(line.keys) == 1 for line in lines)
    with pytest.raises(Hidden):
        matrix(world.viewer("outsider"), world.programme)


def test_a_change_of_the_matrix_decides_what_comes_after(world: World) -> None:
    set_row(world, joint=False, slots={"partner": "coordinator"}, proposers=["partner:coordinator"])
    payload = ParameterSet(name="review.grace", value="7", reason="Faster")
    world.decide("ministry:coordinator", "parameter.set", payload)
    assert parameter(world.programme, "review.grace") == "7"


# GOV-03


def meet(world: World, *who: str, **more: Any) -> Any:
    return committee.meeting_record(
        world.viewer(KEYS[0]), world.programme, held_at=clock.now(), attended=[world.seats[w] for w in who], **more
    )


@pytest.mark.parametrize("who", [KEYS[:1], ("ministry:co-chair", "ministry:coordinator", "cert:cert-lead")])
def test_gov_03_without_quorum_or_one_co_chair_it_is_advisory(world: World, who: tuple[str, ...]) -> None:
    meeting = meet(world, *who)
    decision = world.decide(KEYS[0], "matrix.set", row(), KEYS[1], meeting=meeting.subject)
    assert not Outcome.objects.filter(decision=decision).exists()
    notes = " ".join(str(c.note) for c in governance.conditions(decision) if not c.met)
    assert "Advisory" in notes
    assert MatrixRow.objects.current().get(stream=world.programme, kind="parameter.set").version == 1


def test_gov_03_a_quorate_meeting_adopts_and_parties_read_it(world: World) -> None:
    meeting = meet(world, *KEYS)
    decision = world.decide(KEYS[0], "matrix.set", row(), KEYS[1], meeting=meeting.subject)
    assert Outcome.objects.get(decision=decision).number == 1
    assert committee.meetings(world.viewer("lindaria:programme-officer"), world.programme)[0].subject == meeting.subject
    with pytest.raises(Hidden):
        committee.meeting(world.viewer("outsider"), world.programme, meeting.subject)


def test_gov_03_without_any_meeting_the_outcome_is_advisory(world: World) -> None:
    decision = world.decide(KEYS[0], "matrix.set", row(), KEYS[1])
    assert not Outcome.objects.filter(decision=decision).exists()


def test_gov_03_who_stood_aside_is_not_counted_and_turns_no_key(world: World) -> None:
    meeting = meet(world, *KEYS, recused=[world.seats["norvia:co-chair"]])
    decision = governance.propose(world.viewer(KEYS[0]), world.programme, "matrix.set", row(), meeting=meeting.subject)
    with pytest.raises(Refused, match="recused"):
        turn(world, decision)
    assert not committee.quorate(world.programme, meeting)[0]


def test_gov_03_an_alternate_sits_in_for_a_member(world: World) -> None:
    members = [world.seats[who] for who in KEYS]
    rule = CommitteeSet(members=members, quorum=2, rule="consensus",
                        alternates={members[1]: world.seats["norvia:programme-officer"]})  # fmt: skip
    world.decide(KEYS[0], "committee.set", rule, KEYS[1])
    assert committee.quorate(world.programme, meet(world, KEYS[0], "norvia:programme-officer"))[0]
    assert not committee.quorate(world.programme, meet(world, KEYS[0], "lindaria:programme-officer"))[0]


def test_gov_03_only_a_co_chair_records_a_meeting(world: World) -> None:
    with pytest.raises(Refused) as refused:
        committee.meeting_record(world.viewer("cert:cert-lead"), world.programme, held_at=clock.now(), attended=[])
    assert "co-chair of norvia" in str(refused.value.holders)
    with pytest.raises(Invalid):
        meet(world, *KEYS, recused=[world.seats["cert:cert-lead"]])


def test_a_committee_needs_both_co_chairs_and_a_quorum(world: World) -> None:
    rule = CommitteeSet(members=[world.seats[KEYS[0]]], quorum=1, rule="alone")
    decision = world.decide(KEYS[0], "committee.set", rule, KEYS[1])
    assert len([c for c in governance.conditions(decision) if not c.met]) == 2
