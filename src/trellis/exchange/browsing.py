"""Reads for people: objects behind the gate, what belongs to what, who sees an object and why, and who holds it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from trellis.core.conditions import Hidden
from trellis.exchange import policy, references, selectors, served, words
from trellis.exchange.models import Collection, StixObject
from trellis.exchange.schemas import PURPOSES, AgreementView, Holding
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing.rows import RecordQuerySet

LISTED = gettext_noop("Exchange: the list of a collection")
READ = gettext_noop("Exchange: the page of an object")
RELATED = gettext_noop("Exchange: what belongs to an object")
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
    """What points at this object, newest first, and whether all of its collection is in the index of references.

    Where it is not, some of what is missing is read first; all of it if `whole`.
    """
    complete = references.fill(row.collection, whole)
    found: list[StixObject] = []
    for sources in references.to(row.collection, row.stix_id):
        rows = objects(viewer, row.collection, RELATED).filter(pk__in=sources, redacted_at=None)
        found += rows.exclude(subject=row.subject).order_by("-number")[: SHOWN - len(found)]
        if len(found) >= SHOWN:
            break
    names = parties.organisation_names({other.owner for other in found})
    related = []
    for other in found:
        how = [name for name, stix_id in words.refs(other.raw) if stix_id == row.stix_id]
        if how:
            related.append(_related(str(words.NAMES.get(how[0], how[0])), other, names))
    return related, complete


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
    return selectors.holdings(served.certain(row.owner).times(row.subject))
