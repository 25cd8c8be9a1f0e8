"""Discovery, roots, collections and the status of a POST."""

from datetime import timedelta
from uuid import uuid4

from trellis.core import clock
from trellis.exchange import services
from trellis.exchange.taxii.media import MEDIA
from trellis.exchange.taxii.tests.scene import Scene, indicator


def test_reg_04_discovery_lists_the_roots_of_the_caller_and_a_default(scene: Scene) -> None:
    said = scene["cert"].get("/taxii2/")
    assert said["title"]
    assert "http://testserver" + scene.root in said["api_roots"]
    assert said["default"] in said["api_roots"]


def test_reg_04_a_root_says_its_title_versions_and_limit(scene: Scene) -> None:
    said = scene["cert"].get("")
    assert said["title"] == "Sefwi Exchange"
    assert said["versions"] == [MEDIA]
    assert said["max_content_length"] == 10 * 1024 * 1024


def test_reg_04_collections_say_what_the_caller_may_do(scene: Scene) -> None:
    found = {one["id"]: one for one in scene["cert"].get("collections/")["collections"]}
    mine = found[str(scene.collection.id)]
    assert mine["title"] == "Phishing" and mine["description"] == "What tries to get in"
    assert mine["can_read"] is True and mine["can_write"] is True
    assert mine["media_types"] == ["application/stix+json;version=2.1"]
    assert scene["cert"].get(scene.at) == mine


def test_reg_04_a_collection_is_found_by_its_alias_too(scene: Scene) -> None:
    for one in scene["cert"].get("collections/")["collections"]:
        if "alias" in one:
            assert scene["cert"].get(f"collections/{one['alias']}/") == one
    aliases = [one.get("alias") for one in scene["cert"].get("collections/")["collections"]]
    assert any(aliases)
    assert len(set(aliases)) == len(aliases)
    assert scene["cert"].ask("collections/no-such-alias/").status_code == 404


def test_reg_04_the_withdrawals_of_the_caller_are_a_collection_that_is_only_read(scene: Scene) -> None:
    (own,) = [c for c in scene["centre"].get("collections/")["collections"] if not c["can_write"]]
    assert own["can_read"] is True
    assert scene["centre"].get(f"collections/{own['id']}/objects/").get("objects", []) == []
    answer = scene["centre"].send("POST", f"collections/{own['id']}/objects/", b'{"objects":[]}')
    assert answer.status_code == 403


def test_reg_04_a_post_answers_202_with_a_status_of_every_object(scene: Scene) -> None:
    wrong = {"type": "indicator", "id": "indicator--nothing"}
    said = scene["cert"].add(scene.objects, indicator(1), wrong, indicator(2))
    assert said["status"] == "complete"
    assert (said["total_count"], said["success_count"], said["failure_count"], said["pending_count"]) == (3, 2, 1, 0)
    assert [one["id"] for one in said["successes"]] == [indicator(1)["id"], indicator(2)["id"]]
    assert said["successes"][0]["version"].startswith("2026-01-05T08:00:00.000")
    assert said["failures"][0]["message"]
    assert "pendings" not in said
    assert said["request_timestamp"].endswith("Z")


def test_reg_04_the_status_can_be_asked_again_for_a_day_by_who_posted(scene: Scene) -> None:
    said = scene["cert"].add(scene.objects, indicator(1))
    where = f"status/{said['id']}/"
    assert scene["cert"].get(where) == said
    assert scene["centre"].ask(where).status_code == 404
    assert scene["cert"].ask(f"status/{uuid4()}/").status_code == 404
    clock.set_to(clock.now() + timedelta(hours=25))
    assert scene["cert"].ask(where).status_code == 404


def test_reg_04_red_is_refused_by_object_and_the_rest_is_taken(scene: Scene) -> None:
    red = indicator(2, object_marking_refs=["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"])
    said = scene["cert"].add(scene.objects, indicator(1), red)
    assert (said["success_count"], said["failure_count"]) == (1, 1)
    assert "RED" in said["failures"][0]["message"]
    assert scene["cert"].ask(f"{scene.objects}{red['id']}/").status_code == 404


def test_reg_04_an_empty_envelope_is_no_error(scene: Scene) -> None:
    said = scene["cert"].add(scene.objects)
    assert (said["total_count"], said["status"]) == (0, "complete")
    assert "successes" not in said


def test_reg_04_two_collections_of_one_root_keep_apart(scene: Scene) -> None:
    other = services.collection_create(
        scene.world.viewer("cert:cert-lead"), scene.world.programme, "Malware", "detection", ""
    )
    scene["cert"].add(scene.objects, indicator(1))
    assert scene["cert"].get(f"collections/{other.id}/objects/").get("objects", []) == []
