"""AST-04: detail stays with the host; others see counts, on pages, in the API and as figures."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import World
from trellis.assets import counting, selectors, services
from trellis.assets.models import Authorisation, Finding, SecurityTest
from trellis.assets.tests.scene import (
    DONOR,
    HOST,
    SECRET,
    at,
    client,
    day,
    ended,
    found,
    later,
    paper,
    planned,
    running,
    staff,
)
from trellis.core import clock
from trellis.core.conditions import Hidden, Invalid
from trellis.core.models import FigureCache
from trellis.sharing import figures, gate
from trellis.sharing import services as sharing

KINDS = ("assets.test", "assets.authorisation", "assets.finding")


def filled(world: World) -> SecurityTest:
    """An assessment with five findings on day 40: two critical overdue, one critical fixed in time, two low."""
    row = ended(world)
    found(world, row.subject, "C-1")
    found(world, row.subject, "C-2")
    found(world, row.subject, "C-3", fixed_on=day(14))
    found(world, row.subject, "L-1", severity="low")
    found(world, row.subject, "L-2", severity="low", accepted_on=day(12), accepted_why=f"{SECRET} goes")
    clock.set_to(at(40))
    return row


def value(world: World, who: str, kind: str = "findings", /, **params: Any) -> Any:
    asked = {"owner": world.org("cert"), **params}
    at_ = selectors.moment_of([world.org("cert")])
    return figures.shown(world.viewer(who), f"assets.{kind}", asked, None, at_).figure


def test_ast_04_donor_sees_counts_only_as_figures(world: World) -> None:
    filled(world)
    assert value(world, DONOR).reason == "consent missing"
    services.figures_share(world.viewer(HOST), world.programme)
    for state, severity, expected in (
        ("found", "", 5),
        ("open", "", 3),
        ("overdue", "", 2),
        ("overdue", "critical", 2),
        ("fixed", "critical", 1),
        ("accepted", "low", 1),
        ("open", "high", 0),
    ):
        assert value(world, DONOR, state=state, severity=severity).value == expected, (state, severity)
    share = value(world, DONOR, "fixed_in_time")
    assert (share.parts["numerator"], share.parts["denominator"], share.n) == (1, 3, 3)
    assert value(world, DONOR, "tests", kind="assessment").value == 1
    assert value(world, DONOR, "tests", kind="red-team").reason == "no data"


def test_ast_04_donor_sees_counts_only_on_the_page(world: World) -> None:
    row = filled(world)
    held = client(world, DONOR)
    url = f"/p/{world.programme}/security-tests/"
    before = held.get(url).content.decode()
    assert "No party lets you see its counts yet" in before
    services.figures_share(world.viewer(HOST), world.programme)
    page = held.get(url).content.decode()
    assert "Counts of 1 party" in page and "National CERT" in page
    assert page.count("/figures/assets.findings/?") == 25
    for secret in (SECRET, "C-1", "Harbour Security", "Mail servers", str(row.subject)):
        assert secret not in page
    for figure in ("assets.findings", "assets.fixed_in_time", "assets.tests"):
        answer = held.get(f"/figures/{figure}/?owner={world.org('cert')}")
        assert answer.status_code == 200 and SECRET not in answer.content.decode()
    finding = selectors.visible_findings(world.viewer(HOST)).first()
    for path in ("", "correct/", "begin/", "end/", "authorise/", "findings/new/", "findings/import/", "retract/"):
        assert held.get(f"/security-tests/{row.subject}/{path}").status_code == 404
    for path in ("", "correct/", "fix/", "retract/"):
        assert held.get(f"/security-tests/findings/{finding.subject}/{path}").status_code == 404
        assert held.post(f"/security-tests/findings/{finding.subject}/{path}", {}).status_code in (404, 405)
    for path in ("", "findings/", "findings/?format=csv", "?format=csv"):
        answer = held.get(f"/security-tests/{path}")
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert SECRET not in body.decode()
    assert SECRET not in held.get(f"/search/?q={SECRET.split()[0]}").content.decode()


def test_ast_04_donor_sees_counts_only_in_the_api(world: World) -> None:
    row = filled(world)
    services.figures_share(world.viewer(HOST), world.programme)
    held = client(world, DONOR)
    [host] = held.get(f"/api/programmes/{world.programme}/security-tests").json()
    assert SECRET not in json.dumps(host)
    said = {
        (one["severity"], one["state"]): one["figure"]["value"] for one in host["counts"] if one["name"] == "findings"
    }
    assert (said["critical", "overdue"], said["", "found"], said["high", "open"]) == (2, 5, 0)
    finding = selectors.visible_findings(world.viewer(HOST)).first()
    for path in ("security-tests", "findings", "findings/overdue"):
        assert held.get(f"/api/{path}").json() == []
    for path in (
        f"security-tests/{row.subject}",
        f"security-tests/{row.subject}/findings",
        f"findings/{finding.subject}",
    ):
        assert held.get(f"/api/{path}").status_code == 404


def test_ast_04_an_outsider_sees_nothing(world: World) -> None:
    row = filled(world)
    services.figures_share(world.viewer(HOST), world.programme, "parties")
    held = client(world, "outsider")
    assert held.get(f"/p/{world.programme}/security-tests/").status_code == 404
    assert held.get(f"/api/programmes/{world.programme}/security-tests").status_code == 404
    assert held.get(f"/security-tests/{row.subject}/").status_code == 404
    assert held.get(f"/figures/assets.findings/?owner={world.org('cert')}").status_code == 404
    for model in (SecurityTest, Authorisation, Finding):
        assert not gate.visible(model, world.viewer("outsider"), history=True).exists()
    with pytest.raises(Hidden):
        selectors.hosts(world.viewer("outsider"), world.programme)


@pytest.mark.parametrize("kind", KINDS)
def test_ast_04_no_grant_opens_the_records_themselves(world: World, kind: str) -> None:
    filled(world)
    with pytest.raises(Invalid) as invalid:
        sharing.grant(world.viewer("cert").actor, kind, "organisation", organisation=world.org("norvia"), purpose="x")
    assert set(invalid.value.fields) == {"data_kind"}
    sharing.grant(
        world.viewer("cert").actor, kind, "organisation", organisation=world.org("norvia"), purpose="x", detail="figure"
    )
    for model in (SecurityTest, Authorisation, Finding):
        assert not gate.visible(model, world.viewer(DONOR), history=True).exists()


def test_ast_04_the_host_says_which_side_sees_its_counts_and_takes_it_back(world: World) -> None:
    filled(world)
    viewer = world.viewer(HOST)
    assert services.figures_share(viewer, world.programme, "partner") == 2
    assert services.figures_share(viewer, world.programme, "partner") == 0, "not given twice"
    assert value(world, "ministry:coordinator", state="found").value == 5
    assert value(world, DONOR).reason == "consent missing"
    services.figures_share(viewer, world.programme, "parties")
    assert value(world, "evaluator", state="found").value == 5
    for grant in gate.in_force().filter(owner=world.org("cert"), audience="parties"):
        sharing.grant_withdraw(viewer.actor, grant.subject, "Enough")
    assert value(world, DONOR).reason == "consent missing"
    assert selectors.hosts(world.viewer(DONOR), world.programme) == {}
    with pytest.raises(Invalid):
        services.figures_share(viewer, world.programme, "everybody")
    with pytest.raises(Hidden):
        services.figures_share(world.viewer("outsider"), world.programme)


def test_ast_04_missing_is_never_zero(world: World) -> None:
    assert value(world, HOST).reason == "no data"
    planned(world)
    assert value(world, HOST).reason == "no data", "a plan found nothing, and nothing was looked for"
    assert value(world, HOST, "tests").reason == "no data", "nobody is told that one is coming"
    row = running(world, title="Second")
    clock.set_to(at(15))
    services.test_end(world.viewer(HOST), row.subject)
    assert value(world, HOST).reason == "insufficient data"
    page = client(world, HOST).get("/security-tests/").content.decode()
    assert "nothing recorded yet" in page
    services.test_reported(world.viewer(HOST), row.subject)
    assert value(world, HOST).value == 0
    assert value(world, HOST, "fixed_in_time").reason == "insufficient data"


def test_ast_04_a_count_of_a_day_stays_what_it_was(world: World) -> None:
    filled(world)
    viewer, asked = world.viewer(HOST), {"owner": world.org("cert"), "state": "overdue", "severity": "critical"}
    then = clock.now()
    assert figures.shown(viewer, "assets.findings", asked, None, then).figure.value == 2
    later(days=1)
    row = selectors.overdue(viewer).first()
    services.finding_fix(viewer, row.subject)
    assert figures.shown(viewer, "assets.findings", asked).figure.value == 1
    assert figures.shown(viewer, "assets.findings", asked, None, then).figure.value == 2


def test_ast_04_a_finding_becomes_overdue_without_anybody_writing(world: World) -> None:
    row = ended(world)
    found(world, row.subject)
    clock.set_to(at(26))
    assert value(world, HOST, state="overdue").value == 0
    clock.set_to(at(27))
    assert value(world, HOST, state="overdue").value == 1
    [host] = counting.counts(world.viewer(HOST), {world.org("cert"): "National CERT"})
    assert host.overdue.figure.value == 1


def test_ast_04_a_fix_date_that_was_moved_later_is_told_beside_the_share(world: World) -> None:
    row = ended(world)
    held = found(world, row.subject)
    viewer = world.viewer(HOST)
    services.finding_correct(viewer, held.subject, "No spare parts", due_on=day(60))
    clock.set_to(at(40))
    services.finding_fix(viewer, held.subject)
    made = value(world, HOST, "fixed_in_time")
    assert made.value == 1
    assert "findings whose fix date was moved later: 1" in made.caveats


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        ("findings", {"severity": "grave"}, "severity"),
        ("findings", {"state": "gone"}, "state"),
        ("tests", {"kind": "audit"}, "kind"),
    ],
)
def test_ast_04_a_question_that_no_figure_answers_is_refused(world: World, kind: str, params: dict, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        value(world, HOST, kind, **params)
    assert set(invalid.value.fields) == {field}


def test_ast_04_staff_of_the_host_read_what_a_donor_does_not(world: World) -> None:
    row = filled(world)
    analyst = staff(world)
    assert selectors.test(world.viewer(analyst), row.subject).counts.open == 3
    page = client(world, analyst).get(f"/security-tests/{row.subject}/").content.decode()
    assert "C-1" in page and "Harbour Security" in page


def test_ast_04_the_api_does_what_the_pages_do(world: World) -> None:
    held = client(world, HOST)

    def post(path: str, **said: Any) -> Any:
        return held.post(f"/api/{path}", json.dumps(said, default=str), content_type="application/json")

    plan = {
        "title": "Spring", "kind": "penetration", "scope": "Mail", "tester": "Harbour", "planned_from": day(10),
        "planned_until": day(20),
    }  # fmt: skip
    made = post("security-tests", **plan)
    assert (made.status_code, made.json()["state"]) == (201, "unauthorised")
    one = f"security-tests/{made.json()['id']}"
    refused = post(f"{one}/begin")
    assert refused.status_code == 409 and len(refused.json()["conditions"]) == 5
    proof = sharing.evidence_add(world.viewer(HOST).actor, "Letter", paper(), "AMBER+STRICT")
    said = {
        "reference": "A-1", "signed_by": "Head", "signed_on": day(0), "scope": "Mail", "starts_on": day(9),
        "ends_on": day(21), "evidence": proof.subject,
    }  # fmt: skip
    given = post(f"{one}/authorisations", **said).json()
    assert given["state"] == "authorised"
    clock.set_to(at(10))
    assert post(f"{one}/begin").json()["state"] == "running"
    finding = post(f"{one}/findings", reference="P-1", severity="critical", title="x", found_on=day(10))
    assert (finding.status_code, finding.json()["due_on"]) == (201, str(day(25)))
    two = f"findings/{finding.json()['id']}"
    assert post(f"{one}/findings", reference="P-1", severity="low", title="x", found_on=day(10)).status_code == 422
    assert post(f"{one}/correct", why="Name", title="Autumn", planned_from=None).status_code == 422
    assert post(f"{one}/correct", why="Name", title="Autumn").json()["title"] == "Autumn"
    assert post(f"{two}/correct", why="Milder", severity="high").json()["severity"] == "high"
    assert post(f"{two}/fix").json()["state"] == "fixed"
    clock.set_to(at(12))
    withdrawn = post(f"security-tests/authorisations/{given['authorisations'][0]['id']}/withdraw", why="Enough").json()
    assert withdrawn["state"] == "stopped"
    assert post(f"{one}/end", at=at(12)).json()["state"] == "done"
    assert post(f"{one}/reported").json()["reported_on"] == str(day(12))
    assert [row["reference"] for row in held.get(f"/api/{one}/findings").json()] == ["P-1"]
    assert held.get(f"/api/{one}").json()["findings"] == {"found": 1, "open": 0, "overdue": 0, "critical": 0}
    assert post(f"{one}/retract", why="x").status_code == 409
    assert post(f"{two}/retract", why="x").status_code == 204
    assert post(f"{one}/retract", why="x").status_code == 204
    assert post(f"programmes/{world.programme}/security-tests/share").json() == {"grants": 2}


PAGES = {
    "host": (HOST, "/security-tests/"),
    "test": (HOST, "/security-tests/{test}/"),
    "findings": (HOST, "/security-tests/findings/"),
    "home": (HOST, "/"),
    "counts": (DONOR, "/p/{programme}/security-tests/"),
    "api": (HOST, "/api/security-tests"),
}


def queries(world: World, who: str, url: str) -> int:
    held = client(world, who)
    assert held.get(url).status_code == 200
    FigureCache.objects.all().delete()
    with CaptureQueriesContext(connection) as seen:
        held.get(url)
    return len(seen)


@pytest.mark.parametrize("page", PAGES)
def test_ast_04_a_page_asks_no_more_often_for_many_rows_than_for_few(world: World, page: str) -> None:
    who, path = PAGES[page]
    services.figures_share(world.viewer(HOST), world.programme)

    def grow(row: UUID, start: int, stop: int) -> None:
        for n in range(start, stop):
            found(world, row, f"F-{n}", severity=("critical", "low")[n % 2], due_on=day(11))

    first = ended(world)
    url = path.format(test=first.subject, programme=world.programme)
    grow(first.subject, 0, 3)
    clock.set_to(at(12 + 365))
    planned(world, title="Another", planned_from=day(400), planned_until=day(410))
    few = queries(world, who, url)
    for n in range(4):
        planned(world, title=f"Test {n}", planned_from=day(400), planned_until=day(410))
    grow(first.subject, 3, 9)
    assert queries(world, who, url) <= few
