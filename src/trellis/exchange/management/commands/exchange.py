"""`trellis exchange pull`: reads a collection of another TAXII 2.1 server into one of ours, or all that pages name."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from trellis.core.conditions import TrellisError
from trellis.exchange import pull, selectors, sourcing
from trellis.exchange.fetch import Remote
from trellis.parties.models import Person
from trellis.parties.selectors import organisation_names, viewer_of


class Command(BaseCommand):
    help = (
        "Pulls what is new at URL, the address of a TAXII 2.1 collection, into a collection here. Run it again to go on."
        " With --all, reads every source that was added on a page, of every organisation: for a timer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["pull"])
        parser.add_argument("url", nargs="?", help="address of the collection there: https://…/collections/ID/")
        parser.add_argument("--all", action="store_true", help="every source that pages name and nobody has paused")
        parser.add_argument("--as", dest="person", help="e-mail address of who pulls")
        parser.add_argument("--programme", type=UUID, help="arrangement of our collection")
        parser.add_argument("--into", help="id or alias of our collection")
        parser.add_argument("--source", help="name or id of the organisation that it comes from")
        parser.add_argument("--user", default="", help="user name there; without it the secret is a bearer token")
        parser.add_argument(
            "--secret-file", type=Path, help="file with the token or password; else TRELLIS_PULL_SECRET is read"
        )
        parser.add_argument("--ca", help="certificate of the authority that the server's own is checked against")
        parser.add_argument("--pages", type=int, default=pull.PAGES, help="pages at most in this run")

    def handle(self, *args: Any, **options: Any) -> None:
        needed = ("url", "person", "programme", "into", "source")
        if options["all"]:
            if given := [one for one in (*needed, "user", "secret_file", "ca") if options[one]]:
                raise CommandError(f"--all takes nothing but --pages: each source says the rest ({', '.join(given)}).")
            return self._all(options["pages"])
        if missing := [one for one in needed if not options[one]]:
            names = {"url": "URL", "person": "--as"}
            raise CommandError("Also needed: " + ", ".join(names.get(one, f"--{one}") for one in missing))
        return self._one(options)

    def _one(self, options: dict[str, Any]) -> None:
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
        self._told(found)

    def _all(self, pages: int) -> None:
        """A line for each source. What fails is said and stops none of the others; then the command fails."""
        names, read, failed = organisation_names(), 0, 0
        for became in sourcing.read_all(pages):
            row, read = became.source, read + 1
            whose, theirs = names.get(row.owner, ""), names.get(row.organisation, "")
            self.stdout.write(f"{whose} reads {theirs}, {row.url}")
            if became.pulled is not None:
                self._told(became.pulled)
            else:
                failed += 1
                self.stderr.write(f"  failed: {became.problem}")
        self.stdout.write(f"{read} sources, {failed} failed")
        if failed:
            raise CommandError(f"{failed} of {read} sources could not be read.")

    def _told(self, found: pull.Pulled) -> None:
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
