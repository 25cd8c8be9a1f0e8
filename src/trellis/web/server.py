"""Settings of gunicorn: the worker of background tasks runs beside the web workers on a single machine."""

import subprocess
import sys
from typing import Any

_tasks: list[subprocess.Popen[bytes]] = []


def when_ready(server: Any) -> None:
    """Starts the worker beside; it ends with the server."""
    _tasks.append(subprocess.Popen([sys.executable, "-m", "trellis.web.cli", "worker"]))


def on_exit(server: Any) -> None:
    """Ends the worker."""
    for task in _tasks:
        task.terminate()
