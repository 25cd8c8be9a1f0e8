"""`trellis words`: makes the index of words anew from the records that stand."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from trellis.sharing import wording
from trellis.sharing.records import data_kinds


class Command(BaseCommand):
    help = "Makes the index of words anew. It is kept by itself; this is for a database that was mended by hand."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            count = wording.made_again(data_kinds())
        self.stdout.write(f"The words of {count} records are indexed.")
