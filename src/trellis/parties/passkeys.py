"""Security keys and passkeys (WebAuthn) as a second factor. The one thing here that needs a script."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from trellis.core import clock, node
from trellis.core.conditions import Hidden, Invalid
from trellis.parties import factors
from trellis.parties.models import Factor, Person

STATE = "webauthn"


def _server(request: HttpRequest) -> Fido2Server:
    here = f"{'https' if request.is_secure() else 'http'}://{request.get_host()}"
    host = urlsplit(here).hostname or ""
    entity = PublicKeyCredentialRpEntity(name="Trellis", id=host)
    return Fido2Server(entity, verify_origin=lambda origin: origin == here)


def _credentials(person: UUID) -> dict[bytes, tuple[Factor, AttestedCredentialData]]:
    found = {}
    for factor in factors.in_force(person, Factor.Kind.WEBAUTHN):
        held = AttestedCredentialData(bytes(factor.credential or b""))
        found[bytes(held.credential_id)] = (factor, held)
    return found


def register_begin(request: HttpRequest, person: Person) -> dict[str, Any]:
    """What the browser needs to make a key. The challenge is kept in the session, for one use."""
    user = PublicKeyCredentialUserEntity(id=person.pk.bytes, name=person.email, display_name=person.name)
    options, state = _server(request).register_begin(
        user,
        [held for _factor, held in _credentials(person.pk).values()],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.DISCOURAGED,
    )
    request.session[STATE] = {"make": state}
    return dict(options)


@transaction.atomic
def register_complete(request: HttpRequest, person: Person, title: str, answer: dict[str, Any]) -> Factor:
    """Keeps the key that the browser made. Raises Invalid for an answer that does not fit the challenge."""
    state = request.session.pop(STATE, {}).get("make")
    if state is None:
        raise Invalid({"answer": _("Begin again: this took too long.")})
    try:
        made = _server(request).register_complete(state, answer)
    except Exception as error:  # the library raises many kinds for what a browser or an attacker may send
        raise Invalid({"answer": _("The key gave an answer that does not fit.")}) from error
    if made.credential_data is None:
        raise Invalid({"answer": _("The key gave an answer that does not fit.")})
    factor = Factor.objects.create(
        person=person,
        kind=Factor.Kind.WEBAUTHN,
        title=title.strip()[:80] or _("Security key"),
        credential=bytes(made.credential_data),
        sign_count=made.counter,
        confirmed_at=clock.now(),
    )
    node.register_change("person", person.pk, {"what": "factor.added"}, None)
    return factor


def authenticate_begin(request: HttpRequest, person: Person) -> dict[str, Any]:
    """What the browser needs to ask a key. Hidden for somebody without one."""
    held = _credentials(person.pk)
    if not held:
        raise Hidden()
    options, state = _server(request).authenticate_begin(
        [credential for _factor, credential in held.values()],
        user_verification=UserVerificationRequirement.DISCOURAGED,
    )
    request.session[STATE] = {"ask": state}
    return dict(options)


def authenticate_complete(request: HttpRequest, person: Person, answer: dict[str, Any]) -> None:
    """Checks the key's answer. Raises Invalid; a challenge is used once, a counter that fell is refused."""
    state = request.session.pop(STATE, {}).get("ask")
    held = _credentials(person.pk)
    wrong = Invalid({"answer": _("The key gave an answer that does not fit.")})
    if state is None or not held:
        raise wrong
    try:
        used = _server(request).authenticate_complete(state, [c for _f, c in held.values()], answer)
        count = _counter(answer)
    except Exception as error:  # as above
        raise wrong from error
    factor, _credential = held[bytes(used.credential_id)]
    if count and count <= factor.sign_count:
        raise wrong
    Factor.objects.filter(pk=factor.pk).update(sign_count=count)


def _counter(answer: dict[str, Any]) -> int:
    return int(AuthenticationResponse.from_dict(answer).response.authenticator_data.counter)
