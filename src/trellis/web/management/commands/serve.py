"""`trellis serve`: serves pages and API, with the worker beside in a process of its own."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from trellis.core import node


class Command(BaseCommand):
    help = "Serves this installation with gunicorn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000")
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--threads", type=int, default=8, help="threads of each worker")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if node.installation() is None:
            raise CommandError("This installation is not set up. Run `trellis init` first, or `trellis demo`.")
        self.stdout.write(f"Trellis is at http://{options['bind']}/ - stop it with Ctrl-C", ending="\n")
        self.stdout.flush()
        arguments = [
            sys.executable, "-m", "gunicorn", "trellis.web.wsgi", "--bind", options["bind"],
            "--workers", str(options["workers"]), "--preload", "--log-level", "warning",
            # Threads, so that a slow line or a connection opened in advance does not hold up the others.
            "--worker-class", "gthread", "--threads", str(options["threads"]), "--graceful-timeout", "10",
            "-c", "python:trellis.web.server",
        ]  # fmt: skip
        os.execv(sys.executable, arguments)  # noqa: S606
