"""Pages of grants: given, received, making one, withdrawing one."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import clock
from trellis.core.conditions import Hidden, Invalid
from trellis.core.labels import up_to
from trellis.core.tables import Column, Search, Table
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, inside, told
from trellis.sharing import gate, selectors, services
from trellis.sharing.forms import GrantForm, WhyForm
from trellis.sharing.models import Audience, Detail, Grant
from trellis.sharing.records import data_kinds, kind_named
from trellis.sharing.words import state

LISTS = ("organisation", "arrangement", "context")


def kind_title(name: str) -> str:
    """The title of a data kind."""
    try:
        return str(kind_named(name).title)
    except KeyError:
        return name


def _row(grant: Grant, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "subject": grant.subject,
        "kind": kind_title(grant.data_kind),
        "detail": str(Detail(grant.detail).label),
        "audience": gate.audience_words(grant),
        "owner": names.get(grant.owner, ""),
        "purpose": grant.purpose,
        "ceiling": grant.ceiling,
        "starts_at": grant.starts_at,
        "ends_at": grant.ends_at,
        "state": state(selectors.grant_state(grant)),
        "url": reverse("sharing:grant", args=[grant.subject]),
    }


COMMON = [
    Column("kind", gettext_lazy("Records"), sort="kind", link="url"),
    Column("detail", gettext_lazy("Detail")),
    Column("purpose", gettext_lazy("For")),
    Column("ceiling", gettext_lazy("Up to"), kind="tlp", sort="ceiling"),
    Column("ends_at", gettext_lazy("Until"), sort="ends_at", kind="when", missing=gettext_lazy("until withdrawn")),
]


class GivenTable(Table):
    caption = gettext_lazy("Grants that your organisation gave")
    name = "grants-given"
    columns = [
        *COMMON[:1],
        Column("audience", gettext_lazy("Who may read"), sort="audience"),
        *COMMON[1:],
        Column("state", gettext_lazy("State"), sort="state", kind="tag"),
    ]
    filters = [Search(gettext_lazy("Words"), ["audience", "purpose", "kind"])]
    empty_title = gettext_lazy("Your organisation has given no grant")
    empty_note = gettext_lazy("Nobody else reads its records. Make a grant when somebody is to read some of them.")


class ReceivedTable(Table):
    caption = gettext_lazy("What others let you read")
    name = "grants-received"
    columns = [*COMMON[:1], Column("owner", gettext_lazy("Whose"), sort="owner"), *COMMON[1:]]
    filters = [Search(gettext_lazy("Words"), ["owner", "purpose", "kind"])]
    empty_title = gettext_lazy("Nobody lets you read their records now")
    empty_note = gettext_lazy("The owner of records makes a grant; ask their administrator or seat holder.")


@inside
def grants(request: Asked) -> HttpResponse:
    """Who may read what of the viewer's organisation and why, and what the viewer may read of others."""
    given, received = (
        list(selectors.grants_given(request.viewer)),
        list(selectors.grants_received(request.viewer)),
    )
    names = parties.organisation_names({g.owner for g in received})
    mine = GivenTable(request, [_row(g, names) for g in given], prefix="given-")
    theirs = ReceivedTable(request, [_row(g, names) for g in received], prefix="received-")
    for table in (mine, theirs):
        if (download := table.response_or_none()) is not None:
            return download  # type: ignore[return-value]  # streamed
    in_force = sum(selectors.grant_state(g) == "in force" for g in given)
    return render(request, "sharing/grants.html", {"given": mine, "received": theirs, "n": in_force})


def _form(request: Asked) -> GrantForm:
    programmes = [(str(p.id), p.title) for p in parties.programmes_of(request.viewer)]
    people: dict[str, str] = {}
    for programme, _title in programmes:
        for seat in parties.seats_in(UUID(programme)):
            for person, name in seat.holders:
                people[str(person)] = f"{name}, {seat.organisation_name}"
    first = {"data_kind": request.GET.get("kind", ""), "context": request.GET.get("context", "")}
    return GrantForm(
        request.POST or None,
        initial=first,
        organisations=[
            (str(id), name) for id, name in sorted(services.met(request.viewer).items(), key=lambda o: o[1])
        ],
        programmes=programmes,
        people=sorted(people.items(), key=lambda p: p[1]),
    )


def _terms(given: dict[str, Any]) -> dict[str, Any]:
    """What the form says, as the service takes it: only what fits the audience."""
    terms = {name: UUID(given[name]) if given[name] else None for name in LISTS}
    audience = given["audience"]
    if audience != Audience.ORGANISATION:
        terms["organisation"] = None
    if audience not in (Audience.SIDE, Audience.PARTIES):
        terms["arrangement"] = None
    persons = tuple(UUID(p) for p in given["persons"]) if audience == Audience.PERSON else ()
    side = given["side"] if audience == Audience.SIDE else ""
    kept = {name: given[name] for name in ("purpose", "detail", "ceiling", "ends_at")}
    return {**terms, **kept, "persons": persons, "side": side}


@inside
def grant_make(request: Asked) -> HttpResponse:
    """Makes a grant: first what it would show and what stays after withdrawal, then giving it."""
    form = _form(request)
    context: dict[str, Any] = {"form": form, "kinds": data_kinds()}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        terms = _terms(given)
        try:
            if "give" in request.POST:
                made = services.grant_make(request.viewer, given["data_kind"], given["audience"], **terms)
                return redirect("sharing:grant", made.subject)
            context["preview"] = _preview(request, given, terms)
        except Invalid as error:
            told(form, error)
    return render(request, "sharing/grant_make.html", context)


def _preview(request: Asked, given: dict[str, Any], terms: dict[str, Any]) -> dict[str, Any]:
    """How many records the grant would show now, to whom, and how many it leaves out by their label."""
    most = gate.CEILINGS[Audience(given["audience"])]
    draft = Grant(
        audience=given["audience"],
        starts_at=clock.now(),
        **{k: v for k, v in terms.items() if k != "persons"},
    )
    draft.persons = [str(p) for p in terms["persons"]]
    kind = kind_named(given["data_kind"])
    rows = gate.visible(kind.model, request.viewer).filter(owner=request.viewer.organisation)
    if terms["context"]:
        rows = rows.filter(context=terms["context"])
    shown = rows.filter(label__in=set(up_to(given["ceiling"])) & set(up_to(most.value))).count()
    words = gate.audience_words(draft)
    return {
        "kind": kind.title,
        "audience": words,
        "shown": shown,
        "left": rows.count() - shown,
        "detail": given["detail"],
    }


def _grant(request: Asked, subject: UUID) -> Grant:
    mine = selectors.grants_given(request.viewer).filter(subject=subject).first()
    found: Grant | None = mine or selectors.grants_received(request.viewer).filter(subject=subject).first()
    if found is None:
        raise Hidden()
    return found


@inside
def grant(request: Asked, grant: UUID) -> HttpResponse:
    """One grant, and withdrawing it."""
    found = _grant(request, grant)
    own = found.owner == request.viewer.organisation
    form = WhyForm(request.POST or None)
    if request.method == "POST" and own and form.is_valid():
        services.grant_withdraw(services.viewer_actor(request.viewer), grant, form.cleaned_data["why"])
        return redirect("sharing:grant", grant)
    names = parties.organisation_names([found.owner])
    people = parties.person_names([found.recorded_by])
    context = {
        "grant": found,
        "row": _row(found, names),
        "form": form,
        "own": own,
        "state": selectors.grant_state(found),
    }
    context["by"] = people.get(found.recorded_by, "") if found.recorded_by else ""
    context["context_title"] = _context_title(found)
    return render(request, "sharing/grant.html", context)


def _context_title(grant: Grant) -> str:
    if grant.context is None:
        return ""
    try:
        return parties.programme(grant.context).title
    except Hidden:
        return _("one activity, assessment or milestone")
