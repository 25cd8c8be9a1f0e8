"""What every page inside needs: somebody signed in, and the programme that they are a party to."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from trellis.core.conditions import Hidden, Invalid
from trellis.core.forms import forms
from trellis.parties import selectors
from trellis.parties.schemas import Programme, Viewer

P = ParamSpec("P")


class Asked(HttpRequest):
    """A request as pages inside get it: with viewer, and in a programme's pages with the programme."""

    viewer: Viewer
    programme: Programme
    side: str


Page = Callable[Concatenate[Asked, P], HttpResponseBase]


def inside(view: Callable[Concatenate[Asked, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for somebody of an organisation; others are asked to sign in."""

    @wraps(view)
    def page(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.viewer.known:
            return redirect_to_login(request.get_full_path())
        request.programmes = selectors.programmes_of(request.viewer)
        times_of(selectors.zone_among(request.viewer.organisation, request.programmes))
        return view(request, *args, **kwargs)

    return page


def with_account(view: Callable[Concatenate[Asked, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for anybody who is signed in, the operator of the installation too."""

    @wraps(view)
    def page(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.viewer.person is None:
            return redirect_to_login(request.get_full_path())
        request.programmes = selectors.programmes_of(request.viewer)
        times_of(selectors.zone_among(request.viewer.organisation, request.programmes))
        return view(request, *args, **kwargs)

    return page


def for_operator(view: Callable[Concatenate[Asked, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for the operator of the installation; for others it does not exist."""

    @wraps(view)
    def page(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.viewer.person is None:
            return redirect_to_login(request.get_full_path())
        if not request.viewer.operator:
            raise Hidden()
        return view(request, *args, **kwargs)

    return page


def in_programme(view: Callable[Concatenate[Asked, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of one programme (`programme` in its address): 404 for who is no party to it."""

    @wraps(view)
    def page(request: Any, programme: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.viewer.known:
            return redirect_to_login(request.get_full_path())
        request.programme = selectors.programme_for(request.viewer, programme)
        request.programmes = selectors.programmes_of(request.viewer)
        times_of(request.programme.time_zone)
        request.side = selectors.sides(programme)[request.viewer.organisation]
        return view(request, *args, **kwargs)

    return page


def times_of(zone: str) -> None:
    """Tells and reads the times of this page in a time zone, which its foot names; the request ends it.

    A page of a programme has the programme's; one beside programmes that of the reader's own where they agree, else
    UTC. Nothing else sets a zone.
    """
    timezone.activate(ZoneInfo(zone))


def told(form: forms.Form, error: Invalid) -> None:
    """Puts what a service found wrong beside the fields of the form that was sent."""
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields else None, text)
