"""Rows of records as the gate hands them out: noted, paged along its ways, and found by their words."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.query import ModelIterable
from django.utils.functional import cached_property

from trellis.sharing import lookup, ways, wording

BATCH = 2000


class RecordQuerySet(models.QuerySet[Any]):
    """Rows that the gate let through, or that a privileged reader asked for. Notes what it hands out."""

    _note: Any = None
    # What the gate was asked of, the ways to what it allows, and the filters that were put on since.
    _base: "RecordQuerySet | None" = None
    _ways: tuple[ways.Way, ...] = ()
    _since: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...] = ()
    # Whose rows these may be, and the words that were asked for.
    _whose: tuple[UUID, ...] = ()
    _words: tuple[str, ...] = ()

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._note, clone._base, clone._ways, clone._since = self._note, self._base, self._ways, self._since
        clone._whose, clone._words = self._whose, self._words
        return clone

    def reached(self, base: "RecordQuerySet", found: tuple[ways.Way, ...], whose: Iterable[UUID] = ()) -> Self:
        """These rows, with the ways to them from `base`: for `page` and `count_to`. `whose`: who owns or said them."""
        rows = self._clone()
        rows._base, rows._ways, rows._since, rows._whose = base, found, (), tuple(whose)
        return rows

    def worded(self, text: str, facet: str = "") -> Self:
        """Those that stand and have all the words of a text, found in the index of words; none for no word.

        facet: the words of this field alone.
        """
        wanted = wording.asked(text, facet)
        rows = super().filter(pk__in=wording.holding(self.model, self._whose, wanted) if wanted else [])
        rows._words = (*self._words, *wanted)
        rows._ways = rows._ways if wanted else ()
        return rows

    def filter(self, *args: Any, **kwargs: Any) -> Self:
        """As ever; remembered for the ways."""
        rows = super().filter(*args, **kwargs)
        rows._since = (*self._since, ("filter", args, kwargs))
        return rows

    def exclude(self, *args: Any, **kwargs: Any) -> Self:
        """As ever; remembered for the ways."""
        rows = super().exclude(*args, **kwargs)
        rows._since = (*self._since, ("exclude", args, kwargs))
        return rows

    def _walked(self) -> "RecordQuerySet":
        assert self._base is not None
        rows = self._base
        for name, args, kwargs in self._since:
            rows = getattr(rows, name)(*args, **kwargs)
        return rows

    def _straight(self) -> bool:
        """Whether the filters since the gate say all there is to these rows."""
        return bool(self._ways) and not (self.query.is_sliced or self.query.annotations or self.query.combinator)

    def page(self, by: str, falling: bool, start: int, stop: int, few: int | None = None) -> "RecordQuerySet":
        """Rows `start` to `stop` in the order of a column that is never empty and of their ids.

        few: there are no more than so many, so that gathering them all is less than walking down the order.

        They are merged from the ways by which the gate lets the viewer in, each in the order of its index. The ways
        are the gate's condition taken apart, so it is not asked a second time of what they led to.
        """
        way = "-" if falling else ""
        order = (f"{way}{by}", f"{way}pk")
        if not self._straight():
            return self.order_by(*order)[start:stop]
        assert self._base is not None
        found: Any
        if self._words:
            found = self._looked_up.page(by, falling, start, stop)
        else:
            found = ways.merged(self._ways, self._walked, by, falling, start, stop, few)
        rows = self._base.filter(pk__in=found).order_by(*order)
        rows._note = self._note
        return rows

    def count_to(self, most: int, by: str = "pk", falling: bool = True) -> int:
        """How many rows there are, counted up to `most`; a page is asked for in this order later."""
        if not self._straight():
            return self.order_by()[:most].count()
        if self._words:
            return self._looked_up.count(most, by, falling)
        return ways.counted(self._ways, self._walked, most)

    def newest(self, most: int) -> "RecordQuerySet":
        """Of the rows with the words asked for, those that were recorded last."""
        assert self._base is not None
        found = self._looked_up.newest(most) if self._ways else []
        rows = self._base.filter(pk__in=found).order_by("-recorded_at", "-pk")
        rows._note = self._note
        return rows

    @cached_property
    def _looked_up(self) -> "lookup.Lookup":
        return lookup.Lookup(self.model, self._ways, self._walked, self._whose, self._words)

    @property
    def cap(self) -> int | None:
        """Up to where counting is worth its time; None for no opinion."""
        return lookup.CAP if self._words and self._straight() else None

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        if fresh and self._note is not None:
            self._note(self._result_cache)

    def iterator(self, chunk_size: int | None = None) -> Any:
        """The rows, in batches. What they are is noted whole, now and not row by row: a body that is streamed begins
        after its response has been noted, and may never be read to its end."""
        if self._note is None:
            return super().iterator(chunk_size or BATCH)
        if not issubclass(self._iterable_class, ModelIterable):
            raise TypeError("rows of the gate are read as records, not as values()")
        quiet = self._clone()
        quiet._note = None
        found: list[UUID] = []
        self._note.tell(_remembered(quiet.values_list("pk", "owner", "said_by").iterator(BATCH), found))
        return quiet._by_id(found, min(chunk_size or BATCH, BATCH))

    def _by_id(self, found: list[UUID], size: int) -> Iterator[Any]:
        """The rows with these ids, in this order, that still pass: never one that was not there when they were noted."""
        plain = self._clone()  # without its page: the ids are of that page
        plain.query.clear_limits()
        plain.query.clear_ordering(force=True)
        for start in range(0, len(found), size):
            batch = found[start : start + size]
            rows = {row.pk: row for row in plain.filter(pk__in=batch)}
            yield from (rows[pk] for pk in batch if pk in rows)

    def as_of(self, at: datetime | None) -> Self:
        """The versions that were the newest at `at`; None means now. Retractions leave nothing."""
        if at is None:
            return self.filter(superseded_at=None, retracted=False)
        return self.filter(Q(superseded_at=None) | Q(superseded_at__gt=at), recorded_at__lte=at, retracted=False)


def _remembered(rows: Iterable[Any], ids_: list[UUID]) -> Iterator[Any]:
    for row in rows:
        ids_.append(row[0])
        yield row
