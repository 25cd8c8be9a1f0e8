"""The gate: the one function through which anybody reads records that are not their own.

It is a filter that the database runs. `as_of` chooses rows; rights are always those of now.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from trellis.core import clock, reading
from trellis.core.conditions import Hidden
from trellis.core.labels import RANKS, Label, up_to
from trellis.parties import selectors as parties
from trellis.parties.models import Place
from trellis.parties.schemas import Viewer
from trellis.sharing.models import Access, Audience, Detail, Grant
from trellis.sharing.records import DataKind, Record, kind_named, kind_of
from trellis.sharing.rows import RecordQuerySet
from trellis.sharing.ways import Way, condition, taken_apart

# Labels that an audience may be given at most (TLP 2.0, D21); other pairs are refused when granting.
CEILINGS = {
    Audience.PERSON: Label.RED,
    Audience.ORGANISATION: Label.AMBER,
    Audience.SIDE: Label.AMBER,
    Audience.PARTIES: Label.GREEN,
    Audience.ANYONE: Label.CLEAR,
}

_notes: ContextVar[dict[tuple[UUID, str, str], list[UUID]] | None] = ContextVar("notes", default=None)


def grants_for(viewer: Viewer, kind: DataKind, detail: str = Detail.RECORD) -> list[Grant]:
    """The grants in force now that name the viewer, for one data kind."""
    return _grants(viewer, kind.name, detail)


@reading.remembered
def _grants(viewer: Viewer, kind: str, detail: str) -> list[Grant]:
    return list(in_force().filter(audience_is(viewer), data_kind=kind, detail=detail))


def in_force(at: datetime | None = None) -> RecordQuerySet:
    """The grants in force at a moment, now without one."""
    at = at or clock.now()
    rows = Grant.records.privileged().as_of(None).filter(starts_at__lte=at)
    return rows.filter(Q(ends_at=None) | Q(ends_at__gt=at), Q(withdrawn_at=None) | Q(withdrawn_at__gt=at))


@reading.remembered
def audience_is(viewer: Viewer) -> Q:
    """The condition that a grant's audience holds the viewer."""
    names = Q(audience=Audience.ANYONE)
    if viewer.organisation is None:
        return names
    day = clock.today()
    places = Place.objects.current().filter(
        Q(until=None) | Q(until__gte=day), organisation=viewer.organisation, since__lte=day
    )
    sides: dict[str, list[UUID]] = defaultdict(list)
    for stream, side in places.values_list("stream", "side"):
        sides[side].append(stream)
    names |= Q(audience=Audience.ORGANISATION, organisation=viewer.organisation)
    for side, streams in sides.items():
        names |= Q(audience=Audience.SIDE, side=side, arrangement__in=streams)
    names |= Q(audience=Audience.PARTIES, arrangement__in=[s for streams in sides.values() for s in streams])
    mine = [
        grant
        for grant, persons in in_force().filter(audience=Audience.PERSON).values_list("pk", "persons")
        if str(viewer.person) in persons
    ]
    return names | Q(pk__in=mine) if mine else names


def visible(
    model: type[Record], viewer: Viewer, purpose: str = "", as_of: datetime | None = None, *, history: bool = False
) -> RecordQuerySet:
    """The rows of a data kind that the viewer may read now. The only public way from a data kind to its rows.

    `as_of` gives the versions that were the newest then; `history` gives all versions. Reading rows of another
    organisation is noted for their owner.
    """
    kind = kind_of(model)
    base = model.records.privileged() if history else model.records.privileged().as_of(as_of)
    ways, said = reach(kind, viewer)
    whose = {owner for way in ways for owner in way.owners} | ({viewer.organisation} if viewer.organisation else set())
    rows = base.filter(condition(ways, said)).reached(base, ways, whose)
    rows._note = _Noter(kind, viewer, purpose)
    return rows


def allowed(kind: DataKind, viewer: Viewer) -> Q:
    """The condition that a row of this kind may be read by the viewer now."""
    return condition(*reach(kind, viewer))


def reach(kind: DataKind, viewer: Viewer) -> tuple[tuple[Way, ...], Q]:
    """The ways to all rows of this kind that the viewer may read now, and what they said themselves of others' rows."""
    if kind.rule is not None:
        rule = kind.rule(viewer)
        return (Way((), rule),), rule
    may: dict[UUID, Q] = {}
    said = Q(pk__in=[])
    if viewer.organisation is not None:
        said = Q(said_by=viewer.organisation)
        may[viewer.organisation] = _own(kind, viewer)
    for grant in grants_for(viewer, kind):
        labels = [label for label in up_to(grant.ceiling) if RANKS[label] <= CEILINGS[Audience(grant.audience)].rank]
        part = Q(label__in=labels)
        if grant.context:
            part &= Q(context=grant.context)
        if grant.about:
            part &= Q(subject=grant.about)
        may[grant.owner] = may[grant.owner] | part if grant.owner in may else part
    return taken_apart(may, said), said


def _own(kind: DataKind, viewer: Viewer) -> Q:
    """What somebody may read of the records of their own organisation."""
    if kind.within in ("named", "unit"):
        return _names(str(viewer.person) if kind.within == "named" else viewer.unit) | Q(recorded_by=viewer.person)
    # RED inside the owner's organisation is for those it names and for who recorded it.
    return ~Q(label=Label.RED) | Q(recorded_by=viewer.person) | _names(str(viewer.person))


def kept_inside(viewer: Viewer) -> Q:
    """The rule of data kinds that no grant opens: the viewer's own organisation reads them, RED those it names."""
    if viewer.organisation is None:
        return Q(pk__in=[])
    named = ~Q(label=Label.RED) | Q(recorded_by=viewer.person) | _names(str(viewer.person))
    return Q(owner=viewer.organisation) & named


def _names(wanted: str) -> Q:
    # A JSON list is kept as text on both engines' read path; ids and unit names are quoted inside it.
    return Q(Contains(Cast("readers", TextField()), f'"{wanted}"')) if wanted else Q(pk__in=[])


def get(model: type[Record], viewer: Viewer, subject: UUID, purpose: str = "", as_of: datetime | None = None) -> Any:
    """The version of one subject that the viewer may read. Raises Hidden otherwise."""
    found = visible(model, viewer, purpose, as_of).filter(subject=subject).first()
    if found is None:
        raise Hidden()
    return found


def may_read_figures(viewer: Viewer, owner: UUID, kind: str, context: UUID | None = None) -> bool:
    """Whether the viewer may see figures made from an owner's records: own, or granted at either detail."""
    return viewer.organisation == owner or _granted(viewer, owner, kind, context)


@reading.remembered
def _granted(viewer: Viewer, owner: UUID, kind: str, context: UUID | None) -> bool:
    # A grant of one record, or of one context, opens no figure over more than that.
    rows = in_force().filter(audience_is(viewer), owner=owner, data_kind=kind, about=None)
    return any(not grant.context or grant.context == context for grant in rows)


def may_read_all(viewer: Viewer, owners: Iterable[UUID], kind: str, context: UUID | None = None) -> bool:
    """Whether the viewer may read the records of a kind themselves, of every one of these owners: own, or granted."""
    others = {owner for owner in owners if owner != viewer.organisation}
    if not others:
        return True
    rows = in_force().filter(audience_is(viewer), owner__in=others, data_kind=kind, about=None, detail=Detail.RECORD)
    return others <= {grant.owner for grant in rows if grant.context in (None, context)}


class _Noter:
    """Notes rows of other owners as they are handed out, for the access log of this response."""

    def __init__(self, kind: DataKind, viewer: Viewer, purpose: str) -> None:
        self.kind, self.viewer, self.purpose = kind, viewer, purpose

    def __call__(self, rows: Sequence[Any]) -> None:
        if not all(isinstance(row, Record) for row in rows):
            # values() and values_list() hide the owner, so they are not given across organisations.
            raise TypeError("rows of the gate are read as records, not as values()")
        self.tell((row.pk, row.owner, row.said_by) for row in rows)

    def tell(self, rows: Iterable[tuple[UUID, UUID, UUID | None]]) -> None:
        """Notes rows by id, owner and who said it."""
        foreign: dict[UUID, list[UUID]] = defaultdict(list)
        for pk, owner, said_by in rows:
            if owner != self.viewer.organisation and said_by != self.viewer.organisation:
                foreign[owner].append(pk)
        notes = _notes.get()
        for owner, found in foreign.items():
            if notes is None:
                log(owner, self.viewer, self.kind.name, self.purpose, found)
            else:
                notes.setdefault((owner, self.kind.name, self.purpose), []).extend(found)


def log(owner: UUID, viewer: Viewer, kind: str, purpose: str, found: Sequence[UUID]) -> None:
    """Writes one access row that the owner can read."""
    unique = dict.fromkeys(found)
    packed = zlib.compress(b"".join([i.bytes for i in unique]))
    Access.objects.create(
        owner=owner,
        reader=viewer.organisation,
        person=viewer.person,
        data_kind=kind,
        purpose=purpose,
        count=len(unique),
        ids_packed=packed,
        at=clock.now(),
    )


def unpack(access: Access) -> list[UUID]:
    """The ids of an access row."""
    raw = zlib.decompress(bytes(access.ids_packed))
    return [UUID(bytes=raw[i : i + 16]) for i in range(0, len(raw), 16)]


class noting:  # noqa: N801 - reads as a statement
    """Gathers the notes of one response and writes them, before the body is sent, when it ends."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    def __enter__(self) -> "noting":
        self.token = _notes.set({})
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        notes = _notes.get() or {}
        _notes.reset(self.token)
        for (owner, data_kind, purpose), found in notes.items():
            log(owner, self.viewer, data_kind, purpose, found)


def readers_of(row: Record) -> list[tuple[str, str]]:
    """Who may read this record now and why, for its owner: pairs of audience and reason."""
    kind = kind_of(type(row))
    found = [(parties.organisation_names([row.owner]).get(row.owner, ""), "owner")]
    if kind.readers is not None:
        return found + kind.readers(row)
    for grant in in_force().filter(owner=row.owner, data_kind=kind.name):
        if RANKS[row.label] > RANKS[grant.ceiling]:
            continue
        if (grant.context and grant.context != row.context) or (grant.about and grant.about != row.subject):
            continue
        found.append((audience_words(grant), grant.purpose))
    return found


def audience_words(grant: Grant) -> str:
    """The audience of a grant for a person to read."""
    if grant.audience == Audience.ORGANISATION and grant.organisation:
        return parties.organisation_names([grant.organisation]).get(grant.organisation, "")
    if grant.audience == Audience.PERSON:
        return ", ".join(parties.person_names([UUID(p) for p in grant.persons]).values())
    where = parties.programme(grant.arrangement).title if grant.arrangement else ""
    label = str(Audience(grant.audience).label)
    return f"{label}: {grant.side} {where}".strip() if where else label


def granted_kind(name: str) -> DataKind:
    """The data kind of a grant. Raises Hidden for an unknown one."""
    try:
        return kind_named(name)
    except KeyError:
        raise Hidden() from None
