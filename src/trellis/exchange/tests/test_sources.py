"""Sources elsewhere on pages, in the API and by a timer: who may, where the secret is, and what stays (REG-04)."""

import io
import json
import socket
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.exchange import fetch, guard, sealing, services, sourcing
from trellis.exchange.fetch import Answer, FetchError
from trellis.exchange.models import Source, StixObject
from trellis.exchange.tests.scene import Scene, indicator
from trellis.exchange.tests.test_api import Caller
from trellis.exchange.tests.test_pages_agreements import among, body, client, url

__all__ = ["among"]  # a fixture

THERE = "https://there.example/taxii2/api/collections/1/"
SECRET = "a-token-that-nobody-may-read-again"


class Servers:
    """Other servers by address: each holds so many objects, or says what is wrong."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}
        self.asked: list[tuple[str, str, str]] = []

    def get(self, remote: Any, path: str = "", **query: str) -> Answer:
        self.asked.append((remote.url, path, remote._headers.get("Authorization", "")))
        objects = self.held[remote.url]
        if isinstance(objects, Exception):
            raise objects
        if not path:
            return Answer(json.dumps({"id": "1", "title": "x", "can_read": True}).encode(), "")
        at = int(query.get("next") or 0)
        if query.get("added_after"):
            return Answer(b'{"more":false}', "")
        given, more = objects[at : at + 2], len(objects) > at + 2
        said = {"more": more, "objects": given} | ({"next": str(at + 2)} if more else {})
        return Answer(json.dumps(said).encode(), "2026-01-05T00:00:00.000000Z")


@pytest.fixture
def servers(monkeypatch: Any) -> Servers:
    """No line is opened, and every name leads to a public address."""
    made = Servers()
    monkeypatch.setattr(fetch.Remote, "get", lambda self, path="", **query: made.get(self, path, **query))
    real = socket.getaddrinfo
    monkeypatch.setattr(guard.socket, "getaddrinfo", lambda host, port, **_: real("9.9.9.9", port, type=1))
    return made


def added(here: Scene, who: str = "alpha", there: str = THERE, **more: Any) -> Source:
    return sourcing.source_add(here.viewer(who), here.collection, there, here.org("gamma"), **more)


def numbered(count: int, **more: Any) -> list[dict[str, Any]]:
    return [indicator(f"n{n}", "GREEN", **more) for n in range(count)]


def given(here: Scene, **changes: Any) -> dict[str, Any]:
    said = {
        "url": THERE,
        "organisation": here.org("gamma"),
        "collection": here.collection.id,
        "user": "",
        "secret": SECRET,
    }
    return {**said, **changes}


def test_an_empty_page_says_what_to_do(among: Scene) -> None:
    page = body(client(among, "alpha").get(url(among, "sources")))
    assert "No source yet" in page and url(among, "source-new") in page
    assert "No agreement in force lets it share" in body(client(among, "delta").get(url(among, "sources")))


def test_a_source_is_added_read_and_says_where_it_stands(among: Scene, servers: Servers) -> None:
    servers.held[THERE] = [*numbered(3), indicator("red", "RED")]
    alpha = client(among, "alpha")
    answer = alpha.post(url(among, "source-new"), given(among))
    row = Source.objects.get()
    assert answer.status_code == 302 and answer.url == url(among, "source", row.pk)
    assert "Nothing has come in yet" in body(alpha.get(answer.url))
    page = body(alpha.post(url(among, "source-read", row.pk), follow=True))
    for words in ("Read to the end: 3 objects taken in, 1 refused.", "Refused, and why", indicator("red")["id"]):
        assert words in page
    assert servers.asked[0] == (THERE, "", f"Bearer {SECRET}")
    stored = StixObject.records.privileged().filter(said_by=among.org("gamma"))
    assert {one.owner for one in stored} == {among.org("alpha")} and stored.count() == 3
    assert "Read to the end: there was nothing more." in body(alpha.get(url(among, "sources")))


def test_a_reading_is_bounded_and_goes_on(among: Scene, servers: Servers) -> None:
    servers.held[THERE] = numbered(14)
    row, alpha = added(among), client(among, "alpha")
    page = body(alpha.post(url(among, "source-read", row.pk), follow=True))
    assert "Read as far as fits into one request: 10 objects taken in." in page and "Go on reading" in page
    assert StixObject.records.privileged().count() == 10
    assert "Read to the end: 4 objects taken in." in body(alpha.post(url(among, "source-read", row.pk), follow=True))
    row.refresh_from_db()
    assert (row.taken, row.refused, row.within, row.error) == (14, 0, False, "")


def test_a_reading_ends_when_its_time_is_over(among: Scene, servers: Servers) -> None:
    servers.held[THERE] = numbered(6)
    found = sourcing.source_read(among.viewer("alpha"), added(among), seconds=1e-9)
    assert (found.pages, found.whole) == (0, False)


def test_what_went_wrong_is_said_in_words_until_it_goes_well(among: Scene, servers: Servers) -> None:
    servers.held[THERE] = FetchError("The server answered 503.", 503)
    row, alpha = added(among), client(among, "alpha")
    page = body(alpha.post(url(among, "source-read", row.pk), follow=True))
    assert "Not read to the end: The server answered 503." in page and "failed last time" in page
    assert "The server answered 503." in body(alpha.get(url(among, "sources")))
    servers.held[THERE] = numbered(1)
    assert "503" not in body(alpha.post(url(among, "source-read", row.pk), follow=True))


def test_reg_08_the_right_is_that_of_sharing_into_the_collection(among: Scene, servers: Servers) -> None:
    refused = client(among, "delta").post(url(among, "source-new"), given(among))
    assert refused.status_code == 403 and "An agreement on sharing in force names your organisation" in body(refused)
    assert not Source.objects.exists()
    row = added(among)
    among.leave("alpha", among.agreement)
    servers.held[THERE] = numbered(1)
    with pytest.raises(Refused):
        sourcing.source_read(among.viewer("alpha"), row)
    row.refresh_from_db()
    assert "No agreement in force" in row.error and not servers.asked
    sourcing.source_remove(among.viewer("alpha"), row)  # nobody is kept from ending it


@pytest.mark.parametrize(
    "page", ["source", "source-read", "source-pause", "source-resume", "source-remove", "source-secret"]
)
def test_nobody_else_finds_a_source(among: Scene, servers: Servers, page: str) -> None:
    row = added(among)
    for who in ("beta", "delta"):
        act = client(among, who)
        answer = act.get(url(among, page, row.pk)) if page == "source" else act.post(url(among, page, row.pk))
        assert answer.status_code == 404
    assert "there.example" not in body(client(among, "beta").get(url(among, "sources")))
    assert Source.objects.get().paused_at is None
    with pytest.raises(Hidden):
        sourcing.source_remove(among.viewer("beta"), row)


def test_a_secret_goes_in_and_never_comes_out(among: Scene, servers: Servers) -> None:
    alpha = client(among, "alpha")
    wrong = alpha.post(url(among, "source-new"), given(among, url="there.example"))
    assert "https://" in body(wrong) and "Enter it again" in body(wrong) and SECRET not in body(wrong)
    alpha.post(url(among, "source-new"), given(among))
    row = Source.objects.get()
    for page in ("sources", "source"):
        assert SECRET not in body(alpha.get(url(among, page, *([row.pk] if page == "source" else []))))
    assert SECRET not in json.dumps(Caller(among, "alpha").get(f"/sources/{row.pk}"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM exchange_source")
        assert SECRET not in repr([bytes(one) if isinstance(one, memoryview) else one for one in cursor.fetchone()])


def test_a_secret_opens_for_its_own_source_and_address_alone(among: Scene, servers: Servers, settings: Any) -> None:
    row = added(among, secret=SECRET)
    row.refresh_from_db()
    assert sealing.opened(row.sealed, row.pk, THERE) == SECRET
    other = added(among, there="https://other.example/c/")
    with pytest.raises(Conflict):
        sealing.opened(row.sealed, other.pk, THERE)
    with pytest.raises(Conflict):
        sealing.opened(row.sealed, row.pk, "https://evil.example/c/")
    settings.SECRET_KEY = "another secret of this installation, at least 32 long"
    servers.held[THERE] = numbered(1)
    page = body(client(among, "alpha").post(url(among, "source-read", row.pk), follow=True))
    assert "Enter it anew" in page and not servers.asked


def test_another_secret_replaces_the_first(among: Scene, servers: Servers) -> None:
    row, alpha = added(among, secret=SECRET), client(among, "alpha")
    servers.held[THERE] = numbered(1)
    assert alpha.post(url(among, "source-secret", row.pk), {"user": "reader", "secret": "new"}).status_code == 302
    alpha.post(url(among, "source-read", row.pk))
    assert servers.asked[0][2] == "Basic cmVhZGVyOm5ldw=="
    alpha.post(url(among, "source-secret", row.pk), {"user": "", "secret": ""})
    row.refresh_from_db()
    assert row.sealed is None
    bad = alpha.post(url(among, "source-secret", row.pk), {"user": "a:b", "secret": ""})
    assert "no colon" in body(bad)


def test_paused_it_is_read_by_nobody_and_nothing_goes_away(among: Scene, servers: Servers) -> None:
    servers.held[THERE] = numbered(3)
    row, alpha = added(among), client(among, "alpha")
    alpha.post(url(among, "source-read", row.pk))
    page = body(alpha.post(url(among, "source-pause", row.pk), follow=True))
    assert "Paused." in page and "Read it now" not in page
    assert "paused" in body(alpha.post(url(among, "source-read", row.pk), follow=True))
    assert alpha.post(url(among, "source-pause", row.pk)).status_code == 409
    assert list(sourcing.read_all()) == []
    alpha.post(url(among, "source-resume", row.pk))
    assert [one.problem for one in sourcing.read_all()] == [""]
    alpha.post(url(among, "source-remove", row.pk))
    assert not Source.objects.exists() and StixObject.records.privileged().count() == 3
    assert len(among.read("alpha")) == 3
    added(among)
    assert [one.pulled and one.pulled.taken for one in sourcing.read_all()] == [3]
    assert StixObject.records.privileged().count() == 3


def test_a_source_that_is_paused_while_it_is_read_stops_and_stays_paused(among: Scene, servers: Servers) -> None:
    servers.held[THERE] = numbered(9)
    row, real = added(among), services.add

    def add(*more: Any, **named: Any) -> Any:
        Source.objects.filter(pk=row.pk).update(paused_at=row.made_at)
        return real(*more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "add", add)
        with pytest.raises(Conflict, match="meanwhile"):
            sourcing.source_read(among.viewer("alpha"), row)
    row.refresh_from_db()
    assert row.paused_at and row.next == "" and StixObject.records.privileged().count() == 2


@pytest.mark.parametrize(
    "there", ["https://10.0.0.1/c/", "https://localhost/c/", "http://127.0.0.1:8000/c/", "https://[::1]/"]
)
def test_a_host_behind_the_wall_is_refused_when_it_is_added(among: Scene, there: str) -> None:
    page = client(among, "alpha").post(url(among, "source-new"), given(among, url=there))
    assert "not on the public internet" in body(page) and not Source.objects.exists()


def test_a_host_behind_the_wall_is_refused_when_it_is_read(among: Scene, servers: Servers, monkeypatch: Any) -> None:
    row = added(among)
    monkeypatch.undo()
    monkeypatch.setattr(guard.socket, "getaddrinfo", lambda host, port, **_: [(2, 1, 6, "", ("10.0.0.7", port))])
    page = body(client(among, "alpha").post(url(among, "source-read", row.pk), follow=True))
    assert "not on the public internet" in page and "10.0.0.7" not in page


@pytest.mark.parametrize(
    "field,bad", [("url", "https://u:p@there.example/c/"), ("user", "a\nb"), ("secret", "a\r\nX: y")]
)
def test_what_cannot_be_taken_is_said_beside_its_field(among: Scene, servers: Servers, field: str, bad: str) -> None:
    with pytest.raises(Invalid) as wrong:
        sourcing.source_add(among.viewer("alpha"), among.collection, **{**_plain(among), field: bad})
    assert list(wrong.value.fields) == [field]
    assert not Source.objects.exists()


def _plain(here: Scene) -> dict[str, Any]:
    return {"url": THERE, "organisation": here.org("gamma"), "user": "", "secret": ""}


def test_the_same_source_is_added_once_and_one_of_a_command_is_taken_over(among: Scene, servers: Servers) -> None:
    Source.objects.create(
        owner=among.org("alpha"), collection=among.collection.id, url=THERE, organisation=among.org("gamma"), next="2"
    )
    assert list(sourcing.read_all()) == []
    page = body(client(among, "alpha").get(url(among, "sources")))
    assert "Read by a command that brings its own secret" in page
    row = added(among, secret=SECRET)
    assert (Source.objects.count(), row.next, row.kept) == (1, "2", True)
    with pytest.raises(Invalid, match="already"):
        added(among)


def test_the_timer_tells_each_failure_and_stops_at_none(among: Scene, servers: Servers) -> None:
    places = [f"https://{name}.example/c/" for name in ("a", "b", "c", "d")]
    for place, who in zip(places, ("alpha", "alpha", "beta", "beta"), strict=True):
        added(among, who, place)
    servers.held = {
        places[0]: FetchError("no answer"),
        places[1]: numbered(2),
        places[2]: KeyError("a fault"),
        places[3]: [],
    }
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match="2 of 4"):
        call_command("exchange", "pull", "--all", stdout=out, stderr=err)
    assert "no answer" in err.getvalue() and "The log says more" in err.getvalue()
    assert "2 objects, 0 refused; nothing more there" in out.getvalue() and "4 sources, 2 failed" in out.getvalue()
    assert Source.objects.get(url=places[0]).error == "no answer"
    servers.held = {place: [] for place in places}
    call_command("exchange", "pull", "--all", stdout=out)
    assert set(Source.objects.values_list("error", flat=True)) == {""}


def test_the_timer_reads_in_nobodys_name_who_has_gone(among: Scene, servers: Servers) -> None:
    servers.held[THERE] = numbered(1)
    row = added(among)
    Source.objects.filter(pk=row.pk).update(person=among.viewer("beta").person)
    assert ["not of its organisation any more" in one.problem for one in sourcing.read_all()] == [True]
    assert not servers.asked
    sourcing.source_pause(among.viewer("alpha"), row)
    row.refresh_from_db()
    sourcing.source_resume(among.viewer("alpha"), row)
    assert [one.problem for one in sourcing.read_all()] == [""]


def test_the_command_says_what_it_needs(among: Scene) -> None:
    with pytest.raises(CommandError, match="Also needed: URL, --as"):
        call_command("exchange", "pull")
    with pytest.raises(CommandError, match="takes nothing but --pages"):
        call_command("exchange", "pull", "--all", "--user", "x")


def test_the_api_does_what_the_pages_do(among: Scene, servers: Servers) -> None:
    servers.held[THERE] = numbered(12)
    alpha = Caller(among, "alpha")
    said = {**given(among), "organisation": str(among.org("gamma")), "collection": str(among.collection.id)}
    made = alpha.send("/sources", said, 201)
    assert made["has_secret"] and "secret" not in made and [one["id"] for one in alpha.get("/sources")] == [made["id"]]
    at = f"/sources/{made['id']}"
    assert alpha.send(f"{at}/read", {}, 200) == {"pages": 5, "taken": 10, "refused": [], "whole": False}
    assert alpha.get(at)["more"] and alpha.send(f"{at}/read", {}, 200)["whole"]
    assert alpha.send(f"{at}/pause", {}, 200)["paused_at"] and alpha.send(f"{at}/read", {}, 409)
    assert alpha.send(f"{at}/resume", {}, 200)["paused_at"] is None
    assert not alpha.send(f"{at}/secret", {"user": "", "secret": ""}, 200)["has_secret"]
    assert Caller(among, "beta").get(at, 404)
    assert Caller(among, "beta").get("/sources") == []
    alpha.delete(at, 204)
    assert alpha.get("/sources") == []


def test_a_pull_needs_a_form_token(among: Scene, servers: Servers) -> None:
    row = added(among)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(among.world.people["alpha:cert-lead"])
    assert strict.post(url(among, "source-read", row.pk)).status_code == 403
    assert strict.get(url(among, "source-read", row.pk)).status_code == 405


def test_a_timer_reads_each_source_as_it_is_by_then(among: Scene, servers: Servers, monkeypatch: Any) -> None:
    first, second, third = (added(among, there=f"{THERE}{n}/", secret="old") for n in (1, 2, 3))
    for row in (first, second, third):
        servers.held[row.url] = numbered(1)

    def meanwhile(remote: Any, path: str = "", **query: str) -> Answer:
        if remote.url == first.url and not path:
            sourcing.source_remove(among.viewer("alpha"), second)
            sourcing.source_secret(among.viewer("alpha"), third, "", "new")
        return servers.get(remote, path, **query)

    monkeypatch.setattr(fetch.Remote, "get", meanwhile)
    assert [one.source.pk for one in sourcing.read_all()] == [first.pk, third.pk]
    assert {bearer for url_, _path, bearer in servers.asked if url_ == third.url} == {"Bearer new"}
    assert set(Source.objects.values_list("pk", flat=True)) == {first.pk, third.pk}


def test_what_another_server_calls_an_object_is_told_short_and_plain(among: Scene, servers: Servers) -> None:
    servers.held[THERE] = [{"type": "indicator", "id": "x\u0000" + "y" * 9000}, *numbered(1)]
    row = added(among)
    assert sourcing.source_read(among.viewer("alpha"), row).taken == 1
    row.refresh_from_db()
    assert row.refused == 1 and len(row.reasons[0]) == 300 and "\x00" not in row.reasons[0]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"secret": "abc\u0119def"}, "secret", "plain letters"),
        ({"url": THERE + "\x00"}, "url", "address of the collection"),
    ],
)
def test_what_no_header_and_no_database_takes_is_refused_in_words(
    among: Scene, servers: Servers, changes: dict[str, str], field: str, words: str
) -> None:
    with pytest.raises(Invalid) as invalid:
        added(among, there=changes.get("url", THERE), secret=changes.get("secret", ""))
    assert words in invalid.value.fields[field] and "\u0119" not in invalid.value.fields[field]


def test_a_source_that_somebody_adds_in_the_same_moment_is_told(
    among: Scene, servers: Servers, monkeypatch: Any
) -> None:
    added(among)
    real = Source.objects.filter
    monkeypatch.setattr(
        Source.objects, "filter", lambda **given: real(**given).none() if "url" in given else real(**given)
    )
    with pytest.raises(Invalid) as invalid:
        added(among)
    assert set(invalid.value.fields) == {"url"}
