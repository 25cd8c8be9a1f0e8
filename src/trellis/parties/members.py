"""Members of an organisation and their accounts: roles, units, invitations, profile, password, history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import clock, ledger, node
from trellis.core.conditions import Hidden, Invalid, Refused
from trellis.core.models import Entry, Key
from trellis.parties import factors, selectors
from trellis.parties.models import ApiToken, Invitation, Membership, Person
from trellis.parties.schemas import Viewer
from trellis.parties.services import invitations_open, require_administrator


@dataclass(frozen=True)
class Member:
    """A member as colleagues see them. `factor`: whether a second factor is asked for at sign-in."""

    person: UUID
    name: str
    email: str
    role: str
    role_title: str
    unit: str
    since: datetime
    seats: tuple[str, ...]
    factor: bool


def members(organisation: UUID) -> list[Member]:
    """Who belongs to an organisation now, by name."""
    held: dict[UUID, list[str]] = {}
    for seat in selectors.seats_of(organisation):
        for person, _name in seat.holders:
            held.setdefault(person, []).append(seat.title)
    rows = Membership.objects.filter(organisation=organisation, left_at=None).select_related("person")
    return [
        Member(
            row.person_id,
            row.person.name,
            row.person.email,
            row.role,
            str(row.get_role_display()),
            row.unit,
            row.since,
            tuple(held.get(row.person_id, ())),
            factors.needed(row.person_id),
        )
        for row in rows.order_by("person__name", "pk")
    ]


def member(viewer: Viewer, person: UUID) -> Member:
    """A colleague. Raises Hidden for anybody else."""
    found = next((m for m in members(viewer.organisation) if m.person == person), None) if viewer.organisation else None
    if found is None:
        raise Hidden()
    return found


@transaction.atomic
def member_change(viewer: Viewer, person: UUID, *, role: str, unit: str) -> None:
    """Sets a colleague's role and unit. The last administrator stays one."""
    row = Membership.objects.select_for_update().filter(person=person, left_at=None).first()
    if row is None or row.organisation_id != viewer.organisation:
        raise Hidden()
    actor = require_administrator(viewer, row.organisation_id)
    administrators = [found for found, _name in selectors.administrators(row.organisation_id)]
    if role != Membership.Role.ADMINISTRATOR and administrators == [person]:
        raise Invalid({"role": _("The last administrator stays one: name another one first.")})
    row.role, row.unit = role, unit
    row.save(update_fields=["role", "unit"])
    said = {"person": str(person), "role": role, "unit": unit}
    node.register_change("membership", row.pk, said, actor)
    ledger.record(row.organisation_id, "member.changed", said, actor)


def invitations(viewer: Viewer) -> list[Invitation]:
    """The open invitations of the viewer's organisation, newest first."""
    if viewer.organisation is None:
        return []
    rows = invitations_open().filter(organisation=viewer.organisation).select_related("invited_by")
    return list(rows.order_by("-invited_at"))


def invitation_withdraw(viewer: Viewer, invitation: UUID) -> None:
    """Ends an open invitation of the viewer's organisation."""
    found = invitations_open().filter(pk=invitation, organisation=viewer.organisation).first()
    if found is None:
        raise Hidden()
    require_administrator(viewer, found.organisation_id)
    if not invitations_open().filter(pk=invitation).update(withdrawn_at=clock.now()):
        raise Refused(_("This invitation was used a moment ago."))


def profile_change(viewer: Viewer, *, name: str, language: str, mail_digest: bool = False) -> Person:
    """Changes the viewer's own name, language, and whether they want a mail once a day."""
    person = factors.account_of(viewer)
    person.name, person.language, person.mail_digest = name, language, mail_digest
    person.save(update_fields=["name", "language", "mail_digest"])
    node.register_change("person", person.pk, {"what": "profile.changed"}, None)
    return person


@transaction.atomic
def password_change(viewer: Viewer, old: str, new: str) -> Person:
    """Changes the viewer's own password, which ends their other sessions. Raises Invalid."""
    person = factors.account_of(viewer)
    if not person.check_password(old):
        raise Invalid({"old": _("This is not your present password.")})
    try:
        validate_password(new, person)
    except ValidationError as error:
        raise Invalid({"new": " ".join(error.messages)}) from None
    person.set_password(new)
    person.save(update_fields=["password"])
    node.register_change("person", person.pk, {"what": "password.changed"}, None)
    return person


def tokens(viewer: Viewer) -> list[ApiToken]:
    """The viewer's tokens in force, newest first."""
    return list(ApiToken.objects.filter(person=viewer.person, revoked_at=None).order_by("-made_at"))


def signing_keys(organisation: UUID) -> list[Key]:
    """The keys of an organisation, newest first."""
    return list(Key.objects.filter(holder=organisation).order_by("-introduced_at", "-pk"))


@dataclass(frozen=True)
class Happening:
    """An entry of an organisation's stream about itself, in words."""

    at: datetime
    text: str
    person: str


WORDS: dict[str, Any] = {
    "organisation.opened": gettext_lazy("The organisation was registered"),
    "member.joined": gettext_lazy("Somebody joined"),
    "member.left": gettext_lazy("Somebody left"),
    "member.changed": gettext_lazy("A role or unit was changed"),
    "seat.opened": gettext_lazy("A seat was made"),
    "seat.filled": gettext_lazy("A seat was filled"),
    "seat.delegated": gettext_lazy("A seat was delegated"),
    "seat.vacated": gettext_lazy("A seat was vacated"),
    "key.introduced": gettext_lazy("A signing key was introduced"),
    "key.revoked": gettext_lazy("A signing key was revoked"),
    "factor.reset-asked": gettext_lazy("A reset of a second factor was asked for"),
    "factor.reset": gettext_lazy("A second factor was reset"),
}


def history(organisation: UUID) -> list[Happening]:
    """What happened in the organisation itself, newest first; what it recorded is not among it."""
    rows = list(
        Entry.objects.filter(stream=organisation, kind__in=list(WORDS)).select_related("payload").order_by("-seq")
    )
    said = [(row, ledger.payload_of(row) or {}) for row in rows]
    ids = {i for row, payload in said for i in (row.person, _uuid(payload.get("person"))) if i}
    names = selectors.person_names(ids)
    return [Happening(row.at, _words(row.kind, payload, names), _name(names, row.person)) for row, payload in said]


def _uuid(text: object) -> UUID | None:
    return UUID(str(text)) if text else None


def _name(names: dict[UUID, str], person: UUID | None) -> str:
    return names.get(person, "") if person else ""


def _words(kind: str, payload: dict[str, object], names: dict[UUID, str]) -> str:
    whom = _name(names, _uuid(payload.get("person")))
    words = str(WORDS[kind])
    return f"{words}: {whom}" if whom else words


def known_emails(found: Iterable[str]) -> set[str]:
    """Which of these addresses belong to somebody who is in an organisation now."""
    wanted = {address.lower() for address in found}
    rows = Membership.objects.filter(left_at=None, person__email__in=wanted)
    return set(rows.values_list("person__email", flat=True))
