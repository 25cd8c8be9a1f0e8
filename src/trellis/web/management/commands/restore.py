"""`trellis restore`: brings a backup back into an empty home, then checks that the ledger holds."""

import tarfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from trellis.governance.redaction import reapply


class Command(BaseCommand):
    help = "Restores FILE made by `trellis backup`. Refuses where a database stands already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--redactions", type=Path, help="the redaction list kept since the backup (JSON lines)")

    def handle(self, *args: Any, **options: Any) -> None:
        home = Path(str(settings.DATABASES["default"]["NAME"]))
        if connection.vendor != "sqlite":
            raise CommandError("This installation uses PostgreSQL: restore with pg_restore.")
        if home.exists() and home.stat().st_size:
            raise CommandError(f"{home} holds a database already; nothing was overwritten.")
        try:
            with tarfile.open(options["file"]) as archive:
                archive.extractall(home.parent, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise CommandError(f"{options['file']} is not a backup: {error}") from None
        call_command("migrate", verbosity=0)
        if options["redactions"]:
            count = reapply(options["redactions"].read_text(encoding="utf-8").splitlines())
            self.stdout.write(f"{count} redactions applied again.")
        call_command("verify")
