"""Figure kinds of the exchange: how fast, how much each way, and of what use (REG-04, D9).

Each reads one organisation's own stream: `owner` gives what it produced, or in the balance also what it was served.
"""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc import exchange as calc
from trellis.calc.figure import Basis, Figure
from trellis.calc.survival import Durations
from trellis.core.conditions import Invalid
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.exchange import served, withdrawals
from trellis.exchange.logged import micros
from trellis.exchange.models import Acknowledgement, Collection, StixObject

DIGITS = 2  # significant digits of times, for readers of figures


def owner_of(ask: Ask) -> UUID:
    """The organisation in a question."""
    try:
        return UUID(ask.param("owner"))
    except ValueError:
        raise Invalid({"owner": _("Name the organisation by its id.")}) from None


def _context(ask: Ask) -> UUID | None:
    text = ask.param("arrangement")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid({"arrangement": _("Name the programme by its id.")}) from None


def _collections(ask: Ask) -> set[UUID] | None:
    """The collections in a question; None for all."""
    context = _context(ask)
    return None if context is None else set(Collection.objects.filter(arrangement=context).values_list("pk", flat=True))


def _basis(ask: Ask) -> Basis:
    return Basis(ask.as_of, ask.period, (f"{withdrawals.KIND}?owner={owner_of(ask)}",))


def _spans(starts: served.Ints, ends: served.Ints, ask: Ask) -> Durations:
    return calc.spans(starts.view("datetime64[us]"), ends.view("datetime64[us]"), ask.as_of)


def share_times(ask: Ask) -> Durations:
    """Hours from detection until an object was first served to anybody."""
    known = served.held(owner_of(ask))
    chosen = known.standing(_collections(ask), ask.as_of)
    chains, detected = known.detected(chosen)
    firsts = known.firsts(chosen, ask.as_of)
    there, at = served.least(firsts.chains, firsts.at)
    return _spans(detected, served.looked_up(chains, there, at), ask)


def _share(ask: Ask) -> Figure:
    return calc.time_figure(_basis(ask), "share", share_times(ask), (calc.UNSEEN,))


def acknowledge_times(ask: Ask) -> Durations:
    """Hours from first serving an object to a recipient until that recipient acknowledged it."""
    known = served.held(owner_of(ask))
    firsts = known.firsts(known.standing(_collections(ask), ask.as_of), ask.as_of)
    rows = Acknowledgement.records.privileged().filter(producer=owner_of(ask), recorded_at__lte=ask.as_of)
    said = list(rows.filter(retracted=False).values_list("about", "owner", "at"))
    answered = known.pairs_of([about for about, _reader, _at in said], [reader for _about, reader, _at in said])
    at = np.array([micros(at) for _about, _reader, at in said], np.int64)
    there, first = served.least(answered[answered >= 0], at[answered >= 0])
    return _spans(firsts.at, served.looked_up(firsts.pairs, there, first), ask)


def _acknowledge(ask: Ask) -> Figure:
    return calc.time_figure(_basis(ask), "acknowledge", acknowledge_times(ask), (calc.SILENT,))


def _balance(ask: Ask) -> Figure:
    me, here = owner_of(ask), _collections(ask)
    known = served.held(me)
    given = np.unique(known.firsts(known.standing(here, ask.as_of), ask.as_of).chains).size
    received = 0
    for producer in producers(here) - {me}:
        theirs = served.held(producer)
        if (code := theirs.code(me)) >= 0:
            firsts = theirs.firsts(theirs.within(here), ask.as_of)
            received += int((firsts.readers == code).sum())
    return calc.balance(_basis(ask), int(given), received)


def producers(collections: set[UUID] | None) -> set[UUID]:
    """Whoever has an object in these collections, in any without names: one step into an index for each."""
    rows = Collection.objects.all() if collections is None else Collection.objects.filter(pk__in=collections)
    found: set[UUID] = set()
    for collection in rows.values_list("pk", flat=True):
        its = StixObject.records.privileged().filter(collection=collection).order_by("owner").values_list("owner")
        last = its.first()
        while last is not None:
            found.add(last[0])
            last = its.filter(owner__gt=last[0]).first()
    return found


def _useful(ask: Ask) -> Figure:
    rows = Acknowledgement.records.privileged().as_of(ask.as_of).filter(producer=owner_of(ask))
    if context := _context(ask):
        rows = rows.filter(context=context)
    return calc.usefulness(_basis(ask), Counter(rows.values_list("useful", flat=True)))


KINDS: dict[str, tuple[object, str, Callable[[Ask], Figure], str]] = {
    "share": (gettext_lazy("Time from detection to sharing"), "hours", _share, "down"),
    "acknowledge": (gettext_lazy("Time from sharing to acknowledgement"), "hours", _acknowledge, "down"),
    "balance": (gettext_lazy("Objects given for each received"), "ratio", _balance, ""),
    "usefulness": (gettext_lazy("How useful recipients find what is shared"), "share", _useful, "up"),
}
for _name, (_title, _unit, _compute, _direction) in KINDS.items():
    figure_kind(
        FigureKind(
            name=f"exchange.{_name}",
            title=_title,
            unit=_unit,
            method="exchange",
            version="1",
            reads=(withdrawals.KIND,),
            scope=lambda ask: [owner_of(ask)],
            compute=_compute,
            context=_context,
            direction=_direction,
            digits=DIGITS if _unit == "hours" else None,
        )
    )
