"""Signing in: password, then the second factor where there is one. Nobody is signed in before both hold."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Invalid
from trellis.parties import factors, selectors, throttle
from trellis.parties.models import Person

BACKEND = "django.contrib.auth.backends.ModelBackend"
PENDING = "pending-sign-in"
# How long the second step may take.
PATIENCE = timedelta(minutes=10)


def may_sign_in(person: Person) -> bool:
    """Whether an account belongs to somebody of an organisation, or to an operator."""
    viewer = selectors.viewer_of(person)
    return viewer.known or viewer.operator


def check_password(request: HttpRequest, email: str, password: str) -> Person:
    """The person with this address and password. Raises Invalid, not saying which was wrong, or TooMany."""
    address = throttle.address_of(request)
    throttle.check(email, address)
    person = authenticate(request, username=email, password=password)
    if not isinstance(person, Person) or not may_sign_in(person):
        throttle.failed(email, address)
        raise Invalid({"": _("The address or the password is not right, or the account has been closed.")})
    throttle.succeeded(email, address)
    return person


def begin(request: HttpRequest, person: Person, target: str) -> bool:
    """Signs in, or keeps the person waiting for the second factor. True when a second step is needed."""
    if factors.needed(person.pk):
        request.session.cycle_key()
        request.session[PENDING] = {
            "person": str(person.pk),
            "hash": person.get_session_auth_hash(),
            "until": (clock.now() + PATIENCE).timestamp(),
            "target": target,
        }
        return True
    finish(request, person)
    return False


def pending(request: HttpRequest) -> tuple[Person, str] | None:
    """Who waits for the second step in this session, and where they wanted to go."""
    held = request.session.get(PENDING)
    if not held or held["until"] < clock.now().timestamp():
        return None
    person = Person.objects.filter(pk=UUID(held["person"]), is_active=True).first()
    # A password changed in between ends the wait.
    if person is None or person.get_session_auth_hash() != held["hash"] or not may_sign_in(person):
        return None
    return person, held["target"]


def second(request: HttpRequest, person: Person, code: str) -> None:
    """Takes the second step with a code. Raises Invalid or TooMany."""
    account, address = f"second:{person.pk}", throttle.address_of(request)
    throttle.check(account, address)
    if not factors.passes(person.pk, code):
        throttle.failed(account, address)
        raise Invalid({"code": _("This code is not right, or was used before. Wait for the next one.")})
    throttle.succeeded(account, address)
    finish(request, person)


def finish(request: HttpRequest, person: Person) -> None:
    """Signs in: a new session, nothing of the old one."""
    request.session.pop(PENDING, None)
    login(request, person, backend=BACKEND)


def in_own_language(response: HttpResponse, person: Person) -> HttpResponse:
    """Sets the language cookie to the person's own choice."""
    if person.language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            person.language,
            max_age=365 * 24 * 3600,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def safe_target(target: str) -> str:
    """Where to go after signing in, if it is a page of this installation."""
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return str(settings.LOGIN_REDIRECT_URL)
