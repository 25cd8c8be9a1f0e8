"""Forms of the register: an incident in a minute, look-alikes, columns of a file."""

from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from trellis.core.forms import Form, KnownDateTimeField, TlpField, forms
from trellis.operations.forms import SEVERITY_WORDS
from trellis.operations.mapping import FileColumn, fields


class QuickForm(Form):
    """The least that an incident needs, typed while it goes on."""

    title = forms.CharField(label=gettext_lazy("What is it?"), max_length=200)
    severity = forms.ChoiceField(
        label=gettext_lazy("How severe is it?"),
        choices=list(SEVERITY_WORDS.items()),
        required=False,
        widget=forms.RadioSelect,
    )
    detected = KnownDateTimeField(
        label=gettext_lazy("Detected"), allow_unknown=False, help_text=gettext_lazy("Now, unless you change it.")
    )
    reference = forms.CharField(
        label=gettext_lazy("Reference"), max_length=80, help_text=gettext_lazy("Suggested; your own number serves.")
    )
    # RED names readers, which the whole form asks for.
    label = TlpField(labels=["AMBER+STRICT", "AMBER", "GREEN", "CLEAR"])


class SameForm(Form):
    """Whether two records are one incident, and what shows it."""

    same = forms.ChoiceField(
        label=gettext_lazy("Are the two records one incident?"),
        choices=[
            ("yes", gettext_lazy("One incident: this record repeats the other, and leaves lists and figures")),
            ("no", gettext_lazy("Two incidents: do not suggest the pair again")),
        ],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(label=gettext_lazy("What shows it"), max_length=500)


class UndoForm(Form):
    """Why a decision on look-alikes was wrong."""

    why = forms.CharField(label=gettext_lazy("Why was the decision wrong?"), max_length=500)


class ColumnsForm(Form):
    """Which field each column of a file fills."""

    def __init__(self, *args: Any, columns: list[FileColumn], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        choices: list[tuple[str, Any]] = [("", pgettext_lazy("column of a file", "not read"))]
        choices += [(name, f"{title} *" if needed else title) for name, title, needed in fields()]
        for column in columns:
            self.fields[f"c{column.place}"] = forms.ChoiceField(
                label=column.title,
                choices=choices,
                required=False,
                initial=column.field,
                help_text=", ".join(f"“{text}”" for text in column.examples) or gettext_lazy("No cell holds anything."),
            )

    def mapping(self) -> dict[str, str]:
        """File column to field, as chosen."""
        return {column.title: self.cleaned_data[f"c{column.place}"] for column in self.columns}
