"""Pages of the operator of the installation: organisations and their first administrators, and no records."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from trellis.core.conditions import Invalid
from trellis.core.tables import Column, Search, Table
from trellis.parties import operator, selectors
from trellis.parties.forms import FirstAdministratorForm, OrganisationForm
from trellis.parties.pages import Asked, for_operator, told
from trellis.parties.views_organisation import import_page, printed


def _state(row: operator.Registered) -> str:
    if row.administrators:
        return _("has administrators")
    return _("invitation is out") if row.invited else _("nobody invited")


def _invite_link(row: operator.Registered) -> str:
    return "" if row.administrators else reverse("parties:operator-invite", args=[row.id])


class OrganisationTable(Table):
    caption = gettext_lazy("Organisations")
    name = "organisations"
    columns = [
        Column("name", gettext_lazy("Name"), sort="name"),
        Column("short", gettext_lazy("Short name"), sort="short"),
        Column("group", gettext_lazy("Stakeholder group"), sort="group"),
        Column("country", gettext_lazy("Country"), sort="country", missing=gettext_lazy("none")),
        Column("joined_at", gettext_lazy("Registered"), sort="joined_at", kind="day"),
        Column("members", gettext_lazy("Members"), sort="members", kind="num"),
        Column("state", gettext_lazy("State"), value=_state, link=_invite_link, kind="text"),
    ]
    filters = [Search(gettext_lazy("Name"), ["name", "short"])]
    default_sort = "name"
    empty_title = gettext_lazy("No organisation is registered")
    empty_note = gettext_lazy("Register one, then invite its first administrator.")


def trail(*more: str) -> list[tuple[str, str]]:
    """Crumbs below the operator's page."""
    return [(_("Installation"), reverse("parties:operator")), *[(title, "") for title in more]]


@for_operator
def organisations(request: Asked) -> HttpResponse:
    """All organisations of the installation."""
    table = OrganisationTable(request, operator.organisations(request.viewer))
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    return render(request, "parties/operator.html", {"table": table})


@for_operator
def organisation_open(request: Asked) -> HttpResponse:
    """Registers an organisation."""
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = operator.organisation_open(request.viewer, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            return redirect("parties:operator-invite", made.pk)
    context = {
        "form": form,
        "heading": _("Register an organisation"),
        "lede": _("It gets a stream and a signing key. Then its first administrator is invited."),
        "submit": _("Register"),
        "trail": trail(_("New organisation")),
        "back": reverse("parties:operator"),
    }
    return render(request, "parties/form.html", context)


@never_cache
@for_operator
def administrator_invite(request: Asked, organisation: UUID) -> HttpResponse:
    """Invites the first administrator of an organisation."""
    found = selectors.organisation(organisation)
    form = FirstAdministratorForm(request.POST or None, initial={"language": request.viewer.language})
    if request.method == "POST" and form.is_valid():
        try:
            made = operator.first_administrator_invite(request.viewer, organisation, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            return printed(request, [made])
    context = {
        "form": form,
        "heading": _("Invite the first administrator of %(name)s") % {"name": found.name},
        "lede": _("After that the organisation invites its own people, and nobody here can."),
        "submit": _("Make the invitation"),
        "trail": trail(found.name),
        "back": reverse("parties:operator"),
    }
    return render(request, "parties/form.html", context)


@never_cache
@for_operator
def organisations_import(request: Asked) -> HttpResponse:
    """Organisations and their first administrators from a table."""
    return import_page(request)
