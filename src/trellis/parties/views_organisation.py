"""Pages of the viewer's own organisation: members, invitations, seats, keys, what happened."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from trellis.core import tabular
from trellis.core.conditions import Hidden, Invalid
from trellis.core.tables import Choice, Column, Search, Table
from trellis.core.tabular import TabularError
from trellis.parties import factors, importing, members, parsing, selectors, services
from trellis.parties.forms import ImportForm, InviteForm, MemberForm
from trellis.parties.models import Invitation, Membership
from trellis.parties.pages import Asked, inside, told


class MemberTable(Table):
    caption = gettext_lazy("Members")
    name = "members"
    columns = [
        Column(
            "name",
            gettext_lazy("Name"),
            sort="name",
            link=lambda m: reverse("parties:member", args=[m.person]),
        ),
        Column("email", gettext_lazy("E-mail address"), sort="email"),
        Column("role_title", gettext_lazy("Role"), sort="role_title"),
        Column("unit", gettext_lazy("Unit"), sort="unit", missing=gettext_lazy("none")),
        Column(
            "seats",
            gettext_lazy("Sits in"),
            value=lambda m: ", ".join(m.seats),
            missing=gettext_lazy("no seat"),
        ),
        Column("factor", gettext_lazy("Second factor"), kind="yes"),
        Column("since", gettext_lazy("Since"), sort="since", kind="day"),
    ]
    filters = [
        Search(gettext_lazy("Name or address"), ["name", "email"]),
        Choice("role", gettext_lazy("Role"), Membership.Role.choices),
    ]
    default_sort = "name"


def trail(*more: str) -> list[tuple[str, str]]:
    """Crumbs below the organisation."""
    return [(_("Your organisation"), reverse("parties:organisation")), *[(title, "") for title in more]]


def administrators(request: Asked) -> list[str]:
    """Names of who administers the viewer's organisation."""
    assert request.viewer.organisation
    return [name for _id, name in selectors.administrators(request.viewer.organisation)]


@inside
def organisation(request: Asked) -> HttpResponse:
    """Everything about the organisation on one page."""
    viewer = request.viewer
    assert viewer.organisation
    table = MemberTable(request, members.members(viewer.organisation))
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    context: dict[str, Any] = {
        "organisation": selectors.organisation(viewer.organisation),
        "table": table,
        "invitations": members.invitations(viewer),
        "seats": selectors.seats_of(viewer.organisation),
        "resets": factors.resets_open(viewer.organisation),
        "keys": members.signing_keys(viewer.organisation),
        "administrators": administrators(request),
        "history": [(h.at, h.text, h.person) for h in members.history(viewer.organisation)[:20]],
    }
    return render(request, "parties/organisation.html", context)


class HistoryTable(Table):
    caption = gettext_lazy("What happened in the organisation")
    name = "organisation-history"
    columns = [
        Column("at", gettext_lazy("When"), sort="at", kind="when"),
        Column("text", gettext_lazy("What")),
        Column("person", gettext_lazy("By"), sort="person", missing=gettext_lazy("the operator")),
    ]
    filters = [Search(gettext_lazy("Words"), ["text", "person"])]


@inside
def history(request: Asked) -> HttpResponse:
    """All that happened in the organisation itself, from its stream."""
    assert request.viewer.organisation
    table = HistoryTable(request, members.history(request.viewer.organisation))
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    context = {"table": table, "heading": _("What happened"), "trail": trail(_("What happened"))}
    return render(request, "parties/table.html", context)


@inside
def member(request: Asked, person: UUID) -> HttpResponse:
    """One colleague: role and unit, lost second factor, leaving."""
    found = members.member(request.viewer, person)
    form = MemberForm(request.POST or None, initial={"role": found.role, "unit": found.unit})
    if request.method == "POST" and form.is_valid():
        try:
            members.member_change(request.viewer, person, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            return redirect("parties:member", person)
    assert request.viewer.organisation
    resets = [r for r in factors.resets_open(request.viewer.organisation) if r.person_id == person]
    context = {"member": found, "form": form, "reset": resets[0] if resets else None}
    return render(request, "parties/member.html", {**context, "administrators": administrators(request)})


@require_POST
@inside
def leave(request: Asked, person: UUID) -> HttpResponse:
    """Ends a membership. Seats, delegations and tokens end with it."""
    services.member_leave(request.viewer, person)
    if person == request.viewer.person:
        return redirect("sign-in")
    messages.info(request, _("The membership has ended, and with it seats, delegations and tokens."))
    return redirect("parties:organisation")


@require_POST
@inside
def reset_ask(request: Asked, person: UUID) -> HttpResponse:
    """Asks for the reset of a colleague's second factor."""
    factors.reset_ask(request.viewer, person)
    messages.info(request, _("Asked for. Another administrator carries it out."))
    return redirect("parties:member", person)


@require_POST
@inside
def reset_do(request: Asked, reset: UUID) -> HttpResponse:
    """Carries out a reset that another administrator asked for."""
    factors.reset_do(request.viewer, reset)
    messages.info(
        request, _("The second factor is reset. The person signs in with the password and sets up a new one.")
    )
    return redirect("parties:organisation")


@require_POST
@inside
def reset_withdraw(request: Asked, reset: UUID) -> HttpResponse:
    """Takes a reset back."""
    factors.reset_withdraw(request.viewer, reset)
    return redirect("parties:organisation")


@never_cache
@inside
def invite(request: Asked) -> HttpResponse:
    """Invites somebody; the printable invitation follows, once."""
    viewer = request.viewer
    assert viewer.organisation
    services.require_administrator(viewer, viewer.organisation)
    form = InviteForm(request.POST or None, initial={"language": viewer.language})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.invite(viewer, viewer.organisation, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            return printed(request, [made])
    context = {
        "form": form,
        "heading": _("Invite a colleague"),
        "lede": _("A one-time code is made, to be printed and handed over. It works for 30 days."),
        "submit": _("Make the invitation"),
        "trail": trail(_("Invite")),
        "back": reverse("parties:organisation"),
    }
    return render(request, "parties/form.html", context)


def printed(request: Asked, made: list[tuple[Invitation, str]]) -> HttpResponse:
    """The printable invitations with their codes, which are shown this once."""
    link = request.build_absolute_uri(reverse("invitation"))
    names = selectors.organisation_names({invitation.organisation_id for invitation, _code in made})
    shown = [
        {"invitation": invitation, "code": code, "organisation": names.get(invitation.organisation_id, "")}
        for invitation, code in made
    ]
    context = {"shown": shown, "link": link, "qr": factors.qr_image(link, _("QR code of the address"))}
    context["back"] = reverse("parties:operator" if request.viewer.operator else "parties:organisation")
    return render(request, "parties/invitations.html", context)


@require_POST
@inside
def invitation_withdraw(request: Asked, invitation: UUID) -> HttpResponse:
    """Ends an open invitation."""
    members.invitation_withdraw(request.viewer, invitation)
    messages.info(request, _("The invitation no longer works."))
    return redirect("parties:organisation")


@require_POST
@inside
def key_rotate(request: Asked) -> HttpResponse:
    """A new signing key in place of the present one, in all streams of the organisation."""
    services.key_rotate(request.viewer, [p.id for p in selectors.programmes_of(request.viewer)])
    messages.info(request, _("A new signing key is in force. What the old one signed still holds."))
    return redirect("parties:organisation")


def import_page(request: Asked) -> HttpResponse:
    """A table of people (administrator) or organisations (operator): dry run with a report, then writing."""
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            table = tabular.read(upload.read(), upload.name)
            found = importing.people_import(request.viewer, table, dry_run="write" not in request.POST)
        except TabularError as error:
            form.add_error("file", error.message)
        else:
            if found.written:
                return printed(request, list(found.invitations))
            context |= {"found": found, "problems": found.report.problems[:200]}
    return render(request, "parties/import.html", context)


@never_cache
@inside
def people_import(request: Asked) -> HttpResponse:
    """People of the viewer's own organisation."""
    assert request.viewer.organisation
    services.require_administrator(request.viewer, request.viewer.organisation)
    return import_page(request)


def import_template(request: Asked, kind: str) -> HttpResponse:
    """The empty table to fill, as CSV or XLSX."""
    types = {
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    if kind not in types or request.viewer.person is None:
        raise Hidden()
    response = HttpResponse(parsing.template(kind), content_type=types[kind])
    response["Content-Disposition"] = f'attachment; filename="people.{kind}"'
    return response
