"""ACC-05, ACC-06: what a publication holds, who may change what in it, and that it stays as it was."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.world import World
from trellis.assessment import services as assessment
from trellis.assessment.tests import room as needs
from trellis.core import clock
from trellis.core.conditions import Blocked, Hidden, Invalid, Refused, unmet
from trellis.funding.tests.scene import COORDINATOR, OFFICER
from trellis.governance import services as governance
from trellis.governance.models import Outcome
from trellis.governance.replay import verify_tables
from trellis.measurement import services as measurement
from trellis.publishing import building, downloads, selectors, services
from trellis.publishing.models import Publication
from trellis.publishing.schemas import CODES, PublicationPublish
from trellis.publishing.tests.stage import Room, room
from trellis.sharing import selectors as shared
from trellis.sharing import services as sharing

Q3 = {"period_start": date(2026, 7, 1), "period_end": date(2026, 9, 30)}


@pytest.fixture
def stage(world: World) -> Room:
    made = room(world)
    made.open()
    return made


def build(stage: Room, who: str = "ministry", **said: Any) -> dict[str, Any]:
    return services.publication_build(stage.viewer(who), stage.world.programme, **said).sections


def grant_of(stage: Room, who: str, kind: str) -> Any:
    rows = shared.grants_given(stage.viewer(who)).filter(data_kind=kind, audience="anyone")
    return rows.first()


def codes(sections: dict[str, Any]) -> set[tuple[str, str]]:
    return {(gap["item"].partition(":")[0], gap["code"]) for gap in sections["gaps"]}


def test_acc_06_bad_results_are_in_it(stage: Room) -> None:
    sections = build(stage)
    [reviews, contain] = sections["scorecard"]["indicators"]
    assert (contain["actual"], contain["baseline"], contain["target"], contain["red"]) == ("44", "48", "24", True)
    assert (reviews["actual"], reviews["n"], reviews["red"]) == ("0.7", 10, False)
    # 4 of 24 hours and 0.5 of 0.6: the mean of two perspectives of one indicator each
    assert (contain["progress"], reviews["progress"], sections["scorecard"]["total"]) == ("0.167", "0.833", "0.5")
    assert [(r["label"], r["state"]) for r in sections["reviews"]] == [("2026 Q2", "overdue"), ("2026 Q1", "overdue")]
    [money] = sections["money"]
    assert (money["promised"], money["released"], money["sent"], money["received"]) == (
        "1500000.00", "1000000.00", "1000000.00", None,
    )  # fmt: skip
    assert [t["state"] for t in sections["tranches"]] == ["sent", "planned"]
    assert {"milestone": "2.1", "test": "Evidence submitted", "early": False} in sections["tranches"][1]["reasons"]


def test_acc_06_nothing_names_a_person(stage: Room) -> None:
    sections = str(build(stage))
    assert "Norvia Development Agency" in sections
    assert not [p.name for p in stage.world.people.values() if p.name in sections]


def test_acc_05_what_owners_have_not_opened_is_a_gap_with_a_code(world: World) -> None:
    stage = room(world)
    sections = build(stage)
    assert codes(sections) >= {
        ("payments", "not opened"), ("indicator", "not opened"), ("incidents", "not opened"), ("total", "derivable"),
    }  # fmt: skip
    assert sections["scorecard"]["indicators"] == [] and sections["scorecard"]["total"] is None
    assert sections["money"][0]["sent"] is None and sections["tranches"][0]["payments"] is None
    assert sections["tranches"][0]["state"] == "released"
    assert "P-1" not in str(sections) and "44" not in {str(v) for v in sections["money"][0].values()}
    owners = {gap["owners"] for gap in sections["gaps"] if gap["section"] == "scorecard" and gap["owners"]}
    assert owners == {"National CERT", "Ministry of Digital Affairs"}
    stage.open("cert")
    shown = build(stage)["scorecard"]
    assert [i["title"] for i in shown["indicators"]] == ["Median hours to contain"] and shown["total"] is None
    assert [p["name"] for p in shown["perspectives"]] == ["technical"]


def test_acc_05_publication_regenerates_identically(stage: Room) -> None:
    view = stage.publish()
    files = {ending: downloads.file(view, ending).body for ending in downloads.TYPES}
    sharing.grant_withdraw(
        stage.viewer("cert").actor, grant_of(stage, "cert", "measurement.reading").subject, "Why not"
    )
    reading = measurement.reading_record
    clock.set_to(datetime(2026, 10, 5, 9, tzinfo=UTC))
    reading(stage.viewer("cert:cert-lead"), stage.world.programme, stage.contain.id, value=Decimal(20), **Q3)
    stage.scene.claim(stage.scene.milestone(0, 1))
    sharing.consent_withdraw(stage.viewer("ministry").actor, stage.scene.consent, "Elections")
    clock.advance(days=1)
    assert building.same(services.regenerated(view).sections, view.sections)
    again = selectors.publication(stage.world.programme, view.id)
    assert {ending: downloads.file(again, ending).body for ending in downloads.TYPES} == files
    assert not building.same(build(stage), view.sections)


def test_acc_05_publication_is_co_owned_and_replays(stage: Room) -> None:
    stage.publish()
    assert list(verify_tables(stage.world.programme)) == []


def test_acc_06_nobody_types_a_figure(stage: Room) -> None:
    viewer, here = stage.viewer(COORDINATOR), stage.world.programme
    sections = build(stage)
    sections["scorecard"]["indicators"][1]["actual"] = "24"
    now = clock.now()
    payload = PublicationPublish(publication=here, title="Better", as_of=now, rights_at=now, sections=sections)
    decision = governance.propose(viewer, here, "publication.publish", payload)
    governance.key_turn(stage.viewer(OFFICER), decision.pk)
    with pytest.raises(Blocked) as blocked:
        governance.adopt_if_ready(viewer, decision.pk)
    assert [c.name for c in unmet(blocked.value.conditions)] == [
        "The content is what the system builds for this date, less what is withheld"
    ]
    assert not Publication.objects.exists()


def test_acc_06_one_side_alone_publishes_nothing(stage: Room) -> None:
    decision = stage.propose()
    assert not Outcome.objects.filter(decision=decision.pk).exists()
    with pytest.raises(Hidden):
        selectors.publication(stage.world.programme)
    for who in ("cert:cert-lead", "ministry", "evaluator:verifier"):
        with pytest.raises(Refused):
            stage.propose(who)
    with pytest.raises(Hidden):
        stage.propose("outsider")


def test_d22_only_the_partner_withholds_and_only_by_code(stage: Room) -> None:
    item = f"milestone:{stage.scene.milestone(0, 1)}"
    with pytest.raises(Invalid) as refused:
        stage.propose(OFFICER, withheld={item: "security"})
    assert "withheld" in refused.value.fields
    with pytest.raises(Invalid):
        stage.propose(withheld={item: "embarrassing"})
    bad = [f"tranche:{stage.scene.tranche.id}", "money", "reviews", "total", "waivers", "consents"]
    for never in bad:
        with pytest.raises(Invalid):
            stage.propose(withheld={never: "security"})
    view = stage.publish(withheld={item: "security"})
    assert item.partition(":")[2] not in str(view.sections["milestones"])
    assert {"section": "milestones", "item": item, "code": "security", "owners": ""} in view.sections["gaps"]
    tests = {(r["milestone"], r["test"]) for r in view.sections["tranches"][1]["reasons"]}
    assert ("", "A milestone that is not shown") in tests and "2.1" not in {m for m, _test in tests}
    assert {gap["code"] for gap in view.sections["gaps"]} <= set(CODES)


def test_d22_withheld_indicator_cannot_be_worked_out_from_a_score(stage: Room) -> None:
    sections = build(stage, withheld={f"indicator:{stage.contain.id}": "security"})
    card = sections["scorecard"]
    assert (card["total"], card["weakest"], card["reds"]) == (None, None, 0)
    assert [p["name"] for p in card["perspectives"]] == ["governance"]
    assert ("total", "derivable") in codes(sections) and ("perspective", "derivable") in codes(sections)


def test_d22_share_of_fewer_than_five_is_hidden(stage: Room) -> None:
    clock.set_to(datetime(2026, 10, 5, 9, tzinfo=UTC))
    measurement.reading_record(
        stage.viewer("ministry"), stage.world.programme, stage.held.id, numerator=3, denominator=4, **Q3
    )
    clock.advance(minutes=1)
    sections = build(stage)
    assert [i["title"] for i in sections["scorecard"]["indicators"]] == ["Median hours to contain"]
    assert ("indicator", "small numbers") in codes(sections) and sections["scorecard"]["total"] is None


def test_own_05_withdrawn_grant_stops_the_next_publication_and_keeps_the_last(stage: Room) -> None:
    first = stage.publish()
    decision = stage.propose()
    grant = grant_of(stage, "cert", "measurement.reading")
    sharing.grant_withdraw(stage.viewer("cert").actor, grant.subject, "Changed our mind")
    clock.advance(minutes=5)
    governance.key_turn(stage.viewer(OFFICER), decision.pk)
    [lost] = unmet(governance.conditions(decision))
    assert "without its owner's grant" in lost.name and lost.note == "National CERT"
    assert not Outcome.objects.filter(decision=decision.pk).exists()
    second = stage.publish()
    titles = {i["title"] for i in second.sections["scorecard"]["indicators"]}
    assert titles == {"Reviews held on time"}
    kept = selectors.publication(stage.world.programme, first.id)
    assert kept.sections == first.sections and len(kept.sections["scorecard"]["indicators"]) == 2


def test_two_prepared_side_by_side_are_not_both_published(stage: Room) -> None:
    one, other = stage.propose(), stage.propose(title="Another")
    governance.key_turn(stage.viewer(OFFICER), one.pk)
    clock.advance(minutes=1)
    governance.key_turn(stage.viewer(OFFICER), other.pk)
    assert [c.name for c in unmet(governance.conditions(other))] == ["Nothing was published since it was prepared"]


def test_acc_05_corrections_keep_what_they_correct(stage: Room) -> None:
    first = stage.publish()
    with pytest.raises(Invalid) as missing:
        stage.propose(corrects=first.id)
    assert "reason" in missing.value.fields
    second = stage.publish(corrects=first.id, reason="A payment was missing")
    assert (second.number, second.corrects, second.reason) == (2, first.id, "A payment was missing")
    kept = selectors.publication(stage.world.programme, first.id)
    assert kept.corrected_by == second.id and kept.sections == first.sections
    with pytest.raises(Invalid):
        stage.propose(corrects=first.id, reason="Once more")


def test_own_05_withdrawn_consent_is_public_without_its_text(stage: Room) -> None:
    stage.publish()
    assert selectors.live(stage.world.programme).withdrawn == ()
    sharing.consent_withdraw(stage.viewer("ministry").actor, stage.scene.consent, "Elections")
    clock.advance(minutes=1)
    said = {"scope": "programme", "on": "2026-07-20"}
    assert selectors.live(stage.world.programme).withdrawn == (said,)
    sections = build(stage)
    assert sections["consents"] == [said] and "The government consents" not in str(sections)


def test_gov_04_overdue_review_is_public_at_once(stage: Room) -> None:
    with pytest.raises(Hidden):
        selectors.live(stage.world.programme)
    stage.publish()
    assert [label for label, _due in selectors.live(stage.world.programme).overdue] == ["2026 Q2", "2026 Q1"]
    clock.set_to(datetime(2026, 10, 20, 9, tzinfo=UTC))
    assert ("2026 Q3", date(2026, 10, 14)) in selectors.live(stage.world.programme).overdue


def test_na_03_waiver_shows_in_every_publication(stage: Room) -> None:
    opened = needs.opened(stage.world)
    clock.advance(minutes=1)
    assert opened.about
    assessment.assessment_waive(stage.viewer(COORDINATOR), opened.about, "law-enforcement", "The police is on strike")
    clock.advance(minutes=1)
    view = stage.publish()
    [waiver] = view.sections["waivers"]
    assert (waiver["group"], waiver["reason"]) == ("law-enforcement", "The police is on strike")


def test_figures_are_opened_by_an_administrator_alone(stage: Room) -> None:
    with pytest.raises(Refused):
        services.figures_open(stage.viewer("cert:cert-lead"), stage.world.programme)
    with pytest.raises(Hidden):
        services.figures_open(stage.viewer("outsider"), stage.world.programme)
    assert services.figures_open(stage.viewer("cert"), stage.world.programme) == []


def test_changes_name_what_differs(stage: Room) -> None:
    view = stage.publish()
    clock.set_to(datetime(2026, 10, 5, 9, tzinfo=UTC))
    measurement.reading_record(
        stage.viewer("cert:cert-lead"), stage.world.programme, stage.contain.id, value=Decimal(30), **Q3
    )
    clock.advance(minutes=1)
    found = {(c.item, c.measure): (c.before, c.after) for c in selectors.changes(view.sections, build(stage))}
    assert found["Median hours to contain", "actual"] == ("44", "30")
    assert found["Median hours to contain", "red"] == ("yes", "no")
    assert selectors.changes(view.sections, view.sections) == []
