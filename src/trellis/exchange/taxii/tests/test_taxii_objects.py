"""Objects, manifests and versions: bytes as sent, filters, pages, and taking back."""

import gzip
import json
from datetime import timedelta
from typing import Any

from trellis.core import clock
from trellis.exchange.schemas import micros
from trellis.exchange.taxii.filters import moment_of
from trellis.exchange.taxii.media import MEDIA
from trellis.exchange.taxii.tests.scene import Caller, Scene, indicator
from trellis.exchange.taxii.tests.test_taxii_surface import problem

LATER = "2026-01-05T08:05:00.000Z"


def ids(said: dict[str, Any]) -> list[str]:
    return [one["id"] for one in said.get("objects", [])]


def walked(caller: Caller, path: str, **query: Any) -> list[dict[str, Any]]:
    """Everything, page by page."""
    found: list[dict[str, Any]] = []
    said = caller.get(path, **query)
    while True:
        found += said.get("objects", said.get("versions", []))
        if not said["more"]:
            return found
        assert said["next"]
        said = caller.get(path, next=said["next"], **query)


def test_reg_04_an_object_comes_out_byte_for_byte_as_it_went_in(scene: Scene) -> None:
    raw = (
        json.dumps({**indicator(1), "x_note": "ü \u2028"}, ensure_ascii=False, indent=1).replace("\n", "\n  ").encode()
    )
    answer = scene["cert"].send("POST", scene.objects, b'{ "objects" : [ ' + raw + b" ] }")
    assert json.loads(answer.content)["success_count"] == 1
    for caller in ("cert", "centre"):
        got = scene[caller].send("GET", scene.objects)
        assert raw in got.content
        assert got["Content-Type"] == MEDIA


def test_a_page_is_compressed_for_who_takes_it(scene: Scene) -> None:
    scene["cert"].add(scene.objects, *(indicator(n) for n in range(1, 9)))
    plain = scene["centre"].send("GET", scene.objects)
    small = scene["centre"].send("GET", scene.objects, **{"Accept-Encoding": "gzip, deflate"})
    assert "Content-Encoding" not in plain.headers
    assert small["Content-Encoding"] == "gzip" and "Accept-Encoding" in small["Vary"]
    assert gzip.decompress(small.content) == plain.content
    assert small["Content-Length"] == str(len(small.content))


def test_reg_04_an_empty_collection_is_an_envelope_without_objects_and_dates(scene: Scene) -> None:
    answer = scene["centre"].ask(scene.objects)
    assert json.loads(answer.content) == {"more": False}
    assert "X-TAXII-Date-Added-First" not in answer.headers
    assert json.loads(scene["centre"].ask(scene.at + "manifest/").content) == {"more": False}


def test_reg_04_a_manifest_says_id_date_version_and_media_type(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1), indicator(2))
    (first, second) = scene["centre"].get(scene.at + "manifest/")["objects"]
    assert set(first) == {"id", "date_added", "version", "media_type"}
    assert first["media_type"] == "application/stix+json;version=2.1"
    assert moment_of(first["version"]) == moment_of(indicator(1)["modified"])
    assert first["version"].endswith("Z")
    assert first["date_added"] < second["date_added"]


def test_reg_04_the_dates_of_first_and_last_are_in_the_header_of_every_page(scene: Scene) -> None:
    scene["cert"].add(scene.objects, *(indicator(n) for n in range(1, 4)))
    scene["cert"].add(scene.objects, indicator(1, modified=5))
    dates = {one["id"]: one["date_added"] for one in scene["centre"].get(scene.at + "manifest/")["objects"]}
    for path in ("objects/", "manifest/", "objects/{id}/", "objects/{id}/versions/"):
        answer = scene["centre"].ask(scene.at + path.format(id=indicator(1)["id"]))
        first, last = answer["X-TAXII-Date-Added-First"], answer["X-TAXII-Date-Added-Last"]
        assert first <= last, path
        assert last == dates[indicator(1)["id"]]
        if "id" not in path:
            assert (first, last) == (min(dates.values()), max(dates.values()))


def test_reg_04_objects_come_in_the_order_in_which_they_were_added(scene: Scene) -> None:
    for number in (3, 1, 2):
        scene["cert"].add(scene.objects, indicator(number))
    want = [indicator(n)["id"] for n in (3, 1, 2)]
    assert ids(scene["centre"].get(scene.objects)) == want
    assert ids(scene["centre"].get(scene.at + "manifest/")) == want


def test_reg_04_added_after_is_strictly_later(scene: Scene) -> None:
    scene["cert"].add(scene.objects, *(indicator(n) for n in range(1, 6)))
    dates = [one["date_added"] for one in scene["centre"].get(scene.at + "manifest/")["objects"]]
    assert len(set(dates)) == 5
    assert ids(scene["centre"].get(scene.objects, added_after=dates[1])) == [indicator(n)["id"] for n in (3, 4, 5)]
    before = micros(moment_of(dates[1])) - 1  # type: ignore[arg-type]
    from trellis.exchange.schemas import moment

    assert len(ids(scene["centre"].get(scene.objects, added_after=moment(before)))) == 4
    assert ids(scene["centre"].get(scene.objects, added_after=dates[-1])) == []


def test_reg_04_values_of_a_field_are_alternatives_and_fields_all_hold(scene: Scene) -> None:
    malware = {
        **indicator(3),
        "type": "malware",
        "id": indicator(3)["id"].replace("indicator", "malware"),
        "is_family": False,
    }
    scene["cert"].add(scene.objects, indicator(1), indicator(2), malware)
    ask = scene["centre"].get
    assert ids(ask(scene.objects, id=f"{indicator(1)['id']},{malware['id']}")) == [indicator(1)["id"], malware["id"]]
    assert ids(ask(scene.objects, type="malware")) == [malware["id"]]
    assert len(ids(ask(scene.objects, type="malware,indicator,tool"))) == 3
    assert ids(ask(scene.objects, type="malware", id=indicator(1)["id"])) == []
    assert len(ids(ask(scene.at + "manifest/", type="indicator"))) == 2


def test_reg_04_the_last_version_comes_unless_others_are_asked(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1), indicator(2))
    scene["cert"].add(scene.objects, indicator(1, modified=5), indicator(1, modified=9))

    def versions(**query: str) -> list[str]:
        said = scene["centre"].get(scene.objects, id=indicator(1)["id"], **query)
        return [one["modified"][14:16] for one in said.get("objects", [])]

    assert versions() == versions(version="last") == ["09"]
    assert versions(version="first") == ["00"]
    assert sorted(versions(version="all")) == ["00", "05", "09"]
    assert versions(version=LATER) == ["05"]
    assert sorted(versions(version=f"first,last,{LATER}")) == ["00", "05", "09"]
    assert versions(version="2026-01-05T08:07:00Z") == []


def test_reg_04_a_version_is_the_same_however_many_digits_say_it(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1, modified=5))
    for text in ("2026-01-05T08:05:00Z", "2026-01-05T08:05:00.0Z", "2026-01-05T08:05:00.000000Z"):
        assert len(ids(scene["centre"].get(scene.objects, version=text))) == 1, text


def test_reg_04_a_version_of_stix_filters(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1))
    assert len(ids(scene["centre"].get(scene.objects, spec_version="2.1"))) == 1
    assert len(ids(scene["centre"].get(scene.objects, spec_version="2.0,2.1"))) == 1
    assert ids(scene["centre"].get(scene.objects, spec_version="2.0")) == []


def test_reg_04_pages_hold_at_most_the_limit_and_together_everything_once(scene: Scene) -> None:
    scene["cert"].add(scene.objects, *(indicator(n) for n in range(1, 11)))
    want = [indicator(n)["id"] for n in range(1, 11)]
    for limit in (1, 3, 9, 10, 11, 1000):
        first = scene["centre"].get(scene.objects, limit=limit)
        assert len(first["objects"]) == min(limit, 10)
        assert first["more"] is (limit < 10)
        assert ("next" in first) is first["more"]
        for path in (scene.objects, scene.at + "manifest/"):
            assert [one["id"] for one in walked(scene["centre"], path, limit=limit)] == want


def test_reg_04_a_limit_above_the_largest_page_is_lowered_in_the_answer(scene: Scene, monkeypatch: Any) -> None:
    from trellis.exchange.taxii import filters

    monkeypatch.setattr(filters, "PAGE", 4)
    scene["cert"].add(scene.objects, *(indicator(n) for n in range(1, 7)))
    for query in ({"limit": 5000}, {}):
        said = scene["centre"].get(scene.objects, **query)
        assert len(said["objects"]) == 4 and said["more"] is True


def test_reg_04_a_filtered_walk_keeps_its_filter(scene: Scene) -> None:
    for number in range(1, 9):
        kind = "indicator" if number % 2 else "malware"
        one = {**indicator(number), "type": kind, "is_family": False}
        scene["cert"].add(scene.objects, {**one, "id": one["id"].replace("indicator", kind)})
    assert len(walked(scene["centre"], scene.objects, limit=2, type="malware")) == 4


def test_reg_04_a_next_can_be_retried_and_says_the_same(scene: Scene) -> None:
    scene["cert"].add(scene.objects, *(indicator(n) for n in range(1, 8)))
    first = scene["centre"].get(scene.objects, limit=3)
    again = [scene["centre"].get(scene.objects, limit=3, next=first["next"]) for _ in range(3)]
    assert again[0] == again[1] == again[2]
    assert ids(again[0]) == [indicator(n)["id"] for n in (4, 5, 6)]
    # What was added meanwhile comes at the end, and moves nothing.
    scene["cert"].add(scene.objects, indicator(8))
    assert ids(scene["centre"].get(scene.objects, limit=3, next=first["next"])) == ids(again[0])


def test_reg_04_a_next_fits_into_an_address_as_it_is(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1), indicator(2))
    text = scene["centre"].get(scene.objects, limit=1)["next"]
    assert text and all(c.isalnum() or c in "-_.~" for c in text)
    answer = scene["centre"].send("GET", f"{scene.objects}?limit=1&next={text}")
    assert ids(json.loads(answer.content)) == [indicator(2)["id"]]


def test_reg_04_one_object_with_its_versions(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1), indicator(2))
    scene["cert"].add(scene.objects, indicator(1, modified=5))
    where = f"{scene.objects}{indicator(1)['id']}/"
    assert [o["modified"] for o in scene["centre"].get(where)["objects"]] == [LATER]
    assert len(scene["centre"].get(where, version="all")["objects"]) == 2
    said = scene["centre"].get(where + "versions/")
    assert {moment_of(v) for v in said["versions"]} == {moment_of(indicator(1)["modified"]), moment_of(LATER)}
    assert said["more"] is False
    assert len(walked(scene["centre"], where + "versions/", limit=1)) == 2
    assert len(walked(scene["centre"], where, limit=1, version="all")) == 2


def test_reg_04_an_object_that_is_there_but_filtered_out_is_empty_and_one_that_is_not_404(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1))
    where = f"{scene.objects}{indicator(1)['id']}/"
    for path, query in (
        (where, {"version": LATER}),
        (where, {"spec_version": "2.0"}),
        (where + "versions/", {"spec_version": "2.0"}),
    ):
        assert scene["centre"].get(path, **query) == {"more": False}
    for name in (indicator(9)["id"], "indicator--x", "x", "%00", "..", "'", indicator(1)["id"] + "'"):
        for tail in ("/", "/versions/"):
            problem(scene["centre"].send("GET", f"{scene.objects}{name}{tail}"), 404)


def test_reg_04_its_producer_deletes_an_object_and_nobody_is_served_it(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1), indicator(2))
    where = f"{scene.objects}{indicator(1)['id']}/"
    assert len(ids(scene["centre"].get(scene.objects))) == 2
    answer = scene["cert"].send("DELETE", where)
    assert answer.status_code == 200 and answer.content == b""
    for who in ("cert", "centre"):
        problem(scene[who].ask(where), 404)
        assert ids(scene[who].get(scene.objects)) == [indicator(2)["id"]]
    problem(scene["cert"].send("DELETE", where), 404)


def test_reg_04_one_version_is_deleted_alone(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1), indicator(1, modified=5), indicator(1, modified=9))
    where = f"{scene.objects}{indicator(1)['id']}/"
    assert scene["cert"].send("DELETE", where + f"?match[version]={LATER}").status_code == 200
    left = {one["modified"][14:16] for one in scene["centre"].get(where, version="all")["objects"]}
    assert left == {"00", "09"}
    assert scene["cert"].send("DELETE", where + "?match[version]=last").status_code == 200
    assert [one["modified"][14:16] for one in scene["centre"].get(where)["objects"]] == ["00"]
    assert scene["cert"].send("DELETE", where + "?match[spec_version]=2.0").status_code == 404
    assert scene["cert"].send("DELETE", where + "?match[spec_version]=2.1").status_code == 200
    problem(scene["centre"].ask(where), 404)


def test_reg_04_nobody_deletes_what_another_sent(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1))
    where = f"{scene.objects}{indicator(1)['id']}/"
    problem(scene["centre"].send("DELETE", where), 403)
    problem(scene["evaluator"].send("DELETE", where), 404)
    assert len(ids(scene["centre"].get(scene.objects))) == 1


def test_reg_04_sending_the_same_again_changes_nothing(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1))
    before = scene["centre"].get(scene.at + "manifest/")
    clock.set_to(clock.now() + timedelta(minutes=5))
    assert scene["cert"].add(scene.objects, indicator(1))["success_count"] == 1
    assert scene["centre"].get(scene.at + "manifest/") == before
