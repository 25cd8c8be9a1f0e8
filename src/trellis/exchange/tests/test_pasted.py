"""Text that a browser sends has CR LF at its line ends: what is kept has what the person meant."""

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from trellis.exchange.models import StixObject
from trellis.exchange.tests.scene import Scene, indicator
from trellis.exchange.tests.test_pages_agreements import among, client, url

__all__ = ["among"]  # a fixture

LINES = "First line.\nSecond line.\n\nLast."


def raw(stix_id: str = "") -> Any:
    rows = StixObject.records.privileged()
    return (rows.filter(stix_id=stix_id) if stix_id else rows).get().raw


def test_reg_04_pasted_text_is_kept_with_the_line_ends_that_were_meant(among: Scene) -> None:
    meant = json.dumps(indicator("pasted", "GREEN"), indent=2)
    sent = client(among, "alpha").post(url(among, "share", among.collection.id), {"text": meant.replace("\n", "\r\n")})
    assert sent.status_code == 302
    assert raw() == meant


def test_reg_04_a_line_end_that_is_written_out_in_the_text_stays(among: Scene) -> None:
    meant = json.dumps(indicator("written", "GREEN", description="one\r\ntwo"))
    client(among, "alpha").post(url(among, "share", among.collection.id), {"text": meant})
    assert json.loads(raw())["description"] == "one\r\ntwo"


def test_reg_04_a_file_and_a_machine_are_kept_byte_for_byte(among: Scene) -> None:
    crlf = json.dumps(indicator("file", "GREEN"), indent=2).replace("\n", "\r\n")
    file = SimpleUploadedFile("objects.json", crlf.encode(), "application/json")
    client(among, "alpha").post(url(among, "share", among.collection.id), {"file": file})
    assert raw() == crlf
    other = json.dumps(indicator("machine", "GREEN"), indent=2).replace("\n", "\r\n")
    at = f"/api/programmes/{among.arrangement}/exchange/collections/{among.collection.id}/objects"
    sent = client(among, "alpha").post(at, f'{{"objects": [{other}]}}', content_type="application/json")
    assert sent.status_code == 202
    assert raw(indicator("machine")["id"]) == other


def test_words_of_a_small_form_are_kept_with_the_line_ends_that_were_meant(among: Scene) -> None:
    crlf = LINES.replace("\n", "\r\n")
    given = {"name": "x", "pattern_type": "yara", "pattern": crlf, "description": crlf, "label": "GREEN"}
    sent = client(among, "alpha").post(url(among, "share-kind", among.collection.id, "indicator"), given)
    assert sent.status_code == 302
    said = json.loads(raw())
    assert (said["pattern"], said["description"]) == (LINES, LINES)
