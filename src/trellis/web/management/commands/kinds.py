"""`trellis kinds`: the whole product on one page."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from trellis.web.kinds import page


class Command(BaseCommand):
    help = "Prints all data kinds, decision kinds, figure kinds and ports as tables (docs/kinds.md is this output)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        pass

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")
