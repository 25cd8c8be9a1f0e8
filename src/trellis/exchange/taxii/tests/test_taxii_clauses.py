"""Clauses of TAXII 2.1 that no other file holds: names and forms of resources, and requests that must be taken."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from trellis.exchange import services
from trellis.exchange.taxii.media import MEDIA
from trellis.exchange.taxii.tests.scene import Scene, indicator
from trellis.exchange.taxii.tests.test_taxii_surface import problem

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
MARKING = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
# Property names by resource: those that must be there, and those that may.
PROPERTIES: dict[str, tuple[set[str], set[str]]] = {
    "discovery": ({"title"}, {"description", "contact", "default", "api_roots"}),
    "root": ({"title", "versions", "max_content_length"}, {"description"}),
    "collections": (set(), {"collections"}),
    "collection": ({"id", "title", "can_read", "can_write"}, {"description", "alias", "media_types"}),
    "envelope": (set(), {"more", "next", "objects"}),
    "manifest": (set(), {"more", "next", "objects"}),
    "record": ({"id", "date_added", "version"}, {"media_type"}),
    "versions": (set(), {"more", "next", "versions"}),
    "status": (
        {"id", "status", "total_count", "success_count", "failure_count", "pending_count"},
        {"request_timestamp", "successes", "failures", "pendings"},
    ),
    "error": (
        {"title"},
        {"description", "error_id", "error_code", "http_status", "external_details", "details"},
    ),
}
# Every type that STIX 2.1 defines: objects, relationships, observables, and what describes them.
TYPES = [
    "attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident", "indicator",
    "infrastructure", "intrusion-set", "location", "malware", "malware-analysis", "note", "observed-data",
    "opinion", "report", "threat-actor", "tool", "vulnerability", "relationship", "sighting", "artifact",
    "autonomous-system", "directory", "domain-name", "email-addr", "email-message", "file", "ipv4-addr",
    "ipv6-addr", "mac-addr", "mutex", "network-traffic", "process", "software", "url", "user-account",
    "windows-registry-key", "x509-certificate", "language-content", "marking-definition",
    "extension-definition",
]  # fmt: skip


def named(kind: str, said: dict[str, Any]) -> None:
    needed, optional = PROPERTIES[kind]
    assert needed <= set(said) <= needed | optional, kind


def test_reg_04_resources_have_the_properties_of_the_standard_under_its_names(scene: Scene) -> None:
    who = scene["cert"]
    status = who.add(scene.objects, indicator(1), {"type": "indicator", "id": "indicator--nothing"})
    found = {
        "discovery": who.get("/taxii2/"),
        "root": who.get(""),
        "collections": who.get("collections/"),
        "collection": who.get(scene.at),
        "envelope": who.get(scene.objects),
        "manifest": who.get(scene.at + "manifest/"),
        "record": who.get(scene.at + "manifest/")["objects"][0],
        "versions": who.get(f"{scene.objects}{indicator(1)['id']}/versions/"),
        "status": status,
        "error": json.loads(who.ask("collections/nothing/").content),
    }
    for kind, said in found.items():
        named(kind, said)
    for one in status["successes"] + status["failures"]:
        assert {"id", "version"} <= set(one) <= {"id", "version", "message"}


def test_reg_04_times_go_out_in_utc_with_six_digits(scene: Scene) -> None:
    status = scene["cert"].add(scene.objects, indicator(1))
    page = scene["centre"].ask(scene.at + "manifest/")
    record = json.loads(page.content)["objects"][0]
    for time in (status["request_timestamp"], record["date_added"], page["X-TAXII-Date-Added-First"]):
        assert TIME.fullmatch(time), time


def test_reg_04_collections_come_in_the_same_order_each_time(scene: Scene) -> None:
    lead = scene.world.viewer("cert:cert-lead")
    for title in ("Zebra", "Ant", "Mole"):
        services.collection_create(lead, scene.world.programme, title, "detection", "")
    first = [one["id"] for one in scene["centre"].get("collections/")["collections"]]
    assert len(first) == 5
    scene["cert"].add(scene.objects, indicator(1))
    assert [one["id"] for one in scene["centre"].get("collections/")["collections"]] == first


@pytest.mark.parametrize(
    "version", ["all,last", "first,all", "last,last", "2026-01-05T08:00:00.000Z,2026-01-05T08:00:00.000Z"]
)
def test_reg_04_all_stands_alone_and_no_version_is_asked_twice(scene: Scene, version: str) -> None:
    for path in (scene.objects, scene.at + "manifest/", f"{scene.objects}{indicator(1)['id']}/"):
        assert "match[version]" in problem(scene["cert"].ask(path, version=version), 400)["details"]


def test_reg_04_every_type_of_stix_may_be_asked_for(scene: Scene) -> None:
    answers = {kind: scene["cert"].ask(scene.objects, type=kind).status_code for kind in TYPES}
    assert {kind for kind, status in answers.items() if status != 200} == set()
    assert scene["cert"].ask(scene.objects, type=",".join(TYPES)).status_code == 200


def test_reg_04_what_has_no_modified_time_has_the_version_of_its_creation(scene: Scene) -> None:
    at = "2017-01-20T00:00:00.000Z"
    thing = {"type": "marking-definition", "spec_version": "2.1", "id": MARKING, "created": at, "name": "House rule"}
    thing |= {"definition_type": "statement", "definition": {"statement": "Mind the gap"}}
    status = scene["cert"].add(scene.objects, thing)
    said = [
        status["successes"][0]["version"],
        scene["cert"].get(scene.at + "manifest/")["objects"][0]["version"],
        scene["cert"].get(f"{scene.objects}{MARKING}/versions/")["versions"][0],
    ]
    assert all(one.startswith("2017-01-20T00:00:00.000") and one.endswith("Z") for one in said), said
    assert len(scene["cert"].get(scene.objects, version=at)["objects"]) == 1


def test_reg_04_roots_are_https_behind_tls_and_hold_no_query(scene: Scene) -> None:
    headers = {"Authorization": f"Bearer {scene['cert'].token}", "Accept": MEDIA}
    said = json.loads(Client().get("/taxii2/", headers=headers, secure=True).content)
    assert len(said["api_roots"]) == len(set(said["api_roots"])) >= 1
    assert all(one.startswith("https://") and "?" not in one for one in said["api_roots"])


def test_reg_04_a_body_just_below_the_limit_is_not_413(scene: Scene, settings: Any) -> None:
    body = json.dumps({"objects": [indicator(1)]}).encode()
    settings.EXCHANGE_LIMIT = len(body) + 1
    assert scene["cert"].send("POST", scene.objects, body).status_code == 202


def test_reg_04_an_error_names_the_status_that_it_has(scene: Scene) -> None:
    for answer in (scene["cert"].ask("collections/nothing/"), scene["cert"].ask(scene.objects, limit="0")):
        assert json.loads(answer.content)["http_status"] == str(answer.status_code)


def test_reg_04_a_status_that_is_not_there_is_404(scene: Scene) -> None:
    problem(scene["cert"].ask(f"status/{uuid4()}/"), 404)


def test_reg_04_the_media_type_of_a_manifest_is_one_of_its_collection(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1))
    (record,) = scene["cert"].get(scene.at + "manifest/")["objects"]
    assert record["media_type"] in scene["cert"].get(scene.at)["media_types"]


def test_reg_04_what_was_deleted_is_in_no_manifest(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1), indicator(2))
    assert scene["cert"].send("DELETE", f"{scene.objects}{indicator(1)['id']}/").status_code == 200
    for who in ("cert", "centre"):
        left = scene[who].get(scene.at + "manifest/", version="all")["objects"]
        assert [one["id"] for one in left] == [indicator(2)["id"]]
        problem(scene[who].ask(f"{scene.objects}{indicator(1)['id']}/versions/"), 404)


def test_reg_04_where_one_may_only_read_a_deletion_is_403(scene: Scene) -> None:
    (own,) = [c for c in scene["centre"].get("collections/")["collections"] if not c["can_write"]]
    problem(scene["centre"].send("DELETE", f"collections/{own['id']}/objects/{indicator(1)['id']}/"), 403)


def test_reg_04_custom_properties_of_an_envelope_are_passed_over(scene: Scene) -> None:
    body = json.dumps({"x_example_org_note": {"any": "thing"}, "objects": [indicator(1)]}).encode()
    answer = scene["cert"].send("POST", scene.objects, body)
    assert answer.status_code == 202 and json.loads(answer.content)["success_count"] == 1


def test_reg_04_who_names_no_program_is_answered_too(scene: Scene) -> None:
    answer = scene["cert"].send("GET", scene.objects, **{"User-Agent": ""})
    assert answer.status_code == 200


def test_reg_04_an_envelope_without_objects_is_said_for_the_collection_and_never_a_bare_list(scene: Scene) -> None:
    assert scene["cert"].get(scene.objects) == {"more": False}
    scene["cert"].add(scene.objects, indicator(1))
    assert isinstance(scene["cert"].get(f"{scene.objects}{indicator(1)['id']}/")["objects"], list)
