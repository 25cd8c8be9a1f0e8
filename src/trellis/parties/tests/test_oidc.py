"""OpenID Connect against a provider that the test plays: it signs in people who are here, and nobody else."""

import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client

from tests.world import World
from trellis.core.conditions import Refused
from trellis.parties import factors, oidc
from trellis.parties.models import Person

ISSUER = "https://id.example.org"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Answers as the provider would; `claims` change what its token says."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.key, self.forms = KEY, []
        self.nonce = ""

    def fetch(self, url: str, form: dict[str, str] | None = None) -> Any:
        if url.endswith("/openid-configuration"):
            return {
                "issuer": ISSUER,
                "authorization_endpoint": ISSUER + "/auth",
                "token_endpoint": ISSUER + "/token",
                "jwks_uri": ISSUER + "/keys",
            }
        if url.endswith("/keys"):
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return {"keys": [{**public, "kid": "k1", "use": "sig", "alg": "RS256"}]}
        self.forms.append(form)
        now = int(time.time())
        said = {
            "iss": ISSUER, "aud": "trellis", "sub": "abc", "iat": now, "exp": now + 300, "nonce": self.nonce,
            "email": "Cert@Example.org", "email_verified": True, **self.claims,
        }  # fmt: skip
        return {"id_token": jwt.encode(said, self.key, algorithm="RS256", headers={"kid": "k1"})}


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Provider:
    settings.OIDC_ISSUER, settings.OIDC_CLIENT, settings.OIDC_SECRET = ISSUER, "trellis", "secret"
    played = Provider()
    monkeypatch.setattr(oidc, "_fetch", played.fetch)
    cache.clear()
    return played


def back(client: Client, provider: Provider, **changes: str) -> Any:
    """Goes to the provider and comes back with its answer."""
    there = client.get("/sign-in/provider/?next=/account/")["Location"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    provider.nonce = query["nonce"]
    assert (
        query["code_challenge_method"] == "S256" and query["redirect_uri"] == "http://testserver/sign-in/provider/back/"
    )
    return client.get("/sign-in/provider/back/", {"code": "c", "state": query["state"], **changes})


def test_it_is_off_until_configured(world: World) -> None:
    assert Client().get("/sign-in/provider/").status_code == 404
    assert b"/sign-in/provider/" not in Client().get("/sign-in/").content


def test_somebody_who_is_here_signs_in_by_a_verified_address(world: World, provider: Provider) -> None:
    client = Client()
    assert b"/sign-in/provider/" in client.get("/sign-in/").content
    assert back(client, provider)["Location"] == "/account/"
    assert b"cert@example.org" in client.get("/account/").content
    assert provider.forms[0]["code_verifier"]


@pytest.mark.parametrize(
    "claims",
    [{"email_verified": False}, {"email_verified": "true"}, {"email": "stranger@example.org"}, {"email": ""},
     {"iss": "https://other.example"}, {"aud": "somebody-else"}, {"exp": 1000}, {"nonce": "another"}],
)  # fmt: skip
def test_nobody_else_does_and_nobody_is_registered(world: World, provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims = claims
    count, client = Person.objects.count(), Client()
    assert back(client, provider).status_code == 403
    assert client.get("/account/").status_code == 302 and Person.objects.count() == count


def test_a_token_of_another_key_is_refused(world: World, provider: Provider) -> None:
    provider.key = OTHER
    assert back(Client(), provider).status_code == 403


def test_a_wrong_state_and_a_second_use_are_refused(world: World, provider: Provider) -> None:
    client = Client()
    assert back(client, provider, state="wrong").status_code == 403
    assert client.get("/sign-in/provider/back/?code=c&state=x").status_code == 403


def test_the_second_factor_is_asked_for_as_well(world: World, provider: Provider) -> None:
    from trellis.parties.tests.test_signin import app_code

    viewer = world.viewer("cert")
    factors.totp_confirm(viewer, app_code(factors.secret_text(factors.totp_begin(viewer))))
    assert back(Client(), provider)["Location"] == "/sign-in/second/"


def test_operators_and_plain_http_are_refused(
    world: World, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    Person.objects.create(email="op@example.org", name="Operator", is_operator=True)
    provider.claims = {"email": "op@example.org"}
    assert back(Client(), provider).status_code == 403
    monkeypatch.undo()
    with pytest.raises(Refused):
        oidc._fetch("http://id.example.org/keys")
