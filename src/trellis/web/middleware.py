"""What holds for every response: headers, and refusals that teach."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

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
