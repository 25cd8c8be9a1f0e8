"""Figure kinds of the exchange: how fast, how much each way, and of what use (REG-04, D9).

Each reads one organisation's own stream: `owner` gives what it produced, or in the balance also what it was served.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc import exchange as calc
from trellis.calc.figure import Basis, Figure
from trellis.calc.survival import Durations
from trellis.core.conditions import Invalid
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.exchange import withdrawals
from trellis.exchange.models import Acknowledgement, StixObject
from trellis.sharing import gate
from trellis.sharing.models import Access

Chain = tuple[UUID, datetime | None]


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


def _objects(ask: Ask) -> dict[UUID, Chain]:
    """The chain and time of detection of every row of the owner, as known at the as-of."""
    rows = StixObject.records.privileged().filter(owner=owner_of(ask), recorded_at__lte=ask.as_of, retracted=False)
    if context := _context(ask):
        rows = rows.filter(context=context)
    return {pk: (subject, detected) for pk, subject, detected in rows.values_list("pk", "subject", "detected")}


def _first_served(ask: Ask, objects: dict[UUID, Chain]) -> dict[tuple[UUID, UUID], datetime]:
    """When each object (chain) was first served to each reader."""
    found: dict[tuple[UUID, UUID], datetime] = {}
    rows = Access.objects.filter(owner=owner_of(ask), data_kind=withdrawals.KIND, at__lte=ask.as_of)
    for access in rows.order_by("at").iterator():
        if access.reader is None:
            continue
        for pk in gate.unpack(access):
            if pk in objects:
                found.setdefault((objects[pk][0], access.reader), access.at)
    return found


def _basis(ask: Ask) -> Basis:
    return Basis(ask.as_of, ask.period, (f"{withdrawals.KIND}?owner={owner_of(ask)}",))


def share_times(ask: Ask) -> Durations:
    """Hours from detection until an object was first served to anybody."""
    objects = _objects(ask)
    first: dict[UUID, datetime] = {}
    for (chain, _reader), at in _first_served(ask, objects).items():
        first[chain] = min(first.get(chain, at), at)
    detected: dict[UUID, datetime | None] = {}
    for chain, seen in objects.values():
        known = detected.get(chain)
        detected[chain] = seen if known is None else known if seen is None else min(known, seen)
    return calc.durations([(seen, first.get(chain)) for chain, seen in detected.items()], ask.as_of)


def _share(ask: Ask) -> Figure:
    return calc.time_figure(_basis(ask), "share", share_times(ask), (calc.UNSEEN,))


def acknowledge_times(ask: Ask) -> Durations:
    """Hours from first serving an object to a recipient until that recipient acknowledged it."""
    served = _first_served(ask, _objects(ask))
    rows = Acknowledgement.records.privileged().filter(producer=owner_of(ask), recorded_at__lte=ask.as_of)
    answered: dict[tuple[UUID, UUID], datetime] = {}
    for about, reader, at in rows.filter(retracted=False).order_by("at").values_list("about", "owner", "at"):
        answered.setdefault((about, reader), at)
    return calc.durations([(at, answered.get(pair)) for pair, at in served.items()], ask.as_of)


def _acknowledge(ask: Ask) -> Figure:
    return calc.time_figure(_basis(ask), "acknowledge", acknowledge_times(ask), (calc.SILENT,))


def _balance(ask: Ask) -> Figure:
    given = {chain for chain, _reader in _first_served(ask, _objects(ask))}
    taken: set[UUID] = set()
    rows = Access.objects.filter(reader=owner_of(ask), data_kind=withdrawals.KIND, at__lte=ask.as_of)
    for access in rows.iterator():
        taken.update(gate.unpack(access))
    received: set[UUID] = set()
    wanted = sorted(taken)
    for start in range(0, len(wanted), 5000):
        part = StixObject.records.privileged().filter(pk__in=wanted[start : start + 5000])
        if context := _context(ask):
            part = part.filter(context=context)
        received.update(part.values_list("subject", flat=True))
    return calc.balance(_basis(ask), len(given), len(received))


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
        )
    )
