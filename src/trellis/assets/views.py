"""Pages of security tests: the list with what is overdue, all findings, and the counts of a programme's parties."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trellis.assets import counting, selectors, services
from trellis.assets.forms import ShareForm
from trellis.assets.tables import finding_table, test_table
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, inside

SHOWN = 25


@inside
def tests(request: Asked) -> HttpResponse:
    """Overdue critical findings first, then the tests and their counts."""
    viewer = request.viewer
    assert viewer.organisation
    found = selectors.tests(viewer)
    table = test_table(request, found)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    late = list(selectors.overdue(viewer)[: SHOWN + 1])
    context = {
        "table": table,
        "overdue": late[:SHOWN],
        "more": len(late) > SHOWN,
        "stopped": [view for view in found if view.state == "stopped"],
        "titles": {view.id: str(view.row) for view in found},
        "tests": found,
        "host": counting.counts(viewer, {viewer.organisation: viewer.organisation_name})[0] if found else None,
    }
    return render(request, "assets/tests.html", context)


@inside
def findings(request: Asked) -> HttpResponse:
    """All findings that the viewer may read."""
    names = {row.subject: str(row) for row in selectors.visible_tests(request.viewer)}
    table = finding_table(request, selectors.visible_findings(request.viewer), names)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    return render(request, "assets/findings.html", {"table": table})


@in_programme
def counts(request: Asked) -> HttpResponse:
    """The counts of each party that lets the viewer see them, and nothing of what the findings say."""
    here, viewer = request.programme.id, request.viewer
    hosts = selectors.hosts(viewer, here)
    members = parties.parties(here)
    context = {
        "hosts": counting.counts(viewer, hosts),
        "sides": {party.organisation: party.side for party in members},
        "silent": [one for one in members if one.organisation not in (*hosts, viewer.organisation)],
        "form": ShareForm(),
    }
    return render(request, "assets/counts.html", context)


@in_programme
@require_POST
def share(request: Asked) -> HttpResponse:
    """Lets parties of a programme see the counts of the viewer's organisation."""
    form = ShareForm(request.POST)
    if form.is_valid():
        services.figures_share(request.viewer, request.programme.id, form.cleaned_data["audience"])
        messages.success(request, _("They see your counts now. What the findings say stays with you."))
    return redirect("assets:counts", request.programme.id)
