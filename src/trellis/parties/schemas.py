"""What other areas see of parties: plain frozen values."""

from dataclasses import dataclass
from uuid import UUID

from trellis.core.context import address
from trellis.core.ledger import Actor


@dataclass(frozen=True)
class Viewer:
    """Who looks, as of this request. Everything None: the public."""

    person: UUID | None = None
    organisation: UUID | None = None
    person_name: str = ""
    organisation_name: str = ""
    unit: str = ""
    administrator: bool = False
    operator: bool = False
    language: str = "en"

    @property
    def known(self) -> bool:
        """Whether this is somebody of an organisation."""
        return self.organisation is not None

    @property
    def actor(self) -> Actor:
        """For services that write. Raises PermissionError for the public and the operator."""
        if self.organisation is None:
            raise PermissionError("Only somebody of an organisation can act")
        return Actor(self.organisation, self.person)


PUBLIC = Viewer()


@dataclass(frozen=True)
class Party:
    """An organisation in its place in an arrangement."""

    organisation: UUID
    name: str
    short: str
    side: str


@dataclass(frozen=True)
class SeatView:
    """A seat, who sits in it now, and whether nobody does."""

    id: UUID
    organisation: UUID
    organisation_name: str
    role: str
    title: str
    holders: tuple[tuple[UUID, str], ...]

    @property
    def vacant(self) -> bool:
        return not self.holders

    @property
    def words(self) -> str:
        """Seat, organisation and holder, for a person to read."""
        names = ", ".join(name for _, name in self.holders)
        return f"{self.title}, {self.organisation_name}" + (f" ({names})" if names else "")


@dataclass(frozen=True)
class Programme:
    """The heading of an arrangement."""

    id: UUID
    kind: str
    title: str
    purpose: str
    currency: str
    time_zone: str
    fiscal_year_start: int
    languages: tuple[str, ...]
    label: str

    @property
    def url(self) -> str:
        """Its page."""
        return address("governance:programme", self.id)
