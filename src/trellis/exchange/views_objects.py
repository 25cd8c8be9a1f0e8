"""Pages of one object: reading it, relating, marking, taking back, acknowledging."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trellis.core.conditions import Conflict, Invalid, Refused, TrellisError
from trellis.core.context import address
from trellis.exchange import acts, browsing, selectors, services, words
from trellis.exchange.forms import AcknowledgeForm, MarkForm, RelateForm, WithdrawForm
from trellis.exchange.models import StixObject
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told


def heading(request: Asked, row: StixObject) -> dict[str, Any]:
    """What every page of an object shows of it."""
    names = parties.organisation_names([row.owner, *([row.said_by] if row.said_by else [])])
    return {
        "object": row,
        "title": words.title(row.raw, row.stix_id),
        "kind": words.kind(row.stix_type),
        "producer": names.get(row.owner, ""),
        "source": names.get(row.said_by, "") if row.said_by else "",
        "mine": row.owner == request.viewer.organisation,
        "collection": selectors.collection(request.viewer, request.programme.id, row.collection),
    }


@in_programme
def object_(request: Asked, object: UUID) -> HttpResponse:
    """One object: its fields in words, its text, versions, what belongs to it, who sees it and who holds it."""
    here, viewer = request.programme.id, request.viewer
    last = browsing.one(viewer, here, object)
    found = browsing.versions(viewer, last)
    row = next((one for one in found if str(one.pk) == request.GET.get("version")), last)
    head = heading(request, row)
    mine = head["mine"]
    pointing, whole = browsing.pointing_at(viewer, row, "whole" in request.GET)
    said = selectors.acknowledgements(viewer, row.subject)
    names = parties.organisation_names({one.owner for one in said})
    given = next((one for one in said if one.owner == viewer.organisation), None)
    first = {"useful": given.useful, "note": given.note} if given else {}
    context = {
        **head,
        "last": last,
        "facts": words.facts(row.raw),
        "related": {one.stix_id: one for one in browsing.pointed_at(viewer, row) if one.row},
        "pretty": words.pretty(row.raw),
        "versions": found,
        "pointing": pointing,
        "whole": whole,
        "sees": browsing.sees(last)
        if mine
        else [s for s in browsing.sees(last) if s.organisation == viewer.organisation],
        "holders": browsing.holders(viewer, last) if mine else [],
        "said": [(one, names.get(one.owner, "")) for one in said],
        "acknowledge": None if mine else AcknowledgeForm(initial=first),
        "may_write": head["collection"].can_write,
    }
    return render(request, "exchange/object.html", context)


def targets(request: Asked, collection: UUID, but: str = "") -> list[tuple[str, str]]:
    """The newest objects of a collection that the viewer may see, to be pointed at: STIX id and words."""
    rows = browsing.objects(request.viewer, collection, browsing.RELATED).exclude(stix_id=but)
    rows = rows.exclude(stix_type__in=["relationship", "sighting", "note"]).order_by("-number")[: browsing.SHOWN]
    found = {row.stix_id: f"{words.kind(row.stix_type)}: {words.title(row.raw, row.stix_id)}" for row in rows}
    return list(found.items())


@in_programme
def object_relate(request: Asked, object: UUID) -> HttpResponse:
    """Makes a relationship from this object to another one that the viewer may see."""
    row = browsing.one(request.viewer, request.programme.id, object)
    head = heading(request, row)
    first = {"label": row.label}
    offered = targets(request, row.collection, row.stix_id)
    form = RelateForm(request.POST or None, initial=first, targets=offered)
    refused: TrellisError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            made = acts.relate(request.viewer, row, said["how"], form.other(), said["label"], said["description"])
        except Invalid as error:
            told(form, error)
        except Refused as error:
            refused = error
        else:
            messages.success(request, _("The relationship is shared."))
            return redirect("exchange:object", request.programme.id, made.subject)
    context = {**head, "form": form, "refused": refused}
    return render(request, "exchange/object_relate.html", context, status=refused.status if refused else 200)


@in_programme
def object_mark(request: Asked, object: UUID) -> HttpResponse:
    """Another label: only the source relabels (REG-04)."""
    row = acts.own(request.viewer, request.programme.id, object)
    head = heading(request, row)
    form = MarkForm(request.POST or None, initial={"label": row.label})
    refused: TrellisError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            acts.relabel(request.viewer, row, form.cleaned_data["label"])
        except (Invalid, Conflict) as error:
            form.add_error("label", error.message)
        except Refused as error:
            refused = error
        else:
            messages.success(request, _("The label is changed. Who may see it follows from the new one at once."))
            return redirect("exchange:object", request.programme.id, row.subject)
    context = {**head, "form": form, "refused": refused, "holders": browsing.holders(request.viewer, row)}
    return render(request, "exchange/object_mark.html", context, status=refused.status if refused else 200)


@in_programme
def object_withdraw(request: Asked, object: UUID) -> HttpResponse:
    """Revokes or takes back; who already holds it is shown before pressing."""
    row = acts.own(request.viewer, request.programme.id, object)
    head = heading(request, row)
    form = WithdrawForm(request.POST or None)
    refused: TrellisError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if form.cleaned_data["what"] == "revoke":
                acts.revoke(request.viewer, row)
                messages.success(request, _("A version that says so is shared."))
            else:
                acts.take_back(request.viewer, row)
                messages.success(request, _("It is served to nobody from now on. Who holds it is told."))
        except Invalid as error:
            told(form, error)
        except Refused as error:
            refused = error
        else:
            return redirect("exchange:object", request.programme.id, row.subject)
    context = {**head, "form": form, "refused": refused, "holders": browsing.holders(request.viewer, row)}
    context["sees"] = browsing.sees(row)
    return render(request, "exchange/object_withdraw.html", context, status=refused.status if refused else 200)


@in_programme
def object_acknowledge(request: Asked, object: UUID) -> HttpResponse:
    """Says that an object arrived, and whether it was of use."""
    row = browsing.one(request.viewer, request.programme.id, object)
    back = address("exchange:object", request.programme.id, row.subject)
    form = AcknowledgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.acknowledge(request.viewer, row.pk, form.cleaned_data["useful"], form.cleaned_data["note"])
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("Its producer reads this with the object."))
            return redirect(back)
    return render(request, "exchange/object_acknowledge.html", {**heading(request, row), "form": form})
