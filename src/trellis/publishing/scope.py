"""What building a publication looks at: a programme, a moment, what owners have opened, and what is withheld."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from trellis.catalogue.selectors import exact
from trellis.core import figures
from trellis.parties import selectors as parties
from trellis.parties.schemas import PUBLIC, Programme, Viewer
from trellis.publishing.schemas import Candidate
from trellis.sharing import gate


@dataclass
class Reader:
    """For whom it is built, and as of when that one's rights are read: the public, or a party."""

    arrangement: UUID
    at: datetime
    viewer: Viewer = PUBLIC
    _known: dict[tuple[UUID, str], bool] = field(default_factory=dict)

    def opens(self, owner: UUID, kind: str) -> bool:
        """Whether an owner lets this reader see figures made of its records of one kind."""
        if owner == self.viewer.organisation:
            return True
        if (owner, kind) not in self._known:
            rows = gate.in_force(self.at).filter(gate.audience_is(self.viewer), owner=owner, data_kind=kind, about=None)
            self._known[owner, kind] = any(grant.context in (None, self.arrangement) for grant in rows)
        return self._known[owner, kind]

    def closed(self, question: figures.Ask) -> list[UUID]:
        """The owners in a figure's scope that have not opened what it reads."""
        kind = figures.kind_named(question.kind)
        return sorted(
            owner
            for owner in kind.scope(question)
            if owner != self.arrangement and not all(self.opens(owner, data) for data in kind.reads)
        )


@dataclass
class Scope:
    """One building. Sections add what is missing to `gaps`, and what may be withheld to `candidates`."""

    programme: Programme
    as_of: datetime
    day: date
    reader: Reader
    withheld: Mapping[str, str]
    threshold: int
    lag: int
    earlier: Sequence[Mapping[str, object]] = ()
    gaps: list[dict[str, str]] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    unsafe: list[str] = field(default_factory=list)

    @property
    def here(self) -> UUID:
        return self.programme.id

    def gap(self, section: str, item: str, code: str, owners: Sequence[UUID] = ()) -> None:
        """Notes that something is not there, and why."""
        names = parties.organisation_names(owners) if owners else {}
        said = {"section": section, "item": item, "code": code, "owners": ", ".join(sorted(names.values()))}
        if said not in self.gaps:
            self.gaps.append(said)

    def keep(self, section: str, item: str, title: str) -> bool:
        """Whether an item that may be withheld is shown."""
        self.candidates.append(Candidate(item, section, title))
        if item in self.withheld:
            self.gap(section, item, self.withheld[item])
            return False
        return True


def number(value: Decimal | int | None) -> str | None:
    """A number as exact text without needless zeros; None stays None."""
    if value is None:
        return None
    short = exact(Decimal(value))
    return None if short is None else format(short, "f")
