"""Figures of funding: predictability (D2, P1 and P2), and money released.

Payments and receipts are shown to every party when they are recorded, and the rest is co-owned; so these
figures need no grant, and the gate asks only that the viewer is a party.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy

from trellis.agreements import selectors as agreements
from trellis.calc import funding as calc
from trellis.calc.dates import Quarter
from trellis.calc.figure import Basis, Figure, Method, caveat
from trellis.core import clock, ledger, reading
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.funding import book, rule, store
from trellis.funding.models import Acceptance, Commitment, Release, Tranche
from trellis.law import selectors as law
from trellis.parties import selectors as parties


def _scope(ask: Ask) -> Sequence[UUID]:
    here = ask.uuid("programme")
    return [here, *(p.organisation for p in parties.parties(here) if p.side in ("partner", "donor"))]


def as_of_today(arrangement: UUID) -> datetime:
    """The as-of for a page of today: the last entry that matters, or this morning.

    These figures change when a planned day passes, even when nobody has done anything.
    """
    streams = [arrangement, *(p.organisation for p in parties.parties(arrangement))]
    heads = [entry.at for entry in map(ledger.head, streams) if entry is not None]
    return max([*heads, clock.now().replace(hour=0, minute=0, second=0, microsecond=0)])


def year_of(arrangement: UUID, year: int) -> tuple[date, date]:
    """First and last day of a programme's year."""
    first = parties.programme(arrangement).fiscal_year_start
    return Quarter(year, 1, first).first, Quarter(year, 4, first).last


def earned_steps(row: Tranche, at: datetime) -> list[tuple[datetime, Decimal, bool]]:
    """When how much more of a tranche was earned, and whether consent stood; none before all are accepted."""
    plans = {plan.subject for plan in store.milestones(row.subject, at)}
    found = [one for one in _ever_accepted(row.stream, at) if one.subject in plans]
    worth: dict[UUID, Decimal] = {}
    before, steps = store.ZERO, []
    for accepted in found:
        worth[accepted.subject] = accepted.earned
        total = sum(worth.values(), store.ZERO)
        if set(worth) == plans and total > before:
            steps.append((accepted.at, total - before, accepted.consent is not None))
            before = total
    return steps


@reading.remembered
def _ever_accepted(arrangement: UUID, at: datetime) -> list[Acceptance]:
    return list(Acceptance.objects.filter(stream=arrangement, at__lte=at).order_by("at", "seq"))


def clear_on(row: Tranche, commitment: Commitment, ready: datetime, at: datetime) -> date | None:
    """The first day from `ready` on which nothing else held it: dates, agreement, rights questions."""
    zone = ZoneInfo(parties.programme(row.stream).time_zone)
    start = max(ready, datetime.combine(row.earliest, time(0), zone))
    closings = [change.at for change in law.changes(row.stream, at) if not change.open]
    signed = [datetime.combine(a.starts_on, time(0), zone) for a in agreements.agreements(row.stream, at)]
    for moment in sorted({start, *(m for m in closings + signed if m > start)}):
        day = store.day_of(row.stream, moment)
        if moment > at or day > row.long_stop:
            return None
        held = law.open_questions(row.stream, rule.subjects(row, at), moment)
        term = [a.id for a in agreements.in_force(row.stream, day, commitment.donor, at=at)]
        if not held and commitment.agreement in term:
            return day
    return None


def scheduled(row: Tranche, commitment: Commitment, at: datetime) -> list[calc.ScheduledTranche]:
    """A tranche cut into what each step earned and what is not earned yet; payments fill them in order."""
    parts: list[tuple[Decimal, date | None]] = [
        (amount, clear_on(row, commitment, ready, at) if consent else None)
        for ready, amount, consent in earned_steps(row, at)
    ]
    rest = row.amount - sum((amount for amount, _day in parts), store.ZERO)
    if rest > 0:
        parts.append((rest, None))
    money = store.payments([row.subject], at)
    rests = [p.sent.amount if p.received is None else p.received for p in money]
    found = []
    for place, (amount, ready_on) in enumerate(parts):
        paid: list[tuple[date, Decimal]] = []
        left = amount
        for i, payment in enumerate(money):
            take = min(left, rests[i])
            if take > 0:
                paid.append((payment.sent.paid_on, take))
                rests[i] -= take
                left -= take
        found.append(calc.ScheduledTranche(f"{row.subject}:{place}", amount, row.due, ready_on, tuple(paid)))
    return found


def _commitments(ask: Ask) -> tuple[list[Commitment], int, str]:
    here = ask.uuid("programme")
    rows = list(Commitment.objects.as_of(ask.as_of).filter(stream=here))
    if ask.param("donor"):
        rows = [row for row in rows if row.donor == ask.uuid("donor")]
    currency = ask.param("currency") or parties.programme(here).currency
    kept = [row for row in rows if row.currency == currency]
    return kept, len(rows) - len(kept), currency


def _caveats(other: int, open_payments: int = 0) -> tuple[str, ...]:
    found = []
    if other:
        found.append(caveat("%(n)s commitments in other currencies are not in it", n=other))
    if open_payments:
        found.append(caveat("%(n)s payments are not confirmed by the payee", n=open_payments))
    return tuple(found)


def predictability(ask: Ask) -> Figure:
    """D2 for one donor and year of the programme. Parameter `view`: partner (P1) or donor (P2)."""
    with reading.scope(), book.opened(ask.uuid("programme"), ask.as_of):
        return _predictability(ask)


def _predictability(ask: Ask) -> Figure:
    here = ask.uuid("programme")
    year = year_of(here, int(ask.param("year")))
    commitments, other, _currency = _commitments(ask)
    rows = {row.subject: row for row in commitments}
    tranches = list(Tranche.objects.as_of(ask.as_of).filter(commitment__in=rows).order_by("due", "subject"))
    plan = [part for t in tranches for part in scheduled(t, rows[t.commitment], ask.as_of)]
    basis = Basis(ask.as_of, year, tuple(str(t.subject) for t in tranches))
    rule_of = calc.donor_reliability if ask.param("view", "partner") == "donor" else calc.on_schedule
    made = rule_of(basis, plan, year)
    unsaid = sum(p.receipt is None for p in store.payments([t.subject for t in tranches], ask.as_of))
    return replace(made, caveats=made.caveats + _caveats(other, unsaid))


def released(ask: Ask) -> Figure:
    """Sum of money released in one currency; of one donor where named, inside the period if there is one."""
    commitments, other, currency = _commitments(ask)
    rows = list(Release.objects.as_of(ask.as_of).filter(commitment__in=[c.subject for c in commitments]))
    if ask.period:
        here = ask.uuid("programme")
        rows = [r for r in rows if ask.period[0] <= store.day_of(here, r.at) <= ask.period[1]]
    total = sum((row.amount for row in rows), store.ZERO)
    basis = Basis(ask.as_of, ask.period, tuple(str(row.subject) for row in rows))
    return basis.figure(Method("funding.released"), total, currency, len(rows), caveats=_caveats(other))


figure_kind(
    FigureKind(
        name="funding.predictability",
        title=gettext_lazy("Predictability: share of scheduled money paid in its year"),
        unit="share",
        method="funding",
        version="1",
        reads=(),
        scope=_scope,
        compute=predictability,
        direction="up",
    )
)
figure_kind(
    FigureKind(
        name="funding.released",
        title=gettext_lazy("Money released"),
        unit="money",
        method="funding",
        version="1",
        reads=(),
        scope=_scope,
        compute=released,
    )
)
