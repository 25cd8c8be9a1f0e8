"""Pages of somebody's own account: profile, password, second factor, tokens."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from trellis.core.conditions import Invalid
from trellis.parties import factors, members, passkeys, services, signin, throttle
from trellis.parties.forms import CodeForm, KeyForm, PasswordForm, ProfileForm, TokenForm
from trellis.parties.pages import Asked, told, with_account


def trail(*more: str) -> list[tuple[str, str]]:
    """Crumbs below the account."""
    return [(_("Your account"), reverse("parties:account")), *[(title, "") for title in more]]


@with_account
def account(request: Asked) -> HttpResponse:
    """Profile, second factor, tokens."""
    person = factors.account_of(request.viewer)
    first = {"name": person.name, "language": person.language, "mail_digest": person.mail_digest}
    form = ProfileForm(request.POST or None, initial=first)
    if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        form.fields["mail_digest"].help_text = _("This installation sends no mail now.")
    if request.method == "POST" and form.is_valid():
        changed = members.profile_change(request.viewer, **form.cleaned_data)
        return signin.in_own_language(redirect("parties:account"), changed)
    context: dict[str, Any] = {"form": form, "person": person, "tokens": members.tokens(request.viewer)}
    context["factors"] = factors.in_force(person.pk)
    context["recovery_left"] = factors.recovery_left(person.pk)
    return render(request, "parties/account.html", context)


@never_cache
@sensitive_post_parameters()
@with_account
def password(request: Asked) -> HttpResponse:
    """Changing the password."""
    form, status = PasswordForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        who, address = f"password:{request.viewer.person}", throttle.address_of(request)
        try:
            throttle.check(who, address)
            person = members.password_change(request.viewer, form.cleaned_data["old"], form.cleaned_data["new"])
        except Invalid as error:
            if "old" in error.fields:
                throttle.failed(who, address)
            told(form, error)
        except throttle.TooMany as error:
            form.add_error(None, error.message)
            status = error.status
        else:
            update_session_auth_hash(request, person)
            messages.info(request, _("The password is changed. Your other sessions have ended."))
            return redirect("parties:account")
    context = {
        "form": form,
        "heading": _("Change your password"),
        "lede": _("Your other sessions end; API tokens stay until you revoke them."),
        "submit": _("Change the password"),
        "trail": trail(_("Password")),
        "back": reverse("parties:account"),
    }
    return render(request, "parties/form.html", context, status=status)


@never_cache
@with_account
def totp(request: Asked) -> HttpResponse:
    """Setting up an authenticator app: the secret as a square and in text, then its first code."""
    person = factors.account_of(request.viewer)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factors.totp_confirm(request.viewer, form.cleaned_data["code"])
        except Invalid as error:
            told(form, error)
        else:
            return _codes(request, codes)
    factor = factors.totp_begin(request.viewer)
    context = {"form": form, "qr": factors.qr(factor, person.email), "secret": factors.secret_text(factor)}
    return render(request, "parties/totp.html", context)


def _codes(request: Asked, codes: list[str]) -> HttpResponse:
    return render(request, "parties/recovery.html", {"codes": codes})


@never_cache
@require_POST
@with_account
def recovery(request: Asked) -> HttpResponse:
    """New recovery codes in place of the old ones."""
    return _codes(request, factors.recovery_renew(request.viewer))


@require_POST
@with_account
def factor_remove(request: Asked, factor: UUID) -> HttpResponse:
    """Removes a second factor."""
    factors.remove(request.viewer, factor)
    messages.info(request, _("The second factor is removed."))
    return redirect("parties:account")


@never_cache
@with_account
def passkey(request: Asked) -> HttpResponse:
    """Adding a security key or passkey: needs a script, as browsers offer it no other way."""
    person = factors.account_of(request.viewer)
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = json.loads(request.POST.get("answer") or "null")
            if not isinstance(said, dict):
                raise ValueError
            first = not factors.needed(person.pk)
            passkeys.register_complete(request, person, form.cleaned_data["title"], said)
        except ValueError:
            form.add_error(None, _("The key gave no answer. Press the button and follow your browser."))
        except Invalid as error:
            told(form, error)
        else:
            if first:
                return _codes(request, factors.recovery_renew(request.viewer))
            return redirect("parties:account")
    options = json.dumps(passkeys.register_begin(request, person))
    return render(request, "parties/passkey.html", {"form": form, "options": options})


@never_cache
@with_account
def token_make(request: Asked) -> HttpResponse:
    """A new API token, shown once."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token, text = services.token_make(request.viewer, form.cleaned_data["title"])
        return render(request, "parties/token.html", {"token": token, "text": text})
    context = {
        "form": form,
        "heading": _("Make an API token"),
        "lede": _("A program that holds it can do what you can do, until you revoke it or leave."),
        "submit": _("Make the token"),
        "trail": trail(_("API token")),
        "back": reverse("parties:account"),
    }
    return render(request, "parties/form.html", context)


@require_POST
@with_account
def token_revoke(request: Asked, token: UUID) -> HttpResponse:
    """Ends a token."""
    services.token_revoke(request.viewer, token)
    messages.info(request, _("The token no longer works."))
    return redirect("parties:account")
