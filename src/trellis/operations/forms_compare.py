"""Forms of the comparison before and after a day, and of the times by severity and class."""

from typing import Any

from django.utils.translation import gettext_lazy

from trellis.core.forms import DayField, Form, NumberField, forms
from trellis.operations.before_after import SPANS
from trellis.operations.classed import UNCLASSIFIED
from trellis.operations.forms import CLASS_WORDS
from trellis.operations.kinds import TITLES
from trellis.operations.parsing import SEVERITIES
from trellis.operations.selectors import UNRATED

SPAN_WORDS = {
    "1": gettext_lazy("3 months on each side"),
    "2": gettext_lazy("6 months on each side"),
    "4": gettext_lazy("a year on each side"),
    "8": gettext_lazy("two years on each side"),
}
CLASSES: list[tuple[str, Any]] = [*CLASS_WORDS.items(), (UNCLASSIFIED, gettext_lazy("Not classified"))]
ALL = ("", gettext_lazy("All"))


def _offer(form: Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class BeforeAfterForm(Form):
    """Which day, and how far to look on each side of it."""

    owner = forms.ChoiceField(label=gettext_lazy("Organisation"), required=False)
    clock = forms.ChoiceField(label=gettext_lazy("Time"), choices=list(TITLES.items()), required=False)
    day = DayField(label=gettext_lazy("Day"), help_text=gettext_lazy("The day from which something was different."))
    quarters = forms.ChoiceField(
        label=gettext_lazy("How far to look"), choices=[(n, SPAN_WORDS[n]) for n in SPANS], required=False
    )
    horizon = NumberField(
        label=gettext_lazy("Means up to, in hours"),
        required=False,
        min_value=1,
        max_value=100000,
        help_text=gettext_lazy("Left empty: as far as both sides were followed."),
    )

    def __init__(self, *args: Any, owners: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "owner", list(owners.items()))


class BreakdownForm(Form):
    """Which group of incidents."""

    owner = forms.ChoiceField(label=gettext_lazy("Organisation"), required=False)
    clock = forms.ChoiceField(label=gettext_lazy("Time"), choices=list(TITLES.items()), required=False)
    quarter = forms.ChoiceField(label=gettext_lazy("Detected in"), required=False)
    severity = forms.ChoiceField(
        label=gettext_lazy("Severity"),
        choices=[ALL, *SEVERITIES, (UNRATED, gettext_lazy("Not rated"))],
        required=False,
    )
    classification = forms.ChoiceField(label=gettext_lazy("Class"), choices=[ALL, *CLASSES], required=False)

    def __init__(self, *args: Any, owners: dict[str, str], quarters: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "owner", list(owners.items()))
        _offer(self, "quarter", quarters)
