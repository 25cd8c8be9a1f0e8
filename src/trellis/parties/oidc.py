"""OpenID Connect: signing in through an organisation's own identity provider. Off until it is configured.

Authorization code with PKCE, state and nonce; the identity token is checked against the provider's keys.
It signs in people who have an account here, by an address that the provider says it verified, and registers
nobody. A second factor that the person has here is asked for as well.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import jwt
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Refused
from trellis.parties import signin
from trellis.parties.models import Person

SESSION = "oidc"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
SECONDS = 10
LEEWAY = 60
PATIENCE = 600


@dataclass(frozen=True)
class Provider:
    """The configured provider."""

    issuer: str
    client: str
    secret: str
    title: str


def provider() -> Provider | None:
    """The provider of this installation, or None while it is off."""
    issuer = getattr(settings, "OIDC_ISSUER", "")
    if not issuer:
        return None
    return Provider(issuer.rstrip("/"), settings.OIDC_CLIENT, settings.OIDC_SECRET, settings.OIDC_TITLE)


def _problem() -> Refused:
    return Refused(_("The identity provider did not confirm who you are. Sign in with your password, or try again."))


def _fetch(url: str, form: dict[str, str] | None = None) -> Any:
    # Plain http would let anybody on the way sign in as anybody; only this machine itself is excepted.
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1"}:
        raise _problem()
    data = urlencode(form).encode() if form is not None else None
    try:
        asked = Request(url, data=data, headers={"Accept": "application/json"})  # noqa: S310 - checked above
        with urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310
            return json.loads(answer.read(1_000_000))
    except (OSError, ValueError) as error:
        raise _problem() from error


def _metadata(at: Provider) -> dict[str, Any]:
    kept = cache.get(f"oidc:{at.issuer}")
    if kept is None:
        kept = _fetch(f"{at.issuer}/.well-known/openid-configuration")
        if kept.get("issuer", "").rstrip("/") != at.issuer:
            raise _problem()
        cache.set(f"oidc:{at.issuer}", kept, 3600)
    return dict(kept)


def begin(request: HttpRequest, at: Provider, callback: str, target: str) -> str:
    """The address at the provider to go to. What must come back is kept in the session."""
    verifier = secrets.token_urlsafe(48)
    held = {
        "state": secrets.token_urlsafe(24),
        "nonce": secrets.token_urlsafe(24),
        "verifier": verifier,
        "target": target,
        "until": clock.now().timestamp() + PATIENCE,
    }
    request.session[SESSION] = held
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": at.client,
        "redirect_uri": callback,
        "scope": "openid email profile",
        "state": held["state"],
        "nonce": held["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{_metadata(at)['authorization_endpoint']}?{urlencode(query)}"


def complete(request: HttpRequest, at: Provider, callback: str) -> tuple[Person, str]:
    """The person whom the provider vouches for, and where they wanted to go. Refused otherwise."""
    held = request.session.pop(SESSION, None)
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    if not held or not code or held["until"] < clock.now().timestamp():
        raise _problem()
    if not secrets.compare_digest(held["state"], state):
        raise _problem()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback,
        "client_id": at.client,
        "client_secret": at.secret,
        "code_verifier": held["verifier"],
    }
    facts = _metadata(at)
    token = _fetch(facts["token_endpoint"], form).get("id_token", "")
    claims = _claims(at, token, _fetch(facts["jwks_uri"]))
    if not secrets.compare_digest(str(claims.get("nonce", "")), held["nonce"]):
        raise _problem()
    return _person(claims), str(held["target"])


def _claims(at: Provider, token: str, keys: Any) -> dict[str, Any]:
    try:
        wanted = jwt.get_unverified_header(token).get("kid")
        found = [k for k in jwt.PyJWKSet.from_dict(keys).keys if wanted is None or k.key_id == wanted]
        if not found:
            raise _problem()
        held = jwt.decode(
            token,
            found[0].key,
            algorithms=ALGORITHMS,
            audience=at.client,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"], "verify_iss": False},
        )
    except (jwt.PyJWTError, KeyError, TypeError) as error:
        raise _problem() from error
    if str(held["iss"]).rstrip("/") != at.issuer:
        raise _problem()
    return dict(held)


def _person(claims: dict[str, Any]) -> Person:
    if claims.get("email_verified") is not True or not claims.get("email"):
        raise Refused(_("Your identity provider has not verified your e-mail address."))
    person = Person.objects.filter(email__iexact=str(claims["email"]), is_active=True).first()
    if person is None or person.is_operator or not signin.may_sign_in(person):
        raise Refused(_("There is no account for this address. An administrator of your organisation can invite you."))
    return person
