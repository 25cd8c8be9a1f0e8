"""Pages before somebody is signed in: sign-in, second step, identity provider, invitation; signing out."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from trellis.core.conditions import Hidden, Invalid
from trellis.parties import factors, oidc, passkeys, personas, services, signin, throttle
from trellis.parties.forms import AcceptForm, CodeForm, InvitationCodeForm, SignInForm
from trellis.parties.models import Factor, Person
from trellis.parties.pages import told


def _onward(request: HttpRequest, person: Person, target: str) -> HttpResponse:
    """To the second step, or in."""
    if signin.begin(request, person, target):
        return redirect("sign-in-second")
    return signin.in_own_language(redirect(_landing(person, target)), person)


def _landing(person: Person, target: str) -> str:
    safe = signin.safe_target(target)
    return reverse("parties:operator") if person.is_operator and safe == "/" else safe


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """E-mail address and password."""
    form = SignInForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            person = signin.check_password(request, given["email"], given["password"])
        except Invalid as error:
            told(form, error)
        except throttle.TooMany as error:
            form.add_error(None, error.message)
            status = error.status
        else:
            return _onward(request, person, given["next"])
    context: dict[str, Any] = {
        "form": form,
        "personas": personas.listed(),
        "shared": personas.demo_password(),
    }
    context["provider"] = oidc.provider()
    return render(request, "parties/sign_in.html", context, status=status)


@never_cache
@sensitive_post_parameters("code")
def second(request: HttpRequest) -> HttpResponse:
    """The second factor: a code, or a security key."""
    waiting = signin.pending(request)
    if waiting is None:
        messages.warning(request, _("Signing in took too long. Begin again."))
        return redirect("sign-in")
    person, target = waiting
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        try:
            if answer := request.POST.get("answer"):
                _by_key(request, person, answer)
                return signin.in_own_language(redirect(_landing(person, target)), person)
            if form.is_valid():
                signin.second(request, person, form.cleaned_data["code"])
                return signin.in_own_language(redirect(_landing(person, target)), person)
        except Invalid as error:
            told(form, error)
        except throttle.TooMany as error:
            form.add_error(None, error.message)
            status = error.status
    context: dict[str, Any] = {"form": form}
    if factors.in_force(person.pk, Factor.Kind.WEBAUTHN):
        context["options"] = json.dumps(passkeys.authenticate_begin(request, person))
    return render(request, "parties/second.html", context, status=status)


def _by_key(request: HttpRequest, person: Person, answer: str) -> None:
    try:
        said = json.loads(answer)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Invalid({"": _("The key gave an answer that does not fit.")})
    passkeys.authenticate_complete(request, person, said)
    signin.finish(request, person)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("sign-in")


@never_cache
def provider_begin(request: HttpRequest) -> HttpResponse:
    """On to the identity provider. Hidden while none is configured."""
    found = oidc.provider()
    if found is None:
        raise Hidden()
    return redirect(oidc.begin(request, found, _callback(request), request.GET.get("next", "")))


@never_cache
def provider_back(request: HttpRequest) -> HttpResponse:
    """Back from the identity provider."""
    found = oidc.provider()
    if found is None:
        raise Hidden()
    person, target = oidc.complete(request, found, _callback(request))
    return _onward(request, person, target)


def _callback(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("provider-back"))


@never_cache
@sensitive_post_parameters("code", "password", "again")
def invitation(request: HttpRequest) -> HttpResponse:
    """First the code, then name and password."""
    address = throttle.address_of(request)
    context: dict[str, Any] = {"form": InvitationCodeForm()}
    if request.method != "POST":
        return render(request, "parties/invitation.html", context)
    first = InvitationCodeForm(request.POST)
    context["form"] = first
    if not first.is_valid():
        return render(request, "parties/invitation.html", context)
    try:
        throttle.check("invitation", address)
        found = services.invitation_for(first.cleaned_data["code"])
    except Hidden as error:
        throttle.failed("invitation", address)
        first.add_error("code", error.message)
        return render(request, "parties/invitation.html", context, status=404)
    except throttle.TooMany as error:
        first.add_error("code", error.message)
        return render(request, "parties/invitation.html", context, status=error.status)
    context["invitation"] = found
    if "password" not in request.POST:
        context["form"] = AcceptForm(initial={"code": first.cleaned_data["code"], "name": found.name})
        return render(request, "parties/invitation.html", context)
    form = context["form"] = AcceptForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            person = services.invitation_accept(given["code"], password=given["password"], name=given["name"])
        except Invalid as error:
            told(form, error)
        else:
            return _onward(request, person, "")
    return render(request, "parties/invitation.html", context)
