"""What goes wrong, as TAXII says it: a title, and whatever helps the caller to do better."""

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from trellis.core import ids
from trellis.core.conditions import Invalid, Refused, TrellisError, unmet
from trellis.exchange.taxii.media import MEDIA

log = logging.getLogger(__name__)


class Problem(Exception):
    """A request that is not answered as asked, with its HTTP status, headers, and details by name."""

    def __init__(
        self,
        status: int,
        title: str,
        description: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        details: Mapping[str, str] | None = None,
        url: str = "",
    ) -> None:
        super().__init__(title)
        self.status, self.title, self.description = status, title, description
        self.headers, self.details, self.url = dict(headers or {}), dict(details or {}), url


def nothing_here() -> Problem:
    """Says the same of what does not exist and of what the caller may not see."""
    return Problem(404, _("There is nothing here that you may see."))


def of(error: TrellisError, method: str) -> Problem:
    """The problem that a refusal of the services is. Of a body that cannot be taken 422, of a wrong parameter 400."""
    details: dict[str, str] = {}
    url, status = "", error.status
    if isinstance(error, Invalid):
        details = {name: str(text) for name, text in error.fields.items()}
        status = 422 if method == "POST" else 400
    if isinstance(error, Refused):
        missing = unmet(error.conditions)
        details = {str(c.name): str(c.note) or _("not met") for c in missing}
        if error.holders:
            details["holders"] = ", ".join(map(str, error.holders))
        url = next((c.url for c in missing if c.url), "")
    return Problem(status, str(error.message), "" if details else str(error), details=details, url=url)


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The error as a TAXII error message; its id is in the log."""
    number = str(ids.new())
    said: dict[str, Any] = {"title": problem.title, "error_id": number, "http_status": str(problem.status)}
    if problem.description and problem.description != problem.title:
        said["description"] = problem.description
    if problem.details:
        said["details"] = problem.details
    if problem.url:
        said["external_details"] = request.build_absolute_uri(problem.url)
    level = logging.ERROR if problem.status >= 500 else logging.INFO
    log.log(level, "%s %s %s: %s", problem.status, request.method, number, problem.title)
    return HttpResponse(orjson.dumps(said), status=problem.status, content_type=MEDIA, headers=problem.headers)
