"""The API: every area's router on the same services as the pages, described by OpenAPI 3.1."""

from typing import Any

import pydantic
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from trellis.core.conditions import TrellisError
from trellis.parties import selectors, services
from trellis.web.middleware import problem


class Token(HttpBearer):
    """`Authorization: Bearer trl_…`: speaks for the person who made the token."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        person = services.person_by_token(token)
        if person is None:
            return None
        request.viewer = selectors.viewer_of(person)  # type: ignore[attr-defined]
        return person


def signed_in(request: HttpRequest) -> Any:
    """A browser session, for the pages' own use of the API: writing needs the form token, as on a page."""
    if not request.user.is_authenticated:
        return None
    if check_csrf(request, lambda _request: HttpResponse()) is not None:
        raise HttpError(403, "The form token is missing or wrong.")
    return request.user


api = NinjaAPI(
    title="Trellis",
    version="1",
    description="What the pages do, for programs. Errors say what was wrong, who holds the right, and every unmet condition.",
    auth=[Token(), signed_in],
    urls_namespace="api",
)


@api.exception_handler(TrellisError)
def refused(request: HttpRequest, error: TrellisError) -> HttpResponse:
    """An error that a person may be told."""
    return api.create_response(request, problem(error), status=error.status)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Input that does not fit the schema: which field, what was expected."""
    fields = {".".join(str(part) for part in e["loc"][1:]) or "body": str(e["msg"]) for e in error.errors}
    return _unfit(request, fields)


@api.exception_handler(pydantic.ValidationError)
def unfit(request: HttpRequest, error: pydantic.ValidationError) -> HttpResponse:
    """What fits the schema of the call, but not the payload of the decision that would be made of it."""
    fields = {".".join(str(part) for part in e["loc"]) or "body": str(e["msg"]) for e in error.errors()}
    return _unfit(request, fields)


def _unfit(request: HttpRequest, fields: dict[str, str]) -> HttpResponse:
    said = {"message": "; ".join(f"{name}: {text}" for name, text in fields.items()), "fields": fields}
    return api.create_response(request, said, status=422)


api.add_router("", "trellis.parties.api.router")
api.add_router("", "trellis.sharing.api.router")
api.add_router("", "trellis.governance.api.router")
api.add_router("", "trellis.governance.api_parties.router")
api.add_router("", "trellis.governance.api_signing.router")
api.add_router("", "trellis.parties.api_keys.router")
api.add_router("", "trellis.law.api.router")
api.add_router("", "trellis.assessment.api.router")
api.add_router("", "trellis.planning.api.router")
api.add_router("", "trellis.agreements.api.router")
api.add_router("", "trellis.catalogue.api.router")
api.add_router("", "trellis.assets.api.router")
api.add_router("", "trellis.funding.api.router")
api.add_router("", "trellis.measurement.api.router")
api.add_router("", "trellis.measurement.api_joins.router")
api.add_router("", "trellis.operations.api.router")
api.add_router("", "trellis.operations.api_tickets.router")
api.add_router("", "trellis.operations.api_register.router")
api.add_router("", "trellis.operations.practice.api.router")
api.add_router("", "trellis.handover.api.router")
api.add_router("", "trellis.publishing.api.router")
api.add_router("", "trellis.delivery.api.router")
api.add_router("", "trellis.regional.api.router")
api.add_router("", "trellis.exchange.api.router")
api.add_router("", "trellis.exchange.api_sources.router")
