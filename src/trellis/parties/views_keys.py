"""Pages of the signing key that an organisation holds itself."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from trellis.core import canonical, keys
from trellis.core.conditions import Invalid
from trellis.core.forms import Form, forms
from trellis.parties import own_keys, selectors
from trellis.parties.pages import Asked, inside, told
from trellis.parties.services import require_administrator


class OwnKeyForm(Form):
    """A public key and the proof that its holder has the other half."""

    public = forms.CharField(
        label=gettext_lazy("Public key"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("Ed25519, in hex, base64 or PEM."),
    )
    signature = forms.CharField(
        label=gettext_lazy("Signature over the statement"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("Made with the key, in hex or base64: it shows that you have it."),
    )


@inside
def own_key(request: Asked) -> HttpResponse:
    """The organisation's own key: whether there is one, and registering one."""
    viewer = request.viewer
    assert viewer.organisation
    form = OwnKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            own_keys.own_key_register(
                viewer,
                own_keys.public_from(form.cleaned_data["public"]),
                own_keys.signature_from(form.cleaned_data["signature"]),
                [p.id for p in selectors.programmes_of(viewer)],
            )
        except Invalid as error:
            told(form, error)
        else:
            messages.info(request, _("Your own key is in force. Decisions of your organisation now wait for it."))
            return redirect("parties:own-key")
    administrators = [name for _id, name in selectors.administrators(viewer.organisation)]
    context = {"form": form, "key": keys.own(viewer.organisation), "administrators": administrators}
    return render(request, "parties/own_key.html", context)


@inside
def statement(request: Asked) -> HttpResponse:
    """Downloads what a new key signs first: for `trellis sign`, or with `?raw=1` the bytes alone."""
    assert request.viewer.organisation
    require_administrator(request.viewer, request.viewer.organisation)
    body = own_keys.statement(request.viewer.organisation)
    if request.GET.get("raw"):
        return download(body, "statement.bin")
    return download(canonical.encode({"sign": body.decode()}), "statement.json")


def download(body: bytes, name: str) -> HttpResponse:
    """A file to sign, as a download."""
    answer = HttpResponse(body, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@inside
def own_key_withdraw(request: Asked) -> HttpResponse:
    """Takes the organisation's own key out of use."""
    own_keys.own_key_withdraw(request.viewer, [p.id for p in selectors.programmes_of(request.viewer)])
    messages.info(request, _("Your own key is out of use. What it signed still holds."))
    return redirect("parties:own-key")
