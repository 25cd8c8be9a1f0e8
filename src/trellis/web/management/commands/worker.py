"""`trellis worker`: what happens without anybody pressing: lapses, digests, uploads that were given up."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from trellis.web.tasks import run_due


class Command(BaseCommand):
    help = "Does what is due, then waits and does it again. `--once` does it once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true")
        parser.add_argument("--every", type=int, default=300, help="seconds between rounds")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            for name, count in run_due():
                self.stdout.write(f"{name}: {count}")
            if options["once"]:
                return
            time.sleep(options["every"])
