"""Security keys: a software authenticator of the test answers as a real one would."""

import hashlib
import json
import os
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from tests.world import PASSWORD, World
from trellis.parties import factors
from trellis.parties.models import Factor

ORIGIN = "http://testserver"


class Authenticator:
    """One credential, attestation `none`, user present (flag 0x01)."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.count = os.urandom(32), 0

    def _client(self, kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _data(self, flags: int, more: bytes = b"") -> bytes:
        self.count += 1
        return hashlib.sha256(b"testserver").digest() + bytes([flags]) + self.count.to_bytes(4, "big") + more

    def make(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        data = self._data(0x41, bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public)
        said = self._client("webauthn.create", options["publicKey"]["challenge"], origin)
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"clientDataJSON": websafe_encode(said), "attestationObject": websafe_encode(attested)}
        return json.dumps(
            {
                "id": websafe_encode(self.id),
                "rawId": websafe_encode(self.id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )

    def answer(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        said = self._client("webauthn.get", options["publicKey"]["challenge"], origin)
        data = self._data(0x01)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": websafe_encode(said),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signature),
        }
        return json.dumps(
            {
                "id": websafe_encode(self.id),
                "rawId": websafe_encode(self.id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )


def options_of(client: Client, url: str) -> dict[str, Any]:
    answer = client.get(url)
    return dict(json.loads(answer.context["options"]))


def enrolled(world: World, device: Authenticator) -> Client:
    client = Client()
    client.force_login(world.people["cert"])
    answer = device.make(options_of(client, "/account/key/"))
    page = client.post("/account/key/", {"title": "Blue key", "answer": answer})
    assert page.content.count(b"<li><code>") == factors.RECOVERY_CODES
    return client


def waiting() -> Client:
    client = Client()
    answer = client.post("/sign-in/", {"email": "cert@example.org", "password": PASSWORD})
    assert answer["Location"] == "/sign-in/second/"
    return client


def test_a_key_is_added_and_signs_in(world: World) -> None:
    device = Authenticator()
    enrolled(world, device)
    client = waiting()
    answer = device.answer(options_of(client, "/sign-in/second/"))
    assert client.post("/sign-in/second/", {"answer": answer}).status_code == 302
    assert client.get("/account/").status_code == 200


def test_an_answer_works_once_and_for_its_challenge_and_origin_only(world: World) -> None:
    device = Authenticator()
    enrolled(world, device)
    client = waiting()
    options = options_of(client, "/sign-in/second/")
    assert (
        client.post("/sign-in/second/", {"answer": device.answer(options, "https://elsewhere.example")}).status_code
        == 200
    )
    assert client.post("/sign-in/second/", {"answer": device.answer(options)}).status_code == 200
    good = device.answer(options_of(client, "/sign-in/second/"))
    assert client.post("/sign-in/second/", {"answer": good}).status_code == 302
    again = waiting()
    options_of(again, "/sign-in/second/")
    assert again.post("/sign-in/second/", {"answer": good}).status_code == 200


def test_a_counter_that_fell_tells_of_a_copy(world: World) -> None:
    device = Authenticator()
    enrolled(world, device)
    Factor.objects.update(sign_count=50)
    client = waiting()
    answer = device.answer(options_of(client, "/sign-in/second/"))
    assert client.post("/sign-in/second/", {"answer": answer}).status_code == 200


@pytest.mark.parametrize("answer", ["", "null", "[]", "{}", "nonsense", '{"id": 1, "response": {}}'])
def test_what_does_not_fit_is_refused(world: World, answer: str) -> None:
    client = enrolled(world, Authenticator())
    client.get("/account/key/")
    assert client.post("/account/key/", {"title": "x", "answer": answer}).status_code == 200
    held = waiting()
    held.get("/sign-in/second/")
    assert held.post("/sign-in/second/", {"answer": answer, "code": "1"}).status_code == 200
    assert Factor.objects.count() == 1
