"""Known exploited vulnerabilities: the catalogue file, what is said of its entries, latency; X-09 for open ones."""

import json
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.world import World
from trellis.core import clock
from trellis.core.conditions import Hidden, Invalid
from trellis.operations.models_practice import KevCatalogue
from trellis.operations.practice import book, kev
from trellis.operations.practice.books import KEV
from trellis.operations.tests.test_incidents import signed_in
from trellis.operations.tests.test_practice import let, put, shown

LISTED = {
    "catalogVersion": "2025.08.25",
    "vulnerabilities": [
        {
            "cveID": f"CVE-2025-{4838 + n}",
            "vendorProject": vendor,
            "product": "Server",
            "vulnerabilityName": f"{vendor} Server Link Following",
            "dateAdded": "2025-08-25",
            "dueDate": "2025-09-15",
            "knownRansomwareCampaignUse": "Unknown",
            "cwes": ["CWE-59"],
        }
        for n, vendor in enumerate(("Acorn", "Acorn", "Birch"))
    ],
}
DATA = json.dumps(LISTED).encode()
# The published catalogue, where the working copy has it beside it; the tests above it need no file.
PUBLISHED = Path(os.environ.get("TRELLIS_SHARED", Path(__file__).resolve().parents[5] / "shared")) / "data/kev/kev.json"


def test_kev_a_file_that_somebody_brings_fills_the_catalogue_and_no_figure(world: World) -> None:
    cert = world.viewer("cert:cert-lead")
    made = kev.kev_load(cert, DATA, "kev.json")
    assert (made.version, len(made.entries)) == ("2025.08.25", 3)
    found = kev.entries(cert)
    assert {entry.state for entry in found} == {"new"} and found[0].due_on == date(2025, 9, 15)
    assert shown(world, "patch_latency", since="added").reason == "no data"
    kev.kev_load(cert, DATA, "kev.json")
    assert KevCatalogue.objects.count() == 1
    assert not kev.entries(world.viewer("ministry")) and not kev.entries(world.viewer("norvia"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cveID": "none"}, "CVE"),
        ({"dateAdded": "25/08/2025"}, "Added"),
        ({"cveID": "CVE-2025-4839"}, "already"),
        ({"dateAdded": None}, "empty"),
    ],
)
def test_kev_a_wrong_row_is_named_and_nothing_is_stored(world: World, change: dict[str, Any], words: str) -> None:
    rows = [{**LISTED["vulnerabilities"][0], **change}, *LISTED["vulnerabilities"][1:]]  # type: ignore[dict-item]
    with pytest.raises(Invalid) as invalid:
        kev.kev_load(world.viewer("cert"), json.dumps({"vulnerabilities": rows}).encode())
    assert words in invalid.value.fields["file"]
    assert not KevCatalogue.objects.exists()


@pytest.mark.parametrize("data", [b"{}", b"", b'{"vulnerabilities": 3}', b"{" * 5000, b"a,b\n1,2\n", b"%PDF-1.7"])
def test_kev_what_is_no_catalogue_is_refused(world: World, data: bytes) -> None:
    with pytest.raises(Invalid):
        kev.kev_load(world.viewer("cert"), data)


def test_kev_a_table_of_the_same_columns_serves_too(world: World) -> None:
    names = list(kev.NAMES.values())
    lines = [",".join(names), *(",".join(str(one[name]) for name in names) for one in LISTED["vulnerabilities"])]  # type: ignore[index]
    assert len(kev.kev_load(world.viewer("cert"), "\n".join(lines).encode()).entries) == 3


def test_kev_pages_load_prefill_and_record(world: World) -> None:
    client = signed_in(world, "cert:cert-lead")
    assert b"No catalogue is loaded yet" in client.get("/operations/kev/catalogue/").content
    sent = client.post("/operations/kev/catalogue/load/", {"file": SimpleUploadedFile("kev.json", DATA)}, follow=True)
    assert b"3 entries are loaded." in sent.content and b"CVE-2025-4838" in sent.content
    form = client.get("/operations/kev/new/?cve=CVE-2025-4838").context["form"]
    assert (form.initial["vendor"], form.initial["due_on"]) == ("Acorn", date(2025, 9, 15))
    given = {"cve": "CVE-2025-4838", "added_on": "2025-08-25", "due_on": "2025-09-15", "in_use": "yes"}
    assert client.post("/operations/kev/new/", {**given, "label": "AMBER+STRICT"}).status_code == 302
    assert client.post("/operations/kev/catalogue/unused/", {"vendor": "Acorn"}).status_code == 302
    states = {entry.cve: entry.state for entry in kev.entries(world.viewer("cert"))}
    assert states == {"CVE-2025-4838": "overdue", "CVE-2025-4839": "unused", "CVE-2025-4840": "new"}
    bad = client.post("/operations/kev/catalogue/load/", {"file": SimpleUploadedFile("kev.json", b"{}")})
    assert bad.status_code == 200 and b"has no list" in bad.content
    with pytest.raises(Invalid):
        kev.kev_unused(world.viewer("cert"), "Acorn")


def test_kev_latency_and_overdue_count_open_ones(world: World) -> None:
    put(world, "kev", fixed_on=date(2025, 9, 1))
    put(world, "kev", cve="CVE-2025-1111", fixed_on=date(2025, 9, 30))
    put(world, "kev", cve="CVE-2025-2222")
    put(world, "kev", cve="CVE-2025-3333", in_use=False)
    made, due = shown(world, "patch_latency", since="added"), shown(world, "patch_in_time")
    assert (made.value, made.n, made.open) == (36, 3, 1)
    assert (due.n, due.parts["overdue"], due.parts["fixed_late"], due.open) == (3, 1, 1, 1)
    assert shown(world, "patch_latency", since="available").unknown == 3
    clock.advance(days=5)
    page = signed_in(world, "cert").get("/operations/").content.decode()
    assert "Fixed: 2; open: 1" in page and "Open and overdue: 1; fixed late: 1; not yet due: 0." in page


def test_x_09_a_weakness_that_is_not_fixed_stays_inside_and_others_see_counts(world: World) -> None:
    for label in ("AMBER", "GREEN", "CLEAR"):
        with pytest.raises(Invalid) as invalid:
            put(world, "kev", label=label)
        assert set(invalid.value.fields) == {"label"}
    row = put(world, "kev", systems=12)
    let(world, "kev", "cert", "norvia", "record")
    with pytest.raises(Hidden):
        book.get(world.viewer("norvia"), KEV, row.subject)
    client = signed_in(world, "norvia")
    assert b"CVE-2025" not in client.get("/operations/kev/").content
    page = client.get(f"/operations/?owner={world.org('cert')}").content.decode()
    assert "Open and overdue: 1" in page and "CVE-2025" not in page
    clock.advance(days=1)
    with pytest.raises(Invalid):
        book.correct(world.viewer("cert"), KEV, row.subject, "Wider", label="AMBER")
    fixed = book.correct(
        world.viewer("cert"), KEV, row.subject, "Done", fixed_on=clock.today() - timedelta(days=1), label="AMBER"
    )
    assert book.get(world.viewer("norvia"), KEV, row.subject).pk == fixed.pk


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published catalogue is not beside this copy")
def test_kev_the_published_catalogue_is_read_whole_and_every_entry_can_be_recorded(world: World) -> None:
    cert, data = world.viewer("cert"), PUBLISHED.read_bytes()
    made = kev.kev_load(cert, data)
    assert len(made.entries) == len(json.loads(data)["vulnerabilities"]) > 1000
    said = [{**kev.entry_said(cert, one["cve"]), "in_use": False} for one in made.entries]
    assert len(book.record_many(cert, KEV, said)) == len(made.entries)
    assert {entry.state for entry in kev.entries(cert)} == {"unused"}
