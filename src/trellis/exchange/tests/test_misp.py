"""Events of MISP as STIX 2.1: what is mapped, what is said of the rest, and labels that hold."""

import json
from typing import Any
from uuid import UUID, uuid5

import pytest

from trellis.core.conditions import Invalid
from trellis.exchange.misp import MARKINGS, convert
from trellis.exchange.misp_values import READERS, Wrong

DAY, HOUR = "2026-01-05", "1767603600"  # 2026-01-05 09:00 UTC


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def attribute(number: int, kind: str, value: str, **more: Any) -> dict[str, Any]:
    return {"uuid": uuid(number), "type": kind, "value": value, "timestamp": HOUR, "to_ids": True, **more}


def event(*attributes: dict[str, Any], **more: Any) -> bytes:
    said = {
        "uuid": uuid(1),
        "info": "Phishing against ports",
        "date": DAY,
        "timestamp": HOUR,
        "Orgc": {"uuid": uuid(2), "name": "National CERT"},
        "Attribute": list(attributes),
        **more,
    }
    return json.dumps({"Event": said}).encode()


def tagged(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def by_type(data: bytes) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for thing in convert(data)[0]:
        found.setdefault(thing["type"], []).append(thing)
    return found


PATTERNS = [
    ("ip-dst", "203.0.113.5", "[ipv4-addr:value = '203.0.113.5']"),
    ("ip-src", "2001:db8::1", "[ipv6-addr:value = '2001:db8::1']"),
    ("ip-dst", "203.0.113.0/24", "[ipv4-addr:value = '203.0.113.0/24']"),
    (
        "ip-dst|port",
        "203.0.113.5|443",
        "[network-traffic:dst_ref.value = '203.0.113.5' AND network-traffic:dst_port = 443]",
    ),
    ("domain", "bad.example", "[domain-name:value = 'bad.example']"),
    (
        "domain|ip",
        "bad.example|203.0.113.5",
        "[domain-name:value = 'bad.example' AND domain-name:resolves_to_refs[*].value = '203.0.113.5']",
    ),
    ("url", "http://bad.example/it's\\here", "[url:value = 'http://bad.example/it\\'s\\\\here']"),
    ("email-src", "a@bad.example", "[email-message:from_ref.value = 'a@bad.example']"),
    ("md5", "D41D8CD98F00B204E9800998ECF8427E", "[file:hashes.'MD5' = 'd41d8cd98f00b204e9800998ecf8427e']"),
    ("filename|sha1", "a.exe|" + "0" * 40, "[file:name = 'a.exe' AND file:hashes.'SHA-1' = '" + "0" * 40 + "']"),
    ("AS", "AS64496", "[autonomous-system:number = 64496]"),
    ("mac-address", "00-00-5E-00-53-01", "[mac-addr:value = '00:00:5e:00:53:01']"),
]


@pytest.mark.parametrize(("kind", "value", "pattern"), PATTERNS, ids=[f"{k} {v}" for k, v, _p in PATTERNS])
def test_reg_04_what_is_for_detection_becomes_an_indicator(kind: str, value: str, pattern: str) -> None:
    (indicator,) = by_type(event(attribute(3, kind, value)))["indicator"]
    assert indicator["pattern"] == pattern
    assert indicator["pattern_type"] == "stix"
    assert indicator["id"] == f"indicator--{uuid(3)}"
    assert indicator["valid_from"] == indicator["modified"] == "2026-01-05T09:00:00.000Z"
    assert indicator["created"] == "2026-01-05T00:00:00.000Z"


def test_reg_04_what_was_seen_becomes_observed_data_with_its_observables() -> None:
    found = by_type(event(attribute(3, "domain|ip", "bad.example|203.0.113.5", to_ids=False)))
    (seen,) = found["observed-data"]
    assert seen["object_refs"] == [found["domain-name"][0]["id"], found["ipv4-addr"][0]["id"]]
    assert seen["number_observed"] == 1
    # The identifier that STIX 2.1 prescribes for this address: the same from whoever names it.
    expected = uuid5(UUID("00abedb4-aa42-466c-9c01-fed23315a9b7"), '{"value":"203.0.113.5"}')
    assert found["ipv4-addr"][0]["id"] == f"ipv4-addr--{expected}"


def test_reg_04_the_event_becomes_a_report_by_its_organisation_that_refers_to_all() -> None:
    rows = attribute(3, "domain", "bad.example"), attribute(4, "link", "https://example.org/advisory", to_ids=False)
    found = by_type(event(*rows, attribute(5, "vulnerability", "CVE-2021-44228", to_ids=False)))
    (report,), (author,) = found["report"], found["identity"]
    assert report["name"] == "Phishing against ports"
    assert report["created_by_ref"] == author["id"] == f"identity--{uuid(2)}"
    assert set(report["object_refs"]) == {author["id"], f"indicator--{uuid(3)}", f"vulnerability--{uuid(5)}"}
    assert report["external_references"] == [{"source_name": "MISP", "url": "https://example.org/advisory"}]


@pytest.mark.parametrize(
    ("tag", "label"),
    [
        ("tlp:white", "CLEAR"),
        ("tlp:clear", "CLEAR"),
        ("tlp:green", "GREEN"),
        ("TLP:Amber", "AMBER"),
        ("tlp:amber+strict", "AMBER+STRICT"),
    ],
)
def test_d21_tags_of_tlp_become_the_fixed_markings_of_stix(tag: str, label: str) -> None:
    found, _report = convert(event(attribute(3, "domain", "bad.example"), Tag=tagged(tag)))
    assert all(thing["object_marking_refs"] == [MARKINGS[label]] for thing in found)


def test_d21_without_a_tag_nothing_is_marked_so_it_counts_as_amber() -> None:
    found, _report = convert(event(attribute(3, "domain", "bad.example")))
    assert not any("object_marking_refs" in thing for thing in found)


def test_d21_of_two_labels_the_stricter_holds() -> None:
    strict = attribute(3, "domain", "bad.example", Tag=tagged("tlp:amber"))
    loose = attribute(4, "domain", "worse.example", Tag=tagged("tlp:clear"))
    by_name = {t.get("name"): t for t in convert(event(strict, loose, Tag=tagged("tlp:green")))[0]}
    assert by_name["domain: bad.example"]["object_marking_refs"] == [MARKINGS["AMBER"]]
    assert by_name["domain: worse.example"]["object_marking_refs"] == [MARKINGS["GREEN"]]


@pytest.mark.parametrize("tag", ["tlp:red", "tlp:ex:chr"])
def test_reg_04_red_is_left_out_and_said(tag: str) -> None:
    found, report = convert(event(attribute(3, "domain", "bad.example", Tag=tagged(tag))))
    assert "bad.example" not in json.dumps(found)
    assert any("RED" in line and "attribute 1" in line for line in report.left_out)
    assert convert(event(attribute(3, "domain", "bad.example"), Tag=tagged(tag)))[0] == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (attribute(3, "ip-dst", "999.1.1.1"), "no IP address"),
        (attribute(3, "md5", "xyz"), "32 hexadecimal digits"),
        (attribute(3, "comment", "call me"), "not mapped"),
        (attribute(3, "attachment", "a.doc", data="AAAA"), "not mapped"),
        (attribute(3, "domain", "bad.example", deleted=True), "deleted"),
        (attribute(3, "domain", ""), "no value"),
        ({**attribute(3, "domain", "bad.example"), "uuid": "x"}, "no uuid"),
        (attribute(3, "ip-dst|port", "203.0.113.5"), "Two values"),
        (attribute(3, "ip-dst|port", "203.0.113.5|70000"), "up to 65535"),
        (attribute(3, "user-agent", "curl", to_ids=False), "marked for detection"),
    ],
)
def test_reg_04_what_is_not_mapped_is_named_with_its_place_and_reason(row: dict[str, Any], why: str) -> None:
    found, report = convert(event(attribute(9, "domain", "good.example"), row))
    (line,) = report.left_out
    assert "attribute 2" in line and why in line
    assert (report.attributes, report.mapped, report.objects) == (2, 1, len(found))


def test_attributes_of_objects_are_read_and_galaxies_are_said_not_to_be() -> None:
    holder = {"name": "file", "Attribute": [attribute(3, "sha256", "0" * 64), attribute(4, "size-in-bytes", "4")]}
    found, report = convert(event(Object=[holder], Galaxy=[{"name": "Threat Actor"}]))
    assert [t["type"] for t in found] == ["identity", "indicator", "report"]
    assert any("object file, attribute 2" in line for line in report.left_out)
    assert any("galaxies" in line for line in report.left_out)


def test_tags_that_are_not_of_tlp_are_kept_as_labels() -> None:
    (indicator,) = by_type(event(attribute(3, "domain", "b.example", Tag=tagged("kill-chain:delivery", "tlp:green"))))[
        "indicator"
    ]
    assert indicator["labels"] == ["kill-chain:delivery"]


def test_a_list_of_events_is_read_and_the_same_object_comes_once() -> None:
    one = json.loads(event(attribute(3, "domain", "b.example", to_ids=False)))
    two = json.loads(event(attribute(4, "domain", "b.example", to_ids=False), uuid=uuid(7)))
    found, report = convert(json.dumps({"response": [one, two]}).encode())
    assert report.events == 2
    assert len([t for t in found if t["type"] == "domain-name"]) == 1


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"7", b'{"Event": 7}', b'{"response": {}}', b'{"Event": {}}', b"[[]]"]
)
def test_what_is_no_event_of_misp_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        convert(data)
    assert set(refused.value.fields) == {"file"}


def test_every_reader_refuses_or_reads_whatever_comes() -> None:
    for read in READERS.values():
        for value in ("", "|", "a|", "|b", "\x00", "x" * 5000, "'\\'", "١٢"):
            try:
                assert read(value).pattern is not None
            except Wrong as wrong:
                assert str(wrong)
