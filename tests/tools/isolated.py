"""A database of its own for tests that need several processes: append-only tables cannot be emptied between tests."""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@contextmanager
def place() -> Iterator[Place]:
    """A fresh home, and a fresh database on the engine that this test run uses."""
    url = os.environ.get("TRELLIS_DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="trellis-place-", ignore_cleanup_errors=True) as home:
        env = {**os.environ, "TRELLIS_MODE": "test", "TRELLIS_HOME": home}
        env.pop("PYTEST_XDIST_WORKER", None)
        if not url:
            yield Place(env)
            return
        name = f"place_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
        parts = urlsplit(url)
        yield Place({**env, "TRELLIS_DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))})
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]
