"""Activities as a table: out as CSV or XLSX, and in to a draft after a dry run that reports every problem."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.assessment import selectors as needs
from trellis.core import ids, ports, tabular
from trellis.core.conditions import Invalid
from trellis.core.tabular import BadValue, Column, Flaw, Report
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.planning import services
from trellis.planning.models import ActivityKind, Strand
from trellis.planning.schemas import ActivitySaid, PlanObjectiveSaid

LONG = tabular.text(5000, multiline=True)


def _codes(value: str) -> list[str]:
    return [part.strip() for part in value.replace(",", ";").split(";") if part.strip()]


def columns(members: Mapping[str, UUID], objectives: Mapping[str, UUID]) -> tuple[Column, ...]:
    """The columns; organisations and objectives are named by their titles."""

    def organisation(value: str) -> UUID:
        found = members.get(tabular.normal(value))
        if found is None:
            message = _("“%(value)s” is no party to this programme.") % {"value": tabular.shown(value)}
            raise BadValue(message, _("the name of a party"))
        return found

    def objective(value: str) -> UUID:
        found = objectives.get(tabular.normal(value))
        if found is None:
            message = _("“%(value)s” is no objective of the draft.") % {"value": tabular.shown(value)}
            raise BadValue(message, _("the title of an objective"))
        return found

    return (
        Column(
            "id",
            gettext_lazy("Id"),
            parse=tabular.uuid,
            unique=True,
            help=gettext_lazy("empty for a new one"),
        ),
        Column("title", gettext_lazy("Activity"), required=True, parse=tabular.text(300)),
        Column("strand", gettext_lazy("Strand"), required=True, choices=tuple(Strand.choices)),
        Column("kind", gettext_lazy("Kind"), choices=tuple(ActivityKind.choices)),
        Column("objective", gettext_lazy("Objective"), parse=objective),
        Column("gaps", gettext_lazy("Gaps"), parse=_codes, help=gettext_lazy("codes, separated by semicolons")),
        Column("lead", gettext_lazy("Led by"), required=True, parse=organisation),
        Column("start", gettext_lazy("Start"), required=True, parse=tabular.day()),
        Column("end", gettext_lazy("End"), required=True, parse=tabular.day()),
        Column("amount", gettext_lazy("Budget"), parse=tabular.money()),
        Column("currency", gettext_lazy("Currency"), parse=tabular.currency),
        Column("funded_by", gettext_lazy("Paid by"), parse=organisation),
        Column("initiated_by", gettext_lazy("Initiated by"), parse=organisation),
        Column("function", gettext_lazy("Function"), parse=tabular.text(60)),
        Column("context_note", gettext_lazy("Context note"), parse=LONG),
        Column("legal_basis", gettext_lazy("Legal basis"), parse=LONG),
        Column("plan_objective", gettext_lazy("Development-plan objective"), parse=LONG),
        Column("copied_from", gettext_lazy("Copied from"), parse=tabular.text(300)),
        Column("adaptations", gettext_lazy("Local adaptations"), parse=LONG),
    )


def _members(programme: UUID) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for party in parties.parties(programme):
        found[tabular.normal(party.name)] = found[tabular.normal(party.short)] = party.organisation
    return found


def _columns(programme: UUID, objectives: Iterable[PlanObjectiveSaid]) -> tuple[Column, ...]:
    return columns(_members(programme), {tabular.normal(o.title): o.id for o in objectives})


def dry_run(viewer: Viewer, draft: UUID, data: bytes, name: str = "") -> Report:
    """What a file would bring into a draft; nothing is stored. Raises TabularError for what is no table."""
    held = services.draft_read(viewer, draft)
    known = needs.gap_codes(held.programme, held.plan.assessment)

    def check(values: Mapping[str, Any]) -> Iterable[Flaw]:
        if values["end"] < values["start"]:
            yield Flaw("end", _("The end is before the start."))
        if values["amount"] is not None and not values["currency"]:
            yield Flaw("currency", _("An amount needs its currency."), _("three letters such as EUR"))
        for code in values["gaps"] or ():
            if code not in known:
                yield Flaw("gaps", _("“%(code)s” is not in the assessment.") % {"code": tabular.shown(code)})
        if not values["gaps"]:
            yield Flaw("gaps", _("It cites no gap."), fatal=False)

    table = tabular.read(data, name)
    return tabular.interpret(table, _columns(held.programme, held.plan.objectives), check=check)


def activities_import(viewer: Viewer, draft: UUID, data: bytes, name: str = "", *, dry: bool = False) -> Report:
    """Imports activities into a draft, all or nothing. A row with the id of an activity takes its place.

    Raises Invalid with every problem unless `dry`.
    """
    try:
        report = dry_run(viewer, draft, data, name)
    except tabular.TabularError as error:
        raise Invalid({"file": error.message}) from error
    if dry:
        return report
    if not report.ok:
        raise Invalid({"file": " ".join(str(p) for p in report.problems)})
    said = [
        ActivitySaid.model_validate({"id": ids.new(), **{k: v for k, v in p.values.items() if v is not None}})
        for p in report.ready()
    ]
    services.activities_put(viewer, draft, said)
    return report


def rows(
    programme: UUID, activities: Iterable[Any], objectives: Iterable[PlanObjectiveSaid]
) -> Iterable[dict[str, Any]]:
    """Activities as rows of the table."""
    names = parties.organisation_names()
    titles = {o.id: o.title for o in objectives}
    for a in activities:
        yield {
            "id": str(a.id),
            "gaps": "; ".join(a.gaps),
            "objective": titles.get(a.objective, ""),
            **{name: names.get(getattr(a, name), "") for name in ("lead", "funded_by", "initiated_by")},
            **{
                name: getattr(a, name)
                for name in (
                    "title",
                    "strand",
                    "kind",
                    "start",
                    "end",
                    "amount",
                    "currency",
                    "function",
                    "context_note",
                    "legal_basis",
                    "plan_objective",
                    "copied_from",
                    "adaptations",
                )
            },
        }


def export(
    programme: UUID, activities: Iterable[Any], objectives: Iterable[PlanObjectiveSaid], kind: str = "csv"
) -> bytes:
    """Activities as CSV or XLSX."""
    held = list(objectives)
    found = rows(programme, activities, held)
    if kind == "xlsx":
        return tabular.write_xlsx(found, _columns(programme, held), title="activities")
    return b"".join(tabular.write_csv(found, _columns(programme, held)))


def template(programme: UUID, kind: str = "xlsx") -> bytes:
    """An empty table to write activities in."""
    found = _columns(programme, ())
    return tabular.template_csv(found) if kind == "csv" else tabular.template_xlsx(found, title="activities")


def _run(viewer: Viewer, data: bytes, *, dry: bool = True, draft: UUID, **_more: Any) -> Report:
    return activities_import(viewer, draft, data, dry=dry)


IMPORTER = ports.Importer("activities", str(gettext_lazy("Activities of a plan, into a draft")), _run)
