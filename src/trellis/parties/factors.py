"""The second factor: codes of an authenticator app (RFC 6238), recovery codes, and resetting a lost one."""

import base64
import hashlib
import os
import secrets
from urllib.parse import quote
from uuid import UUID

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from trellis.core import clock, ledger, node, sealing
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.core.ledger import Actor
from trellis.parties import selectors
from trellis.parties.models import Factor, FactorReset, Membership, Person, RecoveryCode
from trellis.parties.schemas import Viewer
from trellis.parties.services import require_administrator

STEP = 30
DIGITS = 6
RECOVERY_CODES = 10
# Clocks of telephones differ; one step before and after the present one is taken.
DRIFT = (0, -1, 1)
PURPOSE = "second factors"


def _seal(secret: bytes, factor: UUID) -> bytes:
    return sealing.seal(PURPOSE, secret, factor.bytes)


def _open(factor: Factor) -> bytes:
    return sealing.opened(PURPOSE, factor.sealed or b"", factor.pk.bytes)


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303 - what authenticator apps use; HMAC, not a digest


def in_force(person: UUID, kind: str | None = None) -> list[Factor]:
    """The confirmed factors of a person, oldest first."""
    rows = Factor.objects.filter(person=person, removed_at=None).exclude(confirmed_at=None).order_by("made_at", "pk")
    return list(rows.filter(kind=kind) if kind else rows)


def needed(person: UUID) -> bool:
    """Whether signing in asks this person for a second factor."""
    return bool(in_force(person))


def recovery_left(person: UUID) -> int:
    """How many recovery codes are unused."""
    return RecoveryCode.objects.filter(person=person, used_at=None).count()


def totp_begin(viewer: Viewer) -> Factor:
    """The authenticator app that the viewer is setting up: the one begun and not confirmed, or a new one."""
    if viewer.person is None:
        raise Hidden()
    begun = Factor.objects.filter(
        person=viewer.person, kind=Factor.Kind.TOTP, confirmed_at=None, removed_at=None
    ).first()
    if begun is not None:
        return begun
    factor = Factor(person_id=viewer.person, kind=Factor.Kind.TOTP)
    factor.sealed = _seal(os.urandom(20), factor.pk)
    factor.save()
    return factor


def secret_text(factor: Factor) -> str:
    """The secret of an app that is being set up, in groups of four to type. Hidden once it is confirmed."""
    if factor.confirmed_at is not None:
        raise Hidden()
    plain = base64.b32encode(_open(factor)).decode().rstrip("=")
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def qr(factor: Factor, account: str) -> SafeString:
    """The otpauth address of an app that is being set up, as an inline SVG image."""
    installation = node.installation()
    issuer = "Trellis" if installation is None else f"Trellis {installation.name}"
    secret = secret_text(factor).replace(" ", "")
    address = f"otpauth://totp/{quote(issuer)}:{quote(account)}?secret={secret}&issuer={quote(issuer)}"
    return qr_image(address, _("QR code of the secret"))


def qr_image(text: str, title: str) -> SafeString:
    """A text as a QR code: inline SVG with a title, without style attributes."""
    image = segno.make(text, error="m", micro=False).svg_inline(
        scale=5,
        border=4,
        title=title,
        light="#fff",
        dark="#000",
        svgclass="qr",
        lineclass=None,
        omitsize=False,
    )
    return mark_safe(image)  # noqa: S308 - made by segno from modules; the title is escaped there


def _step_of(factor: Factor, code: str) -> int | None:
    """The time step that a code belongs to, if it is right and later than the last one used."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS):
        return None
    totp, present = _totp(_open(factor)), int(clock.now().timestamp()) // STEP
    for drift in DRIFT:
        step = present + drift
        made = totp.generate(step * STEP)
        if secrets.compare_digest(made, digits.encode()) and step > factor.last_step:
            return step
    return None


def _use(factor: Factor, code: str) -> bool:
    step = _step_of(factor, code)
    if step is None:
        return False
    # Two requests with one code: the update lets only the first through.
    return bool(Factor.objects.filter(pk=factor.pk, last_step__lt=step, removed_at=None).update(last_step=step))


@transaction.atomic
def totp_confirm(viewer: Viewer, code: str) -> list[str]:
    """Confirms the app with its first code. Returns new recovery codes, shown once. Raises Invalid."""
    factor = totp_begin(viewer)
    if not _use(factor, code):
        raise Invalid({"code": _("This is not the code that the app shows now. Is its clock right?")})
    for older in in_force(factor.person_id, Factor.Kind.TOTP):
        _end(older)
    Factor.objects.filter(pk=factor.pk).update(confirmed_at=clock.now(), title=_("Authenticator app"))
    _said(factor.person_id, "factor.added")
    return recovery_renew(viewer)


@transaction.atomic
def recovery_renew(viewer: Viewer) -> list[str]:
    """Makes new recovery codes and ends the old ones. They are shown once and kept as hashes."""
    if viewer.person is None:
        raise Hidden()
    RecoveryCode.objects.filter(person=viewer.person, used_at=None).delete()
    codes = ["-".join(secrets.token_hex(2) for _i in range(4)) for _j in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person_id=viewer.person, code_hash=_code_hash(viewer.person, code)) for code in codes
    )
    return codes


def _code_hash(person: UUID, code: str) -> str:
    plain = "".join(c for c in code.lower() if c in "0123456789abcdef")
    return hashlib.sha256(person.bytes + plain.encode()).hexdigest()


def passes(person: UUID, code: str) -> bool:
    """Whether a code of the app, or an unused recovery code, is right. Either works once."""
    if any(_use(factor, code) for factor in in_force(person, Factor.Kind.TOTP)):
        return True
    rows = RecoveryCode.objects.filter(person=person, code_hash=_code_hash(person, code), used_at=None)
    return bool(rows.update(used_at=clock.now()))


@transaction.atomic
def remove(viewer: Viewer, factor: UUID) -> None:
    """Removes one of the viewer's own factors; with the last one the recovery codes end too."""
    found = Factor.objects.filter(pk=factor, person=viewer.person, removed_at=None).first()
    if found is None:
        raise Hidden()
    _end(found)
    _said(found.person_id, "factor.removed")
    if not needed(found.person_id):
        RecoveryCode.objects.filter(person=found.person_id, used_at=None).delete()


def _end(factor: Factor) -> None:
    Factor.objects.filter(pk=factor.pk).update(removed_at=clock.now(), sealed=None)


def _said(person: UUID, kind: str) -> None:
    """A line in the history of accounts; the stream is not told, because it concerns nobody else."""
    node.register_change("person", person, {"what": kind}, None)


# A lost second factor: one administrator asks, another one does.


def resets_open(organisation: UUID) -> list[FactorReset]:
    """The resets asked for and not done, of members of an organisation."""
    members = Membership.objects.filter(organisation=organisation, left_at=None).values("person")
    rows = FactorReset.objects.filter(person__in=members, done_at=None, withdrawn_at=None)
    return list(rows.select_related("person", "asked_by").order_by("asked_at"))


def _administered(viewer: Viewer, person: UUID) -> tuple[Actor, Membership]:
    membership = Membership.objects.filter(person=person, left_at=None).first()
    if membership is None or membership.organisation_id != viewer.organisation:
        raise Hidden()
    return require_administrator(viewer, membership.organisation_id), membership


@transaction.atomic
def reset_ask(viewer: Viewer, person: UUID) -> FactorReset:
    """Asks that a member's second factor be reset. Done by an administrator; another one carries it out."""
    actor, _membership = _administered(viewer, person)
    assert actor.person
    if not needed(person):
        raise Conflict(_("This person has no second factor to reset."))
    if FactorReset.objects.filter(person=person, done_at=None, withdrawn_at=None).exists():
        raise Conflict(_("A reset was asked for already."))
    made = FactorReset.objects.create(person_id=person, asked_by_id=actor.person)
    ledger.record(actor.organisation, "factor.reset-asked", {"person": str(person)}, actor)
    return made


@transaction.atomic
def reset_do(viewer: Viewer, reset: UUID) -> None:
    """Ends all factors and recovery codes of the person. Refused for who asked, and for the person itself."""
    found = FactorReset.objects.select_for_update().filter(pk=reset, done_at=None, withdrawn_at=None).first()
    if found is None:
        raise Hidden()
    actor, membership = _administered(viewer, found.person_id)
    if viewer.person in (found.asked_by_id, found.person_id):
        others = [
            name
            for held_by, name in selectors.administrators(membership.organisation_id)
            if held_by not in (found.asked_by_id, found.person_id)
        ]
        raise Refused(_("Another administrator carries out the reset."), others or [_("nobody now")])
    for factor in in_force(found.person_id):
        _end(factor)
    RecoveryCode.objects.filter(person=found.person_id, used_at=None).delete()
    FactorReset.objects.filter(pk=found.pk).update(done_by=viewer.person, done_at=clock.now())
    _said(found.person_id, "factor.reset")
    ledger.record(actor.organisation, "factor.reset", {"person": str(found.person_id)}, actor)


@transaction.atomic
def reset_withdraw(viewer: Viewer, reset: UUID) -> None:
    """Takes a reset back that was not done. Any administrator of the organisation, or the person, may."""
    found = FactorReset.objects.filter(pk=reset, done_at=None, withdrawn_at=None).first()
    if found is None:
        raise Hidden()
    if viewer.person != found.person_id:
        _administered(viewer, found.person_id)
    FactorReset.objects.filter(pk=found.pk).update(withdrawn_at=clock.now())


def account_of(viewer: Viewer) -> Person:
    """The viewer's own account."""
    found = Person.objects.filter(pk=viewer.person).first() if viewer.person else None
    if found is None:
        raise Hidden()
    return found
