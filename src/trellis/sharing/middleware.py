"""Writes the access log of each response before its body is sent."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from trellis.sharing.gate import noting

Handler = Callable[[HttpRequest], HttpResponse]


def access_log(get_response: Handler) -> Handler:
    """One row per response, owner and data kind."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with noting(request.viewer):  # type: ignore[attr-defined]
            response = get_response(request)
            render = getattr(response, "render", None)
            if callable(render):
                response = render()
        return response

    return middleware
