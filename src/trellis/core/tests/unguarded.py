"""For tests only: what somebody with the database's own password could do, triggers or not."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from trellis.core.appendonly import AppendOnly, install

EVENTS = {"sqlite": ("delete", "update"), "postgresql": ("delete", "update", "truncate")}


def drop(*models: type[AppendOnly]) -> None:
    """Takes the triggers of some tables away."""
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            for event in EVENTS[connection.vendor]:
                where = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_keep_{event}"{where}')


@contextmanager
def unguarded(*models: type[AppendOnly]) -> Iterator[None]:
    """Without the triggers of some tables; puts them back."""
    drop(*models)
    try:
        yield
    finally:
        install()
