"""Puts the viewer on every request, read afresh, so that leaving takes effect at once; and begins it in UTC."""

from collections.abc import Callable
from datetime import UTC

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from trellis.parties import selectors
from trellis.parties.models import Person
from trellis.parties.schemas import PUBLIC

Handler = Callable[[HttpRequest], HttpResponse]


def viewer(get_response: Handler) -> Handler:
    """Sets `request.viewer`. A session of somebody who has left ends here."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        found = selectors.viewer_of(user if isinstance(user, Person) else None)
        if isinstance(user, Person) and not (found.known or found.operator):
            logout(request)
            found = PUBLIC
        request.viewer = found  # type: ignore[attr-defined]
        with timezone.override(UTC):  # a page says in `parties.pages.times_of` which zone it tells; it ends here
            return get_response(request)

    return middleware
