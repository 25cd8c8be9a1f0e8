"""The access log of a download: one row per owner and response, there before the first byte."""

import csv
import io
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World
from trellis.sharing import evidence, gate, services
from trellis.sharing.models import Access, Audience, Evidence

OWNERS = ("cert", "ministry")
EACH = 7


@pytest.fixture
def shared(world: World, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """Files of two owners, which a donor may read, and one of the donor's own; batches so small that several pass."""
    settings.FILES = tmp_path / "files"
    monkeypatch.setattr("trellis.sharing.rows.BATCH", 3)
    for who in OWNERS:
        for n in range(EACH):
            evidence.evidence_add(
                world.viewer(who).actor, f"{who} {n}", io.BytesIO(f"{who} {n}".encode()), name="a.txt"
            )
        services.grant(
            world.viewer(who).actor,
            "sharing.evidence",
            Audience.ORGANISATION,
            purpose="To judge",
            organisation=world.org("norvia"),
        )
    evidence.evidence_add(world.viewer("norvia").actor, "own", io.BytesIO(b"own"), name="own.txt")
    return world


def download(world: World, query: str = "?format=csv&sort=title") -> Any:
    found = Client()
    found.force_login(world.people["norvia"])
    answer = found.get(f"/evidence/{query}")
    assert answer.status_code == 200
    return answer


def goes_away(answer: Any) -> None:
    """The client closes the line before the body; the test's own connection to the database stays."""
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)


def logged(world: World) -> dict[str, int]:
    names = {world.org(who): who for who in OWNERS}
    rows = list(Access.objects.all())
    assert len(rows) == len({row.owner for row in rows}), "more than one row for an owner"
    assert all(len(gate.unpack(row)) == row.count for row in rows)
    return {names[row.owner]: row.count for row in rows}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_sha_one_download_is_one_access_row_per_owner_before_the_first_byte(shared: World, kind: str) -> None:
    answer = download(shared, f"?format={kind}&sort=title")
    assert logged(shared) == {"cert": EACH, "ministry": EACH}
    body = answer.getvalue() if answer.streaming else answer.content
    assert logged(shared) == {"cert": EACH, "ministry": EACH}
    if kind == "csv":
        titles = [row["title"] for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))]
        assert titles == sorted(titles) and len(titles) == 2 * EACH + 1


def test_sha_a_client_that_goes_away_is_in_the_log_all_the_same(shared: World) -> None:
    goes_away(download(shared))
    assert logged(shared) == {"cert": EACH, "ministry": EACH}


def test_sha_only_what_the_filter_leaves_is_logged(shared: World) -> None:
    goes_away(download(shared, "?format=csv&q=cert"))
    assert logged(shared) == {"cert": EACH}


def test_sha_a_row_that_comes_after_the_note_is_not_in_the_body(shared: World) -> None:
    """What the log does not name is not handed out."""
    answer = download(shared)
    evidence.evidence_add(shared.viewer("cert").actor, "cert 99", io.BytesIO(b"late"), name="late.txt")
    body = answer.getvalue().decode()
    assert "cert 6" in body and "cert 99" not in body


def test_sha_a_page_of_rows_read_in_batches_is_that_page(shared: World) -> None:
    rows = gate.visible(Evidence, shared.viewer("norvia"), "test").order_by("title")
    assert [row.title for row in rows[4:9].iterator()] == [row.title for row in rows[4:9]]
    with pytest.raises(TypeError, match="as records"):
        rows.values("title").iterator()


def test_sha_own_rows_leave_no_note_and_cost_no_query_for_each(shared: World) -> None:
    rows = gate.visible(Evidence, shared.viewer("cert"), "test")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(list(rows.iterator())) == EACH
    assert len(asked) == 1 + 3 and not Access.objects.exists()
