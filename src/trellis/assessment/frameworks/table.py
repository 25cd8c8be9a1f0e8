"""A framework as one table, so that anybody can write one in a spreadsheet; reading back gives the same hash.

Each row is of one kind: `about` (code: id, title, version, source, licence or language; title: its text),
`stage` (code: its number; title: its name) or `item`, which is also what an empty kind means.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.assessment.frameworks.model import Framework, FrameworkError, Item, Stage, built
from trellis.core import tabular
from trellis.core.tabular import Column, Flaw, Table

_ABOUT = ("id", "title", "version", "source", "licence", "language")

COLUMNS = (
    Column(
        "kind",
        gettext_lazy("Kind"),
        choices=(
            ("about", gettext_lazy("About")),
            ("stage", gettext_lazy("Stage")),
            ("item", gettext_lazy("Item")),
        ),
        help=gettext_lazy("what the row is; empty means item"),
    ),
    Column(
        "code",
        gettext_lazy("Code"),
        required=True,
        parse=tabular.text(120),
        help=gettext_lazy("an item's code, a stage's number, or id, title, version, source, licence, language"),
    ),
    Column("title", gettext_lazy("Title"), required=True, parse=tabular.text(1000)),
    Column("parent", gettext_lazy("Parent"), parse=tabular.text(120), help=gettext_lazy("code of the item above")),
    Column(
        "stage",
        gettext_lazy("Stage"),
        parse=tabular.integer(1, 99),
        help=gettext_lazy("number of the stage that this statement is evidence of"),
    ),
    Column("text", gettext_lazy("Text"), parse=tabular.text(20_000, multiline=True)),
)


def from_table(table: Table, about: Mapping[str, str] | None = None) -> Framework:
    """A framework from our own table.

    about: id, title, version, source, licence and language where the table does not say them itself.
    Raises FrameworkError with every problem of the rows, or, when the rows hold, of the whole.
    """
    report = tabular.interpret(table, COLUMNS, check=_check)
    if not report.ok:
        raise FrameworkError(str(problem) for problem in report.problems)
    said = dict(about or {})
    stages: list[Stage] = []
    items: list[Item] = []
    for parsed in report.accepted:
        values = parsed.values
        if values["kind"] == "about":
            said[values["code"]] = values["title"]
        elif values["kind"] == "stage":
            stages.append(Stage(int(values["code"]), values["title"]))
        else:
            name = ("code", "title", "parent", "stage")
            items.append(Item(**{key: values[key] for key in name}, text=values["text"] or ""))
    if not stages:
        numbers = range(1, max((item.stage or 0 for item in items), default=0) + 1)
        stages = [Stage(number, _("Stage %(number)d") % {"number": number}) for number in numbers]
    fields = {name: said.get(name, "") for name in _ABOUT}
    ordered = tuple(sorted(stages, key=lambda stage: stage.number))
    return built(Framework(**fields, stages=ordered, items=tuple(items)))


def _check(values: Mapping[str, Any]) -> Iterable[Flaw]:
    if values["kind"] == "about" and values["code"] not in _ABOUT:
        yield Flaw("code", _("This is not a fact about a framework."), ", ".join(_ABOUT))
    if values["kind"] == "stage" and not (values["code"].isascii() and values["code"].isdigit()):
        yield Flaw("code", _("The code of a stage is its number."), _("a whole number from 1"))
    if values["kind"] in {"about", "stage"} and (values["parent"] or values["stage"]):
        yield Flaw("kind", _("Only an item has a parent or a stage."))


def _rows(framework: Framework) -> Iterable[Mapping[str, Any]]:
    for name in _ABOUT:
        yield {"kind": "about", "code": name, "title": getattr(framework, name)}
    for stage in framework.stages:
        yield {"kind": "stage", "code": str(stage.number), "title": stage.title}
    for item in framework.items:
        yield {
            "kind": "item",
            **{name: getattr(item, name) for name in ("code", "title", "parent", "stage", "text")},
        }


def to_csv(framework: Framework) -> bytes:
    """The framework as CSV."""
    return b"".join(tabular.write_csv(_rows(framework), COLUMNS))


def to_xlsx(framework: Framework) -> bytes:
    """The framework as a workbook."""
    return tabular.write_xlsx(_rows(framework), COLUMNS, title="framework")


def template(kind: str = "xlsx") -> bytes:
    """An empty table to write a framework in, as "csv" or "xlsx"."""
    return tabular.template_csv(COLUMNS) if kind == "csv" else tabular.template_xlsx(COLUMNS, title="framework")
