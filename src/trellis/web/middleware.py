"""What holds for every response: headers, and refusals that teach."""

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trellis.core import reading
from trellis.core.conditions import Invalid, Refused, TrellisError

Handler = Callable[[HttpRequest], HttpResponse]
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; font-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def headers(get_response: Handler) -> Handler:
    """Adds the content policy, and forbids shared caches to keep what somebody with an account was shown."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def reading_once(get_response: Handler) -> Handler:
    """A page asks for the same thing once, however many of its parts want it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with reading.scope():
            return get_response(request)

    return middleware


def problem(error: TrellisError) -> dict[str, object]:
    """An error as the API gives it: message, holders of the right, every unmet condition, fields."""
    said: dict[str, object] = {"message": error.message}
    if isinstance(error, Refused):
        said["holders"] = list(error.holders)
        said["conditions"] = [
            {"name": str(c.name), "met": c.met, "note": str(c.note), "holder": c.holder} for c in error.conditions
        ]
    if isinstance(error, Invalid):
        said["fields"] = error.fields
    return said


def no_nul(get_response: Handler) -> Handler:
    """Refuses the character NUL in what a program says: no database keeps it, and no text has it. Forms do so anyway."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/") and (where := _nul_in(request)):
            error = Invalid({where: _("The character NUL is no part of a text.")})
            return JsonResponse(problem(error), status=error.status)
        return get_response(request)

    return middleware


def _nul_in(request: HttpRequest) -> str:
    """The parameter that holds the character, `body`, `path`, or '' for none."""
    if "\x00" in request.path:
        return "path"
    kind = request.content_type or ""
    for given in (request.GET, request.POST if kind.startswith("multipart/") else None):
        for name, values in given.lists() if given else ():
            if any("\x00" in text for text in (name, *values) if isinstance(text, str)):
                return name.replace("\x00", "") or "query"
    # In JSON it can only stand as an escape; what it is an escape of is read where one is met.
    if kind == "application/json" and b"\\u0000" in request.body:
        try:
            return "body" if "\x00" in _told(json.loads(request.body)) else ""
        except ValueError:
            return ""
    return ""


def _told(said: object) -> str:
    """All texts in what JSON says."""
    if isinstance(said, dict):
        return "".join(f"{name}{_told(held)}" for name, held in said.items())
    if isinstance(said, list):
        return "".join(map(_told, said))
    return said if isinstance(said, str) else ""


class Refusals:
    """Turns errors that a person may be told into a page, or into JSON under /api."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, TrellisError):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(problem(error), status=error.status)
        return render(request, "core/refused.html", {"refusal": error}, status=error.status)
