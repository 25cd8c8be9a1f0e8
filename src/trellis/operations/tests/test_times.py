"""D9 through the services: the worked values of the requirements, censoring, as-of, grids, comparison."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import World
from trellis.calc import operations as calc
from trellis.core import clock, figures
from trellis.core.conditions import Hidden, Invalid
from trellis.operations import reading, services, times
from trellis.operations.models import Incident
from trellis.operations.tests.test_incidents import record, signed_in
from trellis.sharing import figures as shown

AS_OF = datetime(2026, 6, 30, 12, tzinfo=UTC)
Q2 = (date(2026, 4, 1), date(2026, 6, 30))
# Hours to contain; None with the hours that it has been open (requirements, worked values of D9).
WORKED = [(2, True), (4, True), (6, True), (9, True), (12, False), (20, True), (30, False), (40, False)]


def cohort(world: World, hours: list[tuple[int, bool]] = WORKED, **more: Any) -> None:
    """Incidents contained after so many hours, or open for so many at AS_OF."""
    clock.set_to(AS_OF)
    for n, (length, done) in enumerate(hours):
        detected = AS_OF - timedelta(hours=length) if not done else AS_OF - timedelta(days=20)
        contained = detected + timedelta(hours=length) if done else None
        record(
            world,
            f"D9-{Incident.records.privileged().count()}-{n}",
            detected=detected,
            contained=contained,
            **more,
        )


def ask(world: World, clock_: calc.Clock = "contain", period: Any = Q2, as_of: Any = None, **more: Any) -> Any:
    viewer = world.viewer("cert")
    return times.time_shown(viewer, world.org("cert"), clock_, period, as_of=as_of, **more).figure


def test_d9_worked_values(world: World) -> None:
    cohort(world)
    figure = ask(world, horizon=24)
    assert figure.value == 9
    assert figure.parts["p90"] == "not reached"
    assert round(figure.parts["restricted_mean"], 4) == 13.9583
    assert (figure.n, figure.parts["events"], figure.open, figure.unknown) == (8, 5, 3, 0)
    assert reading.part(figure, "p90") == "not reached"
    cohort(world, [(60, False)])
    assert ask(world).value == 20


def test_d9_the_naive_figures_are_not_shown(world: World) -> None:
    cohort(world)
    figure = ask(world, horizon=24)
    assert 6 not in (figure.value, *figure.parts.values()) and 8.2 not in figure.parts.values()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=12), st.integers(61, 2000))
def test_mea_02_adding_an_open_old_incident_cannot_improve_the_median(hours: Any, old: int) -> None:
    start = AS_OF - timedelta(days=200)
    held = [
        calc.Incident(
            str(n),
            start if done else AS_OF - timedelta(hours=h),
            contained=start + timedelta(hours=h) if done else None,
        )
        for n, (h, done) in enumerate(hours)
    ]
    before = calc.kaplan_meier(calc.durations(held, "contain", AS_OF)).median().value
    more = [*held, calc.Incident("old", AS_OF - timedelta(hours=old))]
    after = calc.kaplan_meier(calc.durations(more, "contain", AS_OF)).median().value
    assert after is None or (before is not None and after >= before)


def test_mea_02_adding_an_open_old_incident_cannot_improve_the_median_through_services(world: World) -> None:
    cohort(world, [(2, True), (4, True), (6, True)])
    before = ask(world).value
    cohort(world, [(1500, False)])
    figure = ask(world)
    assert figure.value >= before and figure.open == 1 and figure.n == 4


def test_mea_02_a_figure_of_last_quarter_is_the_same_after_todays_corrections(world: World) -> None:
    cohort(world)
    then = clock.now()
    before = ask(world, as_of=then)
    clock.set_to(AS_OF + timedelta(days=30))
    row = Incident.records.privileged().as_of(None).filter(contained=None).first()
    services.incident_correct(
        world.viewer("cert"), row.subject, "Contained", contained=row.detected + timedelta(hours=1)
    )
    retracted = Incident.records.privileged().as_of(None).exclude(contained=None).first()
    services.incident_retract(world.viewer("cert"), retracted.subject, "A drill")
    record(world, "LATE", detected=AS_OF - timedelta(days=10), contained=AS_OF - timedelta(days=9))
    assert ask(world, as_of=then) == before
    question = figures.ask("operations.contain", times.params_of(world.org("cert"), zone="UTC"), Q2, then)
    assert figures.kind_named("operations.contain").compute(question).value == before.value  # not the cache
    assert ask(world) != before


def test_d9_unknown_starts_are_out_of_detect_only_and_its_bias_is_said(world: World) -> None:
    clock.set_to(AS_OF)
    at = AS_OF - timedelta(days=3)
    record(world, "1", detected=at, started=at - timedelta(hours=5), contained=at + timedelta(hours=1))
    record(world, "2", detected=at, contained=at + timedelta(hours=1))
    detect, contain = ask(world, "detect"), ask(world)
    assert (detect.value, detect.n, detect.unknown) == (5, 1, 1)
    assert (contain.n, contain.unknown) == (2, 0)
    assert calc.DETECT_BIAS in detect.caveats and not contain.caveats


def test_d9_contained_at_a_time_nobody_knows_is_counted_and_not_open(world: World) -> None:
    clock.set_to(AS_OF)
    record(world, "1", detected=AS_OF - timedelta(days=3), not_known=["contained"])
    record(world, "2", detected=AS_OF - timedelta(days=3), recovered=AS_OF)
    figure = ask(world)
    assert (figure.n, figure.open, figure.unknown, figure.reason) == (0, 0, 2, "no data")


def test_mea_02_containment_is_reported_apart_from_recovery_and_with_events_and_open(world: World) -> None:
    cohort(world)
    for row in Incident.records.privileged().as_of(None).exclude(contained=None)[:2]:
        services.incident_correct(world.viewer("cert"), row.subject, "Over", recovered=AS_OF)
    contain, recover = ask(world), ask(world, "recover")
    assert (contain.n, contain.parts["events"], contain.open) == (8, 5, 3)
    assert (recover.n, recover.parts["events"], recover.open) == (8, 2, 6)
    assert contain.value == 9 and recover.value != contain.value


def test_d9_severities_are_apart(world: World) -> None:
    cohort(world, [(2, True), (4, True)])
    cohort(world, [(50, True)], severity="low")
    cohort(world, [(7, True)], severity="")
    found = times.by_severity(world.viewer("cert"), world.org("cert"), "contain", Q2, None)
    assert [(c.title, c.shown.figure.value, c.shown.figure.n) for c in found] == [
        ("Critical", None, 0),
        ("High", 2, 2),
        ("Medium", None, 0),
        ("Low", 50, 1),
        ("Not rated", 7, 1),
    ]


def test_a_quarter_is_that_of_the_zone(world: World) -> None:
    clock.set_to(AS_OF + timedelta(days=2))
    record(world, "edge", detected=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    for zone, n in (("UTC", 1), ("Africa/Lagos", 0)):
        question = figures.ask("operations.contain", {"owner": world.org("cert"), "zone": zone}, Q2)
        assert figures.figure(question).n == n


@pytest.mark.parametrize(
    ("params", "period", "field"),
    [
        ({}, (date(2026, 4, 1), date(2026, 4, 2)), "period"),
        ({"severity": "awful"}, Q2, "severity"),
        ({"zone": "Mars/Base"}, Q2, "zone"),
        ({"horizon": "-1"}, Q2, "horizon"),
        ({"horizon": "NaN"}, Q2, "horizon"),
        ({"owner": "x"}, Q2, "owner"),
    ],
)
def test_parameters_off_the_grid_are_refused(world: World, params: dict[str, str], period: Any, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        figures.figure(figures.ask("operations.contain", {"owner": world.org("cert"), **params}, period))
    assert set(invalid.value.fields) == {field}


def test_two_owners_are_one_figure_and_each_must_consent(world: World) -> None:
    cohort(world, [(2, True)])
    cohort(world, [(4, True), (6, True)], who="ministry:coordinator")
    both = ",".join(sorted([str(world.org("cert")), str(world.org("ministry"))]))
    viewer = world.viewer("cert")
    found = shown.shown(viewer, "operations.contain", {"owner": both}, Q2)
    assert found.figure.reason == "consent missing" and found.withheld_by == (world.org("ministry"),)
    question = figures.ask("operations.contain", {"owner": both}, Q2)
    assert (figures.figure(question).value, figures.figure(question).n) == (4, 3)


def test_two_quarters_are_compared_and_claim_no_cause(world: World) -> None:
    cohort(world, [(2, True), (3, True), (4, True), (5, True)])
    for n, hours in enumerate((20, 30, 40, 50)):
        at = datetime(2026, 2, 1, tzinfo=UTC)
        record(world, f"before-{n}", detected=at, contained=at + timedelta(hours=hours))
    first = (date(2026, 1, 1), date(2026, 3, 31))
    viewer, owner = world.viewer("cert"), world.org("cert")
    figure = times.compare(viewer, owner, "contain", first, Q2, horizon=50).shown.figure
    assert figure.value == pytest.approx(3.5 - 35)  # no censoring: the restricted means are the plain ones
    assert figure.parts["n_first"] == figure.parts["n_second"] == 4
    assert figure.parts["log_rank_p"] < 0.05 and calc.NO_CAUSE in figure.caveats
    with pytest.raises(Hidden):
        times.compare(world.viewer("outsider"), owner, "contain", first, Q2)
    client = signed_in(world, "cert:cert-lead")
    page = client.get("/incidents/compare/?horizon=50").content.decode()
    assert "the later period is shorter by 31.5 hours" in page and "says nothing of its cause" in page


def test_the_figures_page_reads_in_words(world: World) -> None:
    client = signed_in(world, "cert:cert-lead")
    assert "No incident times yet" in client.get("/incidents/figures/").content.decode()
    cohort(world)
    page = client.get("/incidents/figures/?horizon=24").content.decode()
    assert "Half of them were contained within 9" in page and "3 are still open" in page
    assert "not reached" in page and "The same as a table" in page and '<svg viewBox="0 0 640' in page
    assert client.get("/incidents/figures/?clock=detect").status_code == 200
    assert client.get("/incidents/figures/?clock=recover&severity=low&as_of=2026-06-01").status_code == 200
    assert client.get("/incidents/compare/").status_code == 200
