"""Rights are those of now, at every request: agreements begin and end while somebody walks the pages."""

import json
from datetime import timedelta
from typing import Any

from trellis.core import clock
from trellis.exchange.taxii.tests.scene import CLAUSES, Scene, agree, indicator
from trellis.exchange.taxii.tests.test_taxii_objects import ids, walked
from trellis.exchange.taxii.tests.test_taxii_surface import problem
from trellis.sharing import gate
from trellis.sharing.models import Access


def test_reg_08_who_is_in_no_agreement_sees_its_own_and_nothing_else(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1))
    assert ids(scene["evaluator"].get(scene.objects)) == []
    problem(scene["evaluator"].ask(f"{scene.objects}{indicator(1)['id']}/"), 404)
    problem(scene["evaluator"].ask(f"{scene.objects}{indicator(1)['id']}/versions/"), 404)


def test_reg_08_leaving_stops_the_next_page_of_a_walk(scene: Scene) -> None:
    scene["cert"].add(scene.objects, *(indicator(n) for n in range(1, 7)))
    first = scene["centre"].get(scene.objects, limit=2)
    assert len(first["objects"]) == 2 and first["more"]
    scene.leave("cert")
    rest = scene["centre"].get(scene.objects, limit=2, next=first["next"])
    assert ids(rest) == [] and rest["more"] is False
    problem(scene["centre"].ask(f"{scene.objects}{indicator(1)['id']}/"), 404)


def test_reg_08_an_agreement_that_begins_within_a_walk_is_caught_by_the_next_poll(scene: Scene) -> None:
    agree(scene.world, "ministry", "evaluator")
    scene["cert"].add(scene.objects, *(indicator(n) for n in range(1, 4)))
    scene["ministry"].add(scene.objects, indicator(7), indicator(8), indicator(9))
    said = scene["evaluator"].get(scene.objects, limit=2)
    seen, last = ids(said), ""
    agree(scene.world, "cert", "evaluator")
    while said["more"]:
        answer = scene["evaluator"].ask(scene.objects, limit=2, next=said["next"])
        said, last = json.loads(answer.content), answer["X-TAXII-Date-Added-Last"]
        seen += ids(said)
    seen += ids({"objects": walked(scene["evaluator"], scene.objects, added_after=last)})
    assert sorted(seen) == sorted(indicator(n)["id"] for n in (1, 2, 3, 7, 8, 9))


def test_reg_08_what_was_there_before_an_agreement_comes_later_to_the_new_party_only(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1), indicator(2))
    old = scene["centre"].get(scene.at + "manifest/")
    last = old["objects"][-1]["date_added"]
    agree(scene.world, "cert", "evaluator")
    new = scene["evaluator"].get(scene.at + "manifest/")
    assert ids(new) == ids(old)
    assert all(one["date_added"] > last for one in new["objects"])
    assert scene["centre"].get(scene.at + "manifest/") == old


def test_reg_08_an_agreement_ends_with_its_last_day(scene: Scene) -> None:
    agree(scene.world, "cert", "evaluator", ends_on=(clock.today() + timedelta(days=2)))
    scene["cert"].add(scene.objects, indicator(1))
    assert len(ids(scene["evaluator"].get(scene.objects))) == 1
    clock.set_to(clock.now() + timedelta(days=3))
    assert ids(scene["evaluator"].get(scene.objects)) == []
    assert len(ids(scene["centre"].get(scene.objects))) == 1


def test_reg_04_a_withdrawal_lists_to_each_recipient_what_it_was_served(scene: Scene) -> None:
    scene["cert"].add(scene.objects, indicator(1), indicator(2), indicator(3))
    assert len(ids(scene["centre"].get(scene.objects, limit=2))) == 2
    scene.leave("cert")
    scene["centre"].get(scene.objects)
    (own,) = [c for c in scene["centre"].get("collections/")["collections"] if not c["can_write"]]
    told = str(scene["centre"].get(f"collections/{own['id']}/objects/"))
    assert indicator(1)["id"] in told and indicator(2)["id"] in told
    assert indicator(3)["id"] not in told
    (other,) = [c for c in scene["ministry"].get("collections/")["collections"] if not c["can_write"]]
    assert "indicator--" not in str(scene["ministry"].get(f"collections/{other['id']}/objects/"))


def test_reg_04_a_label_above_the_ceiling_is_not_served(scene: Scene) -> None:
    agree(scene.world, "cert", "evaluator", ceiling="GREEN", **CLAUSES)
    scene["cert"].add(
        scene.objects, *(indicator(n, label=lb) for n, lb in enumerate(("CLEAR", "GREEN", "AMBER", None), 1))
    )
    assert ids(scene["evaluator"].get(scene.objects)) == [indicator(1)["id"], indicator(2)["id"]]
    assert len(ids(scene["centre"].get(scene.objects))) == 4


def _accesses(scene: Scene, reader: str) -> list[Any]:
    rows = Access.objects.filter(owner=scene.world.org("cert"), reader=scene.world.org(reader))
    return list(rows.filter(data_kind__startswith="exchange").order_by("at", "pk"))


def test_reg_04_each_page_leaves_one_row_for_its_producer_with_who_read_what(scene: Scene) -> None:
    scene["cert"].add(scene.objects, *(indicator(n) for n in range(1, 6)))
    scene["cert"].get(scene.objects)
    assert _accesses(scene, "cert") == []
    walked(scene["centre"], scene.objects, limit=2)
    rows = _accesses(scene, "centre")
    assert [row.count for row in rows] == [2, 2, 1]
    assert all(row.person == scene.world.people["centre:cert-lead"].pk for row in rows)
    assert len({key for row in rows for key in gate.unpack(row)}) == 5
