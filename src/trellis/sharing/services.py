"""Writes of sharing: grants, consents, evidence."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.core.labels import RANKS
from trellis.core.ledger import Actor
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, records
from trellis.sharing.digest import digest as digest
from trellis.sharing.digest import digests_due as digests_due
from trellis.sharing.evidence import evidence_add as evidence_add
from trellis.sharing.evidence import evidence_retract as evidence_retract
from trellis.sharing.files import uploads_expire as uploads_expire
from trellis.sharing.models import Audience, Consent, ConsentRequest, Detail, Grant


def grant(
    actor: Actor,
    data_kind: str,
    audience: str,
    *,
    purpose: str,
    detail: str = Detail.RECORD,
    ceiling: str = "AMBER",
    organisation: UUID | None = None,
    arrangement: UUID | None = None,
    side: str = "",
    persons: tuple[UUID, ...] = (),
    context: UUID | None = None,
    about: UUID | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    carried_by: UUID | None = None,
) -> Grant:
    """The actor's organisation lets an audience read its records of one kind.

    Refused pairs of label and audience (D21) raise Invalid, as do an end before the start and a missing audience.
    """
    kind = gate.granted_kind(data_kind)
    if kind.rule is not None and detail != Detail.FIGURE:
        raise Invalid({"data_kind": _("No grant opens these records, only figures made from them.")})
    wrong: dict[str, str] = {}
    if audience not in Audience.values or detail not in Detail.values or ceiling not in RANKS:
        raise Invalid({"audience": _("The audience, the detail or the label is not one of the choices.")})
    most = gate.CEILINGS[Audience(audience)]
    if RANKS[ceiling] > most.rank:
        wrong["ceiling"] = _("For this audience the label may be %(most)s at most.") % {"most": most.value}
    if ends_at and ends_at <= (starts_at or clock.now()):
        wrong["ends_at"] = _("The end comes after the start.")
    if audience == Audience.ORGANISATION and organisation is None:
        wrong["organisation"] = _("Name the organisation.")
    if audience in (Audience.SIDE, Audience.PARTIES) and arrangement is None:
        wrong["arrangement"] = _("Name the programme.")
    if audience == Audience.PERSON and not persons:
        wrong["persons"] = _("Name at least one person.")
    if not purpose.strip() or len(purpose) > 200:
        wrong["purpose"] = _("Say in up to 200 characters what it is for.")
    if wrong:
        raise Invalid(wrong)
    row = Grant(
        audience=audience,
        organisation=organisation,
        arrangement=arrangement,
        side=side,
        persons=[str(p) for p in persons],
        data_kind=data_kind,
        detail=detail,
        about=about,
        purpose=purpose,
        ceiling=ceiling,
        starts_at=starts_at or clock.now(),
        ends_at=ends_at,
        carried_by=carried_by,
        context=context,
    )
    records.write(actor, [row])
    return row


def grant_make(viewer: Viewer, data_kind: str, audience: str, **terms: Any) -> Grant:
    """`grant` as a person gives it: only to those whom they meet in a programme, and to people who exist."""
    actor = viewer_actor(viewer)
    mine = {programme.id for programme in parties.programmes_of(viewer)}
    wrong: dict[str, str] = {}
    for name in ("arrangement", "context"):
        if terms.get(name) and terms[name] not in mine:
            wrong[name] = _("Name a programme that your organisation is a party to.")
    if terms.get("organisation") and terms["organisation"] not in met(viewer):
        wrong["organisation"] = _("Name an organisation that you meet in a programme.")
    persons = terms.get("persons") or ()
    if len(parties.person_names(persons)) != len(set(persons)):
        wrong["persons"] = _("Name people who have an account.")
    if wrong:
        raise Invalid(wrong)
    return grant(actor, data_kind, audience, **terms)


def met(viewer: Viewer) -> dict[UUID, str]:
    """The other organisations that are parties to a programme of the viewer's, by id."""
    found = {p.organisation: p.name for each in parties.programmes_of(viewer) for p in parties.parties(each.id)}
    return {id: name for id, name in found.items() if id != viewer.organisation}


def grant_withdraw(actor: Actor, subject: UUID, why: str) -> Grant:
    """Ends a grant: its audience is blind at the next request. What was signed or published stays with who had it."""
    last = Grant.records.privileged().as_of(None).filter(subject=subject).first()
    if last is None or last.owner != actor.organisation:
        raise Refused(
            _("Only the owner can withdraw a grant."),
            list(parties.organisation_names([last.owner] if last else []).values()),
        )
    if last.withdrawn_at is not None:
        raise Conflict(_("This grant was withdrawn before."))
    ended: Grant = records.correct(last, actor, why, withdrawn_at=clock.now())
    return ended


def consent_request(
    actor: Actor, arrangement: UUID, authority: UUID, scope: str, text: str, about: UUID | None = None
) -> ConsentRequest:
    """Asks a granting authority for consent, and shows it the request.

    Raises Hidden for who is no party, Invalid for an authority that is not on the partner side.
    """
    sides = parties.sides(arrangement)
    if actor.organisation not in sides:
        raise Hidden()
    if sides.get(authority) != "partner":
        raise Invalid({"authority": _("Name an organisation of the partner side.")})
    if not text.strip():
        raise Invalid({"text": _("Say what is asked for, and why.")})
    row = ConsentRequest(
        arrangement=arrangement, authority=authority, scope=scope, text=text, about=about, context=arrangement
    )
    records.write(actor, [row])
    if authority != actor.organisation:
        grant(
            actor,
            "sharing.consent-request",
            Audience.ORGANISATION,
            organisation=authority,
            about=row.subject,
            purpose=_("To answer the request"),
            carried_by=row.subject,
        )
    return row


def consent_give(
    actor: Actor,
    arrangement: UUID,
    scope: str,
    text: str,
    *,
    about: UUID | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    answers: UUID | None = None,
) -> Consent:
    """The partner side's consent. Only an organisation of the partner side can give it (OWN-05)."""
    require_partner(actor, arrangement)
    starts_on = starts_on or clock.today()
    if ends_on and ends_on < starts_on:
        raise Invalid({"ends_on": _("The end comes after the start.")})
    if not text.strip():
        raise Invalid({"text": _("Say to what exactly.")})
    row = Consent(
        arrangement=arrangement,
        scope=scope,
        text=text,
        about=about,
        starts_on=starts_on,
        ends_on=ends_on,
        answers=answers,
        context=arrangement,
        label="GREEN",
    )
    records.write(actor, [row])
    grant(
        actor,
        "sharing.consent",
        Audience.PARTIES,
        arrangement=arrangement,
        about=row.subject,
        ceiling="GREEN",
        purpose=_("Consent in force is known to all parties"),
        carried_by=row.subject,
    )
    return row


def consent_withdraw(actor: Actor, subject: UUID, why: str) -> Consent:
    """Withdraws consent from now on. It stops what comes, not what was earned."""
    last = Consent.records.privileged().as_of(None).filter(subject=subject).first()
    if last is None or last.owner != actor.organisation:
        raise Refused(
            _("Only the authority that gave consent can withdraw it."),
            list(parties.organisation_names([last.owner] if last else []).values()),
        )
    if last.withdrawn_at is not None:
        raise Conflict(_("This consent was withdrawn before."))
    ended: Consent = records.correct(last, actor, why, withdrawn_at=clock.now())
    return ended


def require_partner(actor: Actor, arrangement: UUID) -> None:
    """Refused for an organisation that is not on the partner side, naming those that are."""
    sides = parties.sides(arrangement)
    if actor.organisation not in sides:
        raise Hidden()
    partners = [organisation for organisation, side in sides.items() if side == "partner"]
    if actor.organisation not in partners:
        raise Refused(_("Only the partner side gives consent."), list(parties.organisation_names(partners).values()))


def carry(actor: Actor, data_kind: str, subject: UUID, audience: dict[str, Any], purpose: str) -> Grant:
    """A grant that an act carries: shows one record to whom the act concerns. The person sees it before pressing."""
    return grant(actor, data_kind, purpose=purpose, about=subject, carried_by=subject, **audience)


def viewer_actor(viewer: Viewer) -> Actor:
    """The viewer as an actor. Refused for the public and the operator."""
    if viewer.organisation is None:
        raise Refused(_("Only somebody of an organisation can do this."))
    return viewer.actor
