"""Who may see a figure: consent at figure or record detail from each owner in its scope, or it is withheld."""

from collections.abc import Mapping
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
            may = all(gate.may_read_figures(viewer, owner, data, context) for data in kind.reads)
        if not may:
            found.append(owner)
    return tuple(found)


def show(viewer: Viewer, question: figures.Ask) -> Shown:
    """The figure for a viewer; withheld where an owner has not consented."""
    kind = figures.kind_named(question.kind)
    missing = withholders(viewer, question)
    made = figures.figure(question)
    if missing:
        made = made.withheld("consent missing")
    return Shown(made, question, str(kind.title), url_of(question), missing)


def shown(
    viewer: Viewer, kind: str, params: Mapping[str, Any], period: figures.Period = None, as_of: datetime | None = None
) -> Shown:
    """`show` for a kind and its parameters."""
    return show(viewer, figures.ask(kind, params, period, as_of))
