"""Reads for people: objects behind the gate, what belongs to what, who sees an object and why, and who holds it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from trellis.core.conditions import Hidden
from trellis.exchange import policy, withdrawals, words
from trellis.exchange.models import Clock, Collection, StixObject
from trellis.exchange.schemas import PURPOSES, AgreementView, Holding
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing.models import Access
from trellis.sharing.records import RecordQuerySet

LISTED = gettext_noop("Exchange: the list of a collection")
READ = gettext_noop("Exchange: the page of an object")
RELATED = gettext_noop("Exchange: what belongs to an object")
NEWEST = 20_000  # objects of a collection that are looked through for what points at one
SHOWN = 50


@dataclass(frozen=True)
class Related:
    """An object that this one points at, or that points at it. `row` None: not here, or not for the viewer."""

    how: str
    stix_id: str
    row: StixObject | None = None
    title: str = ""
    producer: str = ""


@dataclass(frozen=True)
class Sees:
    """An organisation that is served an object now, with the agreement and the rule that let it."""

    organisation: UUID
    name: str
    agreement: AgreementView
    rule: str


def objects(viewer: Viewer, collection: UUID, purpose: str = LISTED) -> RecordQuerySet:
    """The objects of a collection in their last version, as far as the viewer may see them now."""
    return gate.visible(StixObject, viewer, purpose).filter(collection=collection, retracted=False)


def one(viewer: Viewer, arrangement: UUID, subject: UUID) -> StixObject:
    """The last version of an object that the viewer may see. Raises Hidden otherwise."""
    rows = gate.visible(StixObject, viewer, READ).filter(subject=subject, context=arrangement)
    found: StixObject | None = rows.first() or _taken_back(viewer, arrangement, subject)
    if found is None:
        raise Hidden()
    return found


def _taken_back(viewer: Viewer, arrangement: UUID, subject: UUID) -> StixObject | None:
    """What stands of an object that its producer took back: for the producer itself."""
    rows = gate.visible(StixObject, viewer, READ, history=True).filter(subject=subject, context=arrangement)
    found: StixObject | None = rows.filter(owner=viewer.organisation, superseded_at=None).first()
    return found


def by_stix_id(viewer: Viewer, arrangement: UUID, stix_ids: Iterable[str], purpose: str = RELATED) -> list[StixObject]:
    """Objects by their STIX ids in an arrangement, as far as the viewer may see them, one row for each producer."""
    wanted = sorted(set(stix_ids))[:500]
    rows = gate.visible(StixObject, viewer, purpose).filter(stix_id__in=wanted, context=arrangement, retracted=False)
    return list(rows)


def versions(viewer: Viewer, row: StixObject) -> list[StixObject]:
    """Every version of an object that the viewer may see, newest first."""
    rows = gate.visible(StixObject, viewer, READ, history=True).filter(subject=row.subject)
    return list(rows.order_by("-version", "-number")[:200])


def pointed_at(viewer: Viewer, row: StixObject) -> list[Related]:
    """What this object points at. What the viewer may not see is named by the id that the object says, and no more."""
    pairs = words.refs(row.raw)[:SHOWN]
    found: dict[str, list[StixObject]] = defaultdict(list)
    if pairs:
        for other in by_stix_id(viewer, _context(row), [stix_id for _name, stix_id in pairs]):
            found[other.stix_id].append(other)
    names = parties.organisation_names({other.owner for rows in found.values() for other in rows})
    related: list[Related] = []
    for name, stix_id in pairs:
        how = str(words.NAMES.get(name, name))
        related += [_related(how, other, names) for other in found[stix_id]] or [Related(how, stix_id)]
    return related


def pointing_at(viewer: Viewer, row: StixObject, whole: bool = False) -> tuple[list[Related], bool]:
    """What points at this object, and whether all of its collection was looked through."""
    held = Clock.objects.filter(pk=row.collection).first()
    from_number = 0 if whole or held is None else max(held.number - NEWEST, 0)
    rows = objects(viewer, row.collection, RELATED).filter(number__gt=from_number, raw__contains=row.stix_id)
    found = list(rows.exclude(subject=row.subject).order_by("-number")[:SHOWN])
    names = parties.organisation_names({other.owner for other in found})
    related = []
    for other in found:
        how = [name for name, stix_id in words.refs(other.raw) if stix_id == row.stix_id]
        if how:
            related.append(_related(str(words.NAMES.get(how[0], how[0])), other, names))
    return related, from_number == 0


def _related(how: str, row: StixObject, names: dict[UUID, str]) -> Related:
    return Related(how, row.stix_id, row, words.title(row.raw, row.stix_id), names.get(row.owner, ""))


def _context(row: StixObject) -> UUID:
    if row.context is None:
        raise Hidden()
    return row.context


def sees(row: StixObject) -> list[Sees]:
    """Every organisation that is served an object now besides its producer, and why (REG-04)."""
    if row.retracted or row.redacted_at is not None or (row.said_by and row.label not in policy.ONWARD):
        return []
    collection = Collection.objects.get(pk=row.collection)
    agreements = {a.id: a for a in policy.in_force([collection.arrangement])}
    found = []
    for party in parties.parties(collection.arrangement):
        held = policy.rights_under(agreements.values(), collection.purpose, party.organisation)
        agreement = held.get((row.owner, row.label))
        if agreement is not None:
            why = rule(agreements[agreement], collection.purpose, row.label)
            found.append(Sees(party.organisation, party.name, agreements[agreement], why))
    return sorted(found, key=lambda one: one.name)


def rule(agreement: AgreementView, purpose: str, label: str) -> str:
    """Why an agreement lets an object pass, in a sentence."""
    given = {"purpose": PURPOSES.get(purpose, purpose), "label": label, "ceiling": agreement.ceiling}
    if label == "AMBER+STRICT":
        return _("It covers the purpose %(purpose)s, and AMBER+STRICT because it binds two parties alone.") % given
    return _("It covers the purpose %(purpose)s, and TLP:%(label)s lies within its ceiling TLP:%(ceiling)s.") % given


def holders(viewer: Viewer, row: StixObject) -> list[Holding]:
    """Who was served any version of one of the viewer's own objects, first and last, whatever is in force now."""
    if row.owner != viewer.organisation:
        raise Hidden()
    chain = StixObject.records.privileged().filter(subject=row.subject)
    wanted = set(chain.values_list("pk", flat=True))
    seen = first_and_last(row.owner, wanted, min(chain.values_list("recorded_at", flat=True)))
    when: dict[UUID, tuple[datetime, datetime]] = {}
    for (_pk, reader), (first, last) in seen.items():
        begun, ended = when.get(reader, (first, last))
        when[reader] = (min(begun, first), max(ended, last))
    names = parties.organisation_names(when)
    return sorted((Holding(one, names.get(one, ""), *when[one]) for one in when), key=lambda one: one.name)


Times = dict[tuple[UUID, UUID], tuple[datetime, datetime]]


def first_and_last(owner: UUID, wanted: set[UUID] | None, since: datetime | None = None) -> Times:
    """By row and reader, when rows of an owner were first and last served; all rows without `wanted`."""
    found: Times = {}
    logged = Access.objects.filter(owner=owner, data_kind=withdrawals.KIND)
    if since is not None:
        logged = logged.filter(at__gte=since)
    for access in logged.order_by("at").iterator():
        if access.reader is None:
            continue
        for pk in gate.unpack(access):
            if wanted is None or pk in wanted:
                first = found.get((pk, access.reader), (access.at, access.at))[0]
                found[pk, access.reader] = (first, access.at)
    return found
