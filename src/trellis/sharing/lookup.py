"""Records by their words, in pages: the index proposes, the ways of the gate decide, the order is the list's own.

A rare word is looked up and what was found is put in order. For a common one it is less to walk down the order and read
the words of each row; where a word is common with some owners and rare with others, both are done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from trellis.sharing import ways, wording

if TYPE_CHECKING:
    from trellis.sharing.records import Record
    from trellis.sharing.rows import RecordQuerySet

RARE = 5_000  # records that are sooner looked up and put in order than met on a walk
SPARSE = 200  # of one owner
SOME = 2_500  # proposals that most often are enough to count up to `CAP`
ROUNDS = 4  # of ever more proposals, for those recorded last
CAP = 1_000  # beyond that a search says "more than"
Pairs = list[tuple[Any, UUID]]


@dataclass
class Lookup:
    """One question: `rows` gives what is asked of besides the words, `whose` may own what is found."""

    model: "type[Record]"
    by: Sequence[ways.Way]
    rows: "Callable[[], RecordQuerySet]"
    whose: Sequence[UUID]
    words: Sequence[str]
    _passed: dict[tuple[str, bool], Pairs] = field(default_factory=dict)

    @cached_property
    def proposed(self) -> list[Any]:
        """What the index knows, up to one more than what counts as rare."""
        return wording.found(self.model, self.whose, self.words, RARE + 1)

    @property
    def rare(self) -> bool:
        """Whether all that the index knows is proposed."""
        return len(self.proposed) <= RARE

    def page(self, by: str, falling: bool, start: int, stop: int) -> list[UUID]:
        """The ids of rows `start` to `stop` in the order of a column and the id."""
        if self.rare:
            found = self._all(by, falling)
        else:
            dense, few = self._apart()
            found = ways.first(dense, self._read_through, by, falling, stop)
            if few:
                # In one order: the database's own, which for texts is not that of Python.
                named = [pk for _value, pk in found] + few
                found = ways.among(self.by, self._read_through, by, falling, named)
        return [pk for _value, pk in found[start:stop]]

    def count(self, most: int, by: str, falling: bool) -> int:
        """How many rows there are, counted up to `most`; a page is asked for in this order later."""
        if self.rare:
            return min(most, len(self._all(by, falling)))
        # Of what was proposed enough may pass; if not, something else narrows the rows, and there are few to read.
        for part in (self.proposed[:SOME], self.proposed):
            if len(ways.among(self.by, self.rows, by, falling, part)) >= most:
                return most
        return ways.counted(self.by, self._read_through, most)

    def newest(self, most: int) -> list[UUID]:
        """The ids of the rows that were recorded last."""
        found: Pairs = []
        before, size = 2**63 - 1, most * 4
        for _round in range(ROUNDS):
            part = wording.newest(self.model, self.whose, self.words, before, size)
            found += ways.among(self.by, self.rows, "recorded_at", True, [pk for _place, pk in part])
            if len(found) >= most or len(part) < size:
                return [pk for _at, pk in found[:most]]
            before, size = part[-1][0], size * 4
        # Hardly anything of what the index proposes is for this viewer: then there is less on its ways than in the index.
        return [pk for _at, pk in ways.first(self.by, self._read_through, "recorded_at", True, most)]

    def _all(self, by: str, falling: bool) -> Pairs:
        """All that was proposed and passes, in order."""
        if (by, falling) not in self._passed:
            named = self.proposed
            self._passed[by, falling] = ways.among(self.by, self.rows, by, falling, named) if named else []
        return self._passed[by, falling]

    def _read_through(self) -> "RecordQuerySet":
        return self.rows().filter(wording.read_through(self.model, self.words))

    def _apart(self) -> tuple[list[ways.Way], list[Any]]:
        """The ways on which the words are met often, and the ids of all that the index knows of the other owners."""
        owners = [owner for way in self.by for owner in way.owners]
        if len(owners) < 2:
            return list(self.by), []
        often = {one for one in owners if self._often(one, wording.found_whole)}
        # Many a viewer owns nothing of what others let it read.
        owners = [one for one in owners if wording.found_whole(self.model, [one], (), 1)]
        few = self._few([one for one in owners if one not in often])
        if few is None:  # of some the words begin often, though none is said often as it stands
            often |= {one for one in owners if one not in often and self._often(one, wording.found_begun)}
            few = self._few([one for one in owners if one not in often]) or []
        dense = [replace(way, owners=tuple(one for one in way.owners if one in often)) for way in self.by if way.owners]
        return [way for way in dense if way.owners] + [way for way in self.by if not way.owners], few

    def _often(self, owner: UUID, found: Callable[..., list[Any]]) -> bool:
        return len(found(self.model, [owner], self.words, SPARSE + 1)) > SPARSE

    def _few(self, owners: Sequence[UUID]) -> list[Any] | None:
        """All that the index knows of owners, at most `SPARSE` each on average; None where it is more."""
        found: list[Any] = []
        for start in range(0, len(owners), wording.MOST_SCOPES):
            part = owners[start : start + wording.MOST_SCOPES]
            found += wording.found_begun(self.model, part, self.words, SPARSE * len(part) + 1)
            if len(found) > SPARSE * (start + len(part)):
                return None
        return found
