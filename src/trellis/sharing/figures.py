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
            may = all(
                gate.may_read_all(viewer, [owner], data, context)
                if kind.fine(question)
                else gate.may_read_figures(viewer, owner, data, context)
                for data in kind.reads
            )
        if not may:
            found.append(owner)
    return tuple(found)


def reads_records(viewer: Viewer, question: figures.Ask) -> bool:
    """Whether the viewer reads the records themselves of every owner in scope: then curves and all digits are shown."""
    kind = figures.kind_named(question.kind)
    owners = [owner for owner in kind.scope(question) if not parties.sides(owner)]
    return all(gate.may_read_all(viewer, owners, data, kind.context(question)) for data in kind.reads)


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
            known[asked] = (withholders(viewer, question), kind.digits is None or reads_records(viewer, question))
        missing, exact = known[asked]
        shown = made.withheld("consent missing") if missing else made if exact else coarse(question, made)
        found.append(Shown(shown, question, str(kind.title), url_of(question), missing))
    return found


def coarse(question: figures.Ask, made: Figure) -> Figure:
    """The figure as it is for readers of figures who may not read the records: guarded, and to so many digits."""
    kind = figures.kind_named(question.kind)
    found = kind.guard(made, question)
    return found if kind.digits is None or found.reason == "suppressed" else found.rounded(kind.digits)


def shown(
    viewer: Viewer, kind: str, params: Mapping[str, Any], period: figures.Period = None, as_of: datetime | None = None
) -> Shown:
    """`show` for a kind and its parameters."""
    return show(viewer, figures.ask(kind, params, period, as_of))
