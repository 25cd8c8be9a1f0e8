"""The review pack: sections from all areas as of a date, brought into one shape that pages and print can show."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import canonical, ports, reading
from trellis.core.ports import PackSection
from trellis.governance.schemas import PackFigure, PackPart, PackTable

SHAPED = ("paragraphs", "tables", "figures")


def build(arrangement: UUID, period: tuple[date, date], as_of: datetime) -> list[PackPart]:
    """Every section of a programme's pack for a period, from what was known at `as_of`, in order."""
    with reading.scope():
        sections = [made for port in ports.pack_sections if (made := port(arrangement, period, as_of)) is not None]
    return [part(section) for section in sorted(sections, key=lambda s: (s.order, s.key))]


def part(section: PackSection) -> PackPart:
    """A section in the common shape.

    An area hands over `{"paragraphs": [text], "tables": [{caption, columns, rows}], "figures": [...]}` (see
    `governance.schemas`), or facts by name: what is not in that shape is read as facts, a list of like things as
    a table, and kept besides in `data` as it was.
    """
    content = {str(key): _plain(value) for key, value in section.content.items()}
    loose = {key: value for key, value in content.items() if key not in SHAPED}
    tables = [PackTable.model_validate(t) for t in content.get("tables", ())]
    paragraphs = [str(p) for p in content.get("paragraphs", ())]
    figures = [PackFigure.model_validate(f) for f in content.get("figures", ())]
    facts: list[list[str]] = []
    for key, value in loose.items():
        if _is_figure(value):
            figures.append(_figure(key, value))
        elif isinstance(value, Mapping) and value:
            tables.append(_pairs(words(key), value))
        elif isinstance(value, Sequence) and not isinstance(value, str):
            if value and all(isinstance(item, Mapping) for item in value):
                tables.append(_table(words(key), value))
            else:
                facts.append([words(key), ", ".join(_text(item) for item in value) or _("none")])
        else:
            facts.append([words(key), _text(value)])
    if facts:
        tables.insert(0, PackTable(caption="", columns=[_("What"), _("Stands at")], rows=facts))
    return PackPart(
        key=section.key, title=str(section.title), paragraphs=paragraphs, tables=tables, figures=figures, data=loose
    )


def _plain(value: Any) -> Any:
    """JSON without floats, which no signed content holds: a float is written out as text."""
    if isinstance(value, float):
        return canonical.decimal_text(Decimal(repr(value)))
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return canonical.plain(str(value) if hasattr(value, "_proxy____args") else value)


def words(name: str) -> str:
    """A key as a heading: `raised_by` is `Raised by`."""
    plain = name.replace("_", " ").replace("-", " ").strip()
    return _(plain[:1].upper() + plain[1:]) if plain else ""


def _text(value: Any) -> str:
    if value is None or value == "":
        return _("not reported")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if _is_figure(value):
        return _number(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{words(key)}: {_text(item)}" for key, item in value.items())
    if isinstance(value, list) and value and all(isinstance(item, list) for item in value):
        return "; ".join(": ".join(_text(part) for part in item) for item in value)
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value) or _("none")
    return str(value)


def _number(value: Mapping[str, Any]) -> str:
    """A figure in a cell: its value to four digits, and how many it is made of; `data` keeps it whole."""
    said = [_text(value.get("reason")) if value.get("value") is None else _short(str(value["value"]))]
    if value.get("n") is not None:
        said.append(_("n = %(n)s") % {"n": value["n"]})
    if value.get("unknown"):
        said.append(_("%(n)s not known") % {"n": value["unknown"]})
    return ", ".join(said)


def _short(text: str) -> str:
    try:
        number = Decimal(text)
        places = max(0, 3 - number.adjusted())
        return text if -int(number.as_tuple().exponent) <= places else f"{round(number, places).normalize():f}"
    except (InvalidOperation, ValueError):
        return text


def _table(caption: str, items: Sequence[Mapping[str, Any]]) -> PackTable:
    columns = list(dict.fromkeys(key for item in items for key in item if key != "id"))
    rows = [[_text(item.get(column)) for column in columns] for item in items]
    return PackTable(caption=caption, columns=[words(column) for column in columns], rows=rows)


def _pairs(caption: str, value: Mapping[str, Any]) -> PackTable:
    rows = [[words(key), _text(item)] for key, item in value.items()]
    return PackTable(caption=caption, columns=[_("What"), _("Stands at")], rows=rows)


def _is_figure(value: Any) -> bool:
    return isinstance(value, Mapping) and {"value", "reason"} <= set(value)


def _figure(key: str, value: Mapping[str, Any]) -> PackFigure:
    def said(name: str) -> str:
        return str(value.get(name) or "")

    known = value.get("value")
    return PackFigure(
        label=str(value.get("label") or words(key)),
        value=None if known is None else str(known),
        unit=said("unit"),
        n=value.get("n"),
        open=value.get("open"),
        unknown=value.get("unknown") or 0,
        as_of=said("as_of"),
        method=said("method"),
        reason=said("reason"),
        caveats=[str(c) for c in value.get("caveats") or ()],
        address=said("address"),
    )
