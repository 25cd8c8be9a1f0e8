"""FIN-03, D1 and X-01 through the services: what is released, and every refusal on the way."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.world import World
from trellis.core import clock
from trellis.core.conditions import Blocked, Condition, Hidden, Refused
from trellis.funding import selectors, services, store
from trellis.funding.models import Acceptance, Release
from trellis.funding.schemas import TrancheRelease
from trellis.funding.tests.scene import COORDINATOR, OFFICER, VERIFIER, D, Scene, scene, tranche
from trellis.governance import replay
from trellis.governance import services as governance
from trellis.law import services as law
from trellis.parties import services as accounts
from trellis.sharing import services as sharing


def names(conditions: "list[Condition] | tuple[Condition, ...]") -> list[str]:
    return [c.name for c in conditions if c.met is not True]


def view(s: Scene, place: int = 0) -> selectors.TrancheView:
    return selectors.tranche(s.viewer("cert"), s.world.programme, s.commitment.tranches[place].id)


def test_x_01_worked_values_60_of_100_pays_600000_then_400000(world: World) -> None:
    s = scene(world)
    m = s.milestone()
    s.earn(m, 60)
    s.release()
    assert [row.amount for row in Release.objects.all()] == [D(600_000)]
    with pytest.raises(Blocked):
        s.release(OFFICER)
    s.earn(m, 100)
    s.release()
    assert sorted(row.amount for row in Release.objects.all()) == [D(400_000), D(600_000)]
    assert store.released(s.tranche.id) == D(1_000_000)
    with pytest.raises(Blocked):
        s.release(OFFICER)


def test_x_01_two_releases_of_one_tranche_cannot_pay_the_same(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone(), 60)
    from trellis.core.ids import new

    proposals = [
        governance.propose(
            s.viewer(OFFICER),
            world.programme,
            "tranche.release",
            TrancheRelease(release=new(), tranche=s.tranche.id, amount=D(600_000), currency="EUR"),
        )
        for _ in range(2)
    ]
    for decision in proposals:
        governance.key_turn(s.viewer(COORDINATOR), decision.pk)
    assert [row.amount for row in Release.objects.all()] == [D(600_000)]
    with pytest.raises(Blocked) as blocked:
        governance.adopt_if_ready(s.viewer(COORDINATOR), proposals[1].pk)
    assert names(blocked.value.conditions) == ["The amount is what was earned and not released before"]


def test_fin_03_one_acceptance_missing_says_exactly_that_and_the_second_key_releases(world: World) -> None:
    s = scene(world)
    m = s.milestone()
    s.verify(s.claim(m))
    s.accept(m, COORDINATOR)
    with pytest.raises(Blocked) as blocked:
        s.release(OFFICER)
    said = names(blocked.value.conditions)
    assert "Milestone 1.1: Accepted by the donor" in said
    assert "Milestone 1.1: Accepted by the partner" not in said
    assert set(said) == {
        "Milestone 1.1: Accepted by the donor",
        "Consent in force on the day the last milestone is accepted",
        "The amount is what was earned and not released before",
    }
    assert view(s).state == "one key"
    s.accept(m, OFFICER)
    assert view(s).state == "releasable"
    s.release(OFFICER)
    assert not Release.objects.exists()
    s.release(COORDINATOR)
    assert Release.objects.get().amount == D(1_000_000)
    assert view(s).state == "released"


def test_d1_an_empty_tranche_lists_every_unmet_test(world: World) -> None:
    s = scene(world, [tranche(parts=(400_000, 600_000))])
    with pytest.raises(Blocked) as blocked:
        s.release(OFFICER)
    said = names(blocked.value.conditions)
    for number in ("1.1", "1.2"):
        for test in ("Evidence submitted", "Verified by the locked protocol", "Accepted by the donor"):
            assert f"Milestone {number}: {test}" in said
    assert len(said) == 2 + 2 * 5  # consent, amount; all but the protocol of each milestone
    assert view(s).state == "planned"


def test_d1_no_key_may_stand_for_another_side(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone())
    for who in ("lindaria:programme-officer", "cert:cert-lead", "evaluator:verifier", "norvia:co-chair"):
        with pytest.raises(Refused) as refused:
            s.release(who)
            s.release(who)
        assert refused.value.holders or who.startswith("lindaria")
    assert not Release.objects.exists()


def test_d1_an_open_rights_question_holds_and_its_closing_frees(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone())
    question, _ = law.question_open(
        s.viewer("ministry:rights-officer"), world.programme, title="Access", text="Risk.", about=s.tranche.id
    )
    with pytest.raises(Blocked) as blocked:
        s.release(OFFICER)
    assert names(blocked.value.conditions) == ["No rights question is open"]
    assert view(s).state == "held" and "Access" in view(s).reasons[0].note
    closing = law.question_close(s.viewer("ministry:rights-officer"), world.programme, question, "Agreed.")
    governance.key_turn(s.viewer("norvia:rights-officer"), closing.pk)
    s.release()
    assert Release.objects.count() == 1


def test_d1_a_question_opened_between_the_keys_stops_the_second(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone())
    s.release(OFFICER)
    law.question_open(s.viewer("norvia:rights-officer"), world.programme, title="Access", text="Risk.")
    s.release(COORDINATOR)
    assert not Release.objects.exists()


def test_own_05_consent_withdrawn_after_earning_forfeits_nothing(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone())
    sharing.consent_withdraw(s.viewer("ministry").actor, s.consent, "A new government")
    s.release()
    assert Release.objects.get().amount == D(1_000_000)


def test_own_05_consent_withdrawn_before_the_last_acceptance_blocks_it(world: World) -> None:
    s = scene(world, [tranche(parts=(400_000, 600_000))])
    s.earn(s.milestone(0))
    s.verify(s.claim(s.milestone(1)))
    sharing.consent_withdraw(s.viewer("ministry").actor, s.consent, "A new government")
    with pytest.raises(Blocked) as blocked:
        s.accept(s.milestone(1), COORDINATOR)
    assert names(blocked.value.conditions) == [
        "Consent to the programme is in force when the last milestone is accepted"
    ]


def test_d1_dates_bound_the_release(world: World) -> None:
    s = scene(world, [tranche(2)])
    assert "The first possible day is reached" in names(view(s).conditions)
    clock.set_to(datetime(2027, 3, 1, tzinfo=UTC))
    s.earn(s.milestone())
    clock.set_to(datetime(2028, 1, 1, tzinfo=UTC))
    with pytest.raises(Blocked) as blocked:
        s.release(OFFICER)
    assert names(blocked.value.conditions) == ["The last possible day is not passed"]
    assert view(s).state == "lapsed"


def test_d1_the_agreement_must_be_in_force(world: World) -> None:
    s = scene(world, [tranche(5)])
    clock.set_to(datetime(2030, 3, 1, tzinfo=UTC))
    s.earn(s.milestone())
    from trellis.agreements import services as agreements

    last = s.agreement.model_copy(
        update={"version": 2, "ends_on": datetime(2030, 2, 1).date(), "change": "It ends early."}  # noqa: DTZ001
    )
    decision = agreements.agreement_sign(s.viewer(COORDINATOR), world.programme, last)
    governance.key_turn(s.viewer(OFFICER), decision.pk)
    with pytest.raises(Blocked) as blocked:
        s.release(OFFICER)
    assert names(blocked.value.conditions) == ["Agreement in force"]
    assert view(s).state == "held"


@pytest.mark.parametrize(("who", "words"), [("cert:cert-lead", "claims"), (OFFICER, "pays")])
def test_fin_03_claimant_and_payer_cannot_verify(world: World, who: str, words: str) -> None:
    s = scene(world)
    claim = s.claim(s.milestone())
    with pytest.raises(Refused) as refused:
        s.verify(claim, who)
    assert words in refused.value.message
    assert any("verifier of evaluator" in holder for holder in refused.value.holders)


def test_fin_03_others_cannot_verify_and_an_outsider_sees_nothing(world: World) -> None:
    s = scene(world)
    claim = s.claim(s.milestone())
    with pytest.raises(Refused):
        s.verify(claim, "evaluator")  # of the verifier's organisation, without its seat
    for who in ("lindaria:programme-officer", "outsider", "centre:trainer"):
        with pytest.raises(Hidden):
            s.verify(claim, who)


@pytest.mark.parametrize(("who", "test"), [("cert", "does not claim"), ("norvia", "does not pay")])
def test_fin_03_a_protocol_that_names_claimant_or_payer_does_not_lock(world: World, who: str, test: str) -> None:
    s = scene(world, lock=False)
    admin = s.viewer(who)
    seat = accounts.seat_open(admin, world.org(who), "verifier")
    accounts.seat_fill(admin, seat.pk, world.people[who].pk)
    s.lock(s.milestone(), verifier=world.org(who))
    assert store.protocol(s.milestone()) is None
    waiting = store.open_decision("milestone.lock", s.milestone())
    assert waiting is not None
    with pytest.raises(Blocked) as blocked:
        governance.adopt_if_ready(s.viewer(COORDINATOR), waiting.decision)
    assert any(test in name for name in names(blocked.value.conditions))


def test_fin_03_only_the_partner_side_claims(world: World) -> None:
    s = scene(world)
    for who in (OFFICER, VERIFIER, "centre:trainer"):
        with pytest.raises(Refused) as refused:
            s.claim(s.milestone(), who=who)
        assert "National CERT" in refused.value.holders


def test_fin_03_a_failed_verification_is_not_accepted(world: World) -> None:
    s = scene(world)
    s.verify(s.claim(s.milestone()), passed=False)
    with pytest.raises(Blocked) as blocked:
        s.accept(s.milestone(), COORDINATOR)
    assert "Verification passed, as cited" in names(blocked.value.conditions)


def test_fin_03_a_newer_claim_undoes_a_waiting_acceptance(world: World) -> None:
    s = scene(world)
    s.verify(s.claim(s.milestone(), 60))
    s.accept(s.milestone(), COORDINATOR)
    waiting = store.open_decision("milestone.accept", s.milestone())
    assert waiting is not None
    s.claim(s.milestone(), 80)
    governance.key_turn(s.viewer(OFFICER), waiting.decision)
    assert not Acceptance.objects.exists()


def test_fin_02_all_or_nothing_needs_the_threshold(world: World) -> None:
    s = scene(world, lock=False)
    s.lock(s.milestone(), scalable=False)
    s.verify(s.claim(s.milestone(), 99))
    with pytest.raises(Blocked) as blocked:
        s.accept(s.milestone(), COORDINATOR)
    assert names(blocked.value.conditions) == ["The threshold is reached: this milestone is all or nothing"]
    s.earn(s.milestone(), 100)
    assert store.earned(s.tranche.id) == D(1_000_000)


def test_fin_03_a_right_holder_may_decline(world: World) -> None:
    s = scene(world)
    s.verify(s.claim(s.milestone()))
    decision = s.accept(s.milestone(), COORDINATOR)
    governance.reject(s.viewer(OFFICER), decision.pk, "The sample is too small.")
    assert not Acceptance.objects.exists()
    assert view(s).state == "verified"


def test_d1_after_30_days_of_silence_the_committee_gets_it(world: World) -> None:
    from trellis.core import ports

    s = scene(world)
    s.verify(s.claim(s.milestone()))
    clock.advance(days=30)
    assert not view(s).milestones[0].committee_due
    clock.advance(days=1)
    assert view(s).milestones[0].committee_due
    for who in ("ministry:co-chair", "norvia:co-chair"):
        items = [i.title for port in ports.work_items for i in port(s.viewer(who))]
        assert any("For the committee: milestone 1.1" in title for title in items)
    items = [i.title for port in ports.work_items for i in port(s.viewer("cert:cert-lead"))]
    assert not any("committee" in title for title in items)


def test_a_partial_result_by_a_reader_is_never_typed_in(world: World) -> None:
    s = scene(world)
    s.verify(s.claim(s.milestone(), 60))
    payload = services.acceptance_of(world.programme, s.milestone())
    assert payload is not None and payload.earned == D(600_000)
    more = payload.model_copy(update={"earned": Decimal(900_000)})
    world.decide(COORDINATOR, "milestone.accept", more, OFFICER)
    assert not Acceptance.objects.exists()


def test_replay_rebuilds_all_money(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone(), 60)
    s.release()
    assert list(replay.verify_tables(world.programme)) == []
    assert replace(view(s), conditions=()).released == D(600_000)
