"""Pages of consent in a programme (OWN-05): what is in force, asking, giving, withdrawing."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from trellis.core import clock
from trellis.core.conditions import Invalid
from trellis.core.tables import Choice, Column, Search, Table
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told
from trellis.sharing import gate, selectors, services
from trellis.sharing.forms import ConsentForm, ConsentRequestForm, WhyForm
from trellis.sharing.models import Consent, ConsentRequest
from trellis.sharing.words import state

SCOPES = dict(Consent.Scope.choices)


class ConsentTable(Table):
    caption = gettext_lazy("Consents")
    name = "consents"
    columns = [
        Column("scope", gettext_lazy("To"), sort="scope", link="url"),
        Column("text", gettext_lazy("What exactly")),
        Column("authority", gettext_lazy("Given by"), sort="authority"),
        Column("starts_on", gettext_lazy("From"), sort="starts_on", kind="day"),
        Column(
            "ends_on",
            gettext_lazy("Until"),
            sort="ends_on",
            kind="day",
            missing=gettext_lazy("until withdrawn"),
        ),
        Column("state", gettext_lazy("State"), sort="state", kind="tag"),
    ]
    filters = [
        Search(gettext_lazy("Words"), ["text", "authority"]),
        Choice("scope_name", gettext_lazy("To"), Consent.Scope.choices),
    ]
    empty_title = gettext_lazy("No consent has been given")
    empty_note = gettext_lazy("Nothing starts and nothing is collected without it. The partner side gives it.")


class RequestTable(Table):
    caption = gettext_lazy("Requests for consent")
    name = "consent-requests"
    columns = [
        Column("scope", gettext_lazy("To"), sort="scope", link="url"),
        Column("text", gettext_lazy("What is asked for")),
        Column("asked_by", gettext_lazy("Asked by"), sort="asked_by"),
        Column("authority", gettext_lazy("Asked of"), sort="authority"),
        Column("at", gettext_lazy("Asked"), sort="at", kind="day"),
        Column("state", gettext_lazy("State"), sort="state", kind="tag"),
    ]
    empty_title = gettext_lazy("Nobody has asked for consent")
    empty_note = gettext_lazy("Whoever wants to start or to collect asks here.")


def _found(request: Asked, model: Any) -> list[Any]:
    rows = gate.visible(model, request.viewer, gettext_noop("consents of the programme"))
    return list(rows.filter(arrangement=request.programme.id).order_by("-recorded_at", "-id"))


@in_programme
def consents(request: Asked) -> HttpResponse:
    """All consents and requests that the viewer may read."""
    given, asked = _found(request, Consent), _found(request, ConsentRequest)
    answered = {row.answers for row in given if row.answers}
    names = parties.organisation_names({r.owner for r in given + asked} | {r.authority for r in asked})
    here = request.programme.id
    table = ConsentTable(request, [_consent_row(row, names, here) for row in given], prefix="c-")
    requests = RequestTable(request, [_request_row(row, names, here, answered) for row in asked], prefix="r-")
    for one in (table, requests):
        if (download := one.response_or_none()) is not None:
            return download  # type: ignore[return-value]  # streamed
    in_force = sum(selectors.consent_state(row) == "in force" for row in given)
    waiting = sum(row.subject not in answered for row in asked)
    context = {"table": table, "requests": requests, "n": in_force, "waiting": waiting, **_rights(request)}
    return render(request, "sharing/consents.html", context)


def _rights(request: Asked) -> dict[str, Any]:
    partners = [party for party in parties.parties(request.programme.id) if party.side == "partner"]
    return {"may_give": request.side == "partner", "partners": [party.name for party in partners]}


def _consent_row(row: Consent, names: dict[UUID, str], here: UUID) -> dict[str, Any]:
    return {
        "scope": str(SCOPES.get(row.scope, row.scope)),
        "scope_name": row.scope,
        "text": row.text,
        "authority": names.get(row.owner, ""),
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "state": state(selectors.consent_state(row)),
        "url": reverse("sharing:consent", args=[here, row.subject]),
    }


def _request_row(row: ConsentRequest, names: dict[UUID, str], here: UUID, answered: set[UUID]) -> dict[str, Any]:
    return {
        "scope": str(SCOPES.get(row.scope, row.scope)),
        "text": row.text,
        "asked_by": names.get(row.owner, ""),
        "authority": names.get(row.authority, ""),
        "at": row.recorded_at,
        "state": state("answered" if row.subject in answered else "requested"),
        "url": reverse("sharing:consent-request", args=[here, row.subject]),
    }


@in_programme
def consent(request: Asked, consent: UUID) -> HttpResponse:
    """One consent; its giver can withdraw it."""
    found: Consent = gate.get(Consent, request.viewer, consent, gettext_noop("consents of the programme"))
    if found.arrangement != request.programme.id:
        return redirect("sharing:consent", found.arrangement, consent)
    own = found.owner == request.viewer.organisation
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.consent_withdraw(services.viewer_actor(request.viewer), consent, form.cleaned_data["why"])
        return redirect("sharing:consent", request.programme.id, consent)
    names = parties.organisation_names([found.owner])
    context = {
        "consent": found,
        "row": _consent_row(found, names, request.programme.id),
        "state": selectors.consent_state(found),
        "own": own,
        "form": form,
        "giver_side": parties.sides(request.programme.id).get(found.owner, ""),
    }
    return render(request, "sharing/consent.html", context)


@in_programme
def consent_request(request: Asked, consent: UUID) -> HttpResponse:
    """One request, with the way to answer it."""
    found: ConsentRequest = gate.get(ConsentRequest, request.viewer, consent, gettext_noop("consents of the programme"))
    names = parties.organisation_names([found.owner, found.authority])
    answers = [row for row in _found(request, Consent) if row.answers == consent]
    row = _request_row(found, names, request.programme.id, {consent} if answers else set())
    context = {
        "asked": found,
        "row": row,
        "answer": _consent_row(answers[0], names, request.programme.id) if answers else None,
        "may_answer": found.authority == request.viewer.organisation and not answers,
    }
    return render(request, "sharing/consent_request.html", context)


@in_programme
def consent_ask(request: Asked) -> HttpResponse:
    """Asks the partner side for consent."""
    partners = [p for p in parties.parties(request.programme.id) if p.side == "partner"]
    first = {"scope": request.GET.get("scope", ""), "about": request.GET.get("about", "")}
    authorities = [(str(p.organisation), p.name) for p in partners]
    form = ConsentRequestForm(request.POST or None, initial=first, authorities=authorities)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = services.consent_request(
            services.viewer_actor(request.viewer),
            request.programme.id,
            UUID(given["authority"]),
            given["scope"],
            given["text"],
            given["about"],
        )
        return redirect("sharing:consent-request", request.programme.id, made.subject)
    context = {
        "form": form,
        "heading": _("Ask for consent"),
        "submit": _("Ask"),
        "trail": _trail(request, _("Ask")),
    }
    context["lede"] = _("The authority that you name reads the request and may answer it.")
    context["back"] = reverse("sharing:consents", args=[request.programme.id])
    return render(request, "sharing/form.html", context)


@in_programme
def consent_give(request: Asked) -> HttpResponse:
    """Gives consent; `answers` in the address names the request."""
    names = ("scope", "about", "answers")
    first: dict[str, Any] = {name: request.GET.get(name, "") for name in names}
    form = ConsentForm(request.POST or None, initial={**first, "starts_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        scope, text = given.pop("scope"), given.pop("text")
        try:
            made = services.consent_give(
                services.viewer_actor(request.viewer), request.programme.id, scope, text, **given
            )
        except Invalid as error:
            told(form, error)
        else:
            return redirect("sharing:consent", request.programme.id, made.subject)
    elif request.side != "partner":
        services.require_partner(services.viewer_actor(request.viewer), request.programme.id)
    context = {
        "form": form,
        "heading": _("Give consent"),
        "submit": _("Give consent"),
        "trail": _trail(request, _("Give")),
    }
    context["lede"] = _("You can withdraw it at any time. That stops what comes; what was earned stays earned.")
    context["back"] = reverse("sharing:consents", args=[request.programme.id])
    return render(request, "sharing/form.html", context)


def _trail(request: Asked, last: str) -> list[tuple[str, str]]:
    up = reverse("sharing:consents", args=[request.programme.id])
    return [(request.programme.title, ""), (_("Consent"), up), (last, "")]
