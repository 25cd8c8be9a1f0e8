"""Reads of the exchange: what a caller may see of roots, collections and objects, now."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.utils.translation import gettext as _

from trellis.calc.dates import day_start
from trellis.core import clock
from trellis.core.conditions import Condition, Hidden
from trellis.exchange import policy, reading, served, withdrawals
from trellis.exchange.models import Acknowledgement, Collection, PostStatus, SharingAgreement, StixObject, Withdrawal
from trellis.exchange.schemas import (
    PURPOSES,
    AgreementView,
    CollectionView,
    Holding,
    Page,
    Query,
    RootView,
    SharingAgree,
    Status,
)
from trellis.governance import selectors as governance
from trellis.governance.models import Decision
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate

KEPT = timedelta(hours=24)
INBOX = "withdrawals"


def roots(viewer: Viewer) -> list[RootView]:
    """The arrangements that the viewer's organisation is a party to."""
    mine = [one for one in parties.programmes_of(viewer) if viewer.organisation in parties.sides(one.id)]
    return [RootView(one.id, one.title, one.purpose) for one in mine]


def collections(viewer: Viewer, root: UUID) -> list[CollectionView]:
    """The collections of a root, the viewer's own withdrawals last. Raises Hidden for who is no party."""
    parties.programme_for(viewer, root)
    covered = _covered(viewer, root)
    rows = Collection.objects.filter(arrangement=root).order_by("made_at", "pk")
    return [*(_view(row, covered) for row in rows), _inbox(viewer, root)]


def collection(viewer: Viewer, root: UUID, id: UUID) -> CollectionView:
    """One collection. Raises Hidden when it is not visible."""
    parties.programme_for(viewer, root)
    if viewer.organisation and id == withdrawals.inbox(root, viewer.organisation):
        return _inbox(viewer, root)
    row = Collection.objects.filter(pk=id, arrangement=root).first()
    if row is None:
        raise Hidden()
    return _view(row, _covered(viewer, root))


def _covered(viewer: Viewer, root: UUID) -> set[str]:
    held = [a for a in policy.in_force([root]) if viewer.organisation in a.parties and len(a.parties) > 1]
    return {purpose for agreement in held for purpose in agreement.purposes}


def _view(row: Collection, covered: Iterable[str]) -> CollectionView:
    may_write = row.closed_at is None and row.purpose in covered
    return CollectionView(
        row.pk, row.arrangement, row.title, row.description, row.purpose, can_read=True, can_write=may_write
    )


def _inbox(viewer: Viewer, root: UUID) -> CollectionView:
    assert viewer.organisation
    return CollectionView(
        withdrawals.inbox(root, viewer.organisation),
        root,
        _("Withdrawals"),
        _("Objects that you were served and may hold no longer: one note for each withdrawal, naming their ids."),
        "",
        can_read=True,
        can_write=False,
        alias=INBOX,
    )


def stored(viewer: Viewer, collection: CollectionView) -> Collection | None:
    """The row of a collection, None for the viewer's withdrawals. Raises Hidden when it is not visible."""
    if not policy.is_party(collection.arrangement, viewer.organisation):
        raise Hidden()
    if viewer.organisation and collection.id == withdrawals.inbox(collection.arrangement, viewer.organisation):
        return None
    row = Collection.objects.filter(pk=collection.id, arrangement=collection.arrangement).first()
    if row is None:
        raise Hidden()
    return row


def page(viewer: Viewer, collection: CollectionView, query: Query) -> Page:
    """Objects of a collection that the viewer may see now, in the order of `added`. Leaves access rows.

    Raises Invalid for a `next` that was not given out here.
    """
    row = stored(viewer, collection)
    if row is None:
        return reading.withdrawn(viewer, collection.arrangement, query)
    return reading.page(viewer, row, query)


def versions(viewer: Viewer, collection: CollectionView, stix_id: str, query: Query) -> Page:
    """All versions of one object that the viewer may see (items carry `version`; `raw` is empty)."""
    found = page(viewer, collection, replace(query, ids=(stix_id,), versions=query.versions or ("all",)))
    return replace(found, items=tuple(one._replace(raw=b"") for one in found.items))


def status(viewer: Viewer, root: UUID, id: UUID) -> Status:
    """What became of a POST of the viewer's organisation. Raises Hidden otherwise, and after 24 hours."""
    parties.programme_for(viewer, root)
    since = clock.now() - KEPT
    row = PostStatus.objects.filter(
        pk=id, arrangement=root, organisation=viewer.actor.organisation, at__gt=since
    ).first()
    if row is None:
        raise Hidden()
    said = orjson.loads(row.body)
    successes = tuple((one[0], one[1]) for one in said["successes"])
    return Status(row.pk, "complete", row.at, successes, tuple((a, b, c) for a, b, c in said["failures"]))


def agreements(viewer: Viewer, arrangement: UUID) -> list[AgreementView]:
    """The agreements on sharing of an arrangement in the version adopted last, in force or not."""
    parties.programme_for(viewer, arrangement)
    rows = SharingAgreement.objects.current().filter(stream=arrangement)
    return [policy.view(row) for row in rows.order_by("starts_on", "subject")]


def agreements_since(arrangement: UUID, at: datetime | None = None) -> list[tuple[AgreementView, datetime]]:
    """Each agreement as known at a moment, with the moment from which it was in force: whoever asks.

    That is the start of its first day in the arrangement's time zone, or its adoption where that came later.
    """
    zone = ZoneInfo(parties.programme(arrangement).time_zone)
    first: dict[UUID, SharingAgreement] = {}
    for row in SharingAgreement.objects.filter(stream=arrangement).order_by("version"):
        first.setdefault(row.subject, row)
    rows = SharingAgreement.objects.as_of(at).filter(stream=arrangement).order_by("starts_on", "subject")
    begun = {subject: max(row.at, day_start(row.starts_on, zone)) for subject, row in first.items()}
    return [(policy.view(row), begun[row.subject]) for row in rows]


def agreement_versions(viewer: Viewer, arrangement: UUID, subject: UUID) -> list[SharingAgreement]:
    """All versions of one agreement, newest first. Raises Hidden where there is none."""
    parties.programme_for(viewer, arrangement)
    rows = list(SharingAgreement.objects.filter(stream=arrangement, subject=subject).order_by("-version"))
    if not rows:
        raise Hidden()
    return rows


def missing(viewer: Viewer, arrangement: UUID, purpose: str) -> list[Condition]:
    """What an exchange for a purpose needs of the viewer's organisation, met or not (REG-08)."""
    from trellis.exchange.kinds import text_conditions

    held = [a for a in policy.in_force([arrangement]) if viewer.organisation in a.parties]
    word = str(PURPOSES.get(purpose, purpose))
    found = [
        Condition(_("An agreement on sharing in force names your organisation"), bool(held)),
        Condition(_("It covers the purpose: %(p)s") % {"p": word}, any(purpose in a.purposes for a in held)),
        Condition(_("Another party is bound by it"), any(len(a.parties) > 1 for a in held if purpose in a.purposes)),
    ]
    if not held:
        for title, text in open_proposals(viewer, arrangement):
            for condition in text_conditions(text):
                if not condition.met:
                    name = _("Proposed “%(title)s”: %(condition)s") % {"title": title, "condition": condition.name}
                    found.append(replace(condition, name=name))
    return found


def open_proposals(viewer: Viewer, arrangement: UUID) -> list[tuple[str, SharingAgree]]:
    """Agreements that are proposed and would bind the viewer's organisation."""
    rows = list(Decision.objects.filter(stream=arrangement, kind="sharing.agree", outcome=None).order_by("at", "seq"))
    texts = governance.contents(rows).values()
    return [(text.title, text) for text in texts if viewer.organisation in text.parties]


def readers(viewer: Viewer, key: UUID) -> list[Holding]:
    """Who was served one of the viewer's own objects, first and last, whatever is in force now."""
    row = StixObject.records.privileged().filter(pk=key, owner=viewer.organisation).first()
    if row is None:
        raise Hidden()
    return holdings(served.certain(row.owner).times_of_row(key))


def holdings(times: Iterable[served.Times]) -> list[Holding]:
    """Who was served something, first and last, by name."""
    times = list(times)
    names = parties.organisation_names([one.reader for one in times])
    found = [Holding(one.reader, names.get(one.reader, ""), one.first, one.last) for one in times]
    return sorted(found, key=lambda one: one.name)


def withdrawn_from(viewer: Viewer) -> list[Withdrawal]:
    """What others hold of the viewer's organisation though it is withdrawn, newest first."""
    return list(Withdrawal.objects.filter(producer=viewer.actor.organisation).order_by("-at", "-added"))


def withdrawn_to(viewer: Viewer, arrangement: UUID) -> list[Withdrawal]:
    """What the viewer's organisation was served in an arrangement and may hold no longer, newest first."""
    parties.programme_for(viewer, arrangement)
    withdrawals.tell_due(viewer.organisation)
    rows = Withdrawal.objects.filter(arrangement=arrangement, consumer=viewer.actor.organisation)
    return list(rows.order_by("-added"))


def acknowledgements(viewer: Viewer, subject: UUID) -> list[Acknowledgement]:
    """What recipients said of an object, as far as the viewer may read it."""
    rows = gate.visible(Acknowledgement, viewer, _("Acknowledgements")).filter(about=subject)
    return list(rows.order_by("at", "id"))
