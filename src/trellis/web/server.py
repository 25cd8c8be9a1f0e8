"""Settings of gunicorn: the worker of background tasks runs beside the web workers on a single machine."""

import gc
import subprocess
import sys
from typing import Any

from django.urls import get_resolver

_tasks: list[subprocess.Popen[bytes]] = []


def on_starting(server: Any) -> None:
    """Loads every page's code and takes it out of the collector's rounds, before the web workers are forked from here.

    A full round over all that was ever loaded would hold up every thread of a worker for a tenth of a second or more.
    """
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()


def when_ready(server: Any) -> None:
    """Starts the worker beside; it ends with the server."""
    _tasks.append(subprocess.Popen([sys.executable, "-m", "trellis.web.cli", "worker"]))


def on_exit(server: Any) -> None:
    """Ends the worker."""
    for task in _tasks:
        task.terminate()
