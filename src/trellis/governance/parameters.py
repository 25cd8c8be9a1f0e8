"""Thresholds, weights and defaults: each with a declared default, changed for a programme by decision (X-10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from trellis.core import ids, reading
from trellis.core.conditions import Invalid
from trellis.governance.models import Decision, Parameter
from trellis.parties import selectors as parties


@dataclass(frozen=True)
class Declared:
    """A parameter as declared: its default, unit and why it is what it is."""

    name: str
    default: str
    unit: str
    reason: str


_declared: dict[str, Declared] = {}


def declare(name: str, default: str, unit: str, reason: str) -> Declared:
    """Declares a parameter with the project's own default; done at import."""
    _declared[name] = Declared(name, default, unit, reason)
    return _declared[name]


def declared() -> list[Declared]:
    """All parameters by name."""
    return [_declared[name] for name in sorted(_declared)]


def subject(arrangement: UUID, name: str) -> UUID:
    """The subject of a parameter's row."""
    return ids.derived(arrangement, "parameter", name)


def parameter(arrangement: UUID, name: str, as_of: datetime | None = None) -> str:
    """The value in force in a programme, now or at a moment: as decided, or the declared default."""
    if name not in _declared:
        raise Invalid({"name": str(_("There is no parameter of this name."))})
    return _decided(arrangement, as_of).get(name, _declared[name].default)


@reading.together
def _decided(arrangements: Sequence[UUID], as_of: datetime | None) -> dict[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = {arrangement: {} for arrangement in arrangements}
    for row in Parameter.objects.as_of(as_of).filter(stream__in=arrangements):
        found[row.stream][row.name] = row.value
    return found


declare("emergency.days", "14", "days", "An emergency act ends after two weeks unless ratified (kernel).")
declare("review.grace", "14", "days", "A review is overdue two weeks after the quarter's end.")
declare("silence.days", "30", "days", "After a month of silence the steering committee gets the item (D1).")


@dataclass(frozen=True)
class InForce:
    """A parameter of a programme: its value, and who decided it when, or the default."""

    name: str
    value: str
    default: str
    unit: str
    reason: str
    author: str | None
    at: datetime | None
    decision: UUID | None


def in_force(arrangement: UUID) -> list[InForce]:
    """Every parameter of a programme by name."""
    rows = {row.name: row for row in Parameter.objects.current().filter(stream=arrangement)}
    authors = _authors(list(rows.values()))
    return [_shown(known, rows.get(known.name), authors) for known in declared()]


def versions(arrangement: UUID, name: str) -> list[InForce]:
    """Every value that a parameter was given, newest first; the default is not among them."""
    rows = list(Parameter.objects.filter(stream=arrangement, name=name).order_by("-seq"))
    return [_shown(_declared[name], row, _authors(rows)) for row in rows]


def _shown(known: Declared, row: Parameter | None, authors: dict[UUID, str]) -> InForce:
    if row is None:
        return InForce(known.name, known.default, known.default, known.unit, known.reason, None, None, None)
    author = authors.get(row.decision)
    return InForce(known.name, row.value, known.default, known.unit, row.reason, author, row.at, row.decision)


def _authors(rows: list[Parameter]) -> dict[UUID, str]:
    """Who proposed the decisions that made these rows, in words."""
    found = Decision.objects.in_bulk([row.decision for row in rows])
    people = parties.person_names([d.person for d in found.values()])
    names = parties.organisation_names({d.organisation for d in found.values()})
    return {
        pk: ", ".join(n for n in (people.get(d.person, "") if d.person else "", names.get(d.organisation, "")) if n)
        for pk, d in found.items()
    }
