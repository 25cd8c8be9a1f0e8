"""Pages of imports: send a file, look at what every row comes to, write what holds."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from trellis.core.conditions import Invalid
from trellis.operations import loading, mapping, selectors, services
from trellis.operations.forms import ImportForm
from trellis.operations.models import ImportReport
from trellis.operations.tables import import_rows
from trellis.parties.pages import Asked, inside, told

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@inside
def import_new(request: Asked) -> HttpResponse:
    """Reads a file without recording anything."""
    first = {"zone": selectors.zone_of(request.viewer.organisation)}
    form = ImportForm(request.POST or None, request.FILES or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        upload = said["file"]
        try:
            held = services.import_read(
                request.viewer,
                upload.read(),
                name=upload.name or "",
                preset=said["preset"],
                zone=said["zone"],
                label=said["label"],
            )
        except Invalid as error:
            if (staged := _staged(request, upload, said, error)) is not None:
                return redirect("operations:import-columns", staged.pk)
            told(form, error)
        else:
            return redirect("operations:import", held.pk)
    return render(request, "operations/import_new.html", {"form": form})


def _staged(request: Asked, upload: Any, said: dict[str, Any], error: Invalid) -> ImportReport | None:
    """The file kept for choosing its columns, where they are all that does not fit; None for what is no table."""
    if set(error.fields) != {"file"}:
        return None
    upload.seek(0)
    try:
        held = mapping.stage(
            request.viewer, upload.read(), name=upload.name or "", zone=said["zone"], label=said["label"]
        )
    except Invalid:
        return None
    messages.info(request, error.fields["file"])
    return held


@inside
def import_report(request: Asked, report: UUID) -> HttpResponse:
    """What every row of a file comes to, or came to."""
    held = services.import_report(request.viewer, report)
    context = {
        "held": held,
        "total": len(held.rows),
        "accepted": held.count("accepted"),
        "remarked": held.count("remark"),
        "rejected": held.count("rejected"),
        "duplicate": held.count("duplicate"),
        "fresh": held.count("accepted", "remark"),
        "table": import_rows(request, held),
    }
    return render(request, "operations/import.html", context)


@inside
@require_POST
def import_write(request: Asked, report: UUID) -> HttpResponse:
    """Records the accepted rows."""
    held = services.import_write(request.viewer, report)
    n = held.count("accepted", "remark")
    messages.success(request, ngettext("%(n)s incident is recorded.", "%(n)s incidents are recorded.", n) % {"n": n})
    return redirect("operations:import", held.pk)


@inside
def import_csv(request: Asked, report: UUID) -> HttpResponse:
    """The report as CSV."""
    held = services.import_report(request.viewer, report)
    return _file(loading.report_csv(held), "text/csv; charset=utf-8", f"incident-import-{held.made_at.date()}.csv")


@inside
def import_template(request: Asked, kind: str) -> HttpResponse:
    """Our empty template, as CSV or XLSX."""
    wanted = "xlsx" if kind == "xlsx" else "csv"
    media = XLSX if wanted == "xlsx" else "text/csv; charset=utf-8"
    return _file(loading.template(wanted), media, f"incidents.{wanted}")


def _file(body: bytes, media: str, name: str) -> HttpResponse:
    return HttpResponse(body, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})
