"""Ports: what a lower area needs from higher ones. Each is a closed, typed list that areas fill at start-up."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.http import HttpRequest

from trellis.core.conditions import Condition
from trellis.core.verify import Problem

F = TypeVar("F", bound=Callable[..., Any])


class Port(Generic[F]):
    """A list of functions of one type. `add` is used in an area's `apps.py`, or as a decorator."""

    def __init__(self, name: str, purpose: str) -> None:
        self.name = name
        self.purpose = purpose
        self._functions: list[F] = []

    def add(self, function: F) -> F:
        if function not in self._functions:
            self._functions.append(function)
        return function

    def __iter__(self) -> Iterator[F]:
        return iter(self._functions)


@dataclass(frozen=True)
class NavItem:
    """One item of the menu. `key` names the section; `order` sorts.

    `place` is `main` for the steps of a programme, `more` for what stands beside them (decisions, rights, consent),
    `own` for what belongs to the person and their organisation.
    """

    title: str
    url: str
    key: str
    order: int = 50
    current: bool = False
    place: str = "main"


@dataclass(frozen=True)
class WorkItem:
    """Something that waits for a person: what, why, since when or until when, and where to do it."""

    title: str
    url: str
    kind: str  # key, answer, due, watch
    why: str = ""
    since: datetime | None = None
    due: datetime | None = None
    programme: UUID | None = None
    holder: str = ""


@dataclass(frozen=True)
class PackSection:
    """A section of the review pack, frozen as of a date.

    `content` is `{"paragraphs": [text], "tables": [{"caption", "columns": [text], "rows": [[text]]}], "figures":
    [{"label", "value", "unit", "n", "open", "unknown", "low", "high", "beside", "as_of", "method", "reason", "caveats",
    "address"}]}`, each of them optional (types in governance.schemas; `sharing.packed` makes them of figures). Facts under other names are shown by their name, and lists of like things as
    tables. No floats: numbers are whole, or text.
    """

    key: str
    title: str
    order: int
    content: dict[str, Any] = field(default_factory=dict)


navigation: Port[Callable[[HttpRequest], Sequence[NavItem]]] = Port("navigation", "Items of the menu")
work_items: Port[Callable[[Any], Sequence[WorkItem]]] = Port("work_items", "What waits for a person")
stage_conditions: Port[Callable[[UUID, str], Sequence[Condition]]] = Port(
    "stage_conditions", "Conditions before a programme enters a stage"
)


@dataclass(frozen=True)
class Link:
    """A link that a higher area hangs into a page of a lower one."""

    title: str
    url: str


review_links: Port[Callable[[UUID, date], Sequence[Link]]] = Port(
    "review_links", "Links on the page of a quarterly review, by the first day of its quarter"
)
pack_sections: Port[Callable[[UUID, tuple[date, date], datetime], PackSection | None]] = Port(
    "pack_sections", "Sections of the quarterly review pack; None where an area has nothing to say"
)
review_conditions: Port[Callable[[UUID, tuple[date, date], datetime], Sequence[Condition]]] = Port(
    "review_conditions", "Conditions before a quarterly review can be signed"
)
donors_in_force: Port[Callable[[UUID, datetime], Sequence[UUID]]] = Port(
    "donors_in_force", "Donors with a commitment in force in a programme"
)
verifiers: Port[Callable[[UUID], Iterator[Problem]]] = Port(
    "verifiers", "Checks of live tables against a stream, for `trellis verify`"
)
programme_steps: Port[Callable[[UUID], Sequence[Any]]] = Port(
    "programme_steps", "Steps of the journey shown on a programme's page"
)


@dataclass(frozen=True)
class Step:
    """A step of the journey: its state is done, now, late or none, and is said in words."""

    title: str
    state: str
    words: str
    url: str
    order: int


@dataclass(frozen=True)
class Importer:
    """Something that can be imported by page, API and `trellis import KIND FILE`.

    `columns`: `run` takes `mapping`, the file's columns to fields.
    """

    name: str
    title: str
    run: Callable[..., Any]
    columns: bool = False


importers: dict[str, Importer] = {}


def all_ports() -> list[Port[Any]]:
    """Every port, for `trellis kinds`."""
    return [value for value in globals().values() if isinstance(value, Port)]
