"""`trellis backup`: one file with the database and the stored files, taken while the installation runs."""

import sqlite3
import tarfile
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection


class Command(BaseCommand):
    help = "Writes FILE (.tar.gz). On PostgreSQL use pg_dump for the database; this command then refuses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError(
                "This installation uses PostgreSQL: back it up with pg_dump, and the files folder beside."
            )
        target: Path = options["file"]
        if target.exists():
            raise CommandError(f"{target} is there already; nothing was overwritten.")
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "trellis.sqlite3"
            source = sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))
            with sqlite3.connect(copy) as kept:
                source.backup(kept)
            kept.close()
            source.close()
            part = target.with_name(target.name + ".part")
            with tarfile.open(part, "w:gz") as archive:
                archive.add(copy, "trellis.sqlite3")
                if settings.FILES.exists():
                    archive.add(settings.FILES, "files")
            part.rename(target)
        self.stdout.write(f"{target}: written. The secret is not in it: keep TRELLIS_SECRET apart.")
