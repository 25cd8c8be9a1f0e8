"""What other areas and the pages see of delivery: plain frozen values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class CourseView:
    """A course as its readers see it. `id` stays through corrections, `version` does not."""

    id: UUID
    version: UUID
    programme: UUID
    activity: UUID
    owner: UUID
    title: str
    topic: str
    modality: str
    modality_title: str
    starts: date
    ends: date
    trainers: str
    follow_on: str
    maximum: Decimal
    label: str


@dataclass(frozen=True)
class Person:
    """One participant by code, with both marks. None is not known, not zero."""

    code: str
    organisation: UUID | None
    attended: bool | None
    pre: Decimal | None
    post: Decimal | None
    reaction: int | None


@dataclass(frozen=True)
class FollowUp:
    """Behaviour three to six months after a course (CAP-06, third level).

    `state`: running, not yet due, due or missing.
    """

    state: str
    words: str
    due_from: date
    due_until: date


@dataclass(frozen=True)
class Said:
    """What is said of one participant at once; None leaves a thing as it is."""

    code: str
    organisation: UUID | None = None
    attended: bool | None = None
    reaction: int | None = None
    pre: Decimal | None = None
    post: Decimal | None = None
