"""Payload of a publication, reasons for withholding, and how publications are read."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from trellis.governance.registry import Said

ReasonCode = Literal["security", "legal", "personal data"]

# D22: the only reasons for which the partner may withhold; each use is public.
REASONS: dict[str, Any] = {
    "security": _("security"),
    "legal": _("legal"),
    "personal data": _("personal data"),
}
# Why else something is not there. Nobody chooses these: the system does.
CODES: dict[str, Any] = {
    **REASONS,
    "not opened": _("not opened to the public by its owner"),
    "small numbers": _("fewer than the threshold, or needed to protect such a number"),
    "derivable": _("could be used to work out what is not shown"),
    "restated": _("changed since it was published; the difference would show small numbers"),
    "lag": _("weaknesses are shown later, so that they can be repaired first"),
}
SECTIONS: dict[str, Any] = {
    "programme": _("Programme"),
    "money": _("Money promised and paid"),
    "tranches": _("Tranches"),
    "milestones": _("Milestones"),
    "scorecard": _("Results"),
    "handover": _("Who runs it"),
    "incidents": _("Incidents"),
    "reviews": _("Reviews"),
    "waivers": _("Waivers"),
    "consents": _("Consent withdrawn"),
    "gaps": _("What is not shown"),
}


class Withheld(Said):
    """One item that the partner withholds, and its reason code."""

    item: str = Field(min_length=1, max_length=100)
    reason: ReasonCode


class PublicationPublish(Said):
    """A public report, whole. `sections` are what the system builds for `as_of`: nobody types them."""

    publication: UUID
    title: str = Field(min_length=1, max_length=200)
    as_of: datetime
    rights_at: datetime
    sections: dict[str, Any]
    withheld: tuple[Withheld, ...] = ()
    corrects: UUID | None = None
    reason: str = Field("", max_length=2000)

    @property
    def shown(self) -> dict[str, Any]:
        """The content as the public page shows it, for who turns a key."""
        from trellis.publishing.display import page

        return page(self.sections)


@dataclass(frozen=True)
class Candidate:
    """Something that the partner may withhold: its key, where it stands, and what it is called."""

    item: str
    section: str
    title: str


@dataclass(frozen=True)
class Built:
    """What the system builds: the sections, what could be withheld, and whether suppression holds."""

    sections: dict[str, Any]
    candidates: tuple[Candidate, ...]
    unsafe: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublicationView:
    """A publication as pages and downloads show it. `corrected_by` is set where a later one corrects it."""

    id: UUID
    programme: UUID
    number: int
    title: str
    as_of: datetime
    published_at: datetime
    sections: dict[str, Any]
    withheld: tuple[dict[str, str], ...]
    rights_at: datetime
    decision: UUID
    corrects: UUID | None = None
    corrected_by: UUID | None = None
    reason: str = ""


@dataclass(frozen=True)
class Live:
    """What the public may know now, whatever was published last: reviews overdue, and consent withdrawn."""

    overdue: tuple[tuple[str, date], ...]
    withdrawn: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Line:
    """One fact of a publication in a flat table."""

    section: str
    item: str
    measure: str
    value: str
    unit: str = ""


@dataclass(frozen=True)
class Changed:
    """A fact that differs between two publications; '' where it is not there."""

    section: str
    item: str
    measure: str
    before: str
    after: str
