"""Pages that belong to no area: search, and what the pages promise to everybody."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from trellis.parties.pages import Asked, inside
from trellis.sharing import search as engine
from trellis.sharing.forms import SearchForm


@inside
def search(request: Asked) -> HttpResponse:
    """Words in every kind of record that the viewer may read."""
    form = SearchForm(request.GET or None)
    text = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    found = engine.search(request.viewer, text, request.GET.get("kind", ""))
    context: dict[str, Any] = {"form": form, "q": text, "found": found, "n": sum(len(f.hits) for f in found)}
    context |= {
        "searched": engine.searched(),
        "words": engine.words_of(text),
        "one": request.GET.get("kind", ""),
    }
    return render(request, "sharing/search.html", context)


def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "sharing/accessibility.html")
