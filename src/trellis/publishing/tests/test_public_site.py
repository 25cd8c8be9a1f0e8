"""ACC-06, GOV-04: the public site and the API, without an account; and the pages on which parties prepare a report."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.world import World
from trellis.core import clock
from trellis.funding.tests.scene import COORDINATOR, OFFICER
from trellis.governance import services as governance
from trellis.governance.models import Decision
from trellis.publishing import selectors
from trellis.publishing.tests.stage import Room, room


@pytest.fixture
def stage(world: World) -> Room:
    made = room(world)
    made.open()
    return made


def client(stage: Room, who: str) -> Client:
    found = Client()
    found.force_login(stage.world.people[who])
    return found


def masked(content: bytes, *ids: Any) -> str:
    """A page without ids and without the token that changes with every request."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", content.decode())
    for id in ids:
        text = text.replace(str(id), "")
    return text


def test_acc_06_unpublished_programme_does_not_exist(stage: Room) -> None:
    here, nowhere = stage.world.programme, uuid4()
    stage.propose()
    for who in (Client(), client(stage, "outsider")):
        for address in ("/public/{}/", "/api/public/programmes/{}", "/public/{}/" + str(nowhere) + "/data.csv"):
            real, none = who.get(address.format(here)), who.get(address.format(nowhere))
            assert (real.status_code, none.status_code) == (404, 404)
            told = [masked(page.content, here, nowhere) for page in (real, none)]
            assert told[0] == told[1]
        page = who.get("/public/")
        assert page.status_code == 200 and b"Sefwi" not in page.content and b"Nothing is published" in page.content
        assert who.get("/api/public/programmes").json() == []
    outsider = client(stage, "outsider")
    for address in ("", "new/", "iati.xml", "identifier/", "reviews/2026-04-01/pack.pdf"):
        assert outsider.get(f"/p/{here}/publication/{address}").status_code == 404
        assert Client().get(f"/p/{here}/publication/{address}").status_code == 302
    for address in ("publications", "publications/preview", "iati.xml", "reviews/2026-04-01/pack.pdf"):
        assert outsider.get(f"/api/programmes/{here}/{address}").status_code == 404
        assert Client().get(f"/api/programmes/{here}/{address}").status_code == 401


def test_acc_06_public_page_shows_bad_results_and_is_light(stage: Room) -> None:
    view = stage.publish()
    page = Client().get(f"/public/{view.programme}/")
    assert page.status_code == 200 and not page.cookies
    text = page.content.decode()
    for said in ("Median hours to contain", "red</span>", "overdue", "EUR 1,500,000", "EUR 1,000,000",
                 "Evidence submitted (2.1, 2.2)", "IATI XML", "What is not shown"):  # fmt: skip
        assert said in text, said
    assert len(page.content) < 15_000
    assert "Sefwi" in Client().get("/public/").content.decode()
    arabic = Client(headers={"accept-language": "ar"}).get(f"/public/{view.programme}/")
    assert arabic.status_code == 200 and b'dir="rtl"' in arabic.content


def test_acc_06_downloads_with_their_sizes(stage: Room) -> None:
    view = stage.publish()
    page = Client().get(f"/public/{view.programme}/")
    for one in page.context["files"]:
        got = Client().get(f"/public/{view.programme}/{view.id}/data.{one['ending']}")
        assert got.status_code == 200 and len(got.content) == one["size"] > 100
        same = Client().get(f"/api/public/programmes/{view.programme}/{view.id}/data.{one['ending']}")
        assert same.content == got.content
    said = json.loads(Client().get(f"/public/{view.programme}/{view.id}/data.json").content)
    assert said["sections"] == view.sections
    table = Client().get(f"/public/{view.programme}/{view.id}/data.csv").content.decode("utf-8-sig")
    assert "scorecard,Median hours to contain,actual,44,hours" in table
    assert Client().get(f"/public/{view.programme}/{view.id}/data.exe").status_code == 404


def test_acc_05_older_publications_stay_listed(stage: Room) -> None:
    first = stage.publish()
    second = stage.publish(title="Corrected", corrects=first.id, reason="A date was wrong")
    page = Client().get(f"/public/{first.programme}/")
    assert b"Corrected" in page.content and str(first.id).encode() in page.content
    old = Client().get(f"/public/{first.programme}/{first.id}/")
    assert b"This report was corrected" in old.content and b"This is an older report" in old.content
    listed = Client().get(f"/api/public/programmes/{first.programme}").json()
    assert listed["publication"]["id"] == str(second.id)
    assert [(o["id"], o["corrected_by"]) for o in listed["older"]] == [(str(first.id), str(second.id))]
    assert {o["label"] for o in listed["overdue_reviews"]} == {"2026 Q1", "2026 Q2"}


def test_acc_06_prepare_withhold_and_propose(stage: Room) -> None:
    base = f"/p/{stage.world.programme}/publication/"
    partner, donor = client(stage, COORDINATOR), client(stage, OFFICER)
    assert b"Nothing is published" in partner.get(base).content
    page = partner.get(base + "new/")
    assert b"Median hours to contain" in page.content and b"Propose it" in page.content
    items = page.context["form"].items
    field = next(name for name, item in items.items() if item == f"indicator:{stage.contain.id}")
    assert not donor.get(base + "new/").context["form"].items
    assert b"Propose it" not in client(stage, "cert").get(base + "new/").content
    said = {"title": "How it goes", field: "security"}
    shown = partner.post(base + "new/", said)
    assert shown.status_code == 200 and not Decision.objects.filter(kind="publication.publish").exists()
    titles = [i["title"] for i in shown.context["card"]["indicators"]]
    assert titles == ["Reviews held on time"]
    assert partner.post(base + "new/", {**said, "title": ""}).context["form"].errors
    assert partner.post(base + "new/", {**said, "propose": "1"}).status_code == 302
    decision = Decision.objects.get(kind="publication.publish")
    clock.advance(minutes=1)
    key_page = donor.get(f"/p/{stage.world.programme}/decisions/{decision.pk}/")
    assert key_page.status_code == 200 and b"Reviews held on time" in key_page.content
    governance.key_turn(stage.viewer(OFFICER), decision.pk)
    clock.advance(minutes=1)
    public = Client().get(f"/public/{stage.world.programme}/").content
    assert b"security" in public and b"Median hours" not in public
    again = partner.get(base + "new/")
    assert any(c.item == "Median hours to contain" for _section, c in again.context["changes"])
    assert b"How it goes" in partner.get(base).content


def test_acc_06_figures_and_identifiers_on_the_page(world: World) -> None:
    stage = room(world)
    base = f"/p/{world.programme}/publication/"
    admin = client(stage, "cert")
    assert b"Not open to the public" in admin.get(base).content
    assert client(stage, "cert:cert-lead").post(base + "open/").status_code == 403
    assert admin.post(base + "open/").status_code == 302
    assert b"is open." in admin.get(base).content
    wrong = admin.post(base + "identifier/", {"ref": "no spaces allowed", "kind": "10"})
    assert wrong.status_code == 200 and b"Error:" in wrong.content
    assert admin.post(base + "identifier/", {"ref": "XM-DAC-99-7", "kind": "10"}).status_code == 302
    assert b"XM-DAC-99-7" in admin.get(base).content
    assert client(stage, "cert:cert-lead").post(base + "identifier/", {"ref": "A-B-1", "kind": "10"}).status_code == 403


def test_acc_05_api_proposes_what_it_previews(stage: Room) -> None:
    here = stage.world.programme
    api: Any = client(stage, COORDINATOR)
    preview = api.get(f"/api/programmes/{here}/publications/preview").json()
    assert preview["sections"]["tranches"][0]["state"] == "sent"
    assert any(one["item"] == "incidents" for one in preview["may_withhold"])
    body = {"title": "By a program", "withheld": {"incidents": "legal"}}
    made = api.post(f"/api/programmes/{here}/publications", body, content_type="application/json")
    assert made.status_code == 201
    clock.advance(minutes=1)
    governance.key_turn(stage.viewer(OFFICER), made.json()["decision"])
    view = selectors.publication(here)
    assert str(view.id) == made.json()["about"] and view.sections["incidents"] == []
    refused = client(stage, "cert:cert-lead").post(
        f"/api/programmes/{here}/publications", {"title": "x"}, content_type="application/json"
    )
    assert refused.status_code == 403 and refused.json()["holders"]
