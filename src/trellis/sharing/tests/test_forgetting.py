"""Redaction of evidence takes the bytes too, and leaves hash, date and place."""

import io
from typing import Any

import pytest

from tests.world import World
from trellis.core import streams
from trellis.core.conditions import Hidden, Refused
from trellis.governance.redaction import listed, reapply
from trellis.sharing import evidence, files, records
from trellis.sharing.models import Evidence


@pytest.fixture(autouse=True)
def _store(settings: Any, tmp_path: Any) -> None:
    settings.FILES = tmp_path / "files"


def filed(world: World, who: str = "cert", body: bytes = b"A passport") -> Evidence:
    return evidence.evidence_add(world.viewer(who).actor, "Passport of the trainer", io.BytesIO(body), name="p.txt")


def redact(world: World, row: Evidence, certain: Any, who: str = "cert") -> int:
    with certain(execute=True):
        return records.redact(Evidence, [row.pk], world.viewer(who).actor, "Personal data")


def test_kernel_redaction_of_evidence_deletes_the_bytes(world: World, django_capture_on_commit_callbacks: Any) -> None:
    row = filed(world)
    place = files.path_of(row.sha256)
    assert place.is_file() and redact(world, row, django_capture_on_commit_callbacks) == 1
    assert not place.exists()
    left = Evidence.records.privileged().get(pk=row.pk)
    assert (left.title, left.name, left.sha256, left.size) == ("", "", row.sha256, row.size)
    with pytest.raises(Hidden):
        evidence.evidence_open(world.viewer("cert"), row.subject)
    assert streams.verify_live(world.org("cert")).holds


def test_kernel_all_versions_of_the_evidence_go_together(world: World, django_capture_on_commit_callbacks: Any) -> None:
    """A retraction carries the same file: redacting the first version alone would leave the bytes."""
    row = filed(world)
    evidence.evidence_retract(world.viewer("cert").actor, row.subject, "It names somebody")
    assert redact(world, row, django_capture_on_commit_callbacks) == 2
    assert not files.path_of(row.sha256).exists() and streams.verify_live(world.org("cert")).holds


def test_kernel_bytes_that_another_record_needs_stay(world: World, django_capture_on_commit_callbacks: Any) -> None:
    row, other = filed(world), filed(world, "norvia")
    redact(world, row, django_capture_on_commit_callbacks)
    assert files.path_of(row.sha256).is_file()
    redact(world, other, django_capture_on_commit_callbacks, "norvia")
    assert not files.path_of(row.sha256).exists()


def test_kernel_nobody_but_the_owner_has_it_redacted_and_then_nothing_goes(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    row = filed(world)
    with pytest.raises(Refused):
        redact(world, row, django_capture_on_commit_callbacks, "norvia")
    assert files.path_of(row.sha256).is_file()


def test_kernel_a_restored_backup_forgets_the_bytes_again(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    """The list is that of `trellis redact --list`; the record that it is applied to stands for the restored one."""
    row = filed(world)
    with django_capture_on_commit_callbacks():
        records.redact(Evidence, [row.pk], world.viewer("cert").actor, "Personal data")
    lines = list(listed())
    again = filed(world, body=b"Another passport")
    lines = [line.replace(str(row.pk), str(again.pk)) for line in lines]
    with django_capture_on_commit_callbacks(execute=True):
        assert reapply(lines) == 1
    assert not files.path_of(again.sha256).exists()
