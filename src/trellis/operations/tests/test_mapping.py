"""MEA-02: columns of a file named by page, API and command alike: the same validation, and what is wrong by name."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from tests.world import World
from trellis.core.conditions import Invalid
from trellis.operations import services
from trellis.operations.models import ImportReport, Incident
from trellis.operations.tests.test_incidents import signed_in
from trellis.operations.tests.test_register import CHOSEN, FOREIGN

WRONG = [
    ({"Nummer": "reference", **CHOSEN}, {"Nummer", "reference"}, "The file has no column “Nummer”"),
    ({**CHOSEN, "severity": "gravity"}, {"gravity"}, "There is no field “gravity”"),
    ({**CHOSEN, "severity": "detected"}, {"detected"}, "Two columns are chosen for"),
    ({**CHOSEN, "fall": "sector"}, {"Fall", "fall"}, "is named twice"),
    ({"Fall": "reference"}, {"title", "detected"}, "Choose a column for"),
    ({}, {"reference", "title", "detected"}, "Choose a column for"),
]


def send(world: World, mapping: Any, **query: str) -> Any:
    text = mapping if isinstance(mapping, str) else json.dumps(mapping)
    given = {"file": SimpleUploadedFile("faelle.csv", FOREIGN), "mapping": text}
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return signed_in(world, "cert:cert-lead").post(f"/api/incidents/import?{asked}", given)


def test_mea_02_the_api_takes_columns_by_name_and_its_dry_run_says_what_is_not_read(world: World) -> None:
    said = send(world, CHOSEN).json()
    assert (said["written"], said["accepted"] + said["accepted_with_remark"]) == (False, 1)
    assert said["unknown_columns"] == ["severity"] and said["mapping"] == CHOSEN
    assert not Incident.records.privileged().exists()
    assert send(world, CHOSEN, dry="false", label="GREEN").json()["written"] is True
    [row] = Incident.records.privileged().as_of(None)
    assert (row.reference, row.severity, row.label) == ("X-1", "", "GREEN")


def test_d21_an_import_that_says_no_label_is_amber(world: World) -> None:
    send(world, CHOSEN, dry="false")
    assert Incident.records.privileged().as_of(None).get().label == "AMBER"


@pytest.mark.parametrize(("mapping", "names", "words"), WRONG)
def test_mea_02_a_wrong_mapping_is_refused_by_name_and_nothing_is_kept(
    world: World, mapping: dict[str, str], names: set[str], words: str
) -> None:
    answer = send(world, mapping)
    assert answer.status_code == 422 and words in json.dumps(answer.json(), ensure_ascii=False)
    with pytest.raises(Invalid) as invalid:
        services.incidents_import(world.viewer("cert"), FOREIGN, mapping=mapping)
    assert set(invalid.value.fields) == names
    assert not ImportReport.objects.exists()


@pytest.mark.parametrize("text", ["Fall=reference", '["Fall"]', '{"Fall": 1}', "[" * 5000])
def test_mea_02_what_is_no_mapping_is_said(world: World, text: str) -> None:
    answer = send(world, text)
    assert answer.status_code == 422 and "JSON object" in answer.content.decode()


def test_mea_02_a_publishers_form_and_columns_are_not_both_taken(world: World) -> None:
    answer = send(world, CHOSEN, preset="montana")
    assert answer.status_code == 422 and "not both" in answer.content.decode()


def command(path: Path, *more: str) -> str:
    out = StringIO()
    call_command("import", "incident", str(path), "--as", "cert-lead.cert@example.org", *more, stdout=out)
    return out.getvalue()


def test_mea_02_the_command_takes_columns_and_tells_every_row(world: World, tmp_path: Path) -> None:
    path = tmp_path / "faelle.csv"
    path.write_bytes(FOREIGN + b"X-2,,2026-01-02T10:00Z,,\n")
    chosen = [f"--column={name}={field}" for name, field in CHOSEN.items()]
    dry = command(path, *chosen)
    assert "1 of 2 rows can be stored; nothing stored" in dry and "X-2: rejected" in dry
    assert "Columns that are not read: severity" in dry and not Incident.records.privileged().exists()
    assert "1 of 2 rows stored" in command(path, *chosen, "--write")
    assert Incident.records.privileged().get().reference == "X-1"
    with pytest.raises(CommandError, match="no column “Nummer”"):
        command(path, "--column=Nummer=reference")
    with pytest.raises(CommandError, match="COLUMN=FIELD"):
        command(path, "--column=reference")
    with pytest.raises(CommandError, match="says nothing"):
        call_command("import", "contacts", str(path), "--as", "cert-lead.cert@example.org", "--column=a=b")
