"""`trellis replay`: rebuilds the co-owned tables of an exported stream in an empty database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trellis.core.models import Entry
from trellis.web import streams


class Command(BaseCommand):
    help = "Loads an exported stream into this database, which must hold none of it, and replays it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open(encoding="utf-8") as lines:
                verdict = streams.verify_file(lines)
            if not verdict.holds:
                raise CommandError(f"Not replayed: {verdict.problems[0]}")
            if verdict.withheld:
                raise CommandError(f"Not replayed: {verdict.withheld} payloads are withheld in this file")
            with options["file"].open(encoding="utf-8") as lines:
                first = next(streams.read(lines))
                if Entry.objects.filter(hash=first.hash).exists():
                    raise CommandError("Not replayed: this database holds the stream already")
                lines.seek(0)
                stream, count = streams.load(lines)
        except (OSError, streams.FileProblem) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{stream}: {count} entries replayed")
