"""Pages of agreements: the list, a draft with its checklist, one agreement, and the text to print."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from trellis.agreements import selectors, services
from trellis.agreements.forms import AgreementForm
from trellis.agreements.models import Agreement
from trellis.agreements.schemas import CLAUSES, STRANDS
from trellis.core import clock
from trellis.core.conditions import Hidden, unmet
from trellis.core.context import address
from trellis.core.tables import Column, Table
from trellis.governance import drafts, rights
from trellis.governance.models import Draft
from trellis.governance.registry import kind_named
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.planning import selectors as planning


class AgreementTable(Table):
    caption = gettext_lazy("Agreements")
    name = "agreements"
    columns = [
        Column("title", gettext_lazy("Agreement"), sort="title", link="url"),
        Column("version", gettext_lazy("Version"), kind="num"),
        Column("donors", gettext_lazy("Donors")),
        Column("starts_on", gettext_lazy("From"), sort="starts_on", kind="day"),
        Column("ends_on", gettext_lazy("Until"), sort="ends_on", kind="day"),
        Column("ceiling", gettext_lazy("Ceiling"), kind="money"),
        Column("state", gettext_lazy("State"), kind="tag"),
    ]
    empty_title = gettext_lazy("No agreement is signed")
    empty_note = gettext_lazy("Draft one, check its clauses, and propose it for signature by both sides.")


def _state(row: Any) -> str:
    today = clock.today()
    if row.ends_on < today:
        return _("ended")
    return _("in force") if row.starts_on <= today else _("signed, not begun")


def _rights(request: Asked) -> dict[str, Any]:
    kind, here, viewer = kind_named("agreement.sign"), request.programme.id, request.viewer
    assert viewer.organisation
    return {
        "may_sign": rights.may_propose(here, kind, viewer.person, viewer.organisation),
        "holders": rights.proposer_words(here, kind),
    }


@in_programme
def agreements(request: Asked) -> HttpResponse:
    """Every agreement in the version signed last, and the drafts of the viewer's organisation."""
    here = request.programme.id
    names = parties.organisation_names()
    rows = [
        {
            "title": row.title,
            "version": row.version,
            "donors": ", ".join(sorted(names.get(d, "") for d in row.donors)),
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "ceiling": (row.ceiling, row.currency),
            "state": _state(row),
            "url": address("agreements:agreement", here, row.id),
        }
        for row in selectors.agreements(here)
    ]
    table = AgreementTable(request, rows)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    context = {
        "table": table,
        "drafts": drafts.drafts(request.viewer, here, services.DRAFT),
        **_rights(request),
    }
    context["in_force"] = len(selectors.in_force(here))
    flagged = selectors.activities_out_of_scope(here)
    context["out_of_scope"] = flagged if context["in_force"] else []
    return render(request, "agreements/agreements.html", context)


def _mine(request: Asked, draft: UUID) -> Draft:
    """The draft, if it is one of this programme. Raises Hidden otherwise."""
    row = drafts.draft(request.viewer, draft)
    if row.arrangement != request.programme.id:
        raise Hidden()
    return row


@in_programme
def draft_edit(request: Asked, draft: UUID | None = None) -> HttpResponse:
    """A draft: all fields, and the clause checklist as last saved."""
    here = request.programme.id
    row = _mine(request, draft) if draft else None
    data: dict[str, Any] = row.data if row else {"currency": request.programme.currency}
    data = data if row else {**data, "languages": list(request.programme.languages)}
    donors = [(p.organisation, p.name) for p in parties.parties(here) if p.side == "donor"]
    form = AgreementForm(
        request.POST or None,
        initial=AgreementForm.initial_of(data),
        donors=donors,
        activities=[(a.id, a.title) for a in planning.activities(here)],
        amendment=int(data.get("version", 1)) > 1,
    )
    if request.method == "POST" and form.is_valid():
        saved = services.draft_save(request.viewer, here, form.cleaned_data, draft)
        return redirect("agreements:draft", here, saved.pk)
    checks = services.draft_checklist(data) if row else []
    context = {"form": form, "draft": row, "checks": checks, "ready": not unmet(checks), **_rights(request)}
    return render(request, "agreements/draft.html", context)


@require_POST
@in_programme
def draft_propose(request: Asked, draft: UUID) -> HttpResponse:
    """Lays the draft before the other side for signature."""
    decision = services.draft_propose(request.viewer, request.programme.id, _mine(request, draft).pk)
    url = address("governance:decision", request.programme.id, decision.pk)
    return redirect(url or address("agreements:agreements", request.programme.id))


@require_POST
@in_programme
def draft_delete(request: Asked, draft: UUID) -> HttpResponse:
    """Deletes a draft."""
    drafts.delete(request.viewer, _mine(request, draft).pk)
    return redirect("agreements:agreements", request.programme.id)


@require_POST
@in_programme
def draft_amend(request: Asked, agreement: UUID) -> HttpResponse:
    """Begins an amendment from the version in force."""
    row = services.draft_amend(request.viewer, request.programme.id, agreement)
    return redirect("agreements:draft", request.programme.id, row.pk)


def _text(row: Agreement) -> dict[str, Any]:
    names = parties.organisation_names()
    return {
        "agreement": row,
        "clauses": [(title, row.clauses.get(name, "")) for name, title in CLAUSES.items()],
        "donors": [names.get(UUID(d), d) for d in row.donors],
        "strands": [STRANDS[s] for s in row.strands],
    }


@in_programme
def agreement(request: Asked, agreement: UUID) -> HttpResponse:
    """One agreement: its clauses, term and money, and every version."""
    here = request.programme.id
    found = selectors.versions(request.viewer, here, agreement)
    context = {**_text(found[0]), "versions": found, "state": _state(found[0]), **_rights(request)}
    context["decision_url"] = address("governance:decision", here, found[0].decision)
    return render(request, "agreements/agreement.html", context)


@in_programme
def text(request: Asked, agreement: UUID, version: int) -> HttpResponse:
    """The authoritative text of one version, to read and to print, with its signatures and its hash."""
    here = request.programme.id
    row = next((r for r in selectors.versions(request.viewer, here, agreement) if r.version == version), None)
    if row is None:
        return redirect("agreements:agreement", here, agreement)
    return render(request, "agreements/text.html", {**_text(row), "keys": selectors.signatures(row)})
