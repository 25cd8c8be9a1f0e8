"""The figure engine: kinds of figure, their addresses, and computing one for an address.

A figure is computed by a privileged reader over an explicit scope of owners, never over what somebody happens to
see, so that one address has one value. Who may see it is judged afterwards, in `sharing.figures`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from trellis.calc.figure import Figure
from trellis.core import canonical, clock, reading
from trellis.core.models import Entry, FigureCache, Stream

Period = tuple[date, date] | None
# Writers take their time after the lock; nobody holds a stream longer than this.
IN_FLIGHT = timedelta(hours=1)


@dataclass(frozen=True)
class Ask:
    """What is asked of a figure kind: parameters as text, the period it is about, and as of when."""

    kind: str
    params: tuple[tuple[str, str], ...]
    period: Period
    as_of: datetime

    def param(self, name: str, default: str = "") -> str:
        return dict(self.params).get(name, default)

    def uuid(self, name: str) -> UUID:
        return UUID(self.param(name))

    @property
    def query(self) -> str:
        """The address as a query string, the same for the same question."""
        pairs = [*sorted(self.params), ("as_of", canonical.moment_text(self.as_of))]
        if self.period:
            pairs.append(("period", f"{self.period[0]}/{self.period[1]}"))
        return urlencode(pairs)

    @property
    def address(self) -> str:
        return f"{self.kind}?{self.query}"


@dataclass(frozen=True)
class FigureKind:
    """One kind of figure, declared by an area in its `kinds.py`.

    `scope(ask)` gives the owners whose records it reads (streams), `reads` the data kinds, `compute(ask)` the
    figure; `method` is the page in docs/methods; `chart(figure, ask)` draws it, if anything does. `public` figures
    are made from co-owned rows alone: parties see them without a grant. `fine(ask)` says that the question is off the
    declared grid: only readers of the records themselves get an answer. `digits` bounds what others get: exact
    quantiles, asked over and over, would give the records away. `guard(figure, ask)` is what of it others get at all.
    """

    name: str
    title: Any
    unit: str
    method: str
    version: str
    reads: tuple[str, ...]
    scope: Callable[[Ask], Sequence[UUID]]
    compute: Callable[[Ask], Figure]
    context: Callable[[Ask], UUID | None] = lambda ask: None
    direction: str = ""
    chart: Callable[[Figure, Ask], Any] | None = None
    fine: Callable[[Ask], bool] = lambda ask: False
    digits: int | None = None
    guard: Callable[[Figure, Ask], Figure] = lambda figure, ask: figure


_kinds: dict[str, FigureKind] = {}


def figure_kind(kind: FigureKind) -> FigureKind:
    """Registers a figure kind."""
    if kind.name in _kinds:
        raise RuntimeError(f"figure kind {kind.name} is declared twice")
    _kinds[kind.name] = kind
    return kind


def kind_named(name: str) -> FigureKind:
    """One figure kind. Raises KeyError when none has this name."""
    return _kinds[name]


def figure_kinds() -> list[FigureKind]:
    """All figure kinds by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def ask(kind: str, params: Mapping[str, Any], period: Period = None, as_of: datetime | None = None) -> Ask:
    """A question with a settled as-of: the last entry of what it reads, when none is given."""
    texts = tuple(sorted((name, str(value)) for name, value in params.items() if value not in (None, "")))
    draft = Ask(kind, texts, period, as_of or clock.now())
    scope = list(kind_named(kind).scope(draft))
    return Ask(kind, texts, period, latest(scope) or draft.as_of) if as_of is None else draft


def latest(streams: Sequence[UUID]) -> datetime | None:
    """When the last entry of any of these streams was written."""
    return _latest(tuple(sorted(streams)))


@reading.remembered
def _latest(streams: tuple[UUID, ...]) -> datetime | None:
    newest = Entry.objects.filter(stream=OuterRef("pk")).order_by("-seq").values("at")[:1]
    found = Stream.objects.filter(pk__in=list(streams)).annotate(last=Subquery(newest))
    return max((at for at in found.values_list("last", flat=True) if at), default=None)


def from_query(kind: str, query: str) -> Ask:
    """The question of an address. Raises ValueError for a malformed one."""
    pairs = dict(parse_qsl(query))
    raw_as_of, raw_period = pairs.pop("as_of", ""), pairs.pop("period", "")
    period: Period = None
    if raw_period:
        start, _sep, end = raw_period.partition("/")
        period = (date.fromisoformat(start), date.fromisoformat(end))
    as_of = datetime.fromisoformat(raw_as_of).astimezone(UTC) if raw_as_of else None
    return ask(kind, pairs, period, as_of)


def settle(streams: Sequence[UUID], as_of: datetime) -> str:
    """Waits for writers that may still commit something dated before `as_of`; returns the revision read.

    Sequence and time are taken under the stream's lock, so once it has been held here for a moment, whatever
    commits later is dated later: the same as-of gives the same rows for ever.
    """
    if as_of > clock.now():
        raise ValueError("as-of lies in the future")
    return _settle(tuple(sorted(streams)), as_of)


@reading.remembered
def _settle(streams: tuple[UUID, ...], as_of: datetime) -> str:
    if connection.vendor == "postgresql" and clock.now() - as_of < IN_FLIGHT:
        with transaction.atomic():
            list(Stream.objects.select_for_update().filter(pk__in=list(streams)).order_by("pk").values_list("pk"))
    # Times ascend with the numbers of a stream, so the last entry by then is one step into an index.
    before = Entry.objects.filter(stream=OuterRef("pk"), at__lte=as_of).order_by("-at", "-seq").values("seq")[:1]
    found = Stream.objects.filter(pk__in=list(streams)).annotate(last=Subquery(before))
    heads = [(stream, last) for stream, last in found.values_list("pk", "last") if last is not None]
    redactions = Entry.objects.filter(stream__in=list(streams), kind="redaction").count()
    return canonical.digest(canonical.encode([sorted([str(s), n] for s, n in heads), redactions]))


def figure(question: Ask) -> Figure:
    """The figure of an address, from the cache where nothing that it reads has changed."""
    return several([question])[0]


def several(questions: Sequence[Ask]) -> list[Figure]:
    """The figures of many addresses: streams are settled and the cache is asked once for all of them."""
    settled: dict[tuple[tuple[UUID, ...], datetime], str] = {}
    keys: list[tuple[str, str]] = []
    for question in questions:
        kind = kind_named(question.kind)
        scope = (tuple(kind.scope(question)), question.as_of)
        if scope not in settled:
            settled[scope] = settle(*scope)
        keys.append((canonical.digest(question.address.encode(), kind.version.encode()), settled[scope]))
    rows = FigureCache.objects.filter(
        address__in={address for address, _revision in keys}, revision__in=set(settled.values())
    )
    kept = {(row.address, row.revision): Figure.from_dict(row.result) for row in rows}
    made = []
    for question, key in zip(questions, keys, strict=True):
        if key not in kept:
            kept[key] = kind_named(question.kind).compute(question)
            made.append(FigureCache(address=key[0], revision=key[1], result=kept[key].to_dict()))
    if made:
        FigureCache.objects.bulk_create(made, ignore_conflicts=True)
    return [kept[key] for key in keys]
