"""Pages of an act that waits for a signature made outside."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from trellis.core import canonical, outside
from trellis.core.conditions import Hidden, Invalid, TrellisError
from trellis.core.forms import Form, forms
from trellis.core.models import Unsigned
from trellis.governance import founding as foundings
from trellis.governance import selectors, signing
from trellis.governance.models import Decision
from trellis.parties.own_keys import signature_from
from trellis.parties.pages import Asked, inside, told
from trellis.parties.views_keys import download


class SignatureForm(Form):
    """A signature that comes back."""

    signature = forms.CharField(
        label=gettext_lazy("Signature"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("As the command printed it: 128 hex digits, or 88 characters of base64."),
    )


@inside
def sign(request: Asked, unsigned: UUID) -> HttpResponse:
    """The bytes to take away and sign, and the place for the signature."""
    kept = signing.waiting(request.viewer, unsigned)
    form = SignatureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = signing.complete(request.viewer, unsigned, signature_from(form.cleaned_data["signature"]))
        except Hidden:
            raise
        except Invalid as error:
            told(form, error)
        except TrellisError as error:
            return _anew(request, kept, error)
        else:
            return redirect(_address(request, done))
    row = selectors.decision(request.viewer, kept.about)
    context = {
        "kept": kept,
        "act": signing.TITLES[kept.act],
        "decision": row,
        "decision_url": _address(request, row),
        "heading": selectors.title_of(row, selectors.contents([row]).get(row.pk)),
        "until": kept.made_at + outside.WAITS,
        "form": form,
    }
    return render(request, "governance/sign.html", context)


def _address(request: Asked, row: Decision) -> str:
    """The page of the decision; for who is asked to join, that of the invitation."""
    if selectors.guest(request.viewer, row):
        return reverse("joining", args=[row.pk])
    return reverse("governance:decision", args=[row.stream, row.pk])


def to_sign(request: Asked, decision: UUID, act: str, text: str = "") -> HttpResponse:
    """Leads from an act that waits for a signature to its bytes."""
    return redirect("decision-sign", signing.prepare(request.viewer, decision, act, text).pk)


def _anew(request: Asked, kept: Unsigned, error: TrellisError) -> HttpResponse:
    """The bytes no longer fit: the act is tried again, which says why it cannot be, or gives new ones."""
    answer = to_sign(request, kept.about, kept.act, kept.text)
    messages.warning(request, error.message)
    return answer


@inside
def file(request: Asked, unsigned: UUID) -> HttpResponse:
    """Downloads the file for `trellis sign`, or with `?raw=1` only the bytes to sign."""
    kept = signing.waiting(request.viewer, unsigned)
    if request.GET.get("raw"):
        return download(kept.body.encode(), f"entry-{kept.pk}.bin")
    return download(signing.file_of(kept), f"entry-{kept.pk}.json")


@inside
def founding_file(request: Asked, founding: UUID) -> HttpResponse:
    """Downloads a founding as the file that `trellis sign` takes."""
    row = foundings.founding(request.viewer, founding)
    if request.GET.get("raw"):
        return download(foundings.body_of(row), f"founding-{row.pk}.bin")
    return download(canonical.encode({"sign": foundings.body_of(row).decode()}), f"founding-{row.pk}.json")
