"""What holds at every address: who is let in, what is accepted, and how errors are said."""

import json
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from trellis.exchange.taxii.media import MEDIA
from trellis.exchange.taxii.tests.scene import Scene, basic, indicator
from trellis.parties import services as accounts

ROOTLESS = "/taxii2/"


def addresses(scene: Scene) -> dict[str, str]:
    """Every address that exists, by name."""
    name = indicator(1)["id"]
    status = scene["cert"].add(scene.objects, indicator(1))["id"]
    below = scene.root
    return {
        "discovery": ROOTLESS,
        "root": below,
        "collections": below + "collections/",
        "collection": below + scene.at,
        "manifest": below + scene.at + "manifest/",
        "objects": below + scene.objects,
        "object": f"{below}{scene.objects}{name}/",
        "versions": f"{below}{scene.objects}{name}/versions/",
        "status": f"{below}status/{status}/",
    }


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The error message of an answer, which must have this status."""
    assert answer.status_code == status, (answer.status_code, answer.content)
    assert answer["Content-Type"] == MEDIA
    said: dict[str, Any] = json.loads(answer.content)
    assert said["title"] and said["http_status"] == str(status) and said["error_id"]
    return said


def test_reg_04_every_address_answers_its_caller_in_taxii(scene: Scene) -> None:
    for name, url in addresses(scene).items():
        answer = scene["cert"].send("GET", url)
        assert answer.status_code == 200, (name, answer.content)
        assert answer["Content-Type"] == MEDIA
        json.loads(answer.content)


def test_reg_04_without_a_token_every_address_asks_for_one(scene: Scene) -> None:
    for name, url in {**addresses(scene), "elsewhere": "/taxii2/nothing/"}.items():
        for answer in (
            Client().get(url, headers={"Accept": MEDIA}),
            Client().post(url, b"{}", content_type=MEDIA),
            Client().delete(url),
        ):
            problem(answer, 401)
            assert answer["WWW-Authenticate"].startswith("Basic realm="), name
            assert "Bearer" in answer["WWW-Authenticate"]


def test_reg_04_a_token_that_is_none_is_401(db: None) -> None:
    wrong = [
        "Bearer trl_wrong",
        "Bearer",
        "Basic",
        "Basic !!!",
        "Basic dHJs",
        "Token x",
        "Basic /w==",
        "Bearer é",
        "Digest a=b",
    ]
    for header in wrong:
        problem(Client().get(ROOTLESS, headers={"Authorization": header}), 401)


def test_reg_04_a_token_is_taken_as_bearer_and_as_password_of_basic(scene: Scene) -> None:
    token = scene["cert"].token
    for header in (f"Bearer {token}", f"bearer {token}", basic("anybody", token), basic("", token)):
        assert Client().get(ROOTLESS, headers={"Authorization": header}).status_code == 200
    problem(Client().get(ROOTLESS, headers={"Authorization": basic(token, "")}), 401)


def test_reg_04_a_token_that_was_revoked_is_401_at_the_next_request(scene: Scene) -> None:
    viewer = scene.world.viewer("cert:cert-lead")
    row, text = accounts.token_make(viewer, "short")
    assert Client().get(ROOTLESS, headers={"Authorization": f"Bearer {text}"}).status_code == 200
    accounts.token_revoke(viewer, row.pk)
    problem(Client().get(ROOTLESS, headers={"Authorization": f"Bearer {text}"}), 401)


def test_reg_04_a_browsers_session_opens_nothing_and_no_cookie_is_set(scene: Scene) -> None:
    browser = Client()
    browser.force_login(scene.world.people["cert:cert-lead"])
    for url in addresses(scene).values():
        problem(browser.get(url), 401)
        problem(browser.post(url, b"{}", content_type=MEDIA), 401)
    assert "Set-Cookie" not in scene["cert"].send("GET", ROOTLESS).headers


def test_reg_04_who_is_no_party_finds_nothing_and_every_404_says_the_same(scene: Scene) -> None:
    told = set()
    for name, url in addresses(scene).items():
        if name != "discovery":
            told.add(problem(scene["outsider"].send("GET", url), 404)["title"])
            told.add(
                problem(scene["cert"].send("GET", url.replace(str(scene.world.programme), str(uuid4()))), 404)["title"]
            )
    told.add(problem(scene["outsider"].send("POST", scene.root + scene.objects, b"{}"), 404)["title"])
    told.add(problem(scene["outsider"].send("DELETE", addresses(scene)["object"]), 404)["title"])
    assert len(told) == 1
    assert "api_roots" not in scene["outsider"].get(ROOTLESS)


def test_reg_04_an_accept_that_takes_no_taxii_is_406_everywhere(scene: Scene) -> None:
    for url in addresses(scene).values():
        for accept in ("application/json", "application/taxii+json;version=2.0"):
            problem(scene["cert"].send("GET", url, Accept=accept), 406)
        assert scene["cert"].send("GET", url, Accept="text/html, */*;q=0.1").status_code == 200
    problem(scene["cert"].send("POST", scene.objects, b"{}", Accept="text/html"), 406)
    problem(scene["cert"].send("DELETE", addresses(scene)["object"], Accept="text/html"), 406)


def test_reg_04_a_body_that_is_no_taxii_or_is_compressed_is_415(scene: Scene) -> None:
    for kind in ("application/json", "application/taxii+json;version=2.0", "text/plain", "*/*"):
        problem(scene["cert"].send("POST", scene.objects, b'{"objects":[]}', **{"Content-Type": kind}), 415)
    problem(scene["cert"].send("POST", scene.objects, b"\x1f\x8b", **{"Content-Encoding": "gzip"}), 415)


class Unread:
    """A body that must not be touched."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def posted(scene: Scene, length: str) -> Any:
    """A POST whose body fails the test when it is read."""
    return Client().generic(
        "POST",
        scene.root + scene.objects,
        headers={"Authorization": f"Bearer {scene['cert'].token}"},
        **{"CONTENT_LENGTH": length, "CONTENT_TYPE": MEDIA, "wsgi.input": Unread()},
    )


def test_reg_04_a_body_above_the_limit_is_413_before_it_is_read(scene: Scene, settings: Any) -> None:
    settings.EXCHANGE_LIMIT = 1000
    assert scene["cert"].get("")["max_content_length"] == 1000
    said = problem(posted(scene, "1001"), 413)
    assert "1000" in said["description"]
    problem(posted(scene, "9" * 20), 413)


def test_reg_04_a_body_of_unknown_length_is_refused_unread(scene: Scene) -> None:
    for length, status in (("", 411), ("-5", 400), ("x", 400), ("9" * 50, 400)):
        problem(posted(scene, length), status)


def test_reg_04_a_body_shorter_than_it_says_is_400(scene: Scene) -> None:
    body = b'{"objects":[]}'
    answer = Client().generic(
        "POST",
        scene.root + scene.objects,
        headers={"Authorization": f"Bearer {scene['cert'].token}"},
        **{"CONTENT_LENGTH": str(len(body) + 5), "CONTENT_TYPE": MEDIA, "wsgi.input": BytesIO(body)},
    )
    problem(answer, 400)


def test_reg_04_another_method_is_405_and_says_which_are_taken(scene: Scene) -> None:
    for name, url in addresses(scene).items():
        for method in ("PUT", "PATCH", "OPTIONS", "TRACE", "BREW"):
            answer = scene["cert"].send(method, url)
            problem(answer, 405)
            assert "GET" in answer["Allow"], name


def test_head_says_what_get_would(scene: Scene) -> None:
    url = scene.root + scene.objects
    scene["cert"].add(scene.objects, indicator(1))
    whole, head = scene["cert"].send("GET", url), scene["cert"].send("HEAD", url)
    assert head.content == b""
    assert head["Content-Length"] == str(len(whole.content))
    assert head["X-TAXII-Date-Added-First"] == whole["X-TAXII-Date-Added-First"]


def test_reg_04_an_address_without_its_slash_is_404_and_never_redirected(scene: Scene) -> None:
    said = problem(scene["cert"].send("GET", scene.root + scene.at.rstrip("/")), 404)
    assert "slash" in said["description"]


def test_reg_04_a_wrong_parameter_is_400_and_named(scene: Scene) -> None:
    said = problem(scene["cert"].ask(scene.objects, limit="many"), 400)
    assert "limit" in said["details"]


def test_reg_04_a_next_that_was_not_given_out_is_400(scene: Scene) -> None:
    for text in ("x", "AAAA", "a" * 400, "0", "-1", "e30", "~"):
        problem(scene["cert"].ask(scene.objects, next=text), 400)


def test_reg_04_a_body_that_is_no_envelope_is_422(scene: Scene) -> None:
    for body in (
        b" ",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b'{"objects":7}',
        b'{"objects":{}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ):
        problem(scene["cert"].send("POST", scene.objects, body), 422)


def test_reg_04_a_fault_of_ours_is_said_in_taxii_too(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from trellis.exchange import selectors

    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret of the machine")

    monkeypatch.setattr(selectors, "roots", broken)
    answer = scene["cert"].send("GET", ROOTLESS)
    problem(answer, 500)
    assert b"secret" not in answer.content
