"""`trellis redact`: takes words out for good; hash, date and place in the chain stay."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from trellis.core.conditions import TrellisError
from trellis.governance.redaction import listed, redact_payload
from trellis.parties.models import Person
from trellis.parties.selectors import viewer_of
from trellis.parties.services import require_administrator
from trellis.sharing.records import kind_named, redact


class Command(BaseCommand):
    help = "Redacts records (--kind, --record) or texts of an entry (--stream, --seq, --path). --list writes all done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as", dest="person", help="e-mail address of an administrator of the owner")
        parser.add_argument("--reason", default="")
        parser.add_argument("--kind", help="data kind of the records")
        parser.add_argument("--record", type=UUID, action="append", default=[], help="id of one version of a record")
        parser.add_argument("--stream", type=UUID)
        parser.add_argument("--seq", type=int)
        parser.add_argument("--path", action="append", default=[], help="a text, such as content.reason")
        parser.add_argument("--list", type=Path, help="write the list of redactions, to keep beside backups")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            lines = list(listed())
            options["list"].write_text("".join(line + "\n" for line in lines), encoding="utf-8")
            self.stdout.write(f"{len(lines)} redactions listed in {options['list']}")
            return
        viewer = viewer_of(Person.objects.filter(email__iexact=options["person"] or "").first())
        if viewer.organisation is None:
            raise CommandError("Nobody of an organisation has this address: say who redacts with --as.")
        if not options["reason"].strip():
            raise CommandError("Say why with --reason.")
        try:
            if options["record"]:
                actor = require_administrator(viewer, viewer.organisation)
                count = redact(kind_named(options["kind"] or "").model, options["record"], actor, options["reason"])
                self.stdout.write(f"{count} records redacted")
            elif options["stream"] and options["seq"] is not None:
                redact_payload(viewer, options["stream"], options["seq"], options["path"], options["reason"])
                self.stdout.write(f"entry {options['seq']}: {len(options['path'])} texts redacted")
            else:
                raise CommandError("Say what: --kind and --record, or --stream, --seq and --path.")
        except KeyError:
            raise CommandError(f"There is no data kind {options['kind']!r}; see `trellis kinds`.") from None
        except TrellisError as error:
            raise CommandError(str(error)) from None
