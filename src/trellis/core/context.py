"""What every page needs around its content, whoever looks and however little is there."""

from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi, get_language_info
from django.utils.translation import gettext_lazy as _

from trellis.core import ports

STATIC = Path(__file__).parent / "static" / "core"

# Names of addresses that the footer and the head link to where the installation has them.
FOOTER = [
    ("access", _("Who can see this page")),
    ("export", _("Take your data with you")),
    ("ledger", _("Check the ledger")),
    ("accessibility", _("Accessibility")),
]
MARKS = {
    "demo": _("Demonstration: invented data"),
    "test": _("Test installation: invented data"),
}


def address(name: str, *args: Any) -> str:
    """The address of a named page, or '' where no such page is installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=1)
def stylesheet_version() -> str:
    """Changes when the stylesheet does, so that browsers may keep it for a year."""
    return sha256((STATIC / "trellis.css").read_bytes()).hexdigest()[:8]


def languages(request: HttpRequest) -> list[dict[str, str]]:
    """The other languages of the installation, each with its own name and a link that keeps the page."""
    here = get_language() or settings.LANGUAGE_CODE
    found = []
    for code, _name in settings.LANGUAGES:
        url = address("language", code)
        if url and code != here:
            query = urlencode({"next": request.get_full_path()})
            found.append({"code": code, "name": str(get_language_info(code)["name_local"]), "url": f"{url}?{query}"})
    return found


def navigation(request: HttpRequest) -> list[ports.NavItem]:
    """The items of the menu that the areas offer, in order; marks the section of this page if no area did."""
    items = [item for offer in ports.navigation for item in offer(request)]
    items.sort(key=lambda item: item.order)
    if not any(item.current for item in items):
        path = request.path
        fits = [i for i in items if path == i.url or (i.url != "/" and path.startswith(i.url))]
        if fits:
            here = max(fits, key=lambda item: len(item.url))
            items = [replace(item, current=item is here) for item in items]
    return items


def furniture(request: HttpRequest) -> dict[str, Any]:
    """Context processor: reader, programme, menu, languages, direction and marks of the base layout."""
    viewer = getattr(request, "viewer", None)
    return {
        "viewer": viewer if getattr(viewer, "person_name", "") else None,
        "programme": getattr(request, "programme", None),
        "programmes": getattr(request, "programmes", None) or [],
        "navigation": navigation(request),
        "languages": languages(request),
        "lang": get_language() or settings.LANGUAGE_CODE,
        "dir": "rtl" if get_language_bidi() else "ltr",
        "mark": MARKS.get(settings.MODE, ""),
        "home_url": address("home") or "/",
        "programmes_url": address("programmes"),
        "sign_in_url": settings.LOGIN_URL,
        "sign_out_url": address("sign-out") or "/sign-out/",
        "footer": [(address(name), title) for name, title in FOOTER if address(name)],
        "zone": timezone.get_current_timezone_name(),
        "stylesheet_version": stylesheet_version(),
    }
