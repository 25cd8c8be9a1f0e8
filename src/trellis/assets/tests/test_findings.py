"""AST-04: findings by severity with a fix date, corrected by successors, imported whole or not at all."""

import io
from datetime import date
from typing import Any

import pytest

from tests.world import World
from trellis.assets import loading, selectors, services
from trellis.assets.doors import work_items
from trellis.assets.models import Finding
from trellis.assets.tests.scene import HOST, SECRET, at, client, day, ended, found, later, planned, running
from trellis.assets.vocabulary import DAYS
from trellis.core import clock, ports, tabular
from trellis.core.conditions import Blocked, Conflict, Hidden, Invalid
from trellis.core.models import Entry
from trellis.governance import mail
from trellis.parties.models import Person
from trellis.sharing import records

HEAD = "reference,severity,title,detail,found_on,due_on,fixed_on,accepted_on,accepted_why\n"


def line(reference: str, severity: str = "high", found_on: date | None = None, rest: str = ",,,") -> str:
    return f"{reference},{severity},Title of {reference},,{found_on or day(11)},{rest}\n"


@pytest.mark.parametrize("severity", DAYS)
def test_ast_04_a_finding_is_to_be_fixed_by_the_date_its_severity_gives(world: World, severity: str) -> None:
    row = ended(world)
    assert found(world, row.subject, severity=severity).due_on == day(11 + DAYS[severity])
    own = found(world, row.subject, "F-2", severity=severity, due_on=day(200))
    assert own.due_on == day(200), "unless the host says another"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reference": ""}, "reference"),
        ({"title": " "}, "title"),
        ({"severity": "grave"}, "severity"),
        ({"found_on": day(9)}, "found_on"),
        ({"found_on": day(16)}, "found_on"),
        ({"due_on": day(10)}, "due_on"),
        ({"fixed_on": day(10)}, "fixed_on"),
        ({"fixed_on": day(16)}, "fixed_on"),
        ({"accepted_on": day(12)}, "accepted_why"),
        ({"accepted_why": "Old machine"}, "accepted_on"),
        ({"accepted_on": day(10), "accepted_why": "Old machine"}, "accepted_on"),
    ],
)
def test_ast_04_a_finding_that_does_not_hold_is_refused_by_field(world: World, more: dict, field: str) -> None:
    row = ended(world)
    with pytest.raises(Invalid) as invalid:
        found(world, row.subject, **more)
    assert set(invalid.value.fields) == {field}
    assert not Finding.records.privileged().exists()


def test_ast_04_nothing_is_found_by_a_test_that_never_began(world: World) -> None:
    row = planned(world)
    with pytest.raises(Blocked) as blocked:
        found(world, row.subject)
    assert [condition.met for condition in blocked.value.conditions] == [False]
    assert client(world, HOST).get(f"/security-tests/{row.subject}/findings/new/").status_code == 409


def test_ast_04_the_same_number_stands_once_in_a_test(world: World) -> None:
    row = ended(world)
    held = found(world, row.subject)
    with pytest.raises(Invalid) as invalid:
        found(world, row.subject, "f-1")
    assert set(invalid.value.fields) == {"reference"}
    services.finding_correct(world.viewer(HOST), held.subject, "Wording", reference="F-1", title="Other")


def test_ast_04_a_correction_is_a_successor_and_says_what_changed(world: World) -> None:
    row = ended(world)
    held = found(world, row.subject)
    viewer = world.viewer(HOST)
    later(days=1)
    made = services.finding_correct(viewer, held.subject, "Judged anew", seen=held.pk, severity="high")
    assert (made.subject, made.severity, made.due_on) == (held.subject, "high", held.due_on)
    assert [one.severity for one in selectors.finding_versions(viewer, held.subject)] == ["high", "critical"]
    with pytest.raises(Conflict):
        services.finding_correct(viewer, held.subject, "Again", seen=held.pk, severity="low")
    for why, changes in (("", {"severity": "low"}), ("x", {"label": "GREEN"})):
        with pytest.raises(Invalid):
            services.finding_correct(viewer, held.subject, why, **changes)
    page = client(world, HOST).get(f"/security-tests/findings/{held.subject}/").content.decode()
    assert "Judged anew" in page and "Severity was Critical, is High" in page


def test_ast_04_fixed_and_retracted_findings_leave_the_overdue_list(world: World) -> None:
    row = ended(world)
    one, two, three = (found(world, row.subject, f"F-{n}") for n in range(3))
    found(world, row.subject, "F-9", severity="high", due_on=day(12))
    viewer = world.viewer(HOST)
    clock.set_to(at(26))
    assert list(selectors.overdue(viewer)) == [], "due on this very day"
    clock.set_to(at(27))
    assert {f.reference for f in selectors.overdue(viewer)} == {"F-0", "F-1", "F-2"}
    services.finding_fix(viewer, one.subject)
    services.finding_retract(viewer, two.subject, "False alarm")
    services.finding_correct(viewer, three.subject, "Board", accepted_on=day(27), accepted_why="Shut down in a month")
    assert list(selectors.overdue(viewer)) == []
    assert [f.reference for f in selectors.overdue(viewer, "high")] == ["F-9"]


def test_ast_04_overdue_criticals_are_listed_to_the_host_on_its_pages(world: World) -> None:
    row = ended(world)
    found(world, row.subject, "LATE-1")
    found(world, row.subject, "HIGH-1", severity="high", due_on=day(12))
    clock.set_to(at(27))
    page = client(world, HOST).get("/security-tests/").content.decode()
    assert "LATE-1" in page and "HIGH-1" not in page
    assert "1 critical finding is past its fix date" in page
    home = client(world, HOST).get("/").content.decode()
    assert f"Fix: LATE-1: {SECRET} LATE-1" in home
    for who in ("ministry:coordinator", "norvia:programme-officer", "outsider"):
        assert "LATE-1" not in client(world, who).get("/").content.decode()
        assert work_items(world.viewer(who)) == []


def test_ast_04_overdue_criticals_are_in_the_hosts_daily_mail(world: World) -> None:
    row = ended(world)
    found(world, row.subject, "LATE-1")
    clock.set_to(at(27))
    lead = Person.objects.get(pk=world.people[HOST].pk)
    message = mail.digest(world.viewer(HOST), lead)
    assert message is not None and "Fix: LATE-1" in message.body


def test_ast_04_many_overdue_criticals_are_one_line_more_on_the_home_page(world: World) -> None:
    row = ended(world)
    for n in range(13):
        found(world, row.subject, f"F-{n}")
    clock.set_to(at(27))
    items = work_items(world.viewer(HOST))
    assert len(items) == 11
    assert items[-1].title == "Fix: 3 more overdue critical findings"
    assert client(world, HOST).get(items[-1].url).content.decode().count("/security-tests/findings/0") == 13


def test_ast_04_a_redacted_finding_keeps_its_place_in_the_counts(world: World) -> None:
    row = ended(world)
    held = found(world, row.subject)
    records.redact(Finding, [held.pk], world.viewer(HOST).actor, "Fixed long ago")
    kept = selectors.finding(world.viewer(HOST), held.subject)
    assert (kept.title, kept.detail, kept.severity, kept.due_on) == ("", "", "critical", held.due_on)
    page = client(world, HOST).get(f"/security-tests/findings/{held.subject}/").content.decode()
    assert SECRET not in page.replace(f"Assessment of the {SECRET}", "")


def test_ast_04_a_dry_run_stores_nothing_and_an_import_is_one_entry(world: World) -> None:
    row = ended(world)
    viewer = world.viewer(HOST)
    data = (HEAD + line("A-1", "critical") + line("A-2", rest=f"{day(60)},{day(14)},,")).encode()
    report = services.findings_import(viewer, row.subject, data)
    assert report.ok and not Finding.records.privileged().exists()
    before = Entry.objects.filter(stream=world.org("cert")).count()
    services.findings_import(viewer, row.subject, data, dry=False)
    assert Entry.objects.filter(stream=world.org("cert")).count() == before + 1
    kept = {one.reference: one for one in selectors.visible_findings(viewer)}
    assert (kept["A-1"].due_on, kept["A-2"].due_on, kept["A-2"].fixed_on) == (day(26), day(60), day(14))
    assert {one.label for one in kept.values()} == {"AMBER+STRICT"}


def test_ast_04_an_import_is_all_or_nothing_and_names_row_and_field(world: World) -> None:
    row = ended(world)
    bad = HEAD + line("A-1") + line("A-2", "grave") + line("A-1") + line("A-4", found_on=day(16)) + line("", "low")
    report = services.findings_import(world.viewer(HOST), row.subject, bad.encode())
    assert [(p.row, p.field) for p in report.problems] == [
        (3, "severity"),
        (4, "reference"),
        (5, "found_on"),
        (6, "reference"),
    ]
    with pytest.raises(Invalid) as invalid:
        services.findings_import(world.viewer(HOST), row.subject, bad.encode(), dry=False)
    assert "Line 3, Severity" in invalid.value.fields["file"]
    assert not Finding.records.privileged().exists()


def test_ast_04_a_file_can_be_sent_twice_but_changes_nothing_by_that(world: World) -> None:
    row = ended(world)
    viewer = world.viewer(HOST)
    data = (HEAD + line("A-1")).encode()
    services.findings_import(viewer, row.subject, data, dry=False)
    report = services.findings_import(viewer, row.subject, data + line("A-2").encode(), dry=False)
    assert (len(report.remarks), len(loading.new_ones(report))) == (1, 1)
    changed = (HEAD + line("a-1", "low")).encode()
    report = services.findings_import(viewer, row.subject, changed)
    assert [(p.row, p.field) for p in report.problems] == [(2, "reference")], "a correction says why"
    assert selectors.visible_findings(viewer).count() == 2


def test_ast_04_the_template_reads_back_as_csv_and_xlsx(world: World) -> None:
    row = ended(world)
    for kind in ("csv", "xlsx"):
        report = services.findings_import(world.viewer(HOST), row.subject, loading.template(kind), f"t.{kind}")
        assert report.ok and not report.accepted
    rows = [["X-1", "critical", "From a workbook", "", day(12).isoformat(), "", "", "", ""]]
    book = tabular.write_xlsx(rows, loading.columns())
    services.findings_import(world.viewer(HOST), row.subject, book, "report.xlsx", dry=False)
    assert selectors.visible_findings(world.viewer(HOST)).get().reference == "X-1"


def test_ast_04_what_is_no_table_is_refused_as_a_file(world: World) -> None:
    row = ended(world)
    for data in (b"%PDF-1.7", b"", b"name\nx\n"):
        with pytest.raises(Invalid) as invalid:
            services.findings_import(world.viewer(HOST), row.subject, data)
        assert set(invalid.value.fields) == {"file"}


def test_ast_04_the_page_checks_a_file_before_it_stores_it(world: World) -> None:
    row = ended(world)
    url, held = f"/security-tests/{row.subject}/findings/import/", client(world, HOST)

    def send(text: str, **more: str) -> tuple[int, str]:
        upload = io.BytesIO(text.encode())
        upload.name = "findings.csv"
        answer = held.post(url, {"file": upload, **more})
        return answer.status_code, answer.content.decode()

    code, page = send(HEAD + line("A-1") + line("A-2", "grave"), store="on")
    assert code == 200 and "1 of 2 lines hold" in page and "Line 3, Severity" in page
    code, page = send(HEAD + line("A-1"))
    assert code == 200 and "Nothing is stored yet" in page
    assert not Finding.records.privileged().exists()
    assert send(HEAD + line("A-1"), store="on")[0] == 302
    assert Finding.records.privileged().count() == 1


def test_ast_04_the_command_line_imports_findings_of_a_test_by_name(world: World) -> None:
    row = ended(world, title="Spring assessment")
    run = ports.importers["findings"].run
    data = (HEAD + line("A-1")).encode()
    with pytest.raises(Invalid) as invalid:
        run(world.viewer(HOST), data, test="Autumn", dry=False)
    assert "Spring assessment" in invalid.value.fields["test"]
    for test in (str(row.subject), "Spring assessment"):
        run(world.viewer(HOST), data, test=test, dry=False)
    assert Finding.records.privileged().count() == 1


def test_ast_04_findings_are_filtered_and_taken_out(world: World) -> None:
    row = ended(world)
    found(world, row.subject, "OLD-1")
    found(world, row.subject, "NEW-1", due_on=day(90))
    found(world, row.subject, "FIX-1", fixed_on=day(13))
    found(world, row.subject, "ACC-1", severity="low", accepted_on=day(12), accepted_why="Old machine")
    clock.set_to(at(40))
    held = client(world, HOST)
    for query, expected in (
        ("state=overdue", {"OLD-1"}),
        ("state=open", {"NEW-1"}),
        ("state=fixed", {"FIX-1"}),
        ("state=accepted", {"ACC-1"}),
        ("severity=low", {"ACC-1"}),
        ("q=new", {"NEW-1"}),
        ("", {"OLD-1", "NEW-1", "FIX-1", "ACC-1"}),
    ):
        answer = held.get(f"/security-tests/findings/?format=csv&{query}")
        text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        assert {cells.split(",")[0].lstrip("\ufeff") for cells in text.splitlines()[1:]} == expected, query
        page = held.get(f"/security-tests/findings/?{query}").content.decode()
        assert all(f"{name}</a>" in page for name in expected)


def test_ast_04_empty_lists_say_what_to_do(world: World) -> None:
    page = client(world, HOST).get("/security-tests/").content.decode()
    assert "No test is recorded yet" in page and "Plan one" in page
    row = running(world)
    page = client(world, HOST).get(f"/security-tests/{row.subject}/").content.decode()
    assert "No finding is recorded" in page
    with pytest.raises(Hidden):
        selectors.test(world.viewer("ministry"), row.subject)


def test_ast_04_the_pages_plan_authorise_begin_and_end_a_test(world: World) -> None:
    held = client(world, HOST)
    said = {
        "title": "Spring assessment", "kind": "penetration", "tester": "Harbour", "scope": "Mail", "rules": "",
        "planned_from": day(10), "planned_until": day(20), "label": "AMBER+STRICT",
    }  # fmt: skip
    assert held.post("/security-tests/new/", {**said, "planned_until": day(1)}).status_code == 200
    url = held.post("/security-tests/new/", said)["Location"]
    clock.set_to(at(10))
    refused = held.post(url + "begin/", {})
    assert refused.status_code == 409 and b"A written authorisation names this test" in refused.content
    assert b"Admin cert" in refused.content
    upload = io.BytesIO(b"Signed.")
    upload.name = "a.txt"
    paper = {
        "reference": "A-1", "signed_by": "Head", "signed_on": day(1), "scope": "Mail", "starts_on": day(9),
        "ends_on": day(20), "file": upload,
    }  # fmt: skip
    assert held.post(url + "authorise/", paper)["Location"] == url
    assert held.post(url + "begin/", {})["Location"] == url
    clock.set_to(at(12))
    assert held.post(url + "end/", {})["Location"] == url
    finding = {"reference": "P-1", "severity": "critical", "title": "x", "found_on": day(11)}
    one = held.post(url + "findings/new/", finding)["Location"]
    assert held.post(url + "reported/")["Location"] == url
    row = selectors.visible_findings(world.viewer(HOST)).get()
    assert held.post(one + "fix/", {"seen": row.pk, "fixed_on": day(40)}).status_code == 200, "in the future"
    assert held.post(one + "fix/", {"seen": row.pk})["Location"] == one
    row = selectors.visible_findings(world.viewer(HOST)).get()
    changed = {**finding, "due_on": day(30), "fixed_on": day(12), "why": "Later", "seen": row.pk}
    assert held.post(one + "correct/", changed)["Location"] == one
    assert held.post(one + "retract/", {"why": "Twice"})["Location"] == one
    for page in (url, one, url + "correct/", url + "authorise/"):
        assert held.get(page).status_code == 200, page


@pytest.mark.parametrize("name", ["title", "detail", "accepted_why"])
def test_x_09_a_finding_names_no_system(world: World, name: str) -> None:
    row = running(world)
    clock.set_to(at(12))
    said: dict[str, Any] = (
        {"accepted_on": day(12), "accepted_why": "Rebuilt in spring"} if name == "accepted_why" else {}
    )
    said[name] = "Management page of 10.20.30.40 open"
    with pytest.raises(Invalid) as invalid:
        found(world, row.subject, **said)
    assert "an IP address" in invalid.value.fields[name]
