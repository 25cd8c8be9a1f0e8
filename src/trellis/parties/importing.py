"""Bringing in people and organisations from a table: all rows or none, a dry run first.

The operator brings in organisations, each with its first administrators; an administrator brings in people of
their own organisation. Each person gets an invitation, shown once.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core.conditions import Refused
from trellis.core.tabular import Problem, Report, Table
from trellis.parties import operator, parsing, selectors, services
from trellis.parties.members import known_emails
from trellis.parties.models import Invitation, Membership, Organisation
from trellis.parties.parsing import PartyImport
from trellis.parties.schemas import Viewer


@dataclass(frozen=True)
class Imported:
    """What an import found, and after writing the invitations with their codes, which are shown once."""

    report: Report
    organisations: int
    people: int
    written: bool = False
    invitations: tuple[tuple[Invitation, str], ...] = ()


def people_import(viewer: Viewer, table: Table, *, dry_run: bool = True) -> Imported:
    """Imports organisations (operator) or people (administrator). Writes nothing when any row has a problem.

    Raises TabularError when the header does not fit, Refused for anybody else.
    """
    if not viewer.operator:
        if viewer.organisation is None:
            raise Refused(_("Only an administrator or the operator can do this."))
        services.require_administrator(viewer, viewer.organisation)
    known = selectors.organisation_names(None if viewer.operator else [viewer.organisation])  # type: ignore[list-item]
    addresses = [cell for row in table.rows for cell in row.cells.values() if "@" in cell]
    read = parsing.parties(table, known_emails=known_emails(addresses), known_organisations=known.values())
    report = _with_rights(viewer, read)
    found = Imported(report, len(read.organisations), len(read.people))
    if dry_run or not report.ok:
        return found
    return replace(found, written=True, invitations=tuple(_write(viewer, read, known)))


def _with_rights(viewer: Viewer, read: PartyImport) -> Report:
    problems = list(read.report.problems)
    title = _("Organisation")
    if not viewer.operator:
        for organisation in read.organisations:
            said = _("“%(name)s” is not your organisation.") % {"name": organisation.name}
            problems.append(
                Problem(organisation.row, "organisation", organisation.name, viewer.organisation_name, said, title)
            )
        return replace(read.report, problems=tuple(problems))
    have = _with_administrators()
    for person in read.people:
        if person.role != Membership.Role.ADMINISTRATOR:
            said = _("The operator invites first administrators only; they invite their staff.")
            problems.append(Problem(person.row, "role", person.role, "administrator", said, _("Role")))
        elif person.organisation.casefold() in have:
            said = _("This organisation has administrators; they invite.")
            problems.append(Problem(person.row, "organisation", person.organisation, "", said, title))
    return replace(read.report, problems=tuple(problems))


def _with_administrators() -> set[str]:
    rows = Membership.objects.filter(left_at=None, role=Membership.Role.ADMINISTRATOR, person__is_active=True)
    return {name.casefold() for name in rows.values_list("organisation__name", flat=True)}


@transaction.atomic
def _write(viewer: Viewer, read: PartyImport, known: dict[UUID, str]) -> list[tuple[Invitation, str]]:
    ids = {name.casefold(): id for id, name in known.items()}
    for made in read.organisations:
        organisation: Organisation = operator.organisation_open(
            viewer, name=made.name, short=made.short, group=made.group, country=made.country
        )
        ids[made.name.casefold()] = organisation.pk
    found = []
    for person in read.people:
        given: dict[str, Any] = {"name": person.name, "email": person.email, "language": person.language}
        invited = services.invite(
            None if viewer.operator else viewer,
            ids[person.organisation.casefold()],
            role=person.role,
            **given,
        )
        found.append(invited)
    return found
