"""The rules of the house, checked against the code itself."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from trellis.core.appendonly import AppendOnly
from trellis.core.coowned import CoOwned
from trellis.sharing.records import Record, data_kinds
from trellis.web.kinds import page

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "trellis"
FLOORS = [
    ["core"],
    ["parties"],
    ["sharing"],
    ["governance"],
    ["catalogue", "exchange"],
    ["assessment", "law"],
    ["planning"],
    ["agreements"],
    ["assets"],
    ["funding"],
    ["delivery", "exercises", "operations", "community"],
    ["regional"],
    ["measurement"],
    ["assurance", "handover"],
    ["publishing"],
    ["web"],
]
LEVEL = {area: number for number, floor in enumerate(FLOORS) for area in floor}
OURS = [model for model in apps.get_models() if model.__module__.startswith("trellis.")]
AREAS = sorted(p.name for p in SOURCE.iterdir() if (p / "apps.py").exists())


def area(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_no_foreign_key_points_upward(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        target = getattr(field, "related_model", None)
        if field.concrete and target is not None and target in OURS:
            assert LEVEL[area(target)] <= LEVEL[area(model)], f"{model.__name__}.{field.name} points upward"


@pytest.mark.parametrize("model", [m for m in OURS if issubclass(m, CoOwned)], ids=lambda m: m._meta.label)
def test_co_owned_tables_have_no_foreign_keys(model: type[models.Model]) -> None:
    """So that a stream can be replayed where the private tables are not."""
    assert not [f for f in model._meta.concrete_fields if f.is_relation]


@pytest.mark.parametrize("model", [m for m in OURS if issubclass(m, Record)], ids=lambda m: m._meta.label)
def test_every_record_is_a_declared_data_kind(model: type[Record]) -> None:
    assert [kind for kind in data_kinds() if kind.model is model]
    assert issubclass(model, AppendOnly)


@pytest.mark.parametrize("model", [m for m in OURS if issubclass(m, Record)], ids=lambda m: m._meta.label)
def test_what_redaction_empties_can_be_empty(model: type[Record]) -> None:
    for name in model.REDACTABLE:
        field = model._meta.get_field(name)
        assert field.null or isinstance(field, models.CharField | models.TextField), name


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return found


# The four floors of the heart read each other's tables; every other area enters by the doors.
HEART = {"core", "parties", "sharing", "governance"}


@pytest.mark.parametrize("name", [a for a in AREAS if a not in HEART])
def test_models_of_an_area_are_its_own(name: str) -> None:
    """One protected contract per area: nobody else imports its models."""
    for path in SOURCE.rglob("*.py"):
        where = path.relative_to(SOURCE).parts
        if where[0] == name or "tests" in where or "migrations" in where:
            continue
        for imported in imports(path):
            assert not imported.startswith(f"trellis.{name}.models"), f"{path} enters {name} by its models"


def test_no_record_is_read_past_the_gate_from_another_area() -> None:
    for path in SOURCE.rglob("*.py"):
        where = path.relative_to(SOURCE).parts
        if "tests" in where or where[0] in HEART or path.name in ("services.py", "selectors.py", "kinds.py"):
            continue
        if path.name in ("views.py", "api.py", "forms.py"):
            assert ".privileged()" not in path.read_text(encoding="utf-8"), f"{path} reads past the gate"


def test_only_the_clock_tells_the_time() -> None:
    bare = re.compile(r"datetime\.(now|utcnow)\(|date\.today\(|timezone\.now\(|uuid4\(|uuid1\(")
    for path in SOURCE.rglob("*.py"):
        if path.name == "clock.py" or "tests" in path.parts or "migrations" in path.parts:
            continue
        assert not bare.search(path.read_text(encoding="utf-8")), f"{path} asks another clock"


def test_files_stay_short() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in SOURCE.rglob("*.py")
        if "migrations" not in p.parts and (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_docs_kinds_is_what_the_command_prints() -> None:
    assert (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8") == page()


def test_where_things_go_names_every_area() -> None:
    text = (ROOT / "docs" / "where-things-go.md").read_text(encoding="utf-8")
    for name in AREAS:
        assert f"`{name}`" in text, f"{name} is not in docs/where-things-go.md"


def test_every_setting_and_command_is_documented() -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    env = (SOURCE / "web" / "settings.py").read_text(encoding="utf-8") + (SOURCE / "web" / "env.py").read_text("utf-8")
    for name in set(re.findall(r'(?:text|flag|number|words)\("([A-Z_]+)"', env)):
        assert f"`TRELLIS_{name}`" in text, f"TRELLIS_{name} is not in docs/running.md"
    for path in SOURCE.rglob("management/commands/[a-z]*.py"):
        assert f"`trellis {path.stem}`" in text, f"trellis {path.stem} is not in docs/running.md"


def test_nothing_committed_names_a_machine() -> None:
    wrong = re.compile(r"/root/|/work/|/home/[a-z]+/|files\.pythonhosted")
    for path in [*SOURCE.rglob("*.py"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "requirements").glob("*")]:
        assert not wrong.search(path.read_text(encoding="utf-8")), path
