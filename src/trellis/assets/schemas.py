"""What others see of security tests: plain frozen values."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from trellis.assets.models import Authorisation, SecurityTest
from trellis.assets.rules import Paper


@dataclass(frozen=True)
class AuthorisationView:
    """An authorisation with what the rules read of it and its state: coming, in force, over or withdrawn."""

    row: Authorisation
    paper: Paper
    state: str

    @property
    def id(self) -> UUID:
        """Its subject."""
        return self.row.subject


@dataclass(frozen=True)
class Counts:
    """Findings of one test: all, those neither fixed nor accepted, and of these the overdue and the critical."""

    found: int = 0
    open: int = 0
    overdue: int = 0
    critical: int = 0


@dataclass(frozen=True)
class TestView:
    """A test with its authorisations and its state, one of `vocabulary.TEST_STATES`.

    `stopped_at` is set where it had to stop: from that moment no authorisation was in force.
    """

    row: SecurityTest
    authorisations: tuple[AuthorisationView, ...]
    state: str
    stopped_at: datetime | None = None
    counts: Counts = field(default_factory=Counts)

    @property
    def id(self) -> UUID:
        """Its subject."""
        return self.row.subject

    @property
    def papers(self) -> list[Paper]:
        """Its authorisations as the rules read them."""
        return [one.paper for one in self.authorisations]
