"""Writes of parties. Registers change here and nowhere else, each change with a history row and an entry."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from trellis.core import clock, keys, ledger, node
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.core.ledger import Actor
from trellis.core.models import Key, Stream
from trellis.parties import selectors
from trellis.parties.models import (
    ApiToken,
    Invitation,
    Membership,
    Organisation,
    Person,
    Seat,
    SeatHolding,
)
from trellis.parties.schemas import Viewer

INVITATION_DAYS = 30


def key_facts(key: Key) -> dict[str, Any]:
    """What a stream says of a key: id, holder, public half, and whether its holder keeps it."""
    said = {"key": key.pk, "holder": key.holder, "public": bytes(key.public)}
    return said if key.sealed is not None else {**said, "own": True}


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


M = TypeVar("M", bound=Model)


def checked(row: M, *fields: str) -> M:
    """The row, if these fields of it hold what their columns allow. Raises Invalid by field."""
    try:
        row.clean_fields(exclude={f.name for f in row._meta.fields} - set(fields))
    except ValidationError as error:
        raise Invalid({name: " ".join(texts) for name, texts in error.message_dict.items()}) from None
    return row


def require_administrator(viewer: Viewer, organisation: UUID) -> Actor:
    """The viewer as an actor, if they administer the organisation. Refused otherwise, naming who does."""
    if viewer.organisation == organisation and viewer.administrator:
        return viewer.actor
    names = [name for _id, name in selectors.administrators(organisation)]
    raise Refused(_("Only an administrator of the organisation can do this."), names or [_("nobody now")])


@transaction.atomic
def organisation_open(name: str, short: str, group: str, country: str = "") -> Organisation:
    """Registers an organisation, makes its key and opens its stream. Done by the operator of the installation."""
    if Organisation.objects.filter(name=name).exists():
        raise Conflict(_("There is an organisation of this name already."))
    organisation = Organisation(name=name, short=short, group=group, country=country)
    checked(organisation, "name", "short", "group", "country").save(force_insert=True)
    key = keys.create(organisation.pk)
    ledger.open_stream(organisation.pk, Stream.Kind.ORGANISATION)
    # The node's key is introduced with it: the node signs the digests of access in this stream.
    here = node.installation()
    signers = [key, keys.current(here.pk)] if here else [key]
    said = {"organisation": organisation.pk, "keys": [key_facts(signer) for signer in signers]}
    ledger.record(organisation.pk, "organisation.opened", said, Actor(organisation.pk))
    node.register_change("organisation", organisation.pk, {"name": name, "group": group, "country": country}, None)
    return organisation


@transaction.atomic
def key_rotate(viewer: Viewer, arrangements: list[UUID]) -> Key:
    """Makes a new key for the viewer's organisation and introduces it, under the old one, in its streams."""
    assert viewer.organisation
    actor = require_administrator(viewer, viewer.organisation)
    old, new = keys.current(viewer.organisation), keys.create(viewer.organisation)
    for stream in [viewer.organisation, *sorted(arrangements)]:
        position = ledger.lock(stream)
        ledger.append(position, "key.introduced", key_facts(new), actor, key=old)
        ledger.append(ledger.lock(stream), "key.revoked", {"key": old.pk}, actor, key=new)
    keys.revoke(old)
    return new


@transaction.atomic
def invite(
    viewer: Viewer | None,
    organisation: UUID,
    *,
    name: str,
    email: str,
    role: str = Membership.Role.STAFF,
    language: str = "en",
) -> tuple[Invitation, str]:
    """Makes a one-time invitation and returns it with its code, which is shown once and kept only as a hash.

    An administrator invites into their own organisation. The operator (viewer None) may invite only the first
    administrator of an organisation that has none.
    """
    by = None
    if viewer is None:
        if selectors.administrators(organisation):
            raise Refused(
                _("This organisation has administrators; they invite."),
                [name for _id, name in selectors.administrators(organisation)],
            )
    else:
        by = require_administrator(viewer, organisation).person
    if Person.objects.filter(email__iexact=email, memberships__left_at=None, memberships__isnull=False).exists():
        raise Invalid({"email": _("Somebody with this address belongs to an organisation already.")})
    code = "-".join(secrets.token_hex(2) for _ in range(6)).upper()
    invitation = Invitation(
        organisation_id=organisation,
        name=name,
        email=email,
        role=role,
        language=language,
        code_hash=_hash(code),
        invited_by_id=by,
        expires_at=clock.now() + timedelta(days=INVITATION_DAYS),
    )
    checked(invitation, "name", "email", "role", "language").save(force_insert=True)
    return invitation, code


def invitations_open() -> "QuerySet[Invitation]":
    """Invitations that still work."""
    return Invitation.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=clock.now())


def invitation_for(code: str) -> Invitation:
    """The open invitation with this code. Raises Hidden when it is used, withdrawn, out of date or unknown."""
    found = invitations_open().filter(code_hash=_hash(code.strip().upper())).select_related("organisation").first()
    if found is None:
        raise Hidden(_("This invitation does not exist, was used, or is out of date. Ask for a new one."))
    return found


@transaction.atomic
def invitation_accept(code: str, *, password: str, name: str | None = None) -> Person:
    """Makes the account and the membership. The code works once, also when two use it at the same moment."""
    invitation = invitation_for(code)
    used = Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=clock.now())
    if used != 1:
        raise Hidden(_("This invitation was used a moment ago."))
    person = Person.objects.filter(email__iexact=invitation.email).first() or Person(
        email=invitation.email.lower(), name=name or invitation.name, language=invitation.language
    )
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid({"password": " ".join(error.messages)}) from None
    person.set_password(password)
    person.is_active = True
    person.save()
    _join(person, invitation.organisation, invitation.role, Actor(invitation.organisation_id, person.pk))
    return person


def _join(person: Person, organisation: Organisation, role: str, by: Actor) -> Membership:
    try:
        membership = Membership.objects.create(person=person, organisation=organisation, role=role)
    except IntegrityError:
        raise Conflict(_("This person belongs to an organisation already.")) from None
    said = {"person": str(person.pk), "role": role}
    node.register_change("membership", membership.pk, said, by)
    ledger.record(organisation.pk, "member.joined", said, by)
    return membership


@transaction.atomic
def person_add(organisation: Organisation, *, name: str, email: str, role: str, language: str, password: str) -> Person:
    """Makes an account with a password at once: for the first administrator at `trellis init` and for the demo."""
    person = Person(email=email.lower(), name=name, language=language)
    person.set_password(password)
    person.save()
    _join(person, organisation, role, Actor(organisation.pk, person.pk))
    return person


@transaction.atomic
def member_leave(viewer: Viewer, person: UUID) -> None:
    """Ends a membership: seats, delegations and tokens end with it, and the next request finds nobody."""
    membership = Membership.objects.filter(person=person, left_at=None).first()
    if membership is None:
        raise Hidden()
    actor = viewer.actor if viewer.person == person else require_administrator(viewer, membership.organisation_id)
    last = [found for found, _name in selectors.administrators(membership.organisation_id)]
    if last == [person]:
        raise Refused(_("The last administrator cannot leave: name another one first."), [viewer.person_name])
    now = clock.now()
    membership.left_at = now
    membership.save(update_fields=["left_at"])
    SeatHolding.objects.filter(person=person, ended_at=None).update(ended_at=now)
    SeatHolding.objects.filter(delegated_by=person, ended_at=None).update(ended_at=now)
    ApiToken.objects.filter(person=person, revoked_at=None).update(revoked_at=now)
    said = {"person": str(person), "left": now.isoformat()}
    node.register_change("membership", membership.pk, said, actor)
    ledger.record(membership.organisation_id, "member.left", said, actor)


@transaction.atomic
def seat_open(viewer: Viewer, organisation: UUID, role: str, title: str = "") -> Seat:
    """Makes a seat in the viewer's own organisation."""
    actor = require_administrator(viewer, organisation)
    seat = checked(Seat(organisation_id=organisation, role=role, title=title), "role", "title")
    seat.save(force_insert=True)
    said = {"seat": str(seat.pk), "role": role, "title": title}
    node.register_change("seat", seat.pk, said, actor)
    ledger.record(organisation, "seat.opened", said, actor)
    return seat


def _seat(seat: UUID) -> Seat:
    found = Seat.objects.filter(pk=seat).first()
    if found is None:
        raise Hidden()
    return found


@transaction.atomic
def seat_fill(viewer: Viewer, seat: UUID, person: UUID) -> SeatHolding:
    """Puts a member of the organisation into a seat; whoever sat there leaves it."""
    found = _seat(seat)
    actor = require_administrator(viewer, found.organisation_id)
    _require_member(person, found.organisation_id)
    SeatHolding.objects.filter(seat=found, ended_at=None, delegated_by=None).update(ended_at=clock.now())
    return _hold(found, person, actor, None, None, None)


@transaction.atomic
def seat_delegate(viewer: Viewer, seat: UUID, person: UUID, since: datetime, until: datetime) -> SeatHolding:
    """Lets another member act for a seat from `since` until `until`. Done by an administrator or by the holder."""
    found = _seat(seat)
    if viewer.person in {i for i, _n in selectors.seat_views([found])[0].holders}:
        actor = viewer.actor
    else:
        actor = require_administrator(viewer, found.organisation_id)
    if until <= since:
        raise Invalid({"until": _("The end of a delegation comes after its start.")})
    if until <= clock.now():
        raise Invalid({"until": _("This delegation would be over already: choose an end that is still to come.")})
    _require_member(person, found.organisation_id)
    return _hold(found, person, actor, since, until, viewer.person)


@transaction.atomic
def seat_vacate(viewer: Viewer, seat: UUID) -> None:
    """Empties a seat, delegations included."""
    found = _seat(seat)
    actor = require_administrator(viewer, found.organisation_id)
    SeatHolding.objects.filter(seat=found, ended_at=None).update(ended_at=clock.now())
    said = {"seat": str(seat), "person": None}
    node.register_change("seat", found.pk, said, actor)
    ledger.record(found.organisation_id, "seat.vacated", said, actor)


def _require_member(person: UUID, organisation: UUID) -> None:
    if not Membership.objects.filter(person=person, organisation=organisation, left_at=None).exists():
        raise Invalid({"person": _("Only a member of the organisation can sit in its seat.")})


def _hold(
    seat: Seat, person: UUID, actor: Actor, since: datetime | None, until: datetime | None, delegated_by: UUID | None
) -> SeatHolding:
    holding = SeatHolding.objects.create(
        seat=seat,
        person_id=person,
        since=since or clock.now(),
        until=until,
        delegated_by_id=delegated_by,
        by=actor.person,
    )
    said = {"seat": str(seat.pk), "person": str(person), "until": until.isoformat() if until else None}
    node.register_change("seat", seat.pk, said, actor)
    ledger.record(seat.organisation_id, "seat.delegated" if delegated_by else "seat.filled", said, actor)
    return holding


def token_make(viewer: Viewer, title: str) -> tuple[ApiToken, str]:
    """Makes an API token for the viewer and returns it with its text, which is shown once."""
    if viewer.person is None:
        raise Hidden()
    text = "trl_" + secrets.token_urlsafe(32)
    token = checked(ApiToken(person_id=viewer.person, title=title, token_hash=_hash(text)), "title")
    token.save(force_insert=True)
    return token, text


def token_revoke(viewer: Viewer, token: UUID) -> None:
    """Ends one of the viewer's own tokens."""
    if not ApiToken.objects.filter(pk=token, person=viewer.person, revoked_at=None).update(revoked_at=clock.now()):
        raise Hidden()


def person_by_token(text: str) -> Person | None:
    """Who a token speaks for, or None; notes its use at most once a minute."""
    token = ApiToken.objects.filter(token_hash=_hash(text), revoked_at=None).select_related("person").first()
    if token is None or not token.person.is_active:
        return None
    now = clock.now()
    if token.used_at is None or now - token.used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return token.person
