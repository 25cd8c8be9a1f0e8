"""`trellis init`: sets up an installation and its first organisation."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from trellis.core import node
from trellis.core.conditions import TrellisError
from trellis.parties import operator, services
from trellis.parties.models import Group


class Command(BaseCommand):
    help = "Migrates the database, makes this installation, its first organisation, and an invitation to print."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="name of this installation")
        parser.add_argument("--organisation", required=True, help="name of the first organisation")
        parser.add_argument("--short", required=True, help="its short name")
        parser.add_argument("--group", required=True, choices=[value for value, _ in Group.choices])
        parser.add_argument("--country", default="", help="ISO 3166 code of two letters")
        parser.add_argument("--administrator", required=True, help="name of its first administrator")
        parser.add_argument("--email", required=True, help="the administrator's e-mail address")
        parser.add_argument(
            "--operator", help="e-mail address of an operator, who opens organisations and reads no records"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        try:
            with transaction.atomic():  # all of it or nothing
                made = node.initialise(options["name"])
                organisation = services.organisation_open(
                    options["organisation"], options["short"], options["group"], options["country"].upper()
                )
                invitation, code = services.invite(
                    None, organisation.pk, name=options["administrator"], email=options["email"], role="administrator"
                )
                password = self.operator(options["operator"]) if options["operator"] else ""
        except TrellisError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Installation {made.name} is set up.")
        self.stdout.write(f"Invitation for {invitation.name}: open /invitation/ and enter")
        self.stdout.write(f"  {code}")
        self.stdout.write(f"It works once, until {invitation.expires_at:%d %B %Y}. It is not kept here.")
        if password:
            self.stdout.write(f"Operator {options['operator']} signs in with this password, to be changed at once:")
            self.stdout.write(f"  {password}")

    def operator(self, email: str) -> str:
        """Makes an operator and returns the password, which is shown once."""
        password = secrets.token_urlsafe(15)
        operator.operator_add(name="Operator", email=email, password=password)
        return password
