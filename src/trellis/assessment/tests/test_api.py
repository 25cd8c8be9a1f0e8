"""The API of needs holds to the same rights as the pages."""

import json
from typing import Any

from django.test import Client

from tests.world import World
from trellis.assessment.tests.room import GROUPS, HASH, NCC, closed, opened, people


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


def post(here: Client, path: str, said: dict[str, Any]) -> Any:
    return here.post(f"/api{path}", json.dumps(said), content_type="application/json")


def test_an_assessment_by_api_from_opening_to_gaps(world: World) -> None:
    people(world)
    ncc, donor = client(world, NCC), client(world, "norvia:programme-officer")
    said = {
        "framework": HASH,
        "title": "By API",
        "lead": str(world.org("ministry")),
        "items": [{"code": code, "target": 4} for code in ("1.2", "4.3", "1.3")],
        "invited": [{"organisation": str(world.org(k)), "group": g} for k, g in GROUPS.items()],
    }
    path = f"/programmes/{world.programme}/assessments"
    unfit = post(ncc, path, {**said, "title": ""})
    assert unfit.status_code == 422 and list(unfit.json()["fields"]) == ["title"]
    refused = post(donor, path, said)
    assert refused.status_code == 403 and "Ministry" in refused.json()["holders"][0]
    assert post(ncc, path, said).json()["adopted"] is True
    found = ncc.get(f"/api{path}").json()[0]
    for who in GROUPS:
        answered = post(
            client(world, who),
            f"/assessments/{found['id']}/ratings",
            {"code": "1.2", "stage": 2, "confidence": "low"},
        )
        assert answered.status_code == 200 and answered.json()["evidenced"] is False
    assert post(ncc, f"/assessments/{found['id']}/close", {}).json()["adopted"] is True
    gaps = {row["code"]: row for row in donor.get(f"/api/assessments/{found['id']}/gaps").json()}
    assert gaps["1.2"]["size"] == 2 and gaps["4.3"]["size"] is None and gaps["4.3"]["status"] == "not assessed"
    assert donor.get(f"/api/assessments/{found['id']}/ratings").json() == []
    assert len(client(world, "police").get(f"/api/assessments/{found['id']}/ratings").json()) == 1


def test_na_03_closing_too_early_lists_every_group(world: World) -> None:
    assessment = opened(world).about
    blocked = post(client(world, NCC), f"/assessments/{assessment}/close", {})
    assert blocked.status_code == 409
    assert len([c for c in blocked.json()["conditions"] if not c["met"]]) == 4


def test_an_outsider_gets_nothing_by_api(world: World) -> None:
    assessment = closed(world)
    here = client(world, "outsider")
    for path in (
        f"/programmes/{world.programme}/assessments",
        f"/programmes/{world.programme}/priorities",
        f"/assessments/{assessment}",
        f"/assessments/{assessment}/gaps",
        f"/assessments/{assessment}/ratings",
    ):
        assert here.get(f"/api{path}").status_code == 404, path
        assert Client().get(f"/api{path}").status_code == 401, path
    assert client(world, "police").get(f"/api/assessments/{assessment}/gaps").status_code == 404
    assert (
        post(here, f"/programmes/{world.programme}/priorities/suggest", {"title": "x", "text": "y"}).status_code == 404
    )


def test_own_01_ranking_by_api_is_refused_to_a_donor(world: World) -> None:
    assessment = closed(world)
    said = {"priorities": [{"id": str(assessment), "title": "Ours", "assessment": str(assessment), "gaps": ["1.2"]}]}
    path = f"/programmes/{world.programme}/priorities/rank"
    assert post(client(world, "norvia:programme-officer"), path, said).status_code == 403
    assert post(client(world, NCC), path, said).status_code == 200
    assert client(world, NCC).get(f"/api/programmes/{world.programme}/priorities").json()[0]["rank"] == 1


def test_frameworks_by_api(world: World) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    here = client(world, "cert")
    assert here.get("/api/frameworks").json()[0]["id"] == "national"
    text = b"kind,code,title,parent,stage\nabout,id,mine,,\nabout,title,Mine,,\nabout,version,1,,\n"
    text += b"about,source,us,,\n"
    text += b"about,licence,CC0,,\nabout,language,en,,\nitem,A,Area,,\nitem,A1,Thing,A,\nitem,s,It is so,A1,1\n"
    dry = here.post("/api/frameworks", {"file": SimpleUploadedFile("f.csv", text)}).json()
    assert dry["ok"] and len(here.get("/api/frameworks").json()) == 1
    done = here.post("/api/frameworks?dry_run=false", {"file": SimpleUploadedFile("f.csv", text)}).json()
    assert done["hash"] == dry["hash"] and len(here.get("/api/frameworks").json()) == 2
