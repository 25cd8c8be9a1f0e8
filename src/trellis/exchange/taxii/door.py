"""What holds at every address of the TAXII server: who calls, what is accepted, and errors in TAXII's own form."""

import functools
import logging
from collections.abc import Callable

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from trellis.core.conditions import TrellisError
from trellis.exchange.taxii import media, problems
from trellis.exchange.taxii.callers import caller
from trellis.exchange.taxii.problems import Problem
from trellis.parties.schemas import Viewer
from trellis.sharing.gate import noting

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
Views = dict[str, View]


def address(**views: View) -> View:
    """One address: a view by method in small letters. Forms' tokens are not asked for: no cookie is looked at here."""
    known = {name.upper(): view for name, view in views.items()}

    @csrf_exempt
    def enter(request: HttpRequest, **where: object) -> HttpResponse:
        try:
            return _serve(request, known, where)
        except Problem as problem:
            return problems.answer(request, problem)
        except TrellisError as error:
            return problems.answer(request, problems.of(error, request.method or ""))
        except (SuspiciousOperation, BadRequest, RequestDataTooBig, UnreadablePostError) as error:
            return problems.answer(request, Problem(400, _("The request cannot be understood."), str(error)))
        except Exception:
            log.exception("a TAXII request failed")
            return problems.answer(request, Problem(500, _("This went wrong here, not at your side.")))

    return enter


def _serve(request: HttpRequest, known: Views, where: dict[str, object]) -> HttpResponse:
    viewer = caller(request)
    request.viewer = viewer  # type: ignore[attr-defined]
    method = "GET" if request.method == "HEAD" else request.method or ""
    if method not in known:
        allowed = ", ".join(sorted(known))
        raise Problem(405, _("This address takes %(known)s.") % {"known": allowed}, headers={"Allow": allowed})
    if not media.acceptable(request.headers.get("Accept", "")):
        raise Problem(406, _("Only %(media)s is given here.") % {"media": media.MEDIA})
    # Whatever is read across organisations is noted for this caller, before the body is sent.
    with noting(viewer):
        response = known[method](request, viewer, **where)
    return _headless(response) if request.method == "HEAD" else response


def _headless(response: HttpResponse) -> HttpResponse:
    response["Content-Length"] = str(len(response.content))
    response.content = b""
    return response


def reading(view: Callable[..., bytes]) -> View:
    """A view that answers with a resource and nothing more."""

    @functools.wraps(view)
    def inner(request: HttpRequest, viewer: Viewer, **where: object) -> HttpResponse:
        return HttpResponse(view(request, viewer, **where), content_type=media.MEDIA)

    return inner
