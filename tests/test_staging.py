"""Workspace that waits for nobody: files read for an import and never written are deleted after seven days."""

from tests.world import World
from trellis.core import clock, ids
from trellis.delivery.models import ScoreReport
from trellis.operations.models import ImportReport
from trellis.web.tasks import TASKS, run_due

NAMES = {"files of imports deleted": ImportReport, "files of scores deleted": ScoreReport}


def test_kernel_staged_files_go_after_seven_days_and_what_was_written_stays(world: World) -> None:
    owner = world.org("cert")
    for model, more in ((ImportReport, {}), (ScoreReport, {"course": ids.new()})):
        model.objects.create(owner=owner, name="never.csv", content=b"secret", **more)
        model.objects.create(owner=owner, name="written.csv", written_at=clock.now(), **more)
    clock.advance(days=6, hours=23)
    assert all(TASKS[name]() == 0 for name in NAMES)
    clock.advance(hours=1)
    done = dict(run_due())
    assert {name: done.get(name) for name in NAMES} == dict.fromkeys(NAMES, 1)
    for model in NAMES.values():
        assert [row.name for row in model.objects.all()] == ["written.csv"]


def test_kernel_every_staging_table_has_a_task() -> None:
    """A table with bytes that wait to be written is one that the worker empties."""
    from django.apps import apps

    staged = {
        model
        for model in apps.get_models()
        if {"content", "written_at", "made_at"} <= {f.name for f in model._meta.concrete_fields}
    }
    assert staged == set(NAMES.values())
