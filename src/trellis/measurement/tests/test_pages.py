"""Pages and API of results: they open for a party, act through the services, and do not exist for an
outsider.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.world import World
from trellis.catalogue import selectors as catalogue
from trellis.catalogue.tests.words import adopt, governance, indicator
from trellis.core import clock
from trellis.measurement import services
from trellis.measurement.models import Reading


@pytest.fixture
def held(world: World) -> tuple[World, Any, Any]:
    contain, reviews = indicator(world.org("cert")), governance(world.org("ministry"))
    adopt(world, contain, reviews)
    clock.set_to(datetime(2026, 7, 10, 9, tzinfo=UTC))
    for month, value in ((1, 40), (4, 30)):
        services.reading_record(
            world.viewer("cert"),
            world.programme,
            contain.id,
            period_start=date(2026, month, 1),
            period_end=date(2026, month + 2, 31 if month == 1 else 30),
            value=Decimal(value),
        )
    return world, contain, reviews


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


def pages(world: World, one: Any) -> list[str]:
    here = world.programme
    row = Reading.records.privileged().first()
    named = ("scorecard", "history", "readings", "readings-import", "dictionary", "dictionary-draft")
    found = [reverse(f"measurement:{name}", args=[here]) for name in (*named, "draft-indicator-new")]
    found += [
        reverse(f"measurement:{name}", args=[here, one.id])
        for name in ("indicator", "reading-record", "draft-indicator")
    ]
    return [*found, reverse("measurement:reading", args=[here, row.subject])]


def test_pages_open_for_the_owner_and_not_for_an_outsider(held: Any) -> None:
    world, contain, _reviews = held
    for url in pages(world, contain):
        assert client(world, "cert").get(url).status_code == 200, url
        assert client(world, "outsider").get(url).status_code == 404, url
        assert Client().get(url).status_code == 302


def test_the_indicator_page_draws_baseline_target_and_actual(held: Any) -> None:
    world, contain, _reviews = held
    url = reverse("measurement:indicator", args=[world.programme, contain.id])
    body = client(world, "cert").get(url).content.decode()
    assert "<svg" in body
    assert "Target path" in body
    donor = client(world, "norvia:programme-officer").get(url).content.decode()
    assert "<svg" not in donor.split("</header>", 1)[-1] or "trend-" not in donor
    assert "withheld" in donor


def test_a_reading_is_recorded_by_its_owner_and_errors_keep_what_was_typed(held: Any) -> None:
    world, _contain, reviews = held
    url = reverse("measurement:reading-record", args=[world.programme, reviews.id])
    said = {"period_start": "2026-04-01", "period_end": "2026-06-30", "denominator": "4", "label": "AMBER"}
    ministry = client(world, "ministry")
    wrong = ministry.post(url, said)
    assert wrong.status_code == 200
    assert b'value="4"' in wrong.content
    assert ministry.post(url, {**said, "numerator": "3"}).status_code == 302
    assert Reading.records.privileged().filter(indicator=reviews.id, numerator=3, denominator=4).exists()
    assert client(world, "cert").post(url, {**said, "numerator": "3"}).status_code == 403


def test_a_reading_is_corrected_on_its_page(held: Any) -> None:
    world, _contain, _reviews = held
    row = Reading.records.privileged().order_by("-period_end").first()
    url = reverse("measurement:reading", args=[world.programme, row.subject])
    cert = client(world, "cert")
    assert cert.post(url, {"value": "28", "why": "Recount"}).status_code == 302
    assert b"Recount" in cert.get(url).content
    assert Reading.records.privileged().filter(subject=row.subject).count() == 2


def test_a_file_is_checked_before_it_is_stored(held: Any) -> None:
    world, contain, _reviews = held
    cert = client(world, "cert")
    url = reverse("measurement:readings-import", args=[world.programme])
    body = f"indicator,period_start,period_end,value\n{contain.title},2025-10-01,2025-12-31,47\n".encode()

    def send(**more: str) -> Any:
        return cert.post(url, {"file": SimpleUploadedFile("r.csv", body), "label": "AMBER", **more})

    before = Reading.records.privileged().count()
    assert b"1 of 1 lines hold" in send().content
    assert Reading.records.privileged().count() == before
    assert send(store="on").status_code == 302
    assert Reading.records.privileged().count() == before + 1
    template = cert.get(reverse("measurement:readings-template", args=[world.programme]))
    assert b"Indicator" in template.content or b"indicator" in template.content


def test_a_dictionary_is_drafted_and_proposed_on_pages(held: Any) -> None:
    world, contain, reviews = held
    coordinator = client(world, "ministry:coordinator")
    change = reverse("measurement:draft-indicator", args=[world.programme, contain.id])
    said = {
        "title": contain.title,
        "definition": contain.definition,
        "unit": "hours",
        "direction": "falling",
        "per": "1",
        "source": "Register",
        "frequency": "quarterly",
        "owner": str(contain.owner),
        "baseline": "48",
        "baseline_on": "2025-12-31",
        "targets": "2027-12-31: 24",
        "perspective": "technical",
        "weight": "3",
        "level": "outcome",
        "measures": "result",
    }
    bad = coordinator.post(change, {**said, "targets": "soon: many"})
    assert bad.status_code == 200
    assert coordinator.post(change, said).status_code == 302
    draft = reverse("measurement:dictionary-draft", args=[world.programme])
    # a draft is its organisation's alone
    assert b"only your organisation sees" in client(world, "norvia:programme-officer").get(draft).content
    answer = coordinator.post(draft, {"reason": "Containment matters more"})
    assert answer.status_code == 302
    assert catalogue.dictionary(world.programme).version == 1
    from trellis.governance import services as governance_services
    from trellis.governance.models import Decision

    last = Decision.objects.order_by("-seq").first()
    for who in ("norvia:programme-officer", "lindaria:programme-officer"):
        governance_services.key_turn(world.viewer(who), last.pk)
    assert {one.title: one.weight for one in catalogue.indicators(world.programme)} == {
        contain.title: Decimal(3),
        reviews.title: Decimal(1),
    }
    assert client(world, "cert:cert-lead").post(draft, {"reason": "Mine"}).status_code == 403


def test_the_api_records_and_reads_and_hides(held: Any) -> None:
    world, _contain, reviews = held
    url = f"/api/programmes/{world.programme}/readings"
    said = {"indicator": str(reviews.id), "period_start": "2026-04-01", "period_end": "2026-06-30"}

    def post(who: str, **more: Any) -> Any:
        return client(world, who).post(url, json.dumps({**said, **more}), content_type="application/json")

    assert post("ministry", numerator=3, denominator=4).status_code == 201
    assert post("ministry", numerator=3, denominator=4).status_code == 422
    assert post("norvia:programme-officer", numerator=3, denominator=4).status_code == 403
    assert post("outsider", numerator=3, denominator=4).status_code == 404
    assert len(client(world, "ministry").get(url).json()) == 1
    card = client(world, "norvia:programme-officer").get(f"/api/programmes/{world.programme}/scorecard").json()
    assert card["total"]["reason"] == "consent missing"
    assert card["parts"] == {}
    assert client(world, "outsider").get(f"/api/programmes/{world.programme}/scorecard").status_code == 404
