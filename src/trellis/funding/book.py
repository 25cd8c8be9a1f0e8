"""The money of one programme read whole: as many queries for a hundred tranches as for one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q

from trellis.core import reading
from trellis.core.coowned import CoOwned
from trellis.funding.models import (
    Acceptance,
    Claim,
    Commitment,
    Milestone,
    PaymentReceipt,
    PaymentSent,
    Protocol,
    Release,
    Tranche,
    Verification,
)
from trellis.governance.models import Decision, Key, Slot

T = TypeVar("T")
KINDS = ("milestone.accept", "tranche.release")
SINGLE = (Commitment, Tranche, Milestone, Protocol, Acceptance)


@dataclass(frozen=True)
class Paid:
    """A payment with what its receipt says. `received` None: the payee has not said."""

    sent: PaymentSent
    receipt: PaymentReceipt | None

    @property
    def disputed(self) -> bool:
        return bool(self.receipt and self.receipt.disputed)

    @property
    def received(self) -> Decimal | None:
        """What arrived, also where the rest is disputed."""
        return None if self.receipt is None else self.receipt.amount


@dataclass(frozen=True)
class Standing:
    """An open proposal about a subject: which sides have a key standing, and since when it waits."""

    decision: UUID
    at: datetime
    last_key_at: datetime | None
    keys: dict[str, bool]


def by(rows: Iterable[T], of: Callable[[T], UUID]) -> dict[UUID, list[T]]:
    """Rows in their order, by what `of` gives of them."""
    found: dict[UUID, list[T]] = {}
    for row in rows:
        found.setdefault(of(row), []).append(row)
    return found


class Book:
    """All rows of the money of programmes as of a moment, by what they are looked for."""

    def __init__(self, arrangements: Sequence[UUID], at: datetime | None) -> None:
        self.at = at
        self.rows: dict[Any, dict[UUID, Any]] = {model: {} for model in SINGLE}
        self.tranches: dict[UUID, list[Tranche]] = {}
        self.milestones: dict[UUID, list[Milestone]] = {}
        self.released: dict[UUID, Decimal] = {}
        self.claims: dict[UUID, Claim] = {}
        self.verifications: dict[UUID, Verification] = {}
        self.paid: dict[UUID, list[Paid]] = {}
        self.standing: dict[tuple[str, UUID], Standing] = {}
        self._read(arrangements, Commitment)
        self._read(arrangements, Tranche, "due", "number", "subject")
        if self.rows[Tranche]:  # all else is of tranches
            self._read_of_tranches(arrangements)

    def _read(self, arrangements: Sequence[UUID], model: type[CoOwned], *order: str) -> None:
        found = model.objects.as_of(self.at).filter(stream__in=arrangements)
        self.rows[model] = {row.subject: row for row in (found.order_by(*order) if order else found)}

    def _read_of_tranches(self, arrangements: Sequence[UUID]) -> None:
        at = self.at
        self._read(arrangements, Milestone, "number", "subject")
        self._read(arrangements, Protocol)
        self._read(arrangements, Acceptance)
        self.tranches = by(self.rows[Tranche].values(), lambda row: row.stream)
        self.milestones = by(self.rows[Milestone].values(), lambda row: row.tranche)
        for row in Release.objects.as_of(at).filter(stream__in=arrangements):
            self.released[row.tranche] = self.released.get(row.tranche, Decimal(0)) + row.amount
        claims = Claim.records.privileged().as_of(at).filter(milestone__in=list(self.rows[Milestone]))
        self.claims = {row.milestone: row for row in claims.order_by("recorded_at", "id")}
        cited = [row.pk for row in self.claims.values()]
        verified = Verification.records.privileged().as_of(at).filter(claim__in=cited)
        self.verifications = {row.claim: row for row in verified.order_by("recorded_at", "id")}
        self.paid = by(payments(list(self.rows[Tranche]), at), lambda one: one.sent.tranche)
        self.standing = standing(KINDS, [*self.rows[Milestone], *self.rows[Tranche]], at)


_book: ContextVar[Book | None] = ContextVar("book", default=None)


@contextmanager
def opened(arrangement: UUID, at: datetime | None) -> Iterator[Book]:
    """Inside, what is read of this programme's money as of `at` comes from its book."""
    held = _read(arrangement, at)
    token = _book.set(held)
    try:
        yield held
    finally:
        _book.reset(token)


@reading.together
def _read(arrangements: Sequence[UUID], at: datetime | None) -> dict[UUID, Book]:
    return dict.fromkeys(arrangements, Book(arrangements, at))


def current(at: datetime | None) -> Book | None:
    """The open book as of `at`, if there is one."""
    book = _book.get()
    return book if book is not None and book.at == at else None


def payments(tranches: list[UUID], at: datetime | None) -> list[Paid]:
    """Payments of tranches with their newest receipt, by day."""
    rows = PaymentSent.records.privileged().as_of(at).filter(tranche__in=tranches).order_by("paid_on", "id")
    said = PaymentReceipt.records.privileged().as_of(at).filter(tranche__in=tranches)
    receipts = {row.payment: row for row in said.order_by("recorded_at", "id")}
    return [Paid(row, receipts.get(row.subject)) for row in rows]


def standing(kinds: Iterable[str], about: list[UUID], at: datetime | None) -> dict[tuple[str, UUID], Standing]:
    """The newest proposals of some kinds about some subjects that are open, or were at a moment."""
    rows = Decision.objects.filter(kind__in=list(kinds), about__in=about)
    keys = Key.objects.all()
    if at is None:
        rows, keys = rows.filter(outcome=None), keys.filter(taken_back=None)
    else:
        rows = rows.filter(Q(outcome=None) | Q(outcome__at__gt=at), at__lte=at)
        keys = keys.filter(Q(taken_back=None) | Q(taken_back__at__gt=at), at__lte=at)
    newest = {(row.kind, row.about): row for row in rows.order_by("at", "seq") if row.about is not None}
    found = [row.pk for row in newest.values()]
    turned = by(keys.filter(slot__decision__in=found).select_related("slot"), lambda key: key.slot.decision_id)
    slots = by(Slot.objects.filter(decision__in=found), lambda slot: slot.decision_id)
    return {name: _standing(row, slots.get(row.pk, []), turned.get(row.pk, [])) for name, row in newest.items()}


def _standing(row: Decision, slots: list[Slot], turned: list[Key]) -> Standing:
    sides = {slot.side: False for slot in slots} | {key.slot.side: True for key in turned}
    return Standing(row.pk, row.at, max((key.at for key in turned), default=None), sides)
