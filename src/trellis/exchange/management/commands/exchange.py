"""`trellis exchange pull`: reads a collection of another TAXII 2.1 server into one of ours."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from trellis.core.conditions import TrellisError
from trellis.exchange import pull, selectors
from trellis.exchange.fetch import Remote
from trellis.parties.models import Person
from trellis.parties.selectors import viewer_of


class Command(BaseCommand):
    help = "Pulls what is new at URL, the address of a TAXII 2.1 collection, into a collection here. Run it again to go on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["pull"])
        parser.add_argument("url", help="address of the collection there: https://…/collections/ID/")
        parser.add_argument("--as", dest="person", required=True, help="e-mail address of who pulls")
        parser.add_argument("--programme", type=UUID, required=True, help="arrangement of our collection")
        parser.add_argument("--into", required=True, help="id or alias of our collection")
        parser.add_argument("--source", required=True, help="name or id of the organisation that it comes from")
        parser.add_argument("--user", default="", help="user name there; without it the secret is a bearer token")
        parser.add_argument(
            "--secret-file", type=Path, help="file with the token or password; else TRELLIS_PULL_SECRET is read"
        )
        parser.add_argument("--ca", help="certificate of the authority that the server's own is checked against")
        parser.add_argument("--pages", type=int, default=pull.PAGES, help="pages at most in this run")

    def handle(self, *args: Any, **options: Any) -> None:
        viewer = viewer_of(Person.objects.filter(email__iexact=options["person"]).first())
        if viewer.organisation is None:
            raise CommandError("Nobody of an organisation has this address.")
        try:
            into = next(
                view
                for view in selectors.collections(viewer, options["programme"])
                if options["into"] in (str(view.id), view.alias)
            )
        except (StopIteration, TrellisError):
            raise CommandError("There is no such collection that this person may see.") from None
        try:
            remote = Remote(options["url"], _secret(options["secret_file"]), options["user"], options["ca"])
            found = pull.pull(viewer, into, remote, pull.source_named(options["source"]), options["pages"])
        except TrellisError as error:
            raise CommandError(str(error)) from None
        for line in found.refused:
            self.stdout.write(f"  {line}")
        rest = "nothing more there" if found.whole else "more there: run it again"
        self.stdout.write(f"{found.pages} pages, {found.taken} objects, {len(found.refused)} refused; {rest}")


def _secret(path: Path | None) -> str:
    """From a file or the environment, never from the command line, where others on the machine would read it."""
    if path is None:
        return os.environ.get("TRELLIS_PULL_SECRET", "")
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The secret cannot be read: {error}") from None
