"""X-08: `trellis export --iati OUT --validate DIR`."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.world import World
from trellis.publishing import services
from trellis.publishing.tests.official import IATI
from trellis.publishing.tests.stage import room

needs_official = pytest.mark.skipif(
    not (IATI / "rulesets").is_dir(), reason="the official IATI schemas and ruleset are not on this machine"
)
DONOR = "norvia@example.org"


def export(*arguments: object) -> str:
    out = io.StringIO()
    call_command("export", "--as", DONOR, *map(str, arguments), stdout=out)
    return out.getvalue()


@needs_official
def test_x_08_export_writes_a_file_that_the_official_rules_accept(world: World, tmp_path: Path) -> None:
    stage = room(world)
    out = tmp_path / "out.xml"
    said = export("--iati", out, "--validate", IATI)
    assert "It keeps to the official schema and ruleset." in said and "not checked" not in said
    assert out.read_bytes().startswith(b"<?xml") and str(stage.world.programme).encode() in out.read_bytes()
    with pytest.raises(CommandError, match="there already"):
        export("--iati", out)


@needs_official
def test_x_08_a_file_that_breaks_the_rules_is_named_and_the_command_fails(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(world)
    made = services.iati
    monkeypatch.setattr(services, "iati", lambda *a, **k: made(*a, **k).replace(b'iso-date="2026', b'iso-date="2099'))
    said = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("export", "--as", DONOR, "--iati", tmp_path / "x.xml", "--validate", IATI, stdout=said)
    assert "DOES NOT KEEP" in said.getvalue() and "at line" in said.getvalue()


def test_x_08_a_folder_without_the_official_files_writes_nothing(world: World, tmp_path: Path) -> None:
    room(world)
    out = tmp_path / "out.xml"
    with pytest.raises(CommandError, match=r"iati-activities-schema\.xsd is not in"):
        export("--iati", out, "--validate", tmp_path)
    assert not out.exists()
    with pytest.raises(CommandError, match="either a folder"):
        export(tmp_path / "folder", "--iati", out)
