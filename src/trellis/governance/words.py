"""The content of a decision in words: fields to rows, ids to names, amounts with their currency."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import BaseModel

from trellis.core import formats
from trellis.governance.models import Decision, Outcome
from trellis.governance.packs import words as heading
from trellis.parties import selectors as parties
from trellis.parties.models import Bench, Seat


@dataclass(frozen=True)
class Fact:
    """A field and what it says: one text, or a table of like things."""

    title: str
    text: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class Names:
    """Names of everything that a payload may cite, each table read once."""

    def __init__(self, arrangement: UUID, ids: set[UUID]) -> None:
        self.known: dict[UUID, str] = {}
        decisions = Decision.objects.filter(pk__in=ids, stream=arrangement)
        for id, number in Outcome.objects.filter(decision__in=decisions).values_list("decision", "number"):
            self.known[id] = _("decision %(n)s") % {"n": number} if number else _("a decision that was not adopted")
        bench = Bench.objects.filter(stream=arrangement, subject__in=ids).values("subject")
        for seat in Seat.objects.filter(pk__in=bench).select_related("organisation"):
            self.known[seat.pk] = f"{seat}, {seat.organisation.name}"
        self.known |= parties.person_names(ids) | parties.organisation_names(ids)

    def of(self, id: UUID) -> str:
        """The name, or the end of the id where it is of something that the decision itself makes."""
        return self.known.get(id) or _("no. …%(end)s") % {"end": str(id)[-6:]}


def facts(arrangement: UUID, payload: BaseModel) -> list[Fact]:
    """The fields of a payload in order, those left empty said to be so."""
    names = Names(arrangement, set(_ids(payload)))
    values = dict(payload)
    return [_fact(key, value, values, names) for key, value in values.items() if not _shown_beside(key, values)]


def _shown_beside(key: str, values: Mapping[str, Any]) -> bool:
    """A currency is shown with its amounts."""
    return key == "currency" and any(isinstance(value, Decimal) for value in values.values())


def _ids(value: Any) -> Iterator[UUID]:
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, BaseModel):
        for _key, item in value:
            yield from _ids(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _ids(key)
            yield from _ids(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _ids(item)


def _fact(key: str, value: Any, beside: Mapping[str, Any], names: Names) -> Fact:
    if isinstance(value, BaseModel | Mapping) and value:
        inner = dict(value)
        rows = tuple((_heading(k, names), said(v, inner, names)) for k, v in inner.items())
        return Fact(heading(key), heads=(_("What"), _("Says")), rows=rows)
    if isinstance(value, list | tuple) and value and all(isinstance(item, BaseModel | Mapping) for item in value):
        items = [dict(item) for item in value]
        columns = list(dict.fromkeys(k for item in items for k in item if not _shown_beside(k, item)))
        table = tuple(tuple(said(item.get(k), item, names) for k in columns) for item in items)
        return Fact(heading(key), heads=tuple(heading(k) for k in columns), rows=table)
    return Fact(heading(key), said(value, beside, names))


def _heading(key: Any, names: Names) -> str:
    return names.of(key) if isinstance(key, UUID) else heading(str(key))


def said(value: Any, beside: Mapping[str, Any], names: Names) -> str:
    """One value in words. `beside` are the fields around it, where an amount finds its currency."""
    if value is None or value == "":
        return _("not given")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, UUID):
        return names.of(value)
    if isinstance(value, datetime):
        return formats.moment(value)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, Decimal):
        currency = beside.get("currency")
        return formats.money(value, str(currency)) if currency else formats.number(value)
    if isinstance(value, Enum):
        return str(getattr(value, "label", value.value))
    if isinstance(value, int):
        return formats.number(value)
    if isinstance(value, BaseModel | Mapping):
        inner = dict(value)
        return "; ".join(f"{_heading(k, names)}: {said(v, inner, names)}" for k, v in inner.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(said(item, beside, names) for item in value) or _("none")
    return str(value)
