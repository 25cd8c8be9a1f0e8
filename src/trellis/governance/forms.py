"""Forms of governance."""

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from trellis.core.forms import DayField, Form, KnownDateTimeField, forms
from trellis.governance.founding_matrix import MatrixField
from trellis.governance.matrix import role_title
from trellis.parties.models import SeatRole, Side
from trellis.parties.schemas import Party, SeatView

Pairs = Iterable[tuple[str, Any]]
STEERING = (Side.PARTNER, Side.DONOR)


def seat_choices(seats: Sequence[SeatView]) -> list[tuple[str, str]]:
    """Seats with organisation and holder."""
    return [(str(seat.id), seat.words) for seat in seats]


class ReasonForm(Form):
    """A reason: for rejecting, withdrawing."""

    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea, help_text=_("Every party reads this."))


class DissentForm(Form):
    """Dissent, beside a decision whatever becomes of it."""

    text = forms.CharField(
        label=_("What do you dissent from, and why?"), widget=forms.Textarea, help_text=_("Every party reads this.")
    )


class PlaceForm(Form):
    """At which meeting an open proposal was decided, or that it is decided in writing."""

    decided = forms.ChoiceField(label=_("Where is it decided?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decided"].choices = list(choices)  # type: ignore[attr-defined]


class RedactForm(Form):
    """Takes texts out of what one's own organisation said."""

    paths = forms.MultipleChoiceField(label=_("Which texts go?"), widget=forms.CheckboxSelectMultiple)
    why = forms.CharField(label=_("Why?"), widget=forms.Textarea, help_text=_("Say it without repeating the text."))

    def __init__(self, *args: Any, texts: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paths"].choices = list(texts)  # type: ignore[attr-defined]


class MatrixForm(Form):
    """A new row of the matrix. A single decider has one role; a joint row one on each side."""

    joint = forms.ChoiceField(
        label=_("How is it decided?"),
        choices=[("joint", _("Jointly: one key per side")), ("one", _("By one decider"))],
        widget=forms.RadioSelect,
    )
    proposers = forms.MultipleChoiceField(label=_("Who may propose it?"), widget=forms.CheckboxSelectMultiple)
    forum = forms.ChoiceField(
        label=_("Where?"),
        choices=[
            ("keys", _("By keys alone")),
            ("committee", _("In a quorate meeting of the steering committee, both co-chairs present")),
        ],
        widget=forms.RadioSelect,
    )
    written = forms.BooleanField(label=_("Written procedure is allowed in place of a meeting"), required=False)
    emergency = forms.ChoiceField(
        label=_("Who may act alone in an emergency?"),
        required=False,
        help_text=_("What they do ends by itself unless both sides ratify it."),
    )
    lead_donor = forms.ChoiceField(
        label=_("Lead donor"), required=False, help_text=_("Turns the donor key alone. Without one every donor does.")
    )
    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea)

    def __init__(self, *args: Any, sides: Sequence[str], donors: Sequence[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(value, title) for value, title in SeatRole.choices]
        for side in sides:
            title = _("Key of each party named") if side == "party" else _("Key of the side: %(side)s")
            label = title if side == "party" else title % {"side": Side(side).label}
            self.fields[f"key_{side}"] = forms.ChoiceField(
                label=label, choices=[("", _("no key")), *roles], required=False
            )
        self.fields["emergency"].choices = [("", _("nobody")), *roles]  # type: ignore[attr-defined]
        self.fields["lead_donor"].choices = [  # type: ignore[attr-defined]
            ("", _("none")), *((str(d.organisation), d.name) for d in donors)
        ]  # fmt: skip
        self.fields["proposers"].choices = [  # type: ignore[attr-defined]
            (f"{side}:{role}", f"{side_label}: {role_title(role)}")
            for side, side_label in Side.choices
            for role, _title in SeatRole.choices
        ]
        self.sides = list(sides)
        keys = [f"key_{side}" for side in sides]
        self.order_fields(["joint", *keys, "proposers", "forum", "written", "emergency", "lead_donor", "reason"])

    def slots(self) -> dict[str, str]:
        """The role of each side that has a key."""
        given = {side: str(self.cleaned_data.get(f"key_{side}") or "") for side in self.sides}
        return {side: role for side, role in given.items() if role}


class ParameterForm(Form):
    """A new value of a parameter."""

    value = forms.CharField(label=_("New value"), max_length=200)
    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea)


class CommitteeForm(Form):
    """Members, quorum and rule of the committee."""

    members = forms.MultipleChoiceField(label=_("Members"), widget=forms.CheckboxSelectMultiple)
    quorum = forms.IntegerField(label=_("Quorum"), min_value=2, help_text=_("Members who must be present."))
    rule = forms.CharField(label=_("Decision rule"), max_length=200)

    def __init__(self, *args: Any, seats: Sequence[SeatView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = seat_choices(seats)
        self.fields["members"].choices = every  # type: ignore[attr-defined]
        for seat in seats:
            self.fields[f"alternate_{seat.id}"] = forms.ChoiceField(
                label=_("Alternate of %(seat)s") % {"seat": seat.words},
                choices=[("", _("none")), *every],
                required=False,
            )


class MeetingForm(Form):
    """A meeting that was held."""

    held_at = KnownDateTimeField(label=_("Held"), allow_unknown=False)
    attended = forms.MultipleChoiceField(label=_("Who took part?"), widget=forms.CheckboxSelectMultiple)
    recused = forms.MultipleChoiceField(
        label=_("Who stood aside?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They are not counted, and turn no key of what this meeting decides."),
    )
    notes = forms.CharField(
        label=_("Notes"), required=False, widget=forms.Textarea, help_text=_("Every party reads them.")
    )

    def __init__(self, *args: Any, seats: Sequence[SeatView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("attended", "recused"):
            self.fields[name].choices = seat_choices(seats)  # type: ignore[attr-defined]


class CorrectMeetingForm(MeetingForm):
    """The record of a meeting, corrected, and why."""

    why = forms.CharField(
        label=_("What is corrected, and why?"), widget=forms.Textarea, help_text=_("Both versions stay readable.")
    )


class ReviewForm(Form):
    """Signing a review: when it was held and who took part."""

    held_on = DayField(label=_("Held on"))
    attended = forms.MultipleChoiceField(label=_("Who took part?"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, seats: Sequence[SeatView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attended"].choices = seat_choices(seats)  # type: ignore[attr-defined]


class FoundingForm(Form):
    """What a founding says. The sides and seats of the parties are fields of their own, one for each."""

    title = forms.CharField(label=_("Title"), max_length=200)
    purpose = forms.CharField(label=_("Purpose"), widget=forms.Textarea, required=False)
    currency = forms.RegexField(
        "^[A-Z]{3}$",
        label=_("Currency"),
        help_text=_("Three letters, such as EUR."),
        error_messages={"invalid": _("A currency has three capital letters, such as EUR.")},
    )
    time_zone = forms.ChoiceField(label=_("Time zone"))
    fiscal_year_start = forms.IntegerField(
        label=_("Month in which the year begins"), min_value=1, max_value=12, help_text=_("1 is January.")
    )
    languages = forms.MultipleChoiceField(
        label=_("Authentic languages"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )
    quorum = forms.IntegerField(label=_("Quorum of the steering committee"), min_value=2)
    rule = forms.CharField(label=_("Decision rule of the committee"), max_length=200)
    matrix = MatrixField(
        help_text=_("Each decision has one decider, or one key per side. Both co-chairs can change it later.")
    )

    def __init__(self, *args: Any, organisations: Pairs, seats: Sequence[SeatView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(z, z) for z in sorted(available_timezones())]  # type: ignore[attr-defined]
        self.parties: list[str] = []
        for id, name in organisations:
            self.parties.append(f"side_{id}")
            self.fields[f"side_{id}"] = forms.ChoiceField(
                label=name, choices=[("", _("no party")), *Side.choices], required=False
            )
        self.fields["seats"] = forms.MultipleChoiceField(
            label=_("Seats that take part"),
            choices=seat_choices(seats),
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text=_("Each side needs its co-chair. A seat brings its holder of the day."),
        )

    @property
    def bands(self) -> list[Any]:
        """What it is, who takes part, how it decides."""
        what = ["title", "purpose", "currency", "time_zone", "fiscal_year_start", "languages"]
        groups = [
            (_("What"), "", what),
            (_("Parties"), _("Each party's administrator signs. Nothing exists until all have."), self.parties),
            (_("Seats"), "", ["seats"]),
            (_("Committee"), "", ["quorum", "rule"]),
            (_("Decision rights"), _("Version 1 of the matrix."), ["matrix"]),
        ]
        return [(heading, note, [self[name] for name in names]) for heading, note, names in groups]

    def sides(self) -> dict[str, str]:
        """The side of each party chosen."""
        return {name[5:]: self.cleaned_data[name] for name in self.parties if self.cleaned_data.get(name)}
