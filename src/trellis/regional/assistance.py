"""Writes of assistance: each organisation's own steps, and the one act that two share, agreeing on help (REG-09).

Asking, offering, declining, arriving and closing are records of whoever does them. Accepting an offer is a decision
with the keys of both. Declining takes no reason and leaves nothing but the fact.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import clock, ledger
from trellis.core.conditions import Blocked, Condition, Conflict, Hidden, Invalid, Refused, unmet
from trellis.core.indicators import live_indicators, refusal
from trellis.governance import rights
from trellis.governance import services as governance
from trellis.governance.models import Decision
from trellis.governance.registry import kind_named
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.regional import selectors
from trellis.regional.models import Move, Offer, Request
from trellis.regional.schemas import HelpAgree, OfferView, RequestView
from trellis.regional.vocabulary import NEEDS, OUTCOMES, SEVERITIES
from trellis.sharing import records
from trellis.sharing import services as sharing
from trellis.sharing.models import Audience

AGREE = "assistance.agree"
LABELS = ("CLEAR", "GREEN", "AMBER")
FIELDS = ("title", "text", "need", "severity", "cross_border")


@transaction.atomic
def request_make(
    viewer: Viewer,
    programme: UUID,
    *,
    title: str,
    text: str,
    need: str,
    cross_border: bool,
    asked_of: Sequence[UUID],
    severity: str = "",
    asked_at: datetime | None = None,
    label: str = "AMBER",
) -> Request:
    """Asks parties of the arrangement for help; only those asked read the request.

    `asked_at` is when they were asked (now without one). Raises Invalid by field, live indicators included (X-09).
    """
    parties.programme_for(viewer, programme)
    others = set(parties.sides(programme)) - {viewer.organisation}
    moment = asked_at or clock.now()
    said = {
        "title": title.strip(),
        "text": text.strip(),
        "need": need,
        "severity": severity,
        "cross_border": cross_border,
    }
    wrong = _problems(said)
    if not asked_of or set(asked_of) - others:
        wrong["asked_of"] = _("Name parties of this programme, other than your own organisation")
    if label not in LABELS:
        wrong["label"] = _("Other organisations read it, so it is AMBER at most")
    if moment > clock.now():
        wrong["asked_at"] = _("This lies in the future")
    if wrong:
        raise Invalid(wrong)
    asked = sorted({str(one) for one in asked_of})
    row = Request(**said, asked_of=asked, asked_at=moment, label=label, context=programme)
    records.write(viewer.actor, [row])
    _show(viewer, selectors.REQUEST, row.subject, asked)
    return row


@transaction.atomic
def request_correct(
    viewer: Viewer, programme: UUID, request: UUID, why: str, *, seen: UUID | None = None, **changes: Any
) -> Request:
    """Corrects what a request says; whom it asked and when stays. Refused for all but who asked."""
    row = selectors.request(viewer, programme, request).row
    _require_asker(viewer, row)
    if seen is not None and seen != row.pk:
        raise Conflict(_("Somebody corrected this record a moment ago. Look at the newest version, then decide."))
    said = {**{name: getattr(row, name) for name in FIELDS}, **changes}
    wrong = {name: _("This cannot be corrected.") for name in set(said) - set(FIELDS)} or _problems(said)
    if not why.strip():
        wrong["why"] = _("Say why.")
    if wrong:
        raise Invalid(wrong)
    return records.correct(row, viewer.actor, why, **said)


@transaction.atomic
def offer_make(
    viewer: Viewer,
    programme: UUID,
    request: UUID,
    *,
    text: str,
    terms: str = "",
    valid_until: datetime | None = None,
) -> Offer:
    """Offers help to who asked. The key of the offering organisation is turned with it where the viewer holds it.

    Refused for who was not asked, Conflict for a request that is closed or that has an open offer of theirs.
    """
    view = _asked(viewer, programme, request)
    if any(one.row.owner == viewer.organisation and one.state == "open" for one in view.offers):
        raise Conflict(_("An offer of your organisation is open already. Withdraw it first."))
    wrong = {}
    if not text.strip():
        wrong["text"] = _("Write something here")
    for name, value in (("text", text), ("terms", terms)):
        if found := live_indicators(value):
            wrong[name] = refusal(found)
    if valid_until is not None and valid_until <= clock.now():
        wrong["valid_until"] = _("This lies in the past")
    if wrong:
        raise Invalid(wrong)
    row = Offer(
        request=request, asker=view.row.owner, text=text.strip(), terms=terms.strip(), offered_at=clock.now(),
        valid_until=valid_until, label=view.row.label, context=programme,
    )  # fmt: skip
    records.write(viewer.actor, [row])
    _show(viewer, selectors.OFFER, row.subject, [str(view.row.owner)])
    if rights.may_propose(programme, kind_named(AGREE), viewer.person, viewer.actor.organisation):
        governance.propose(viewer, programme, AGREE, _payload(row), lapses_at=valid_until)
    return row


@transaction.atomic
def offer_accept(viewer: Viewer, programme: UUID, offer: UUID) -> Decision:
    """Turns the asker's key for an offer. Help is agreed once both keys stand.

    Raises Refused naming who holds the key, Blocked with every unmet condition: nothing is agreed on an offer that
    no longer stands.
    """
    view, found = _offer(viewer, programme, offer)
    _require_asker(viewer, view.row)
    missing = unmet(offer_conditions(programme, _payload(found.row)))
    if missing:
        raise Blocked(_("This offer cannot be accepted: %(n)s conditions are not met.") % {"n": len(missing)}, missing)
    waiting = open_agreement(programme, offer)
    if waiting is None:
        return governance.propose(viewer, programme, AGREE, _payload(found.row), lapses_at=found.row.valid_until)
    return governance.key_turn(viewer, waiting.pk)


@transaction.atomic
def request_decline(viewer: Viewer, programme: UUID, request: UUID) -> Move:
    """Says that the viewer's organisation does not help this time. No reason is asked for, and no figure reads it."""
    view = _asked(viewer, programme, request)
    mine = [move for move in view.moves if move.owner == viewer.organisation]
    if any(move.kind == Move.Kind.DECLINED for move in mine):
        raise Conflict(_("Your organisation has declined already."))
    if any(one.row.owner == viewer.organisation and one.state == "open" for one in view.offers):
        raise Conflict(_("An offer of your organisation is open. Withdraw it first."))
    return _move(viewer, view, Move.Kind.DECLINED, [view.row.owner])


@transaction.atomic
def offer_decline(viewer: Viewer, programme: UUID, offer: UUID) -> Move:
    """Says that the asker does not take an offer. No reason is asked for."""
    view, found = _offer(viewer, programme, offer)
    _require_asker(viewer, view.row)
    _require_open(found)
    made = _move(viewer, view, Move.Kind.OFFER_DECLINED, [found.row.owner], offer=offer)
    waiting = open_agreement(programme, offer)
    if waiting and any(governance.holds_slot(waiting, viewer, slot) for slot in waiting.slots.all()):
        governance.reject(viewer, waiting.pk, _("Declined; no reason is asked for."))
    return made


@transaction.atomic
def offer_withdraw(viewer: Viewer, programme: UUID, offer: UUID) -> Move:
    """Takes an offer back, as long as it is not agreed."""
    view, found = _offer(viewer, programme, offer)
    if found.row.owner != viewer.organisation:
        names = list(parties.organisation_names([found.row.owner]).values())
        raise Refused(_("Only who made an offer can take it back."), names)
    _require_open(found)
    made = _move(viewer, view, Move.Kind.OFFER_WITHDRAWN, [view.row.owner], offer=offer)
    waiting = open_agreement(programme, offer)
    may = rights.may_propose(programme, kind_named(AGREE), viewer.person, viewer.actor.organisation)
    if waiting and waiting.organisation == viewer.organisation and may:
        governance.withdraw(viewer, waiting.pk, _("The offer is withdrawn."))
    return made


@transaction.atomic
def arrival_record(viewer: Viewer, programme: UUID, offer: UUID, *, at: datetime | None = None, note: str = "") -> Move:
    """Records that help agreed on has arrived, by whoever asked or whoever helps."""
    view, found = _offer(viewer, programme, offer)
    helper, asker = found.row.owner, view.row.owner
    if viewer.organisation not in (helper, asker):
        names = list(parties.organisation_names([helper, asker]).values())
        raise Refused(_("Only who asked or who helps records the arrival."), names)
    if found.agreed_at is None:
        missing = [Condition(_("Both organisations have agreed on the help"), False)]
        raise Blocked(_("No arrival is recorded: the help is not agreed yet."), missing)
    if any(m.kind == Move.Kind.ARRIVED and m.offer == offer and m.owner == viewer.organisation for m in view.moves):
        raise Conflict(_("Your organisation has recorded this arrival already."))
    moment = at or clock.now()
    _check_step(moment, found.agreed_at, _("This is before the help was agreed"), note)
    other = asker if viewer.organisation == helper else helper
    return _move(viewer, view, Move.Kind.ARRIVED, [other], offer=offer, at=moment, note=note)


@transaction.atomic
def request_close(
    viewer: Viewer, programme: UUID, request: UUID, *, outcome: str, note: str = "", at: datetime | None = None
) -> Move:
    """Closes a request, by who asked, saying how it ended. Everybody who was asked reads that."""
    view = _whole(viewer, programme, request)
    _require_asker(viewer, view.row)
    _require_not_closed(view)
    if outcome not in OUTCOMES:
        raise Invalid({"outcome": _("Choose one from the list")})
    moment = at or clock.now()
    last = max([view.row.asked_at, *([view.arrived_at] if view.arrived_at else [])])
    _check_step(moment, last, _("This is before the last step of the request"), note)
    readers = [UUID(one) for one in view.row.asked_of]
    return _move(viewer, view, Move.Kind.CLOSED, readers, at=moment, note=note, outcome=outcome)


@transaction.atomic
def move_correct(viewer: Viewer, programme: UUID, request: UUID, move: UUID, why: str, *, at: datetime) -> Move:
    """Corrects the time of an arrival or of a closing, by whoever recorded it."""
    view = selectors.request(viewer, programme, request)
    last = next((one for one in view.moves if one.subject == move), None)
    if last is None:
        raise Hidden()
    if last.kind not in (Move.Kind.ARRIVED, Move.Kind.CLOSED):
        raise Invalid({"at": _("The time of this step is that of its record.")})
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    _check_step(at, view.row.asked_at, _("This is before help was asked for"), "")
    return records.correct(last, viewer.actor, why, at=at)


def offer_conditions(programme: UUID, payload: HelpAgree) -> list[Condition]:
    """What agreeing on help needs, met or not."""
    view = next((v for v in selectors.requests_at(programme) if v.id == payload.request), None)
    found = next((one for one in view.offers if one.row.subject == payload.offer), None) if view else None
    state = found.state if found else ""
    notes = {
        "declined": _("It was declined."),
        "withdrawn": _("It was withdrawn."),
        "over": _("It stood until a moment that has passed."),
        "agreed": _("It is agreed already."),
    }
    same = found is not None and (found.row.pk, found.row.content_hash) == (payload.offer_version, payload.offer_hash)
    members = parties.sides(programme)
    return [
        Condition(_("The request is open"), bool(view and not view.closed)),
        Condition(_("The offer stands"), state == "open", notes.get(state, "")),
        Condition(_("The offer is the one that was made"), same),
        Condition(_("Both are parties of this programme"), {payload.asker, payload.helper} <= set(members)),
    ]


def open_agreement(programme: UUID, offer: UUID) -> Decision | None:
    """The proposal about an offer that waits for a key."""
    rows = Decision.objects.filter(stream=programme, kind=AGREE, about=offer, outcome=None)
    return rows.order_by("-seq").first()


def _payload(row: Offer) -> HelpAgree:
    return HelpAgree(
        offer=row.subject,
        offer_version=row.pk,
        offer_hash=row.content_hash,
        request=row.request,
        asker=row.asker,
        helper=row.owner,
    )


def _problems(said: dict[str, Any]) -> dict[str, str]:
    wrong = {name: _("Write something here") for name in ("title", "text") if not str(said[name]).strip()}
    for name in ("title", "text"):
        if found := live_indicators(str(said[name])):
            wrong[name] = refusal(found)
    if said["need"] not in NEEDS:
        wrong["need"] = _("Choose one from the list")
    if said["severity"] and said["severity"] not in SEVERITIES:
        wrong["severity"] = _("Choose one from the list")
    return wrong


def _whole(viewer: Viewer, programme: UUID, request: UUID) -> RequestView:
    """A request that the viewer may read, with everything that is known of it, locked against a second act."""
    seen = selectors.request(viewer, programme, request)
    ledger.lock(seen.row.owner)
    return selectors.request_view_at(programme, request)


def _asked(viewer: Viewer, programme: UUID, request: UUID) -> RequestView:
    view = _whole(viewer, programme, request)
    if str(viewer.organisation) not in view.row.asked_of:
        names = parties.organisation_names([UUID(one) for one in view.row.asked_of])
        raise Refused(_("Only who was asked answers a request."), list(names.values()))
    _require_not_closed(view)
    return view


def _offer(viewer: Viewer, programme: UUID, offer: UUID) -> tuple[RequestView, OfferView]:
    """An offer that the viewer may read, with its request."""
    seen = selectors.offer(viewer, programme, offer)
    view = selectors.request_view_at(programme, seen.request)
    ledger.lock(view.row.owner)
    return view, next(one for one in view.offers if one.row.subject == offer)


def _require_asker(viewer: Viewer, row: Request) -> None:
    if row.owner != viewer.organisation:
        raise Refused(_("Only who asked for help can do this."), list(parties.organisation_names([row.owner]).values()))


def _require_open(found: OfferView) -> None:
    if found.state not in ("open", "over"):
        raise Conflict(_("This offer is no longer open."))


def _require_not_closed(view: RequestView) -> None:
    if view.closed:
        raise Conflict(_("This request is closed."))


def _check_step(at: datetime, earliest: datetime, early: str, note: str) -> None:
    wrong = {}
    if at > clock.now():
        wrong["at"] = _("This lies in the future")
    elif at < earliest:
        wrong["at"] = early
    if found := live_indicators(note):
        wrong["note"] = refusal(found)
    if wrong:
        raise Invalid(wrong)


def _move(viewer: Viewer, view: RequestView, kind: str, readers: Sequence[UUID], **more: Any) -> Move:
    said = {"at": clock.now(), **more}
    row = Move(request=view.id, kind=kind, label=view.row.label, context=view.row.context, **said)
    records.write(viewer.actor, [row])
    _show(viewer, selectors.MOVE, row.subject, [str(one) for one in readers])
    return row


def _show(viewer: Viewer, kind: str, subject: UUID, readers: Sequence[str]) -> None:
    """The grants that these acts carry: whom the act concerns reads the record."""
    for one in readers:
        if one == str(viewer.organisation):
            continue
        audience = {"audience": Audience.ORGANISATION, "organisation": UUID(one), "ceiling": "AMBER"}
        sharing.carry(viewer.actor, kind, subject, audience, _("To answer a request for assistance"))
