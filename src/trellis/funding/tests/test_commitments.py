"""FIN-01 and FIN-02: what a commitment and a protocol need, and who decides them."""

from datetime import date
from typing import Any

import pytest

from tests.world import World
from trellis.core import clock, ports
from trellis.core.conditions import Blocked, Hidden, Refused
from trellis.funding import selectors, services, store
from trellis.funding.models import Commitment, Protocol
from trellis.funding.tests.scene import COORDINATOR, OFFICER, D, plan, protocol, scene, signed, tranche
from trellis.governance import services as governance
from trellis.governance.kinds import stage_conditions
from trellis.sharing import services as sharing


def refused(world: World, **changes: Any) -> list[str]:
    tranches = changes.pop("tranches", [tranche(), tranche(2)])
    with pytest.raises(Blocked) as blocked:
        services.commitment_make(
            world.viewer(OFFICER), world.programme, plan(world, signed(world), tranches, **changes)
        )
    assert not Commitment.objects.exists()
    return [c.name for c in blocked.value.conditions]


def test_fin_01_a_tranche_without_a_milestone_is_refused(world: World) -> None:
    bare = tranche(2).model_copy(update={"milestones": ()})
    assert refused(world, tranches=[tranche(), bare]) == [
        "Tranche 2 has at least one milestone",
        "The milestones of tranche 2 add up to it",
    ]


def test_fin_01_tranches_add_up_to_the_commitment(world: World) -> None:
    assert refused(world, total=D(1_999_999)) == ["The tranches add up to the commitment"]


def test_fin_01_milestones_add_up_to_the_tranche(world: World) -> None:
    assert refused(world, tranches=[tranche(parts=(400_000, 500_000))]) == ["The milestones of tranche 1 add up to it"]


@pytest.mark.parametrize("change", [{"due": date(2025, 12, 31)}, {"long_stop": date(2026, 6, 1)}])
def test_fin_01_dates_follow_one_another(world: World, change: dict[str, date]) -> None:
    names = refused(world, tranches=[tranche(**change)])
    assert "The dates of tranche 1 follow one another: earliest, planned, last" in names


def test_fin_01_all_that_is_wrong_is_said_at_once(world: World) -> None:
    bare = tranche(2).model_copy(update={"milestones": ()})
    assert len(refused(world, tranches=[tranche(), bare], total=D(1), certainty="perhaps", title=" ")) == 5


def test_fin_01_an_agreement_in_force_must_bind_the_donor(world: World) -> None:
    held = signed(world)
    made = plan(world, held, [tranche()], donor=world.org("lindaria"))
    world.decide("lindaria:programme-officer", "commitment.make", made, COORDINATOR)
    assert not Commitment.objects.exists()
    waiting = store.open_decision("commitment.make", made.commitment)
    assert waiting
    with pytest.raises(Blocked) as blocked:
        governance.adopt_if_ready(world.viewer(COORDINATOR), waiting.decision)
    assert [c.name for c in blocked.value.conditions] == ["An agreement in force binds the donor"]


def test_fin_01_commitments_stay_under_the_ceiling(world: World) -> None:
    held = signed(world, ceiling=D(1_500_000))
    for expected in (1, 1):
        made = plan(world, held, [tranche()])
        decision = services.commitment_make(world.viewer(OFFICER), world.programme, made)
        governance.key_turn(world.viewer(COORDINATOR), decision.pk)
        assert Commitment.objects.count() == expected


def test_fin_01_a_single_year_is_labelled_short_term(world: World) -> None:
    assert selectors.short_term(scene(world).commitment.commitment)
    several = scene(world, [tranche(), tranche(2)])
    assert not selectors.short_term(several.commitment.commitment)


def test_fin_01_one_key_commits_nothing(world: World) -> None:
    made = plan(world, signed(world), [tranche()])
    decision = services.commitment_make(world.viewer(OFFICER), world.programme, made)
    assert not Commitment.objects.exists()
    with pytest.raises(Refused):
        governance.key_turn(world.viewer("lindaria:programme-officer"), decision.pk)
    governance.key_turn(world.viewer(COORDINATOR), decision.pk)
    assert Commitment.objects.get().total == D(1_000_000)


def test_fin_01_others_are_refused_and_outsiders_see_nothing(world: World) -> None:
    made = plan(world, signed(world), [tranche()])
    with pytest.raises(Refused) as told:
        services.commitment_make(world.viewer("cert:cert-lead"), world.programme, made)
    assert any("programme-officer of norvia" in h for h in told.value.holders)
    with pytest.raises(Hidden):
        services.commitment_make(world.viewer("outsider"), world.programme, made)


def test_a_donor_with_a_commitment_in_force_stands_for_the_donor_side(world: World) -> None:
    s = scene(world)
    found = [d for port in ports.donors_in_force for d in port(world.programme, clock.now())]
    assert found == [world.org("norvia")]
    clock.advance(days=370)
    assert [d for port in ports.donors_in_force for d in port(world.programme, clock.now())] == []
    assert s.commitment.donor == world.org("norvia")


def test_active_needs_a_commitment_and_consent_in_force(world: World) -> None:
    names = {"A commitment of money is in force", "The partner's consent to the programme is in force"}
    assert names <= {c.name for c in stage_conditions(world.programme, "active") if not c.met}
    s = scene(world)
    assert not names & {c.name for c in stage_conditions(world.programme, "active") if not c.met}
    sharing.consent_withdraw(world.viewer("ministry").actor, s.consent, "Withdrawn")
    left = names & {c.name for c in stage_conditions(world.programme, "active") if not c.met}
    assert left == {"The partner's consent to the programme is in force"}


FIELDS = {
    "definition": "Definition", "unit": "Unit", "baseline": "Baseline", "threshold": "Threshold",
    "source": "Source", "verifier": "Verifier", "procedure": "Procedure", "scalable": "Scalable or not",
}  # fmt: skip


@pytest.mark.parametrize("field", list(FIELDS))
def test_fin_02_a_milestone_missing_any_field_cannot_lock(world: World, field: str) -> None:
    s = scene(world, lock=False)
    empty = "" if field in ("definition", "unit", "source", "procedure") else None
    with pytest.raises(Blocked) as blocked:
        s.lock(s.milestone(), **{field: empty})
    assert [c.name for c in blocked.value.conditions] == [f"Field: {FIELDS[field]}"]
    world.decide(COORDINATOR, "milestone.lock", protocol(world, s.milestone(), **{field: empty}), OFFICER)
    assert not Protocol.objects.exists()


def test_fin_02_all_missing_fields_are_listed(world: World) -> None:
    s = scene(world, lock=False)
    empty = {name: None if name in ("baseline", "threshold", "verifier", "scalable") else "" for name in FIELDS}
    with pytest.raises(Blocked) as blocked:
        s.lock(s.milestone(), **empty)
    assert [c.name for c in blocked.value.conditions] == [f"Field: {name}" for name in FIELDS.values()]


def test_fin_02_a_one_sided_change_after_the_lock_is_refused(world: World) -> None:
    s = scene(world)
    change = protocol(world, s.milestone(), version=2, threshold=D(50), reason="Fewer posts")
    decision = services.milestone_lock(world.viewer(OFFICER), world.programme, change)
    held = store.protocol(s.milestone())
    assert held and held.threshold == D(100)
    with pytest.raises(Blocked) as blocked:
        governance.adopt_if_ready(world.viewer(OFFICER), decision.pk)
    assert [c.name for c in blocked.value.conditions] == ["Key of partner"]
    governance.key_turn(world.viewer(COORDINATOR), decision.pk)
    held = store.protocol(s.milestone())
    assert held and held.threshold == D(50) and held.version == 2


def test_fin_02_a_change_gives_a_reason_and_a_verifier_with_a_seat(world: World) -> None:
    s = scene(world)
    with pytest.raises(Blocked) as blocked:
        s.lock(s.milestone(), version=2)
    assert [c.name for c in blocked.value.conditions] == ["The change says why"]
    s.lock(s.milestone(), version=2, reason="x", verifier=world.org("centre"))
    held = store.protocol(s.milestone())
    assert held and held.verifier == world.org("evaluator")


def test_fin_02_a_protocol_changed_after_the_verification_needs_a_new_claim(world: World) -> None:
    s = scene(world)
    s.verify(s.claim(s.milestone(), 60))
    s.lock(s.milestone(), version=2, reason="Fewer posts", threshold=D(60))
    with pytest.raises(Blocked) as blocked:
        s.accept(s.milestone(), COORDINATOR)
    assert "Verified by the protocol in force, by the verifier that it names" in [
        c.name for c in blocked.value.conditions
    ]


def test_claims_need_a_locked_protocol_and_the_claimants_own_evidence(world: World) -> None:
    from trellis.core.conditions import Invalid

    s = scene(world, lock=False)
    with pytest.raises(Blocked):
        s.claim(s.milestone())
    s.lock(s.milestone())
    say = {"value": D(1), "statement": "x"}
    for evidence in ([], [s.evidence("ministry")], [s.evidence(label="RED")]):
        with pytest.raises(Invalid) as wrong:
            services.claim_submit(
                world.viewer("cert:cert-lead"), world.programme, s.milestone(), evidence=evidence, **say
            )
        assert "evidence" in wrong.value.fields
