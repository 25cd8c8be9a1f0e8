"""Pages of the catalogue of known exploited vulnerabilities: load a file, look at its entries, say what is unused."""

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from trellis.core.conditions import Invalid
from trellis.core.tables import Choice, Column, Search, Table
from trellis.operations.practice import kev
from trellis.operations.practice.forms import KevFileForm, VendorForm
from trellis.parties.pages import Asked, inside, told

STATES = {
    "new": gettext_lazy("not looked at"),
    "overdue": gettext_lazy("open, past its due date"),
    "open": gettext_lazy("open"),
    "fixed": gettext_lazy("fixed"),
    "unused": gettext_lazy("not in use"),
}


def _link(entry: kev.Entry) -> str:
    if entry.fix is not None:
        return reverse("practice:kev", args=[entry.fix.subject])
    return f"{reverse('practice:kev-new')}?cve={entry.cve}"


class EntryTable(Table):
    """The entries of a catalogue, each leading to its record or to a form that is filled from it."""

    caption = gettext_lazy("Entries of the catalogue")
    name = "kev-catalogue"
    default_sort = "-added_on"
    columns = [
        Column("cve", gettext_lazy("CVE"), sort="cve", link=_link),
        Column("vendor", gettext_lazy("Vendor"), sort="vendor"),
        Column("product", gettext_lazy("Product"), sort="product"),
        Column("added_on", gettext_lazy("Added"), kind="day", sort="added_on"),
        Column("due_on", gettext_lazy("Due"), kind="day", sort="due_on", missing=gettext_lazy("no date")),
        Column("state", gettext_lazy("Here"), value=lambda entry: str(STATES[entry.state])),
    ]
    filters = [
        Search(gettext_lazy("CVE or words"), ["cve", "title", "vendor", "product"]),
        Choice("state", gettext_lazy("Here"), list(STATES.items())),
    ]
    empty_title = gettext_lazy("No catalogue is loaded yet")
    empty_note = gettext_lazy("Bring the catalogue file; nothing is fetched from anywhere.")


@inside
def kev_catalogue(request: Asked) -> HttpResponse:
    """The entries of the catalogue, with what is said of each."""
    entries = kev.entries(request.viewer)
    table = EntryTable(request, entries)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    counts = Counter(entry.state for entry in entries)
    vendors = kev.vendors(entries)
    context = {
        "table": table,
        "held": kev.catalogue(request.viewer),
        "total": len(entries),
        "counts": [(title, counts[name]) for name, title in STATES.items()],
        "form": VendorForm(vendors=vendors) if vendors else None,
    }
    return render(request, "operations/practice/kev_catalogue.html", context)


@inside
def kev_load(request: Asked) -> HttpResponse:
    """Takes in a catalogue file that somebody brings."""
    form = KevFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            made = kev.kev_load(request.viewer, upload.read(), upload.name or "")
        except Invalid as error:
            told(form, error)
        else:
            n = len(made.entries)
            said = ngettext("%(n)s entry is loaded.", "%(n)s entries are loaded.", n)
            messages.success(request, said % {"n": n})
            return redirect("practice:kev-catalogue")
    return render(request, "operations/practice/kev_load.html", {"form": form})


@inside
def kev_unused(request: Asked) -> HttpResponse:
    """Records that nothing of a vendor is in use, entry by entry."""
    vendors = kev.vendors(kev.entries(request.viewer))
    form = VendorForm(request.POST or None, vendors=vendors)
    if request.method == "POST" and form.is_valid():
        try:
            n = kev.kev_unused(request.viewer, form.cleaned_data["vendor"])
        except Invalid as error:
            told(form, error)
        else:
            said = ngettext("%(n)s entry is recorded as not in use.", "%(n)s entries are recorded as not in use.", n)
            messages.success(request, said % {"n": n})
            return redirect("practice:kev-catalogue")
    return render(request, "operations/practice/kev_unused.html", {"form": form})
