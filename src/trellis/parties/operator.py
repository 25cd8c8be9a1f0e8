"""What the operator of the installation may do: register organisations and invite their first administrators.

The operator belongs to no organisation and reads no records.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trellis.core import clock, node
from trellis.core.conditions import Conflict, Invalid, Refused
from trellis.parties import selectors, services
from trellis.parties.models import Group, Invitation, Membership, Organisation, Person
from trellis.parties.schemas import Viewer


@dataclass(frozen=True)
class Registered:
    """An organisation as the operator sees it: no records, no programmes."""

    id: UUID
    name: str
    short: str
    group: str
    country: str
    joined_at: datetime
    administrators: int
    members: int
    invited: bool


def require_operator(viewer: Viewer) -> None:
    """Refused for anybody but an operator."""
    if not viewer.operator:
        raise Refused(_("Only the operator of the installation can do this."), [_("the operator")])


@transaction.atomic
def operator_add(*, name: str, email: str, password: str, language: str = "en") -> Person:
    """Makes an operator's account: from the command line, never from a page."""
    if Person.objects.filter(email__iexact=email).exists():
        raise Conflict(_("Somebody has this address already; an operator needs one of their own."))
    person = Person(email=email.lower(), name=name, language=language, is_operator=True)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid({"password": " ".join(error.messages)}) from None
    person.set_password(password)
    person.save()
    node.register_change("person", person.pk, {"what": "operator.added"}, None)
    return person


def organisations(viewer: Viewer) -> list[Registered]:
    """Every organisation of the installation, by name."""
    require_operator(viewer)
    members: dict[UUID, list[str]] = {}
    for organisation, role in Membership.objects.filter(left_at=None).values_list("organisation", "role"):
        members.setdefault(organisation, []).append(role)
    invited = set(_open_invitations().values_list("organisation", flat=True))
    groups = dict(Group.choices)
    return [
        Registered(
            row.pk,
            row.name,
            row.short,
            str(groups.get(row.group, row.group)),
            row.country,
            row.joined_at,
            members.get(row.pk, []).count(Membership.Role.ADMINISTRATOR.value),
            len(members.get(row.pk, [])),
            row.pk in invited,
        )
        for row in Organisation.objects.order_by("name")
    ]


def _open_invitations() -> "QuerySet[Invitation]":
    return services.invitations_open().filter(role=Membership.Role.ADMINISTRATOR, invited_by=None)


def organisation_open(viewer: Viewer, *, name: str, short: str, group: str, country: str = "") -> Organisation:
    """Registers an organisation. Raises Invalid for a name that is taken."""
    require_operator(viewer)
    if Organisation.objects.filter(name__iexact=name).exists():
        raise Invalid({"name": _("There is an organisation of this name already.")})
    return services.organisation_open(name, short, group, country.upper())


@transaction.atomic
def first_administrator_invite(
    viewer: Viewer, organisation: UUID, *, name: str, email: str, language: str = "en"
) -> tuple[Invitation, str]:
    """Invites the first administrator. Earlier open invitations of this kind end, so that one code is out."""
    require_operator(viewer)
    selectors.organisation(organisation)
    _open_invitations().filter(organisation=organisation).update(withdrawn_at=clock.now())
    return services.invite(
        None, organisation, name=name, email=email, role=Membership.Role.ADMINISTRATOR, language=language
    )
