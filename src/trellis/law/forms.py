"""Forms of law."""

from django.utils.translation import gettext_lazy as _

from trellis.core.forms import Form, forms


class QuestionForm(Form):
    """A rights question. What it is about comes from the page that led here."""

    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("What is the risk, and for whom?"),
        widget=forms.Textarea,
        help_text=_("Every party to the programme reads this. Leave out names of people concerned."),
    )
    about = forms.UUIDField(widget=forms.HiddenInput, required=False)
    about_title = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)


class CloseForm(Form):
    """The safeguards under which a question is closed."""

    safeguards = forms.CharField(
        label=_("Safeguards agreed"),
        widget=forms.Textarea,
        help_text=_("What will be done, by whom, and how it is checked."),
    )
