"""`trellis export`: what an organisation owns, a stream, or a programme as IATI, as files that need no Trellis."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from trellis.core import clock
from trellis.core.conditions import TrellisError
from trellis.parties.models import Person
from trellis.parties.schemas import Viewer
from trellis.parties.selectors import programmes_of, viewer_of
from trellis.publishing import services as publishing
from trellis.web.takeout import export_organisation, export_stream


class Command(BaseCommand):
    help = (
        "Writes to FOLDER everything that the organisation of a person owns, and the streams it may see;"
        " with --iati, writes one programme as an IATI 2.03 activity file instead."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?")
        parser.add_argument("--as", dest="person", required=True, help="e-mail address of who exports")
        parser.add_argument("--stream", type=UUID, help="only this stream; with --iati, the programme")
        parser.add_argument("--iati", type=Path, metavar="OUT", help="write a programme as an IATI file to OUT")
        parser.add_argument(
            "--validate", type=Path, metavar="DIR", help="check it with the official schema and ruleset in DIR"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        viewer = viewer_of(Person.objects.filter(email__iexact=options["person"]).first())
        if viewer.organisation is None:
            raise CommandError("Nobody of an organisation has this address.")
        if (options["folder"] is None) == (options["iati"] is None):
            raise CommandError("Say where to: either a folder, or --iati and a file.")
        if options["validate"] and not options["iati"]:
            raise CommandError("--validate checks an IATI file: say --iati too.")
        try:
            if options["iati"]:
                self.iati(viewer, options["iati"], options["stream"], options["validate"])
            else:
                self.all(viewer, options["folder"], options["stream"])
        except TrellisError as error:
            raise CommandError(str(error)) from None

    def all(self, viewer: Viewer, folder: Path, stream: UUID | None) -> None:
        """Everything that is owned, or one stream."""
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty; nothing was written.")
        counts = {"stream": export_stream(viewer, stream, folder)} if stream else export_organisation(viewer, folder)
        self.stdout.write(json.dumps(counts, indent=1))

    def iati(self, viewer: Viewer, out: Path, programme: UUID | None, official: Path | None) -> None:
        """A programme as IATI, with what the person may see of it; ends with 1 where it breaks the standard."""
        if out.exists():
            raise CommandError(f"{out} is there already; nothing was written.")
        mine = programmes_of(viewer)
        if programme is None and len(mine) != 1:
            lines = "".join(f"\n  {one.id}  {one.title}" for one in mine)
            raise CommandError(f"Say which programme with --stream; {len(mine)} are there:{lines}")
        document = publishing.iati(viewer, programme or mine[0].id)
        report = None
        if official is not None:
            try:
                report = publishing.check_official(document, official, clock.now())
            except publishing.SchemaError as error:
                raise CommandError(f"Not checked, and nothing was written: {error}") from None
        out.write_bytes(document)
        self.stdout.write(f"{out}: {len(document)} bytes")
        if report is None:
            return
        for finding in report.findings:
            self.stdout.write(f"  {finding.severity} at line {finding.line}, {finding.xpath}: {finding.message}")
        for rule in report.unchecked:
            self.stdout.write(f"  not checked: {rule}")
        self.stdout.write(
            "It keeps to the official schema and ruleset." if report.valid else "IT DOES NOT KEEP TO THEM."
        )
        if not report.valid:
            sys.exit(1)
