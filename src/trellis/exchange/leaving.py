"""What leaving an agreement would stop, and who already holds what: said before anybody presses."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q

from trellis.exchange import policy, served
from trellis.exchange.models import Collection, StixObject
from trellis.exchange.schemas import AgreementView
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer

Pair = tuple[UUID, str]


@dataclass(frozen=True)
class Stop:
    """In one collection, between the viewer and one other party: objects that stop each way."""

    collection: str
    other: str
    given: int
    received: int


@dataclass(frozen=True)
class Holds:
    """An organisation that was served the viewer's objects under what would end, and how many it holds."""

    name: str
    count: int


def stops(viewer: Viewer, agreement: AgreementView) -> list[Stop]:
    """By collection and party, how many objects would no longer be served. Other agreements may keep some."""
    assert viewer.organisation
    me, found = viewer.organisation, []
    before = policy.in_force([agreement.arrangement])
    after = [replace(a, parties=a.parties - {me}) if a.id == agreement.id else a for a in before]
    names = parties.organisation_names(agreement.parties)
    for row in Collection.objects.filter(arrangement=agreement.arrangement).order_by("made_at", "pk"):
        lost = _lost(before, after, row.purpose, me)
        for other in sorted(agreement.parties - {me}, key=lambda one: names.get(one, "")):
            mine = [label for producer, label in _lost(before, after, row.purpose, other) if producer == me]
            theirs = [label for producer, label in lost if producer == other]
            if mine or theirs:
                found.append(Stop(row.title, names.get(other, ""), _count(row, me, mine), _count(row, other, theirs)))
    return found


def _lost(before: Iterable[AgreementView], after: Iterable[AgreementView], purpose: str, consumer: UUID) -> list[Pair]:
    then = policy.rights_under(after, purpose, consumer)
    return [pair for pair in policy.rights_under(before, purpose, consumer) if pair not in then]


def _count(row: Collection, producer: UUID, labels: Iterable[str]) -> int:
    rows = StixObject.records.privileged().as_of(None).filter(collection=row.pk, owner=producer, retracted=False)
    onward = Q(said_by=None) | Q(label__in=policy.ONWARD)  # of what was pulled from elsewhere only this is handed on
    return int(rows.filter(onward, label__in=list(labels)).count())


def held(viewer: Viewer, agreement: AgreementView) -> list[Holds]:
    """Which of the parties hold the viewer's objects of this arrangement, as the access log says."""
    assert viewer.organisation
    known = served.certain(viewer.organisation)
    names = parties.organisation_names(agreement.parties)
    here = set(Collection.objects.filter(arrangement=agreement.arrangement).values_list("pk", flat=True))
    firsts = known.firsts(known.within(here))
    others = agreement.parties - {viewer.organisation}
    found = {other: int((firsts.readers == known.code(other)).sum()) for other in others}
    return [Holds(names.get(one, ""), found[one]) for one in sorted(found, key=lambda o: names.get(o, ""))]
