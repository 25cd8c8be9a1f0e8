"""What the exchange hands across its door: plain frozen values."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from trellis.governance.registry import Said

MEDIA = "application/stix+json;version=2.1"
SPEC = "2.1"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What a collection may be for. An agreement covers some of these.
PURPOSES: dict[str, Any] = {
    "incident-response": _("Incident response"),
    "detection": _("Detection"),
    "hunting": _("Hunting"),
    "research": _("Research"),
    "exercise": _("Exercise"),
}
# REG-08: what an agreement on sharing must say before it can be in force.
CLAUSES: dict[str, Any] = {
    "purpose": _("Purpose"),
    "retention": _("Retention"),
    "onward": _("Onward transfer"),
    "security": _("Security"),
    "exit": _("Exit"),
}


def moment(micros: int) -> str:
    """A `date_added` as TAXII writes it: RFC 3339, UTC, six digits."""
    return (EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def micros(at: datetime) -> int:
    """Microseconds since the epoch."""
    return (at - EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True)
class Query:
    """What a caller asks of a collection. `added_after` in microseconds; `next` continues a page as it was given.

    `versions` holds "last", "first", "all" or times of versions; empty means the last.
    """

    added_after: int | None = None
    limit: int = 100
    next: str = ""
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    spec_versions: tuple[str, ...] = ()


class Item(NamedTuple):
    """One object as it is served: its bytes as sent, and when it came into the reader's view."""

    stix_id: str
    version: str
    added: int
    raw: bytes
    media: str
    producer: UUID
    key: UUID


@dataclass(frozen=True)
class Page:
    """Part of a collection in the order of `added`. `next` is safe to retry and is judged against rights again."""

    items: tuple[Item, ...]
    more: bool = False
    next: str = ""


@dataclass(frozen=True)
class CollectionView:
    """A collection as one caller sees it."""

    id: UUID
    arrangement: UUID
    title: str
    description: str
    purpose: str
    can_read: bool
    can_write: bool
    alias: str = ""
    media_types: tuple[str, ...] = (MEDIA,)


@dataclass(frozen=True)
class RootView:
    """An API root: an arrangement that the caller's organisation is a party to."""

    id: UUID
    title: str
    description: str


@dataclass(frozen=True)
class Status:
    """What became of each object of a POST: (id, version), and a message for what was refused."""

    id: UUID
    state: str
    at: datetime
    successes: tuple[tuple[str, str], ...] = ()
    failures: tuple[tuple[str, str, str], ...] = ()
    pendings: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> int:
        return len(self.successes) + len(self.failures) + len(self.pendings)


@dataclass(frozen=True)
class Holding:
    """An organisation that was served an object, and when first and last."""

    organisation: UUID
    name: str
    first: datetime
    last: datetime


class SharingAgree(Said):
    """The whole text of one version. Clauses may be empty here, so that a refusal can list all that are."""

    agreement: UUID
    version: int
    title: str
    parties: tuple[UUID, ...]
    purposes: tuple[str, ...] = ()
    ceiling: str = "AMBER"
    starts_on: date
    ends_on: date
    purpose: str = ""
    retention: str = ""
    onward: str = ""
    security: str = ""
    exit: str = ""
    change: str = ""

    @property
    def clauses(self) -> dict[str, str]:
        """Text by clause."""
        return {name: getattr(self, name) for name in CLAUSES}


class SharingLeave(Said):
    """A party leaves an agreement, at once and by its own key alone."""

    agreement: UUID
    party: UUID
    why: str


@dataclass(frozen=True)
class AgreementView:
    """An agreement on sharing in the version in force."""

    id: UUID
    arrangement: UUID
    version: int
    title: str
    parties: frozenset[UUID]
    purposes: frozenset[str]
    ceiling: str
    starts_on: date
    ends_on: date
    clauses: dict[str, str] = field(default_factory=dict)

    def covers(self, day: date) -> bool:
        """Whether its term holds that day."""
        return self.starts_on <= day <= self.ends_on
