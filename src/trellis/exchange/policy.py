"""Who may be served what: one set of rights, from which both the gate's condition and the page walker are built."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.labels import up_to
from trellis.exchange.models import Acknowledgement, Collection, SharingAgreement, StixObject
from trellis.exchange.schemas import AgreementView
from trellis.parties import selectors as parties
from trellis.parties.models import Place
from trellis.parties.schemas import Viewer

# What an organisation pulled from another it may hand on under these alone: TLP:AMBER stops with who was given it.
ONWARD = ("CLEAR", "GREEN")

# Producer and label, to the agreement that lets the consumer be served.
Rights = Mapping[tuple[UUID, str], UUID]


def view(row: SharingAgreement) -> AgreementView:
    """An agreement as other modules see it."""
    return AgreementView(
        row.subject,
        row.stream,
        row.version,
        row.title,
        frozenset(UUID(p) for p in row.parties),
        frozenset(row.purposes),
        row.ceiling,
        row.starts_on,
        row.ends_on,
        dict(row.clauses),
    )


def in_force(arrangements: Iterable[UUID], day: date | None = None) -> list[AgreementView]:
    """The agreements whose term holds `day` (today without), as adopted last."""
    day = day or clock.today()
    rows = SharingAgreement.objects.current().filter(
        stream__in=list(arrangements), starts_on__lte=day, ends_on__gte=day
    )
    return [view(row) for row in rows.order_by("starts_on", "subject")]


def labels(agreement: AgreementView) -> list[str]:
    """The labels that an agreement lets pass: to its ceiling, AMBER+STRICT between two alone, RED never."""
    strict = len(agreement.parties) == 2
    return [label for label in up_to(agreement.ceiling) if label != "RED" and (label != "AMBER+STRICT" or strict)]


def rights_under(agreements: Iterable[AgreementView], purpose: str, consumer: UUID) -> dict[tuple[UUID, str], UUID]:
    """What a consumer may be served for a purpose, from whom, and under which agreement."""
    found: dict[tuple[UUID, str], UUID] = {}
    for agreement in agreements:
        if consumer in agreement.parties and purpose in agreement.purposes:
            for producer in agreement.parties - {consumer}:
                for label in labels(agreement):
                    found.setdefault((producer, label), agreement.id)
    return found


def is_party(arrangement: UUID, organisation: UUID | None) -> bool:
    """Whether an organisation has a place in an arrangement today: one query, because every poll asks."""
    if organisation is None:
        return False
    day = clock.today()
    here = Place.objects.current().filter(stream=arrangement, organisation=organisation, since__lte=day)
    return here.filter(Q(until=None) | Q(until__gte=day)).exists()


def rights(collection: Collection, consumer: UUID, party: bool | None = None) -> dict[tuple[UUID, str], UUID]:
    """The rights of one consumer in one collection now. `party` says so where the caller has just asked."""
    if not (is_party(collection.arrangement, consumer) if party is None else party):
        return {}
    return rights_under(in_force([collection.arrangement]), collection.purpose, consumer)


def _grouped(held: Rights) -> dict[tuple[str, ...], list[UUID]]:
    """Producers by the labels that they have in common: few groups make a short condition."""
    by_producer: dict[UUID, list[str]] = defaultdict(list)
    for producer, label in held:
        by_producer[producer].append(label)
    groups: dict[tuple[str, ...], list[UUID]] = defaultdict(list)
    for producer, its in by_producer.items():
        groups[tuple(sorted(its))].append(producer)
    return groups


def rule(viewer: Viewer) -> Q:
    """The gate's condition for STIX objects: the producer's own, and what the rights of now let pass."""
    if viewer.organisation is None:
        return Q(pk__in=[])
    may = Q()
    mine = [programme.id for programme in parties.programmes_of(viewer)]
    mine = [one for one in mine if viewer.organisation in parties.sides(one)]
    agreements = in_force(mine)
    for collection in Collection.objects.filter(arrangement__in=mine):
        of_it = [a for a in agreements if a.arrangement == collection.arrangement]
        held = rights_under(of_it, collection.purpose, viewer.organisation)
        for its, producers in _grouped(held).items():
            may |= Q(collection=collection.pk, owner__in=producers, label__in=its)
    if not may:
        return Q(owner=viewer.organisation)
    onward = Q(said_by=None) | Q(label__in=ONWARD)
    standing = Q(redacted_at=None, retracted=False) & Q(~Exists(_later()))
    served: Q = may & onward & standing
    return Q(owner=viewer.organisation) | served


def _later() -> QuerySet[Any]:
    """What stands in the place of a version: relabelled, or taken back."""
    # "+ 0" keeps SQLite from walking all later numbers of the collection for each row: the chain's index is the way.
    found: QuerySet[Any] = (
        StixObject.records.privileged()
        .alias(place=F("number") + 0)
        .filter(
            stix_id=OuterRef("stix_id"),
            collection=OuterRef("collection"),
            owner=OuterRef("owner"),
            version=OuterRef("version"),
            place__gt=OuterRef("number"),
        )
    )
    return found


def acknowledgement_rule(viewer: Viewer) -> Q:
    """Acknowledgements are read by who gave them and by the producer whose object they are about."""
    if viewer.organisation is None:
        return Q(pk__in=[])
    return Q(owner=viewer.organisation) | Q(producer=viewer.organisation)


def readers(row: StixObject) -> list[tuple[str, str]]:
    """Who is served an object now, and under which agreement, for its producer."""
    if row.said_by is not None and row.label not in ONWARD:
        return []
    collection = Collection.objects.get(pk=row.collection)
    agreements = {a.id: a for a in in_force([collection.arrangement])}
    names = parties.organisation_names(parties.sides(collection.arrangement))
    found = []
    for consumer in sorted(names, key=lambda one: names[one]):
        held = rights_under(agreements.values(), collection.purpose, consumer).get((row.owner, row.label))
        if held is not None:
            found.append((names[consumer], agreements[held].title))
    return found


def acknowledgement_readers(row: Acknowledgement) -> list[tuple[str, str]]:
    """The producer of the object that it is about."""
    return [(parties.organisation_names([row.producer]).get(row.producer, ""), _("producer of the object"))]
