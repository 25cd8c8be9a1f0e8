"""Scores from a file: participant, organisation, pre, post, attended, reaction; a dry run first.

What is recorded already stays: a row that says the same is a duplicate, one that says something else is
rejected, and one that adds to it (the test afterwards, weeks later) is accepted.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import clock, ledger, ports, tabular
from trellis.core.conditions import Conflict, Hidden, Invalid
from trellis.core.fields import parse_number
from trellis.core.tabular import BadValue, Flaw, Report, TabularError
from trellis.delivery import access, selectors, store
from trellis.delivery.models import Course, ScoreReport
from trellis.delivery.schemas import Said
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import records
from trellis.sharing import services as sharing

STATES = {
    "accepted": gettext_lazy("accepted"),
    "remark": gettext_lazy("accepted with a remark"),
    "rejected": gettext_lazy("rejected"),
    "duplicate": gettext_lazy("already recorded"),
}


def columns() -> tuple[tabular.Column, ...]:
    """The columns of our template."""
    return (
        tabular.Column(
            "participant",
            gettext_lazy("Participant"),
            required=True,
            parse=tabular.text(20),
            unique=True,
            help=gettext_lazy("a code such as P-01, never a name"),
            aliases=("code",),
        ),
        tabular.Column(
            "organisation",
            gettext_lazy("Organisation"),
            parse=_organisations(),
            help=gettext_lazy("its name as registered here; may be empty"),
        ),
        tabular.Column(
            "pre",
            gettext_lazy("Before"),
            parse=_mark,
            help=gettext_lazy("mark in the test before the course"),
        ),
        tabular.Column(
            "post", gettext_lazy("After"), parse=_mark, help=gettext_lazy("mark in the test after the course")
        ),
        tabular.Column("attended", gettext_lazy("Attended"), parse=tabular.boolean, help=gettext_lazy("yes or no")),
        tabular.Column("reaction", gettext_lazy("Reaction"), parse=tabular.integer(1, 5), help=gettext_lazy("1 to 5")),
    )


def read(viewer: Viewer, programme: UUID, course: UUID, data: bytes, *, name: str = "") -> ScoreReport:
    """The dry run: what every row would come to. Raises Invalid (`file`) for what is no table of scores."""
    row = access.owned(viewer, programme, course)
    access.require_consent(row)  # a staged file is collected too
    report, said = _read(row, data, name)
    return ScoreReport.objects.create(
        owner=row.owner,
        course=course,
        person=viewer.person,
        name=name[:200],
        content=data,
        rows=_states(row, report, said)[0],
    )


@transaction.atomic
def write(viewer: Viewer, report: UUID) -> ScoreReport:
    """Records the accepted rows in one entry. Blocked without consent in force, Conflict if done before."""
    actor = sharing.viewer_actor(viewer)
    held = ScoreReport.objects.select_for_update().filter(pk=report, owner=actor.organisation).first()
    if held is None:
        raise Hidden()
    if held.written_at is not None or held.content is None:
        raise Conflict(_("This file has been written already; its report is kept."))
    row = access.owned(viewer, programme_of(held.course), held.course)
    access.require_consent(row)
    ledger.lock(row.owner)
    table, said = _read(row, bytes(held.content), held.name)
    states, fresh = _states(row, table, said)
    if fresh.rows:
        records.write(actor, fresh.rows)
    held.rows, held.written_at, held.content = states, clock.now(), None
    held.save()
    return held


def scores_import(
    viewer: Viewer, programme: UUID, course: UUID, data: bytes, *, dry: bool = True, name: str = ""
) -> ScoreReport:
    """Reads a file of scores and, unless `dry`, records what holds. Returns the report over every row."""
    held = read(viewer, programme, course, data, name=name)
    return held if dry else write(viewer, held.pk)


def programme_of(course: UUID) -> UUID:
    """The programme of a course. Raises Hidden when there is none."""
    found = selectors.course_at(course)
    if found is None or found.context is None:
        raise Hidden()
    return found.context


def template(kind: str = "csv") -> bytes:
    """Our empty template."""
    return tabular.template_csv(columns()) if kind == "csv" else tabular.template_xlsx(columns(), title="scores")


def report_csv(held: ScoreReport) -> bytes:
    """The report as CSV: a line per row of the file with what it came to and why."""
    heads = [
        ("line", _("Line")),
        ("participant", _("Participant")),
        ("state", _("State")),
        ("reasons", _("Reasons")),
    ]
    rows = ([line, code, str(STATES[state]), " ".join(why)] for line, code, state, why in held.rows)
    return b"".join(tabular.write_csv(rows, [tabular.Column(name, title) for name, title in heads]))


def _read(course: Course, data: bytes, name: str) -> tuple[Report, dict[int, Said]]:
    def check(values: Mapping[str, Any]) -> Iterable[Flaw]:
        try:
            store.check(course, _said(values))
        except Invalid as error:
            for field, text in error.fields.items():
                yield Flaw("participant" if field == "code" else field, text)
            return
        if values["pre"] is not None and values["post"] is None and values["attended"] is not False:
            yield Flaw("post", _("No mark afterwards: left out of the gain, counted as dropped out."), fatal=False)
        if values["pre"] is None and values["post"] is not None:
            yield Flaw("pre", _("No mark before: left out of the gain, and counted."), fatal=False)
        if values["attended"] is False and values["post"] is not None:
            yield Flaw("attended", _("Has a mark afterwards, and is said not to have attended."), fatal=False)

    try:
        report = tabular.interpret(tabular.read(data, name), columns(), check=check, partial=True)
    except TabularError as error:
        raise Invalid({"file": error.message}) from error
    return report, {parsed.row: _said(parsed.values) for parsed in report.accepted}


def _said(values: Mapping[str, Any]) -> Said:
    same = {name: values[name] for name in ("organisation", "attended", "reaction", "pre", "post")}
    return Said(values["participant"].upper(), **same)


def _states(course: Course, report: Report, said: dict[int, Said]) -> tuple[list[list[Any]], store.Held]:
    """One list per row of the file (line, code, state, reasons), and the rows that would be written."""
    held = store.Held(course)
    found: dict[int, list[Any]] = {}
    for parsed in report.accepted:
        one = said[parsed.row]
        differs = held.differs(one)
        if differs:
            text = _("%(field)s is recorded as %(value)s already; correct it on the page of the course.")
            why = [text % {"field": name, "value": value} for name, value in differs.items()]
            found[parsed.row] = [parsed.row, one.code, "rejected", why]
        elif not held.adds(one):
            found[parsed.row] = [parsed.row, one.code, "duplicate", [_("Says what is recorded already.")]]
        else:
            held.take(one)
            remarks = [remark.message for remark in parsed.remarks]
            found[parsed.row] = [parsed.row, one.code, "remark" if remarks else "accepted", remarks]
    for problem in report.problems:
        row = found.setdefault(problem.row, [problem.row, "", "rejected", []])
        row[1] = row[1] or (problem.value if problem.field == "participant" else "")
        row[3].append(str(problem))
    return [found[line] for line in sorted(found)], held


def _mark(value: str) -> Decimal:
    try:
        return parse_number(value)
    except ValueError:
        message = _("“%(value)s” is not a number.") % {"value": tabular.shown(value)}
        raise BadValue(message, _("a mark such as 62.5")) from None


def _organisations() -> Callable[[str], UUID]:
    """A parser of organisations' names that reads the register once."""
    names: dict[UUID, str] = {}

    def parse(value: str) -> UUID:
        names.update(names or parties.organisation_names())
        found = store.organisation_named(value, names)
        if found is None:
            message = _("“%(value)s” is not an organisation registered here.") % {"value": tabular.shown(value)}
            raise BadValue(message, _("a registered name, or an empty cell"))
        return found

    return parse


def _run(viewer: Viewer, data: bytes, *, dry: bool = True, course: UUID, name: str = "", **_more: Any) -> ScoreReport:
    return scores_import(viewer, programme_of(course), course, data, dry=dry, name=name)


IMPORTER = ports.Importer("score", str(gettext_lazy("Scores of a course")), _run)
