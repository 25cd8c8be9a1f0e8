"""Figures in the review pack: of what its owners have opened to all parties, as readers of figures get them.

A pack is read by every party, so it holds nothing that one of them might not see, and a section without a known
figure is left out.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from trellis.core import figures as engine
from trellis.core.ports import PackSection
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing.figures import coarse


def open_to_all(programme: UUID, kinds: Sequence[str], context: UUID | None = None) -> list[UUID]:
    """The parties of a programme that let every party see figures of all these kinds, in the order of the parties."""
    members = list(parties.sides(programme))
    found = {(owner, kind) for owner in members for kind in kinds}
    for member in members:
        rows = gate.in_force().filter(gate.audience_is(Viewer(organisation=member)), about=None)
        rows = rows.filter(owner__in=members, data_kind__in=kinds)
        may = {(row.owner, row.data_kind) for row in rows if row.context in (None, context)}
        found = {pair for pair in found if pair in may or pair[0] == member}
    return [owner for owner in members if all((owner, kind) in found for kind in kinds)]


def figure(label: str, question: engine.Ask, beside: str = "") -> dict[str, Any] | None:
    """A figure as the pack holds it, with its address; None where nothing is known of it."""
    made = coarse(question, engine.figure(question))
    if made.reason == "no data" or (made.n == 0 and not made.unknown):
        return None
    counts = {} if made.n is None else {"n": made.n, "open": made.open, "unknown": made.unknown}
    return {
        "label": label,
        "value": made.text,
        "unit": made.unit,
        **counts,
        "low": None if made.low is None else str(made.low),
        "high": None if made.high is None else str(made.high),
        "beside": beside,
        "as_of": made.as_of.isoformat(),
        "method": f"{made.method} {made.method_version}",
        "reason": made.reason or "",
        "caveats": [str(one) for one in made.caveats],
        "address": question.address,
    }


def section(key: str, title: str, order: int, found: Iterable[dict[str, Any] | None]) -> PackSection | None:
    """A section of figures; None where none is known."""
    held = [one for one in found if one is not None]
    return PackSection(key, title, order, {"figures": held}) if held else None
