"""Reads of the catalogue, as of a moment or by version. Who may read is judged by the callers: all parties
may.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from trellis.catalogue.models import Dictionary, Function, Indicator
from trellis.catalogue.schemas import DictionaryView, FunctionView, IndicatorIn, IndicatorView
from trellis.core import ids, reading
from trellis.core.conditions import Hidden


def exact(value: Decimal | None) -> Decimal | None:
    """The same number without the zeros that its column added."""
    if value is None:
        return None
    short = value.normalize()
    return short if short.as_tuple().exponent <= 0 else short.quantize(Decimal(1))  # type: ignore[operator]


def dictionary_subject(arrangement: UUID) -> UUID:
    """The subject of a programme's dictionary."""
    return ids.derived(arrangement, "catalogue.dictionary")


def _function(row: Function) -> FunctionView:
    names = ("title", "description", "owner", "posts", "start", "withdrawn", "decision", "at")
    return FunctionView(id=row.subject, **{name: getattr(row, name) for name in names})


def functions(arrangement: UUID, as_of: datetime | None = None, *, withdrawn: bool = False) -> list[FunctionView]:
    """The functions that a programme supports, by title; those no longer supported only when asked for."""
    found = [_function(row) for row in _functions(arrangement, as_of) if withdrawn or not row.withdrawn]
    return sorted(found, key=lambda one: (one.title, str(one.id)))


@reading.together
def _functions(arrangements: Sequence[UUID], as_of: datetime | None) -> dict[UUID, list[Function]]:
    found: dict[UUID, list[Function]] = {arrangement: [] for arrangement in arrangements}
    for row in Function.objects.as_of(as_of).filter(stream__in=arrangements):
        found[row.stream].append(row)
    return found


def function(arrangement: UUID, id: UUID, as_of: datetime | None = None) -> FunctionView:
    """One function. Raises Hidden when the programme has none of this id."""
    for found in functions(arrangement, as_of, withdrawn=True):
        if found.id == id:
            return found
    raise Hidden()


def _dictionary(row: Dictionary) -> DictionaryView:
    return DictionaryView(version=row.version, reason=row.reason, at=row.at, decision=row.decision)


def dictionary(arrangement: UUID, as_of: datetime | None = None) -> DictionaryView | None:
    """The version of the dictionary in force; None where none was ever decided."""
    row = Dictionary.objects.as_of(as_of).filter(stream=arrangement).first()
    return _dictionary(row) if row else None


def dictionaries(arrangement: UUID, as_of: datetime | None = None) -> list[DictionaryView]:
    """All versions decided until a moment, newest first."""
    rows = Dictionary.objects.filter(stream=arrangement).order_by("-version")
    return [_dictionary(row) for row in rows if as_of is None or row.at <= as_of]


def _indicator(row: Indicator) -> IndicatorView:
    names = [name for name in IndicatorIn.model_fields if name not in ("id", "baseline", "weight")]
    return IndicatorView(
        id=row.subject,
        baseline=exact(row.baseline),
        weight=exact(row.weight) or Decimal(0),
        version=row.version,
        changed_in=row.changed_in,
        **{name: getattr(row, name) for name in names},
    )


def indicators(arrangement: UUID, as_of: datetime | None = None, version: int | None = None) -> list[IndicatorView]:
    """The indicators of the dictionary in force at a moment, or of one version of it, by perspective and
    title.

    A version never changes, so with `version` the moment does not matter.
    """
    return _indicators(arrangement, as_of, version)


@reading.together
def _indicators(
    arrangements: Sequence[UUID], as_of: datetime | None, version: int | None
) -> dict[UUID, list[IndicatorView]]:
    rows = Indicator.objects.as_of(as_of) if version is None else Indicator.objects.filter(version=version)
    found: dict[UUID, list[IndicatorView]] = {arrangement: [] for arrangement in arrangements}
    for row in rows.filter(stream__in=arrangements):
        found[row.stream].append(_indicator(row))
    for held in found.values():
        held.sort(key=lambda one: (one.perspective, one.title, str(one.id)))
    return found


def indicator(arrangement: UUID, id: UUID, as_of: datetime | None = None, version: int | None = None) -> IndicatorView:
    """One indicator; once it was dropped, as it stood last. Raises Hidden when there never was one of this
    id.
    """
    for found in indicators(arrangement, as_of, version):
        if found.id == id:
            return found
    rows = Indicator.objects.filter(stream=arrangement, subject=id)
    if as_of is not None:
        rows = rows.filter(at__lte=as_of)
    if version is not None:
        rows = rows.filter(version__lte=version)
    last = rows.order_by("-version").first()
    if last is None:
        raise Hidden()
    return _indicator(last)
