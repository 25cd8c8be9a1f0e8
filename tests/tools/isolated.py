"""A database of its own for tests that need several processes: append-only tables cannot be emptied between tests."""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Place:
    """Where processes of one test meet: their environment."""

    env: dict[str, str]

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Starts `python -m …` there, output captured."""
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=self.env,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str, timeout: float = 180) -> Any:
        """Runs it to its end and reads its last line as JSON. Fails loudly when it fails."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=timeout)
        assert process.returncode == 0, err[-3000:]
        return json.loads(out.strip().splitlines()[-1]) if out.strip() else None


@cache
def _migrated() -> Path:
    """An empty database of SQLite with its tables: made once by each process of tests, copied for every place."""
    home = Path(tempfile.mkdtemp(prefix="trellis-migrated-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    _migrate({"TRELLIS_HOME": str(home)})
    return home / "trellis.sqlite3"


@cache
def _template(url: str) -> str:
    """The same on PostgreSQL: the name of a database to copy."""
    name = f"migrated_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    atexit.register(_drop, url, name)
    with tempfile.TemporaryDirectory(prefix="trellis-migrated-") as home:
        _migrate({"TRELLIS_HOME": home, "TRELLIS_DATABASE_URL": _named(url, name)})
    return name


def _migrate(more: dict[str, str]) -> None:
    env = {**os.environ, "TRELLIS_MODE": "test", **more}
    subprocess.run([sys.executable, "-m", "trellis.web.cli", "migrate", "-v0"], env=env, cwd=ROOT, check=True)


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _drop(url: str, name: str) -> None:
    # The server may have ended before.
    with suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[call-overload]


@contextmanager
def place() -> Iterator[Place]:
    """A fresh home, and a fresh database with its tables on the engine that this test run uses."""
    url = os.environ.get("TRELLIS_DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="trellis-place-", ignore_cleanup_errors=True) as home:
        env = {**os.environ, "TRELLIS_MODE": "test", "TRELLIS_HOME": home}
        env.pop("PYTEST_XDIST_WORKER", None)
        if not url:
            shutil.copy(_migrated(), home)
            yield Place(env)
            return
        name = f"place_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_template(url)}"')  # type: ignore[call-overload]
        yield Place({**env, "TRELLIS_DATABASE_URL": _named(url, name)})
        _drop(url, name)
