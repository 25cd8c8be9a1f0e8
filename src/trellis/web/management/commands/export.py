"""`trellis export`: what an organisation owns, or a stream, as files that need no Trellis to be read."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from trellis.parties.models import Person
from trellis.parties.selectors import viewer_of
from trellis.web.takeout import export_organisation, export_stream


class Command(BaseCommand):
    help = "Writes to FOLDER everything that the organisation of a person owns, and the streams it may see."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--as", dest="person", required=True, help="e-mail address of who exports")
        parser.add_argument("--stream", type=UUID, help="only this stream")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(email__iexact=options["person"]).first()
        viewer = viewer_of(person)
        if viewer.organisation is None:
            raise CommandError("Nobody of an organisation has this address.")
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty; nothing was written.")
        if options["stream"]:
            counts = {"stream": export_stream(viewer, options["stream"], folder)}
        else:
            counts = export_organisation(viewer, folder)
        self.stdout.write(json.dumps(counts, indent=1))
