"""Assessments from opening to snapshot: NA-02 to NA-05, D17, and what each refusal says."""

import pytest

from tests.world import World
from trellis.assessment import answers, selectors, services
from trellis.assessment.models import Rating, Snapshot
from trellis.assessment.schemas import Invited, ScopeItem
from trellis.assessment.tests.room import GROUPS, ITEMS, NCC, answer, closed, given_to_a_donor, opened
from trellis.core import figures
from trellis.core.conditions import Blocked, Conflict, Hidden, Invalid, Refused
from trellis.governance import replay
from trellis.governance import services as governance
from trellis.governance.kinds import StageAdvance, stage_conditions
from trellis.parties.schemas import PUBLIC
from trellis.sharing import figures as shown
from trellis.sharing import gate
from trellis.sharing import services as sharing


def test_the_partner_coordinator_opens_alone_and_a_donor_is_told_who_may(world: World) -> None:
    decision = opened(world)
    view = selectors.assessment(decision.about)
    assert view.title == "Needs 2026" and not view.closed
    assert {i.code: i.target for i in selectors.scope(view.id)} == {i.code: i.target for i in ITEMS}
    with pytest.raises(Refused) as refused:
        services.assessment_open(
            world.viewer("norvia:programme-officer"),
            world.programme,
            framework=view.framework,
            title="Ours",
            lead=world.org("ministry"),
            items=ITEMS,
            invited=[],
        )
    assert any("Ministry of Digital Affairs" in holder for holder in refused.value.holders)


def test_na_05_a_mandatory_domain_is_in_scope_or_it_is_stated_why_not(world: World) -> None:
    items = [item for item in ITEMS if item.code != "4.3"]
    with pytest.raises(Blocked) as blocked:
        opened(world, items=items)
    assert [c.name for c in blocked.value.conditions if not c.met] == [
        "Cybercrime policing is in scope, or it is stated why not"
    ]
    opened(world, items=items, left_out={"cybercrime-policing": "Rated last year by the police itself"})


def test_opening_lists_every_unmet_condition(world: World) -> None:
    with pytest.raises(Blocked) as blocked:
        opened(world, lead=world.org("norvia"), items=[ScopeItem(code="9.9", target=7)], invited=[])
    unmet = {c.name for c in blocked.value.conditions if not c.met}
    assert {
        "The lead stands on the partner side",
        "Every item is one that the framework rates",
        "Every target is a stage of the framework",
        "At least one organisation is invited",
    } <= unmet
    assert len(unmet) == 7


def test_answers_belong_to_the_lead_and_are_read_by_who_gave_them(world: World) -> None:
    assessment = opened(world).about
    answer(world, assessment, "police", {"4.3": 1})
    row = answers.own(world.viewer("police"), assessment)["4.3"]
    assert (row.owner, row.said_by, row.group) == (
        world.org("ministry"),
        world.org("police"),
        "law-enforcement",
    )
    assert gate.visible(Rating, world.viewer("ministry")).count() == 1
    for other in ("bank", "norvia:programme-officer", "outsider"):
        assert not gate.visible(Rating, world.viewer(other)).exists()


def test_who_is_not_invited_finds_nothing(world: World) -> None:
    assessment = opened(world).about
    for who in ("outsider", "norvia:programme-officer", "cert"):
        with pytest.raises(Hidden):
            services.rating_give(world.viewer(who), assessment, "1.2", 2, "low")
        assert selectors.assessments_inviting(world.viewer(who)) == []
    assert selectors.assessments_inviting(PUBLIC) == []
    with pytest.raises(Hidden):
        selectors.assessment_for(world.viewer("outsider"), assessment)
    with pytest.raises(Hidden):
        selectors.assessment_for(world.viewer("police"), assessment)


def test_a_later_answer_supersedes_and_both_stay(world: World) -> None:
    assessment = opened(world).about
    police = world.viewer("police")
    answer(world, assessment, "police", {"4.3": 1})
    services.rating_give(police, assessment, "4.3", 2, "low", why="The lab opened")
    versions = gate.visible(Rating, police, history=True).order_by("recorded_at", "seq")
    assert [(r.stage, r.why) for r in versions] == [(1, ""), (2, "The lab opened")]
    assert answers.own(police, assessment)["4.3"].stage == 2
    services.rating_withdraw(police, assessment, "4.3", "Not ours to say")
    assert answers.own(police, assessment) == {}
    services.rating_give(police, assessment, "4.3", 1, "low")
    assert answers.own(police, assessment)["4.3"].stage == 1


def test_na_04_a_rating_without_evidence_is_unevidenced(world: World) -> None:
    assessment = opened(world).about
    services.rating_give(world.viewer("police"), assessment, "4.3", 1, "low")
    assert not answers.own(world.viewer("police"), assessment)["4.3"].evidenced
    figure = figures.figure(figures.ask("assessment.map", {"assessment": assessment}))
    assert figure.parts["unevidenced"] == 1


def test_an_answer_says_everything_that_is_wrong(world: World) -> None:
    assessment = opened(world).about
    with pytest.raises(Invalid) as invalid:
        services.rating_give(world.viewer("police"), assessment, "5.5", 9, "quite")
    assert set(invalid.value.fields) == {"code", "stage", "confidence"}


def test_na_03_an_assessment_without_law_enforcement_is_incomplete_until_waived(world: World) -> None:
    assessment = opened(world).about
    answer(world, assessment, "ministry", {"1.2": 2})
    answer(world, assessment, "university", {"1.2": 2})
    answer(world, assessment, "bank", {"1.2": 2})
    with pytest.raises(Blocked, match="incomplete") as blocked:
        services.assessment_close(world.viewer(NCC), assessment)
    assert [c.name for c in blocked.value.conditions if not c.met] == [
        "Law enforcement answered, or a waiver is signed"
    ]
    assert not selectors.assessment(assessment).closed

    services.assessment_waive(world.viewer(NCC), assessment, "law-enforcement", "The police are on strike.")
    services.assessment_close(world.viewer(NCC), assessment)
    assert selectors.assessment(assessment).number == 1
    said = selectors.waiver_notices(world.programme, assessment)
    assert said == [
        "Law enforcement did not answer “Needs 2026”: waived by coordinator of ministry. The police are on strike."
    ]
    assert figures.figure(figures.ask("assessment.gaps", {"assessment": assessment})).caveats == tuple(said)


def test_na_03_a_waiver_needs_a_reason_and_the_partner(world: World) -> None:
    assessment = opened(world).about
    with pytest.raises(Blocked):
        services.assessment_waive(world.viewer(NCC), assessment, "academia", "  ")
    with pytest.raises(Refused):
        services.assessment_waive(world.viewer("norvia:programme-officer"), assessment, "academia", "Why not")


def test_na_05_d17_the_snapshot_states_gap_contest_and_what_is_not_assessed(world: World) -> None:
    assessment = closed(world)
    rows = {row.code: row for row in selectors.gaps(world.programme, assessment)}
    assert (rows["1.2"].current, rows["1.2"].size, rows["1.2"].status) == (2, 2, "gap")
    assert (rows["4.3"].low, rows["4.3"].high, rows["4.3"].status) == (1, 4, "contested")
    assert (rows["1.3"].current, rows["1.3"].size, rows["1.3"].status) == (3, 0, "target reached")
    assert (rows["3.1"].current, rows["3.1"].size, rows["3.1"].status) == (None, None, "not assessed")
    # Both gaps are two stages; 1.1 is the surer, so it comes first (D17).
    assert [row.code for row in rows.values() if row.order] == ["1.1", "1.2", "1.3"]
    figure = figures.figure(figures.ask("assessment.gaps", {"assessment": assessment}))
    assert (figure.value, figure.n, figure.unknown, figure.parts["contested"]) == (2, 5, 1, 1)


def test_the_snapshot_cites_ratings_by_version_and_hash(world: World) -> None:
    assessment = closed(world)
    row = Snapshot.objects.current().get(assessment=assessment, code="4.3")
    held = {str(r.id): r.content_hash for r in gate.visible(Rating, world.viewer("ministry")).filter(code="4.3")}
    assert {cited["id"]: cited["hash"] for cited in row.ratings} == held and len(held) == 2
    assert row.groups["government"] == {"low": 4, "middle": 4, "high": 4, "n": 1}


def test_a_closed_assessment_takes_no_more_answers_and_is_not_closed_twice(world: World) -> None:
    assessment = closed(world)
    with pytest.raises(Refused, match="closed"):
        services.rating_give(world.viewer("bank"), assessment, "1.1", 5, "high")
    with pytest.raises(Blocked):
        services.assessment_close(world.viewer(NCC), assessment)
    with pytest.raises(Blocked):
        services.assessment_amend(world.viewer(NCC), assessment, items=[ScopeItem(code="2.1")])


def test_targets_and_invitations_can_be_added_while_open(world: World) -> None:
    assessment = opened(world).about
    services.assessment_amend(
        world.viewer(NCC),
        assessment,
        items=[ScopeItem(code="1.2", target=5), ScopeItem(code="2.1", target=2)],
        invited=[Invited(organisation=world.org("cert"), group="government")],
    )
    scope = {item.code: item.target for item in selectors.scope(assessment)}
    assert scope["1.2"] == 5 and scope["2.1"] == 2 and scope["4.3"] == 4
    assert set(selectors.assessment(assessment).invited) == {world.org(k) for k in (*GROUPS, "cert")}
    answer(world, assessment, "cert", {"2.1": 1})


def test_na_04_two_snapshots_differ_and_nothing_missing_becomes_zero(world: World) -> None:
    first = closed(world)
    second = opened(world, title="Needs 2027").about
    answer(world, second, "ministry", {"1.2": 4, "3.1": 2, "1.1": 1})
    for who in ("police", "university", "bank"):
        answer(world, second, who, {"1.2": 4})
    services.assessment_close(world.viewer(NCC), second)
    assert selectors.assessment(second).number == 2
    changes = {c.code: (c.before, c.after, c.moved) for c in selectors.compare(first, second)}
    assert changes["1.2"] == (2, 4, 2)
    assert changes["1.1"] == (1, 1, 0)
    assert changes["3.1"] == (None, 2, None)
    assert changes["1.3"] == (3, None, None)


def test_na_02_no_stage_is_entered_without_a_closed_assessment(world: World) -> None:
    keys = ("norvia:programme-officer", "lindaria:programme-officer")
    decision = world.decide(NCC, "programme.advance", StageAdvance(stage="assessed"), *keys)
    waiting = [c.name for c in governance.conditions(decision) if not c.met]
    assert waiting == ["A needs assessment is closed"]
    closed(world)
    governance.adopt_if_ready(world.viewer(NCC), decision.pk)
    assert any(c.name == "A needs assessment is closed" for c in stage_conditions(world.programme, "agreed"))


def test_figures_of_answers_are_withheld_from_a_donor_until_the_lead_consents(world: World) -> None:
    assessment = closed(world)
    donor = world.viewer("norvia:programme-officer")
    params = {"assessment": assessment}
    assert shown.shown(donor, "assessment.map", params).figure.reason == "consent missing"
    assert shown.shown(donor, "assessment.gaps", params).figure.value == 2
    sharing.grant(
        world.viewer("ministry").actor,
        "assessment.rating",
        "side",
        detail="figure",
        side="donor",
        arrangement=world.programme,
        context=world.programme,
        purpose="To follow the assessment",
    )
    figure = shown.shown(donor, "assessment.map", params).figure
    assert str(figure.value) == "0.8" and figure.unknown == 1
    assert not gate.visible(Rating, donor).exists()


def test_agreement_is_alpha_with_the_spread_beside_it(world: World) -> None:
    assessment = closed(world)
    figure = figures.figure(figures.ask("assessment.agreement", {"assessment": assessment}))
    # 1.2: 3, 2, 3; 4.3: 4, 1; 1.3: 3, 4: three units, seven values.
    assert (figure.n, figure.parts["values"], figure.parts["widest"]) == (3, 7, 3)


def test_evidence_named_in_an_answer_is_shown_to_the_lead(world: World) -> None:
    from trellis.sharing import records
    from trellis.sharing.models import Evidence

    assessment = opened(world).about
    police = world.viewer("police")
    row = Evidence(title="Lab report", name="lab.pdf", media_type="application/pdf", size=1, sha256="0" * 64)
    records.write(police.actor, [row])
    assert not gate.visible(Evidence, world.viewer("ministry")).exists()
    services.rating_give(police, assessment, "4.3", 2, "high", evidence=row.subject)
    assert gate.get(Evidence, world.viewer("ministry"), row.subject).title == "Lab report"
    assert answers.own(police, assessment)["4.3"].evidenced
    with pytest.raises(Hidden):
        services.rating_give(world.viewer("bank"), assessment, "1.2", 2, "high", evidence=row.subject)


def test_own_01_the_right_to_assess_stays_with_the_partner(world: World) -> None:
    for kind in ("assessment.open", "assessment.close", "assessment.waive", "priorities.rank"):
        assert "stays with the partner" in given_to_a_donor(world, kind)


def test_replaying_the_stream_rebuilds_assessments_exactly(world: World) -> None:
    closed(world)
    assert list(replay.verify_tables(world.programme)) == []


def test_two_first_answers_of_one_organisation_are_one_and_a_conflict(world: World) -> None:
    assessment = opened(world).about
    answer(world, assessment, "police", {"4.3": 1})
    first = answers.own(world.viewer("police"), assessment)["4.3"]
    answer(world, assessment, "police", {"4.3": 2})
    from trellis.sharing import records

    with pytest.raises(Conflict):
        records.correct(first, world.viewer("police").actor, "late", stage=3)
