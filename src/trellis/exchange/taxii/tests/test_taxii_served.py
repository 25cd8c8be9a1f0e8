"""Another's TAXII client against a server that really runs, and our own pull client against the same."""

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests
from taxii2client.v21 import Collection, Server, Status, as_pages

from tests.browser.served import Served, served
from trellis.exchange.taxii.media import MEDIA
from trellis.exchange.taxii.tests.scene import indicator


@pytest.fixture(scope="module")
def here() -> Iterator[Served]:
    with served("trellis.exchange.taxii.tests.prepare") as running:
        yield running


def server(here: Served, who: str) -> Server:
    return Server(f"{here.url}/taxii2/", user="anybody", password=here.told["tokens"][who])


def collection(here: Served, who: str, name: str = "collection") -> Collection:
    where = f"{here.url}/taxii2/{here.told['programme']}/collections/{here.told[name]}/"
    return Collection(where, user="anybody", password=here.told["tokens"][who])


def ids(*envelopes: dict[str, Any]) -> list[str]:
    return [one["id"] for envelope in envelopes for one in envelope.get("objects", [])]


def named(*numbers: int) -> list[str]:
    return [indicator(n)["id"] for n in numbers]


def test_reg_04_a_client_of_others_walks_discovery_roots_and_collections(here: Served) -> None:
    found = server(here, "cert")
    assert found.title
    root = next(root for root in found.api_roots if here.told["programme"] in root.url)
    assert found.default in found.api_roots
    assert root.title == "Sefwi Exchange"
    assert root.versions == [MEDIA]
    assert root.max_content_length == 10 * 1024 * 1024
    ours = {one.id: one for one in root.collections}[here.told["collection"]]
    assert ours.can_read and ours.can_write
    assert not server(here, "outsider").api_roots


def test_reg_04_a_client_of_others_adds_reads_filters_and_deletes(here: Served) -> None:
    mine, theirs = collection(here, "cert"), collection(here, "centre")
    numbers = range(101, 126)
    status = mine.add_objects({"objects": [indicator(n) for n in numbers]})
    assert (status.status, status.success_count, status.failure_count) == ("complete", 25, 0)
    status.refresh()
    root = f"{here.url}/taxii2/{here.told['programme']}"
    again = Status(f"{root}/status/{status.id}/", user="anybody", password=here.told["tokens"]["cert"])
    assert again.successes == status.successes

    pages = list(as_pages(theirs.get_objects, per_request=10))
    assert ids(*pages) == named(*numbers) and len(pages) == 3
    assert ids(*as_pages(theirs.get_manifest, per_request=7)) == named(*numbers)
    dates = [one["date_added"] for one in theirs.get_manifest()["objects"]]
    assert ids(theirs.get_objects(added_after=dates[19])) == named(*range(121, 126))
    assert ids(theirs.get_objects(id=named(103, 104), type="indicator")) == named(103, 104)
    assert theirs.get_objects(type=["malware", "tool"]) == {"more": False}
    assert len(ids(theirs.get_objects(spec_version="2.1", limit=4))) == 4

    mine.add_objects({"objects": [indicator(101, modified=5)]})
    name = indicator(101)["id"]
    assert [one["modified"][14:16] for one in theirs.get_object(name)["objects"]] == ["05"]
    assert [one["modified"][14:16] for one in theirs.get_object(name, version="first")["objects"]] == ["00"]
    assert len(theirs.object_versions(name)["versions"]) == 2
    mine.delete_object(name)
    with pytest.raises(requests.HTTPError, match="404"):
        theirs.get_object(name)
    with pytest.raises(requests.HTTPError, match="403"):
        theirs.delete_object(indicator(102)["id"])


def test_reg_04_a_client_of_others_without_a_token_that_holds_is_told_401(here: Served) -> None:
    where = f"{here.url}/taxii2/"
    for auth in (None, ("anybody", "wrong")):
        answer = requests.get(where, auth=auth, headers={"Accept": MEDIA}, timeout=30)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert not answer.cookies


def _raw(here: Served, head: str, then: bytes = b"") -> str:
    """What comes back on a line of its own, before any more is sent."""
    parts = urlsplit(here.url)
    path = f"/taxii2/{here.told['programme']}/collections/{here.told['collection']}/objects/"
    said = f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {MEDIA}\r\n"
    said += f"Authorization: Bearer {here.told['tokens']['cert']}\r\n{head}\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as line:
        line.sendall(said.encode() + then)
        return line.recv(65536).decode()


def test_reg_04_a_hundred_megabytes_are_refused_before_they_are_sent(here: Served) -> None:
    assert " 413 " in _raw(here, f"Content-Length: {100 * 1024 * 1024}").splitlines()[0]


def test_reg_04_a_body_in_chunks_is_asked_for_its_length(here: Served) -> None:
    assert " 411 " in _raw(here, "Transfer-Encoding: chunked", b'f\r\n{"objects": []}\r\n0\r\n\r\n').splitlines()[0]


def _memory() -> int:
    """The most that any process of the server holds now."""
    found = [p for p in psutil.Process().children(recursive=True) if "gunicorn" in " ".join(p.cmdline())]
    assert found
    return max(p.memory_info().rss for p in found)


def test_reg_04_a_hundred_megabytes_that_are_sent_all_the_same_are_not_kept(here: Served) -> None:
    where = f"{here.url}/taxii2/{here.told['programme']}/collections/{here.told['collection']}/objects/"
    headers = {"Authorization": f"Bearer {here.told['tokens']['cert']}", "Content-Type": MEDIA}
    before = _memory()
    try:
        answer = requests.post(where, b" " * (100 * 1024 * 1024), headers=headers, timeout=60)
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # the server closed the line while we were still talking, which it may
    assert _memory() - before < 30 * 1024 * 1024
    assert requests.get(where, headers=headers, timeout=30).status_code == 200


def _pull(here: Served, *more: str, into: str = "second") -> tuple[int, str, str]:
    where = f"{here.url}/taxii2/{here.told['programme']}/collections/{here.told['collection']}/"
    who = ["--as", "cert-lead.ministry@example.org", "--source", "National CERT"]
    ours = ["--programme", here.told["programme"], "--into", here.told[into]]
    here.place.env["TRELLIS_PULL_SECRET"] = here.told["tokens"]["centre"]
    process = here.place.start("trellis.web.cli", "exchange", "pull", where, *who, *ours, *more)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_reg_04_a_pull_brings_everything_over_once_and_goes_on_where_it_stood(here: Served) -> None:
    mine = collection(here, "cert")
    for start in range(1000, 2200, 600):
        mine.add_objects({"objects": [indicator(n) for n in range(start, start + 600)]})
    before = set(ids(*as_pages(collection(here, "centre").get_objects, per_request=1000)))
    assert len(before) >= 1200

    code, out, err = _pull(here, "--pages", "1")
    assert code == 0, err
    assert "1 pages, 500 objects" in out and "run it again" in out
    code, out, err = _pull(here)
    assert code == 0, err
    assert f"{len(before) - 500} objects, 0 refused; nothing more there" in out
    got = ids(*as_pages(collection(here, "ministry", "second").get_objects, per_request=1000))
    assert set(got) == before and len(got) == len(before)

    assert "1 pages, 0 objects" in _pull(here)[1]
    mine.add_objects({"objects": [indicator(2500)]})
    assert "1 pages, 1 objects" in _pull(here)[1]


def test_reg_04_a_pull_says_what_is_wrong(here: Served) -> None:
    code, _out, err = _pull(here, "--source", "Nobody")
    assert code == 1 and "No organisation here is called Nobody" in err
    code, _out, err = _pull(here, into="programme")
    assert code == 1 and "no such collection" in err


def test_reg_04_a_page_is_json_of_the_media_type_that_was_asked(here: Served) -> None:
    where = f"{here.url}/taxii2/{here.told['programme']}/collections/{here.told['collection']}/objects/"
    answer = requests.get(where, auth=("x", here.told["tokens"]["cert"]), headers={"Accept": MEDIA}, timeout=30)
    assert answer.headers["Content-Type"] == MEDIA
    json.loads(answer.content)
