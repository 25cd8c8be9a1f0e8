"""AST-04: no test without a written authorisation in force."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world import World
from trellis.assets import selectors, services
from trellis.assets.models import Authorisation, SecurityTest
from trellis.assets.tests.scene import (
    DAY,
    HOST,
    SCOPE,
    at,
    authorised,
    client,
    day,
    found,
    later,
    paper,
    planned,
    running,
    staff,
)
from trellis.core import clock
from trellis.core.conditions import Blocked, Conflict, Hidden, Invalid, Refused, unmet
from trellis.sharing import records
from trellis.sharing import services as sharing
from trellis.sharing.evidence import evidence_list
from trellis.sharing.models import Evidence

NAMES, BEGIN, WHOLE, END, FILE = (
    "A written authorisation names this test",
    "It is in force when the test begins",
    "It covers the whole scope",
    "It is in force until the test ends",
    "Its file is kept here",
)


def refused(world: World, row: SecurityTest, **when: Any) -> set[str]:
    """The conditions for want of which a test does not begin; nothing is written by that."""
    with pytest.raises(Blocked) as blocked:
        services.test_begin(world.viewer(HOST), row.subject, **when)
    assert set(blocked.value.holders) == {"Admin cert", "cert-lead of cert"}
    assert selectors.test(world.viewer(HOST), row.subject).row.begun_at is None
    return {condition.name for condition in unmet(blocked.value.conditions)}


def test_ast_04_no_test_begins_without_an_authorisation_and_the_refusal_says_all(world: World) -> None:
    row = planned(world)
    assert refused(world, row) == {NAMES, BEGIN, WHOLE, END, FILE}
    other = planned(world, title="Another")
    authorised(world, other.subject)
    clock.set_to(at(10))
    assert NAMES in refused(world, row), "an authorisation of another test is none"


def test_ast_04_a_test_begins_under_an_authorisation_that_covers_it(world: World) -> None:
    row = planned(world)
    authorised(world, row.subject)
    assert selectors.test(world.viewer(HOST), row.subject).state == "authorised"
    clock.set_to(at(10))
    begun = services.test_begin(world.viewer(HOST), row.subject)
    assert begun.begun_at == at(10)
    assert selectors.test(world.viewer(HOST), row.subject).state == "running"
    with pytest.raises(Conflict):
        services.test_begin(world.viewer(HOST), row.subject)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"scope": "Mail servers"}, {WHOLE}),
        ({"ends_on": day(19)}, {END}),
        ({"starts_on": day(11)}, {BEGIN}),
        ({"starts_on": DAY, "ends_on": day(9)}, {BEGIN, END}),
        ({"scope": "Payroll", "starts_on": day(11), "ends_on": day(19)}, {BEGIN, WHOLE, END}),
    ],
)
def test_ast_04_an_authorisation_falls_short_in_scope_or_dates(world: World, more: dict, expected: set[str]) -> None:
    row = planned(world)
    authorised(world, row.subject, **more)
    clock.set_to(at(10))
    assert refused(world, row) == expected


def test_ast_04_two_authorisations_that_fall_short_do_not_add_up(world: World) -> None:
    row = planned(world)
    authorised(world, row.subject, scope="Mail servers")
    authorised(world, row.subject, reference="A-2", scope="Analysts' network")
    clock.set_to(at(10))
    assert refused(world, row) == {WHOLE}
    authorised(world, row.subject, reference="A-3", scope="ANALYSTS' network\nmail  servers\nMore")
    services.test_begin(world.viewer(HOST), row.subject)


def test_ast_04_nothing_is_in_force_before_the_day_on_which_it_was_signed(world: World) -> None:
    row = planned(world)
    clock.set_to(at(12))
    authorised(world, row.subject, signed_on=day(12))
    assert BEGIN in refused(world, row, at=at(11))
    services.test_begin(world.viewer(HOST), row.subject, at=at(12, 1))


def test_ast_04_the_last_day_of_an_authorisation_is_a_whole_one(world: World) -> None:
    row = planned(world, planned_until=day(21))
    authorised(world, row.subject)
    clock.set_to(at(21, 23))
    services.test_begin(world.viewer(HOST), row.subject)
    assert selectors.test(world.viewer(HOST), row.subject).state == "running"
    later(hours=1)
    view = selectors.test(world.viewer(HOST), row.subject)
    assert (view.state, view.stopped_at) == ("stopped", at(22, 0))


def test_ast_04_its_days_are_those_of_the_hosts_time_zone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "zone_of", lambda organisation: "Africa/Nairobi")
    row = planned(world)
    authorised(world, row.subject, starts_on=day(10))
    clock.set_to(at(9, 20))
    assert BEGIN in refused(world, row)
    clock.set_to(at(9, 21))
    assert services.test_begin(world.viewer(HOST), row.subject).begun_at == at(9, 21), "midnight in Nairobi"


def test_ast_04_an_authorisation_without_its_file_does_not_count(world: World) -> None:
    row = planned(world)
    with pytest.raises(Invalid) as invalid:
        authorised(world, row.subject, file=None)
    assert set(invalid.value.fields) == {"file"}
    assert not Authorisation.records.privileged().exists()
    held = authorised(world, row.subject)
    clock.set_to(at(10))
    sharing.evidence_retract(world.viewer(HOST).actor, held.evidence, "Wrong file")
    assert refused(world, row) == {FILE}


def test_ast_04_evidence_of_another_organisation_authorises_nothing(world: World) -> None:
    theirs = sharing.evidence_add(world.viewer("norvia").actor, "Letter", paper(), "AMBER")
    sharing.grant(
        world.viewer("norvia").actor, "sharing.evidence", "organisation", organisation=world.org("cert"), purpose="x"
    )
    row = planned(world)
    with pytest.raises(Invalid) as invalid:
        authorised(world, row.subject, evidence=theirs.subject)
    assert "file" in invalid.value.fields
    mine = sharing.evidence_add(world.viewer(HOST).actor, "Letter", paper(), "AMBER+STRICT")
    authorised(world, row.subject, evidence=mine.subject)


def test_ast_04_only_who_answers_for_the_host_authorises_and_withdraws(world: World) -> None:
    analyst = staff(world)
    row = planned(world, analyst)
    with pytest.raises(Refused) as no:
        authorised(world, row.subject, analyst)
    assert set(no.value.holders) == {"Admin cert", "cert-lead of cert"}
    held = authorised(world, row.subject, "cert")
    with pytest.raises(Refused):
        services.authorisation_withdraw(world.viewer(analyst), held.subject, "No")
    for stranger in ("ministry:coordinator", "norvia", "outsider"):
        with pytest.raises(Hidden):
            authorised(world, row.subject, stranger)
        with pytest.raises(Hidden):
            services.authorisation_withdraw(world.viewer(stranger), held.subject, "No")


def test_ast_04_a_withdrawal_stops_the_test_from_that_moment(world: World) -> None:
    row = running(world)
    [held] = selectors.test(world.viewer(HOST), row.subject).authorisations
    clock.set_to(at(12))
    services.authorisation_withdraw(world.viewer(HOST), held.id, "A bank holiday")
    view = selectors.test(world.viewer(HOST), row.subject)
    assert (view.state, view.stopped_at) == ("stopped", at(12))
    later(hours=5)
    with pytest.raises(Blocked) as blocked:
        services.test_end(world.viewer(HOST), row.subject)
    assert END in {condition.name for condition in unmet(blocked.value.conditions)}
    with pytest.raises(Conflict):
        services.authorisation_withdraw(world.viewer(HOST), held.id, "Again")
    services.test_end(world.viewer(HOST), row.subject, at=at(12))
    assert selectors.test(world.viewer(HOST), row.subject).state == "done"


def test_ast_04_nothing_is_found_after_the_test_was_stopped(world: World) -> None:
    row = running(world)
    [held] = selectors.test(world.viewer(HOST), row.subject).authorisations
    clock.set_to(at(12))
    services.authorisation_withdraw(world.viewer(HOST), held.id, "A bank holiday")
    clock.set_to(at(14))
    with pytest.raises(Invalid) as invalid:
        found(world, row.subject, found_on=day(13))
    assert set(invalid.value.fields) == {"found_on"}
    found(world, row.subject, found_on=day(12))


def test_ast_04_another_authorisation_in_time_carries_a_test_on(world: World) -> None:
    row = running(world)
    authorised(world, row.subject, reference="A-2", starts_on=day(21), ends_on=day(40))
    clock.set_to(at(30))
    assert selectors.test(world.viewer(HOST), row.subject).state == "running"
    services.test_end(world.viewer(HOST), row.subject)


def test_ast_04_a_gap_between_two_authorisations_is_a_stop(world: World) -> None:
    row = running(world)
    authorised(world, row.subject, reference="A-2", starts_on=day(23), ends_on=day(40))
    clock.set_to(at(30))
    view = selectors.test(world.viewer(HOST), row.subject)
    assert (view.state, view.stopped_at) == ("stopped", at(22, 0))
    with pytest.raises(Blocked):
        services.test_end(world.viewer(HOST), row.subject)


def test_ast_04_a_test_that_was_done_is_recorded_only_if_it_was_authorised_all_the_while(world: World) -> None:
    row = planned(world)
    authorised(world, row.subject)
    clock.set_to(at(30))
    assert END in refused(world, row, at=at(10), ended_at=at(22, 1))
    assert BEGIN in refused(world, row, at=at(8), ended_at=at(12))
    done = services.test_begin(world.viewer(HOST), row.subject, at=at(10), ended_at=at(20))
    assert (done.begun_at, done.ended_at) == (at(10), at(20))


@pytest.mark.parametrize(
    ("when", "field"),
    [
        ({"at": at(11)}, "begun_at"),
        ({"at": at(9), "ended_at": at(11)}, "ended_at"),
        ({"at": at(9), "ended_at": at(9)}, "ended_at"),
    ],
)
def test_ast_04_times_that_do_not_hold_are_refused_by_field(world: World, when: dict, field: str) -> None:
    row = planned(world)
    authorised(world, row.subject)
    clock.set_to(at(10))
    with pytest.raises(Invalid) as invalid:
        services.test_begin(world.viewer(HOST), row.subject, **when)
    assert set(invalid.value.fields) == {field}


def test_ast_04_no_correction_reaches_past_what_was_authorised(world: World) -> None:
    row = running(world)
    viewer = world.viewer(HOST)
    for changes, name in (
        ({"scope": f"{SCOPE}\nPayroll"}, WHOLE),
        ({"planned_until": day(22)}, END),
        ({"begun_at": at(8)}, BEGIN),
    ):
        with pytest.raises(Blocked) as blocked:
            services.test_correct(viewer, row.subject, "More", **changes)  # type: ignore[arg-type]
        assert name in {condition.name for condition in unmet(blocked.value.conditions)}
    kept = services.test_correct(viewer, row.subject, "Less", scope="Mail servers", planned_until=day(18))
    assert kept.targets == ["Mail servers"]


def test_ast_04_times_corrected_keep_findings_within_the_test(world: World) -> None:
    row = running(world)
    found(world, row.subject, found_on=day(10))
    clock.set_to(at(16))
    found(world, row.subject, "F-2", found_on=day(14))
    services.test_end(world.viewer(HOST), row.subject)
    for changes, field in (({"begun_at": at(11)}, "begun_at"), ({"ended_at": at(13)}, "ended_at")):
        with pytest.raises(Invalid) as invalid:
            services.test_correct(world.viewer(HOST), row.subject, "Wrong", **changes)  # type: ignore[arg-type]
        assert set(invalid.value.fields) == {field}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": " "}, "title"),
        ({"scope": "\n \n"}, "scope"),
        ({"tester": ""}, "tester"),
        ({"kind": "audit"}, "kind"),
        ({"planned_until": day(9)}, "planned_until"),
        ({"label": "AMBER"}, "label"),
        ({"title": "x" * 201}, "title"),
    ],
)
def test_ast_04_a_plan_that_does_not_hold_is_refused_by_field(world: World, more: dict, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        planned(world, **more)
    assert set(invalid.value.fields) == {field}
    assert not SecurityTest.records.privileged().exists()


def test_ast_04_a_test_is_called_off_only_while_it_found_nothing(world: World) -> None:
    row = running(world)
    held = found(world, row.subject, found_on=day(10))
    with pytest.raises(Blocked):
        services.test_retract(world.viewer(HOST), row.subject, "Mistake")
    services.finding_retract(world.viewer(HOST), held.subject, "Not ours")
    services.test_retract(world.viewer(HOST), row.subject, "Mistake")
    assert selectors.tests(world.viewer(HOST)) == []
    page = client(world, HOST).get(f"/security-tests/{row.subject}/")
    assert page.status_code == 200 and b"called off" in page.content


def test_ast_04_a_correction_on_an_old_version_is_a_conflict(world: World) -> None:
    row = planned(world)
    services.test_correct(world.viewer(HOST), row.subject, "Name", title="Another")
    with pytest.raises(Conflict):
        services.test_correct(world.viewer(HOST), row.subject, "Name", seen=row.pk, title="Third")
    with pytest.raises(Invalid):
        services.test_correct(world.viewer(HOST), row.subject, " ", title="Third")


def test_ast_04_redacted_authorisation_no_longer_authorises(world: World) -> None:
    row = planned(world)
    held = authorised(world, row.subject)
    records.redact(Authorisation, [held.pk], world.viewer(HOST).actor, "Personal data")
    clock.set_to(at(10))
    assert {WHOLE, FILE} <= refused(world, row)


def test_ast_04_a_red_exercise_is_read_by_those_it_names_alone(world: World) -> None:
    analyst = staff(world)
    lead = world.viewer(HOST)
    row = planned(world, label="RED", readers=[world.people["cert"].pk])
    paper_ = authorised(world, row.subject)
    clock.set_to(at(10))
    services.test_begin(lead, row.subject)
    held = found(world, row.subject, found_on=day(10), due_on=day(10))
    later(days=2)
    assert selectors.test(world.viewer("cert"), row.subject).state == "running"
    assert [one.subject for one in selectors.overdue(world.viewer("cert"))] == [held.subject]
    viewer = world.viewer(analyst)
    assert selectors.tests(viewer) == [] and not selectors.visible_findings(viewer).exists()
    for path in (f"{row.subject}/", f"findings/{held.subject}/", f"authorisations/{paper_.subject}/"):
        assert client(world, analyst).get(f"/security-tests/{path}").status_code == 404
    assert not sharing_visible(world, analyst)
    services.test_correct(lead, row.subject, "It is over", label="AMBER+STRICT")
    assert selectors.finding(viewer, held.subject).label == "AMBER+STRICT"
    assert selectors.authorisation(viewer, paper_.subject).label == "AMBER+STRICT"


def sharing_visible(world: World, who: str) -> list[Any]:
    """The evidence that somebody reads."""
    from trellis.sharing import gate

    return list(gate.visible(Evidence, world.viewer(who)))


def test_ast_04_the_host_is_told_of_tests_that_lack_their_authorisation_or_had_to_stop(world: World) -> None:
    from trellis.assets.doors import work_items

    row = planned(world)
    lead = world.viewer(HOST)
    assert [item.title for item in work_items(lead)] == [f"Authorise: {row.title}"]
    assert work_items(world.viewer(staff(world))) == [], "who cannot authorise is not asked to"
    authorised(world, row.subject)
    assert work_items(lead) == []
    clock.set_to(at(10))
    services.test_begin(lead, row.subject)
    clock.set_to(at(22) + timedelta(minutes=1))
    assert [(item.title, item.since) for item in work_items(lead)] == [(f"Stop: {row.title}", at(22, 0))]
    assert work_items(world.viewer("norvia")) == []


def test_ast_04_a_test_that_becomes_red_takes_its_papers_along(world: World) -> None:
    row = planned(world)
    authorised(world, row.subject)
    colleague = world.viewer(staff(world))
    assert [one.title for one in evidence_list(colleague, "test")] == ["Authorisation A-1"]
    services.test_correct(world.viewer(HOST), row.subject, "Few may know", label="RED", readers=[])
    assert not evidence_list(colleague, "test").exists()
    with pytest.raises(Hidden):
        selectors.test(colleague, row.subject)
    clock.set_to(at(10))
    assert services.test_begin(world.viewer(HOST), row.subject).begun_at == at(10)


def test_ast_04_what_has_begun_is_not_made_planned_again(world: World) -> None:
    row = running(world)
    with pytest.raises(Invalid) as invalid:
        services.test_correct(world.viewer(HOST), row.subject, "Never was", begun_at=None)
    assert set(invalid.value.fields) == {"begun_at"}
