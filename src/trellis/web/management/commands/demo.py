"""`trellis demo`: the demonstration programme in a database of its own."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from trellis.core import node
from trellis.web.demo.story import tell


class Command(BaseCommand):
    help = "Makes the demonstration programme if it is not there yet. `--serve` then serves it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--serve", action="store_true")
        parser.add_argument("--bind", default="127.0.0.1:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE != "demo":
            raise CommandError("The demonstration is made only where TRELLIS_MODE is demo.")
        call_command("migrate", verbosity=0)
        if node.installation() is None:
            self.stdout.write("Making the demonstration programme: eighteen months of invented history.")
            tell(lambda line: self.stdout.write(f"  {line}"))
        if options["serve"]:
            call_command("serve", bind=options["bind"])
