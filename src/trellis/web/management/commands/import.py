"""`trellis import`: a file by kind, as somebody; a dry run with its report until `--write` is said."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from trellis.core import ports
from trellis.core.conditions import TrellisError
from trellis.core.tabular import TabularError
from trellis.parties.models import Person
from trellis.parties.selectors import viewer_of


class Command(BaseCommand):
    help = "Imports FILE. All or nothing: when one row is wrong nothing is stored, and the report says which and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(ports.importers))
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="person", required=True, help="e-mail address of who imports")
        parser.add_argument("--programme", type=UUID)
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="an option of the kind")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="COLUMN=FIELD",
            help="which field a column of the file fills; said for one, no other column is read",
        )
        parser.add_argument("--write", action="store_true", help="store; without it only the report is made")

    def handle(self, *args: Any, **options: Any) -> None:
        viewer = viewer_of(Person.objects.filter(email__iexact=options["person"]).first())
        if viewer.organisation is None:
            raise CommandError("Nobody of an organisation has this address.")
        path: Path = options["file"]
        try:
            if path.stat().st_size > settings.IMPORT_LIMIT:
                raise CommandError(f"{path} is larger than {settings.IMPORT_LIMIT // 1024 // 1024} MB.")
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(str(error)) from None
        extra = dict(pair.split("=", 1) for pair in options["set"] if "=" in pair)
        if options["programme"]:
            extra["programme"] = options["programme"]
        if options["column"]:
            extra["mapping"] = self._columns(options)
        try:
            report = ports.importers[options["kind"]].run(viewer, data, dry=not options["write"], **extra)
        except TrellisError as error:
            raise CommandError(str(error)) from None
        except TabularError as error:
            raise CommandError(error.message) from None
        for problem in getattr(report, "problems", ()):
            self.stdout.write(f"  {problem}")
        done = "stored" if options["write"] and report.ok else "nothing stored"
        if summary := getattr(report, "summary", ""):
            self.stdout.write(f"{path}: {summary}")
            return
        self.stdout.write(f"{path}: {'no problems' if report.ok else f'{len(report.problems)} problems'}; {done}")

    def _columns(self, options: dict[str, Any]) -> dict[str, str]:
        """File column to field. A column's name may hold the sign too: the last one divides."""
        if not ports.importers[options["kind"]].columns:
            raise CommandError(
                f"{options['kind']} are read by the names of their columns; --column says nothing to it."
            )
        pairs = [pair.rpartition("=") for pair in options["column"]]
        if wrong := [field for name, _sep, field in pairs if not name or not field]:
            raise CommandError(f"--column takes COLUMN=FIELD; this is none: {', '.join(wrong)}")
        return {name: field for name, _sep, field in pairs}
