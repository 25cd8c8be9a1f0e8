"""Who may see a figure: consent at figure or record detail from each owner in its scope, or it is withheld."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from trellis.calc.figure import Figure
from trellis.core import figures
from trellis.core.context import address
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing.models import Detail


@dataclass(frozen=True)
class Shown:
    """A figure as one viewer gets it: with its address, and the owners who withhold it."""

    figure: Figure
    ask: figures.Ask
    title: str
    url: str
    withheld_by: tuple[UUID, ...] = ()


def url_of(question: figures.Ask) -> str:
    """The page of a figure, or '' where the installation has none."""
    page = address("figure", question.kind)
    return f"{page}?{question.query}" if page else ""


def may_read_all(viewer: Viewer, owner: UUID, kind: str, context: UUID | None = None) -> bool:
    """Whether the viewer may read an owner's records of a kind themselves: for questions that are on no grid."""
    if viewer.organisation == owner:
        return True
    rows = gate.in_force().filter(
        gate.audience_is(viewer), owner=owner, data_kind=kind, about=None, detail=Detail.RECORD
    )
    return any(not grant.context or grant.context == context for grant in rows)


def withholders(viewer: Viewer, question: figures.Ask) -> tuple[UUID, ...]:
    """The owners in scope who have not let the viewer see figures of what this one reads."""
    kind = figures.kind_named(question.kind)
    context = kind.context(question)
    found: list[UUID] = []
    for owner in kind.scope(question):
        places = parties.sides(owner)
        if places:  # an arrangement: its co-owned rows are for its parties
            may = viewer.organisation in places
        else:
            reads = gate.may_read_figures if not kind.fine(question) else may_read_all
            may = all(reads(viewer, owner, data, context) for data in kind.reads)
        if not may:
            found.append(owner)
    return tuple(found)


def is_exact(viewer: Viewer, question: figures.Ask) -> bool:
    """Whether the viewer gets every digit: of a kind that bounds them, readers of all records do."""
    kind = figures.kind_named(question.kind)
    owners = [owner for owner in kind.scope(question) if not parties.sides(owner)]
    context = kind.context(question)
    return kind.digits is None or all(
        may_read_all(viewer, owner, data, context) for owner in owners for data in kind.reads
    )


def show(viewer: Viewer, question: figures.Ask) -> Shown:
    """The figure for a viewer; withheld where an owner has not consented."""
    return show_all(viewer, [question])[0]


def show_all(viewer: Viewer, questions: Sequence[figures.Ask]) -> list[Shown]:
    """Many figures for a viewer. Who withholds is asked once for all that are made from the same."""
    known: dict[tuple[object, ...], tuple[tuple[UUID, ...], bool]] = {}
    found = []
    for question, made in zip(questions, figures.several(questions), strict=True):
        kind = figures.kind_named(question.kind)
        asked = (kind.reads, tuple(kind.scope(question)), kind.context(question), kind.fine(question), kind.digits)
        if asked not in known:
            known[asked] = (withholders(viewer, question), is_exact(viewer, question))
        missing, exact = known[asked]
        shown = made.withheld("consent missing") if missing else made if exact else made.rounded(kind.digits or 1)
        found.append(Shown(shown, question, str(kind.title), url_of(question), missing))
    return found


def shown(
    viewer: Viewer, kind: str, params: Mapping[str, Any], period: figures.Period = None, as_of: datetime | None = None
) -> Shown:
    """`show` for a kind and its parameters."""
    return show(viewer, figures.ask(kind, params, period, as_of))
