"""Pages of the library of frameworks: the shelf, one framework, import with a dry run, templates."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trellis.assessment import frameworks, library
from trellis.assessment.forms import FrameworkForm
from trellis.parties.pages import Asked, inside

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(data, content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


@inside
def index(request: Asked) -> HttpResponse:
    """The shelf, and a file to import: first what it would bring in, then the import."""
    form = FrameworkForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        about = {name: form.cleaned_data[name] for name in ("licence", "language")}
        data = form.cleaned_data["file"].read()
        report = library.framework_import(request.viewer, data, about=about, dry="import" not in request.POST)
        if "import" in request.POST:
            messages.success(request, _("The framework is on the shelf."))
            return redirect("frameworks:framework", hash=report.hash)
    context = {"shelf": library.shelf(), "form": form, "report": report}
    return render(request, "assessment/frameworks.html", context)


@inside
def framework(request: Asked, hash: str) -> HttpResponse:
    """One framework: its items, stages and statements."""
    found = library.framework(hash, translated=True)
    areas: dict[str, list[object]] = {}
    for item in found.rated:
        area = found.by_code[item.parent].title if item.parent else ""
        areas.setdefault(area, []).append({"item": item, "indicators": found.indicators(item.code)})
    context = {"framework": found, "hash": hash, "areas": list(areas.items())}
    return render(request, "assessment/framework.html", context)


@inside
def download(request: Asked, hash: str, kind: str) -> HttpResponse:
    """A framework as a table that can be read back."""
    found = library.framework(hash)
    data = frameworks.to_csv(found) if kind == "csv" else frameworks.to_xlsx(found)
    return _file(data, found.id, kind)


@inside
def template(request: Asked, kind: str) -> HttpResponse:
    """An empty table to write a framework in."""
    return _file(frameworks.template(kind), "framework", kind)
