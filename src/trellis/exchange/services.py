"""Writes of the exchange: what a producer adds and takes back, and who says that it was of use."""

from collections.abc import Callable
from uuid import UUID

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Blocked, Conflict, Hidden, Invalid, Refused, unmet
from trellis.exchange import admissions, selectors, stix, store, walk, withdrawals
from trellis.exchange.kinds import text_conditions
from trellis.exchange.models import Acknowledgement, Clock, Collection, PostStatus, StixObject
from trellis.exchange.schemas import PURPOSES, CollectionView, Query, SharingAgree, SharingLeave, Status
from trellis.governance import rights
from trellis.governance import services as governance
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, records
from trellis.sharing import services as sharing
from trellis.sharing.models import Audience, Detail

MAKERS = ("cert-lead", "coordinator")


def collection_create(
    viewer: Viewer, arrangement: UUID, title: str, purpose: str, description: str = ""
) -> CollectionView:
    """Makes a collection. Raises Refused for who is neither CERT lead nor coordinator of a party."""
    parties.programme_for(viewer, arrangement)
    _maker(viewer, arrangement)
    wrong: dict[str, str] = {}
    title = title.strip()
    if not title or len(title) > 120:
        wrong["title"] = _("Give it a title of at most 120 characters.")
    elif Collection.objects.filter(arrangement=arrangement, title=title).exists():
        wrong["title"] = _("A collection here has this title already.")
    if purpose not in PURPOSES:
        wrong["purpose"] = _("Choose one from the list")
    if wrong:
        raise Invalid(wrong)
    with transaction.atomic():
        row = Collection.objects.create(
            arrangement=arrangement,
            title=title,
            description=description.strip(),
            purpose=purpose,
            organisation=viewer.actor.organisation,
            made_by=viewer.person,
        )
        Clock.objects.create(collection=row.pk)
    return selectors.collection(viewer, arrangement, row.pk)


def collection_close(viewer: Viewer, collection: CollectionView) -> None:
    """Ends what comes in; what is there stays readable."""
    row = selectors.stored(viewer, collection)
    if row is None:
        raise Hidden()
    _maker(viewer, row.arrangement)
    if row.closed_at is not None:
        raise Conflict(_("This collection was closed before."))
    row.closed_at = clock.now()
    row.save(update_fields=["closed_at"])


def may_make(viewer: Viewer, arrangement: UUID) -> bool:
    """Whether the viewer may make and close collections here."""
    who = viewer.actor.organisation
    return any(rights.may(arrangement, viewer.person, who, role) for role in MAKERS)


def _maker(viewer: Viewer, arrangement: UUID) -> None:
    assert viewer.organisation
    if not may_make(viewer, arrangement):
        here = parties.parties(arrangement)
        holders = [
            words
            for party in here
            for role in MAKERS
            if parties.seats_in(arrangement, role, party.organisation)
            for words in rights.holders(arrangement, party.organisation, role)
        ]
        raise Refused(_("Collections are made and closed by a CERT lead or a coordinator."), holders)


def add(viewer: Viewer, collection: CollectionView, body: bytes, *, said_by: UUID | None = None) -> Status:
    """Takes a TAXII envelope. Raises Invalid for one that is none; objects are judged one by one in the status.

    Raises Refused when the viewer's organisation may not write here. `said_by` names where objects were pulled from.
    """
    row = writable(viewer, collection)
    parsed: list[stix.Parsed] = []
    failures: list[tuple[str, str, str]] = []
    for raw in stix.cut(body):
        try:
            parsed.append(stix.read(raw))
        except stix.Malformed as error:
            failures.append((*stix.identity_of(raw), str(error)))
    with transaction.atomic():
        successes, refused = store.take(viewer.actor, row, parsed, said_by)
        failures += refused
        made = PostStatus.objects.create(
            arrangement=row.arrangement,
            organisation=viewer.actor.organisation,
            body=orjson.dumps({"successes": successes, "failures": failures}).decode(),
        )
    return Status(made.pk, "complete", made.at, tuple(successes), tuple(failures))


def writable(viewer: Viewer, collection: CollectionView) -> Collection:
    """The collection, if the viewer's organisation may add to it now. Refused with all that is missing (REG-08)."""
    row = selectors.stored(viewer, collection)
    if row is None:
        raise Refused(_("Withdrawals are written by the system alone."))
    if row.closed_at is not None:
        raise Refused(_("This collection is closed."))
    conditions = selectors.missing(viewer, row.arrangement, row.purpose)
    if lacking := unmet(conditions):
        raise Refused(_("No agreement in force lets your organisation share here."), (), lacking)
    return row


def delete(viewer: Viewer, collection: CollectionView, stix_id: str, versions: tuple[str, ...] = ()) -> None:
    """Takes back the viewer's own versions of an object (all without `versions`: also "last", "first", "all" or times).

    Raises Hidden when the viewer sees no such object, Refused when it is another producer's.
    """
    row = selectors.stored(viewer, collection)
    if row is None:
        raise Refused(_("Withdrawals are written by the system alone."))
    own = StixObject.records.privileged().filter(collection=row.pk, owner=viewer.organisation, stix_id=stix_id)
    if not own.exists():
        found = selectors.versions(viewer, collection, stix_id, Query())
        if not found.items:
            raise Hidden()
        names = parties.organisation_names({item.producer for item in found.items})
        raise Refused(_("Only its producer takes an object back."), sorted(names.values()))
    chosen = _chosen(versions)
    why = _("Its producer took it back.")
    with transaction.atomic():
        if not store.take_back(viewer.actor, row, stix_id, chosen, why):
            raise Hidden()
        transaction.on_commit(lambda: withdrawals.tell_due() and None, robust=True)


def _chosen(wanted: tuple[str, ...]) -> Callable[[list[str]], set[str]]:
    exact = {walk.version_of(text) for text in wanted if text not in ("all", "first", "last")}

    def choose(live: list[str]) -> set[str]:
        if not wanted or "all" in wanted:
            return set(live)
        found = exact & set(live)
        found |= set(live[:1]) if "first" in wanted else set()
        return found | (set(live[-1:]) if "last" in wanted else set())

    return choose


def acknowledge(viewer: Viewer, key: UUID, useful: str, note: str = "") -> Acknowledgement:
    """Says that an object arrived and whether it was of use; said again, it corrects what was said before.

    `key` is the object as served (Item.key). Raises Hidden for what the viewer may not see, Invalid for its own.
    """
    row = gate.visible(StixObject, viewer, _("To acknowledge it"), history=True).filter(pk=key).first()
    if row is None:
        raise Hidden()
    if row.owner == viewer.organisation:
        raise Invalid({"object": _("An acknowledgement is given to another organisation.")})
    if useful not in Acknowledgement.Useful.values:
        raise Invalid({"useful": _("Choose one from the list")})
    mine = Acknowledgement.records.privileged().as_of(None).filter(owner=viewer.organisation, about=row.subject)
    last: Acknowledgement | None = mine.first()
    if last is not None:
        return records.correct(last, viewer.actor, _("What is known now"), useful=useful, note=note.strip())
    made = Acknowledgement(
        about=row.subject,
        producer=row.owner,
        collection=row.collection,
        context=row.context,
        stix_id=row.stix_id,
        at=clock.now(),
        useful=useful,
        note=note.strip(),
        label=row.label,
    )
    records.write(viewer.actor, [made])
    return made


def sharing_agree(viewer: Viewer, arrangement: UUID, payload: SharingAgree) -> object:
    """Proposes an agreement on sharing, or its next version. Raises Blocked listing every missing clause."""
    lacking = unmet(text_conditions(payload))
    if lacking:
        raise Blocked(_("Not ready to agree: %(n)s conditions of the text are not met.") % {"n": len(lacking)}, lacking)
    return governance.propose(viewer, arrangement, "sharing.agree", payload)


def sharing_leave(viewer: Viewer, arrangement: UUID, agreement: UUID, why: str) -> object:
    """Leaves an agreement at once, by the key of the viewer's own CERT lead."""
    party = viewer.actor.organisation
    return governance.propose(
        viewer, arrangement, "sharing.leave", SharingLeave(agreement=agreement, party=party, why=why)
    )


def figures_share(viewer: Viewer, arrangement: UUID) -> bool:
    """Lets all parties see the figures of the viewer's exchange; False where they do already. The log stays its own."""
    parties.programme_for(viewer, arrangement)
    held = gate.in_force().filter(owner=viewer.organisation, data_kind=withdrawals.KIND, audience=Audience.PARTIES)
    if held.filter(arrangement=arrangement, context=arrangement, about=None).exists():
        return False
    sharing.grant(
        viewer.actor,
        withdrawals.KIND,
        Audience.PARTIES,
        arrangement=arrangement,
        context=arrangement,
        detail=Detail.FIGURE,
        ceiling="GREEN",
        purpose=_("The times and the balance of the exchange"),
    )
    return True


def exchange_due() -> int:
    """The worker's: rights that began or ended by date, and withdrawals that wait to be told."""
    return admissions.settle_due() + withdrawals.tell_due()


def statuses_expire() -> int:
    """The worker's: deletes what was kept of POSTs for a day."""
    deleted, _by_model = PostStatus.objects.filter(at__lte=clock.now() - selectors.KEPT).delete()
    return deleted
