"""Pages of the exchange: what is here, collections and their objects, withdrawals."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from trellis.core import clock
from trellis.core.conditions import Invalid, Refused, unmet
from trellis.core.context import address
from trellis.core.tables import Table
from trellis.exchange import browsing, policy, selectors, services
from trellis.exchange.forms import CollectionForm
from trellis.exchange.forms_kinds import offered
from trellis.exchange.models import Collection, StixObject
from trellis.exchange.schemas import PURPOSES, CollectionView
from trellis.exchange.tables import agreement_row, object_table
from trellis.exchange.views_agreements import nothing_in_force
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told

DOWNLOADED = gettext_noop("Exchange: download of a collection")
MOST = 10_000  # objects in one download; TAXII gives any number


@in_programme
def home(request: Asked) -> HttpResponse:
    """The exchange of one arrangement: agreements in force, collections, what to do next."""
    here = request.programme.id
    held = [view for view in policy.in_force([here]) if len(view.parties) > 1]
    bound = [v for v in held if request.viewer.organisation in v.parties]
    names = parties.organisation_names({one for view in held for one in view.parties})
    found = selectors.collections(request.viewer, here)
    context = {
        "bound": len(bound),
        "agreements": [agreement_row(view, names) for view in held],
        "collections": [_line(request, one) for one in found if not one.alias],
        "withdrawn": len(selectors.withdrawn_to(request.viewer, here)),
        "lacking": [] if bound else nothing_in_force(request),
    }
    return render(request, "exchange/home.html", context)


def _line(request: Asked, view: CollectionView) -> dict[str, Any]:
    row = Collection.objects.get(pk=view.id)
    return {
        "view": view,
        "purpose": PURPOSES.get(view.purpose, view.purpose),
        "closed_at": row.closed_at,
        "url": address("exchange:collection", request.programme.id, view.id),
    }


@in_programme
def collection_new(request: Asked) -> HttpResponse:
    """Makes a collection."""
    form = CollectionForm(request.POST or None)
    refused: Refused | None = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = services.collection_create(
                request.viewer, request.programme.id, said["title"], said["purpose"], said["description"]
            )
        except Invalid as error:
            told(form, error)
        except Refused as error:
            refused = error
        else:
            return redirect("exchange:collection", request.programme.id, made.id)
    context = {"form": form, "refused": refused}
    return render(request, "exchange/collection_new.html", context, status=refused.status if refused else 200)


@in_programme
def collection(request: Asked, collection: UUID) -> HttpResponse:
    """One collection: what it is for, its objects, how a machine reads it."""
    here = request.programme.id
    view = selectors.collection(request.viewer, here, collection)
    row = selectors.stored(request.viewer, view)
    if row is None:
        return redirect("exchange:withdrawals", here)
    table = _table(request, view)
    if request.GET.get("format") == "stix":
        return _download(view, table.filtered)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    conditions = selectors.missing(request.viewer, here, view.purpose)
    given = request.GET.copy()
    given["format"] = "stix"
    context = {
        "collection": view,
        "purpose": PURPOSES.get(view.purpose, view.purpose),
        "row": row,
        "maker": parties.organisation_names([row.organisation]).get(row.organisation, ""),
        "table": table,
        "download": given.urlencode(),
        "lacking": conditions if unmet(conditions) else [],
        "kinds": offered(),
        "taxii": request.build_absolute_uri(address("taxii:collection", here, view.id)),
        "may_close": row.closed_at is None and services.may_make(request.viewer, here),
    }
    return render(request, "exchange/collection.html", context)


def _table(request: Asked, view: CollectionView) -> Table:
    rows = browsing.objects(request.viewer, view.id)
    here = {party.organisation: party.name for party in parties.parties(view.arrangement)}
    return object_table(request, rows, here)


def _download(view: CollectionView, rows: Any) -> HttpResponse:
    """The objects of the table as a STIX bundle, each as it was sent."""
    found: list[StixObject] = list(rows[:MOST])
    head = f'{{"type":"bundle","id":"bundle--{view.id}","objects":['
    body = ",".join(row.raw for row in found if row.raw)
    response = HttpResponse(f"{head}{body}]}}", content_type="application/stix+json;version=2.1")
    name = f"objects-{clock.today().isoformat()}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@in_programme
def collection_close(request: Asked, collection: UUID) -> HttpResponse:
    """Ends what comes in."""
    view = selectors.collection(request.viewer, request.programme.id, collection)
    services.collection_close(request.viewer, view)
    messages.success(request, _("The collection is closed. What is there stays readable."))
    return redirect("exchange:collection", request.programme.id, collection)


@in_programme
def withdrawals(request: Asked) -> HttpResponse:
    """What the viewer's organisation may hold no longer, and what others hold of its own though it is withdrawn."""
    here = request.programme.id
    inbox = selectors.collections(request.viewer, here)[-1]
    mine = [row for row in selectors.withdrawn_from(request.viewer) if row.arrangement == here][:200]
    received = selectors.withdrawn_to(request.viewer, here)[:200]
    names = parties.organisation_names({r.consumer for r in mine} | {r.producer for r in received})
    titles = dict(Collection.objects.filter(arrangement=here).values_list("pk", "title"))
    context = {
        "inbox": inbox,
        "received": [(row, names.get(row.producer, ""), titles.get(row.collection, "")) for row in received],
        "mine": [(row, names.get(row.consumer, ""), titles.get(row.collection, "")) for row in mine],
        "taxii": request.build_absolute_uri(address("taxii:collection", here, inbox.id)),
    }
    return render(request, "exchange/withdrawals.html", context)
