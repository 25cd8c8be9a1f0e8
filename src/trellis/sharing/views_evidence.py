"""Pages of evidence: files with their titles, added by their owner, handed out only as downloads."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from trellis.core import formats
from trellis.core.conditions import Invalid
from trellis.core.labels import Label
from trellis.core.tables import Choice, Column, Search, Table
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, inside, told
from trellis.sharing import evidence as store
from trellis.sharing import gate, services
from trellis.sharing.forms import EvidenceForm, WhyForm
from trellis.sharing.models import Evidence


class EvidenceTable(Table):
    caption = gettext_lazy("Evidence")
    name = "evidence"
    columns = [
        Column(
            "title",
            gettext_lazy("Shows"),
            sort="title",
            link=lambda e: reverse("sharing:evidence", args=[e.subject]),
        ),
        Column("name", gettext_lazy("File")),
        Column("size", gettext_lazy("Size"), sort="size", kind="num", value=lambda e: formats.size(e.size)),
        Column("label", gettext_lazy("Label"), sort="label", kind="tlp"),
        Column("recorded_at", gettext_lazy("Filed"), sort="recorded_at", kind="when"),
    ]
    filters = [
        Search(gettext_lazy("Words"), ["title", "name"]),
        Choice("label", gettext_lazy("Label"), [(label.value, label.value) for label in Label]),
    ]
    default_sort = "-recorded_at"
    empty_title = gettext_lazy("No evidence that you may read")
    empty_note = gettext_lazy("File a certificate, a report or a photograph, and cite it where something is claimed.")


@inside
def evidence_list(request: Asked) -> HttpResponse:
    """The evidence that the viewer may read."""
    table = EvidenceTable(request, store.evidence_list(request.viewer, gettext_noop("list of evidence")))
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    return render(request, "sharing/evidence_list.html", {"table": table})


@inside
def evidence_add(request: Asked) -> HttpResponse:
    """Files a piece of evidence."""
    programmes = [(str(p.id), p.title) for p in parties.programmes_of(request.viewer)]
    first = {"context": request.GET.get("programme", "")}
    form = EvidenceForm(request.POST or None, request.FILES or None, initial=first, programmes=programmes)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        context = UUID(given["context"]) if given["context"] else None
        readers = (request.viewer.person,) if given["label"] == "RED" and request.viewer.person else ()
        actor = services.viewer_actor(request.viewer)
        try:
            made = store.evidence_add(actor, given["title"], given["file"], given["label"], context, readers=readers)
        except Invalid as error:
            told(form, error)
        else:
            return redirect("sharing:evidence", made.subject)
    said = {
        "form": form,
        "heading": _("File evidence"),
        "lede": _("Your organisation keeps it. Others see it when you submit it with a claim, or by a grant."),
        "submit": _("File it"),
        "trail": [(_("Evidence"), reverse("sharing:evidence-list")), (_("File evidence"), "")],
        "back": reverse("sharing:evidence-list"),
    }
    return render(request, "sharing/form.html", said)


@inside
def evidence(request: Asked, evidence: UUID) -> HttpResponse:
    """One piece of evidence; its owner can retract it."""
    found: Evidence = gate.get(Evidence, request.viewer, evidence, gettext_noop("page of evidence"))
    own = found.owner == request.viewer.organisation
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        store.evidence_retract(services.viewer_actor(request.viewer), evidence, form.cleaned_data["why"])
        return redirect("sharing:evidence-list")
    owner = parties.organisation_names([found.owner]).get(found.owner, "")
    by = parties.person_names([found.recorded_by]) if own else {}
    context: dict[str, Any] = {"evidence": found, "own": own, "owner": owner, "form": form}
    context["by"] = by.get(found.recorded_by, "") if found.recorded_by else ""
    return render(request, "sharing/evidence.html", context)


def handed_out(request: Any, subject: UUID) -> FileResponse:
    """The file as a download and nothing else: never inline, never guessed at, never kept by a cache."""
    found, path = store.evidence_open(request.viewer, subject)
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


@inside
def evidence_download(request: Asked, evidence: UUID) -> HttpResponse:
    """Hands the file out."""
    return handed_out(request, evidence)  # type: ignore[return-value]  # streamed
