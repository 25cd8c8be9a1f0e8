"""Forms of who takes part."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from trellis.core.forms import Form, forms
from trellis.parties.models import Side
from trellis.parties.schemas import SeatView

Pairs = Iterable[tuple[str, Any]]


def short(seat: SeatView) -> str:
    """Seat and organisation, without who sits there: colleagues of others are not for everybody to read."""
    return f"{seat.title}, {seat.organisation_name}"


class CandidateForm(Form):
    """Which organisation; its seats are asked for next."""

    organisation = forms.ChoiceField(label=_("Which organisation?"))

    def __init__(self, *args: Any, organisations: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = list(organisations)  # type: ignore[attr-defined]


class PartyForm(Form):
    """Side, seats and reason of a further party."""

    side = forms.ChoiceField(label=_("On which side?"), choices=Side.choices, widget=forms.RadioSelect)
    seats = forms.MultipleChoiceField(
        label=_("Through which seats does it act?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("More can be added later. Its administrators fill them."),
    )
    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea)

    def __init__(self, *args: Any, seats: Sequence[SeatView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if seats:
            self.fields["seats"].choices = [(str(s.id), s.title) for s in seats]  # type: ignore[attr-defined]
        else:
            del self.fields["seats"]


class SeatsForm(Form):
    """Seats to add and to end."""

    add = forms.MultipleChoiceField(label=_("Seats to add"), required=False, widget=forms.CheckboxSelectMultiple)
    end = forms.MultipleChoiceField(
        label=_("Seats to end"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their rights in this programme end with the decision. The seat itself stays."),
    )
    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea)

    def __init__(self, *args: Any, open_seats: Sequence[SeatView], sitting: Sequence[SeatView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, seats, words in (("add", open_seats, short), ("end", sitting, lambda seat: seat.words)):
            if seats:
                self.fields[name].choices = [(str(s.id), words(s)) for s in seats]  # type: ignore[attr-defined]
            else:
                del self.fields[name]

    def said(self) -> dict[str, Any]:
        """What the service takes."""
        given = self.cleaned_data
        lists = {name: [UUID(seat) for seat in given.get(name) or ()] for name in ("add", "end")}
        return {**lists, "reason": given["reason"]}
