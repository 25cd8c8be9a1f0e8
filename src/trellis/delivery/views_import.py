"""Pages of imports of scores: send a file, look at what every row comes to, write what holds."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trellis.core.conditions import Hidden, Invalid
from trellis.delivery import loading, selectors, services
from trellis.delivery.forms import ScoresForm
from trellis.delivery.models import ScoreReport
from trellis.delivery.tables import score_rows
from trellis.delivery.views import _owned_page
from trellis.parties.pages import Asked, in_programme, told

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@in_programme
def scores_new(request: Asked, course: UUID) -> HttpResponse:
    """Reads a file of scores without recording anything."""
    found = selectors.course(request.viewer, request.programme.id, course)
    form = ScoresForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            held = services.scores_read(request.viewer, found.programme, course, upload.read(), name=upload.name or "")
        except Invalid as error:
            told(form, error)
        else:
            return redirect("delivery:scores", found.programme, course, held.pk)
    return _owned_page(request, "delivery/scores_new.html", found, form)


def _report(request: Asked, course: UUID, report: UUID) -> ScoreReport:
    held = services.score_report(request.viewer, report)
    if held.course != course:
        raise Hidden()
    return held


@in_programme
def scores(request: Asked, course: UUID, report: UUID) -> HttpResponse:
    """What every row of a file of scores comes to, or came to."""
    held = _report(request, course, report)
    context = {
        "course": selectors.course(request.viewer, request.programme.id, course),
        "held": held,
        "total": len(held.rows),
        "accepted": held.count("accepted"),
        "remarked": held.count("remark"),
        "rejected": held.count("rejected"),
        "duplicate": held.count("duplicate"),
        "fresh": held.count("accepted", "remark"),
        "table": score_rows(request, held),
    }
    return render(request, "delivery/scores.html", context)


@in_programme
@require_POST
def scores_write(request: Asked, course: UUID, report: UUID) -> HttpResponse:
    """Records the accepted rows."""
    held = services.scores_write(request.viewer, _report(request, course, report).pk)
    messages.success(request, _("Recorded."))
    return redirect("delivery:scores", request.programme.id, course, held.pk)


@in_programme
def scores_csv(request: Asked, course: UUID, report: UUID) -> HttpResponse:
    """The report as CSV."""
    held = _report(request, course, report)
    return _file(loading.report_csv(held), "text/csv; charset=utf-8", f"scores-import-{held.made_at.date()}.csv")


@in_programme
def scores_template(request: Asked, kind: str) -> HttpResponse:
    """Our empty template, as CSV or XLSX."""
    wanted = "xlsx" if kind == "xlsx" else "csv"
    media = XLSX if wanted == "xlsx" else "text/csv; charset=utf-8"
    return _file(loading.template(wanted), media, f"scores.{wanted}")


def _file(body: bytes, media: str, name: str) -> HttpResponse:
    return HttpResponse(body, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})
