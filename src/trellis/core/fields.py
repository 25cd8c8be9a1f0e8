"""Form fields of Trellis: days, moments that may be unknown, money, labels, files.

They take what people type in their own language (`8 July 2027`, `1 200,50`) as well as what browsers send.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import formats, shapes
from trellis.core.labels import Label
from trellis.core.money import minor_units

DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,")


class Unknown(Enum):
    """A moment that is known to be not known, which is not the same as one left empty."""

    NOT_KNOWN = "not known"


NOT_KNOWN = Unknown.NOT_KNOWN


def parse_day(text: str) -> date:
    """A date from `2027-07-08` or from day, month in words and year in the reader's language.

    Raises ValueError. Dates with a month in figures are refused, because readers differ over their order.
    """
    plain = " ".join(text.translate(DIGITS).split()).lower()
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", plain):
        year, month, day = map(int, plain.split("-"))
        return date(year, month, day)
    found = re.fullmatch(r"(\d{1,2})(?:er)? (\D+?),? (\d{4})", plain)
    if not found:
        raise ValueError(text)
    for width in ("wide", "abbreviated"):
        for number, name in formats.locale().months["format"][width].items():
            if found[2].rstrip(".") == str(name).lower().rstrip("."):
                return date(int(found[3]), int(number), int(found[1]))
    raise ValueError(text)


def parse_number(text: str) -> Decimal:
    """A decimal as written in the reader's language, or with a plain point. Raises ValueError."""
    plain = re.sub(r"[\s'’\u00a0\u202f]", "", text.translate(DIGITS))
    if not re.fullmatch(r"[-+]?[\d.,]+", plain):
        raise ValueError(text)
    try:
        if re.fullmatch(r"[-+]?\d+(\.\d+)?", plain):
            return Decimal(plain)
        comma = formats.locale().number_symbols["latn"]["decimal"] == ","
        if comma and re.fullmatch(r"[-+]?\d+(,\d+)?", plain):
            return Decimal(plain.replace(",", "."))
        return Decimal(parse_decimal(plain, locale=formats.locale(), strict=True))
    except (InvalidOperation, NumberFormatError) as problem:
        raise ValueError(text) from problem


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class DayField(forms.DateField):
    """A calendar day."""

    widget = DayInput

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return formats.as_date(value)
        if isinstance(value, date):
            return value
        try:
            return parse_day(str(value))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class NumberField(forms.DecimalField):
    """A decimal number as people write it; never a float."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs derive it from int
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            return parse_number(str(value))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class KnownDateTimeWidget(forms.MultiWidget):
    """Date, time and, where allowed, a box for "Not known"."""

    template_name = "core/widgets/datetime.html"
    use_fieldset = True

    def __init__(self, allow_unknown: bool = True, attrs: dict[str, Any] | None = None) -> None:
        self.allow_unknown = allow_unknown
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {"date": DayInput(), "time": TimeInput()}
        if allow_unknown:
            widgets["unknown"] = forms.CheckboxInput()
        super().__init__(widgets, attrs)

    def decompress(self, value: Any) -> list[Any]:
        if value is NOT_KNOWN:
            return [None, None, True]
        if isinstance(value, datetime):
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            return [local.date(), local.time().replace(microsecond=0), False]
        return [None, None, False]


class KnownDateTimeField(forms.MultiValueField):
    """A moment in the reader's time zone. Cleans to an aware UTC datetime, `NOT_KNOWN`, or None when empty.

    With `required`, either the moment or the box is needed; `allow_unknown=False` takes the box away.
    """

    def __init__(self, *, allow_unknown: bool = True, **kwargs: Any) -> None:
        self.allow_unknown = allow_unknown
        fields: list[forms.Field] = [DayField(required=False), forms.TimeField(required=False)]
        if allow_unknown:
            fields.append(forms.BooleanField(required=False))
        kwargs.setdefault("widget", KnownDateTimeWidget(allow_unknown))
        required = kwargs.pop("required", True)
        super().__init__(fields=fields, require_all_fields=False, required=False, **kwargs)
        self.needed = self.required = required

    def clean(self, value: Any) -> Any:
        parts = list(value or [])
        parts += [None] * (3 - len(parts))
        unknown = bool(self.allow_unknown and parts[2] not in (None, "", False, "False", "false"))
        if unknown:
            if parts[0] or parts[1]:
                message = gettext_lazy("Give the date and time, or tick “Not known”, not both")
                raise ValidationError(message, code="both")
            return NOT_KNOWN
        if not parts[0] and not parts[1]:
            if self.needed:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        return self.compress([self._day(parts[0]), self._time(parts[1])])

    def _day(self, text: Any) -> date:
        found = DayField(required=False).to_python(text) if text else None
        if found is None:
            raise ValidationError(self.error_messages["invalid_date"], code="invalid_date")
        return found

    def _time(self, text: Any) -> time:
        try:
            found = forms.TimeField(required=False).to_python(str(text or "").translate(DIGITS))
        except ValidationError:
            found = None
        if found is None:
            raise ValidationError(self.error_messages["invalid_time"], code="invalid_time")
        return found

    def compress(self, data_list: Sequence[Any]) -> datetime:
        return from_current_timezone(datetime.combine(data_list[0], data_list[1])).astimezone(UTC)


class MoneyWidget(forms.MultiWidget):
    """Amount and currency; one currency is shown as text."""

    template_name = "core/widgets/money.html"
    use_fieldset = True

    def __init__(self, currencies: Sequence[str], attrs: dict[str, Any] | None = None) -> None:
        self.currencies = list(currencies)
        amount = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        one = len(self.currencies) == 1
        chosen: forms.Widget = forms.HiddenInput() if one else forms.Select(choices=[(c, c) for c in self.currencies])
        super().__init__({"amount": amount, "currency": chosen}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        if value is None:
            return [None, self.currencies[0]]
        if isinstance(value, tuple):
            return [value[0], value[1]]
        return [value.amount, value.currency]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        if isinstance(value, list) and not value[1]:
            value = [value[0], self.currencies[0]]
        context: dict[str, Any] = super().get_context(name, value, attrs)
        return {**context, "only": self.currencies[0] if len(self.currencies) == 1 else ""}


class MoneyField(forms.MultiValueField):
    """An amount of money. Cleans to (Decimal, currency code), or None when left empty and not required."""

    def __init__(self, *, currencies: Sequence[str], min_value: Decimal | None = Decimal(0), **kwargs: Any) -> None:
        self.currencies, self.min_value = list(currencies), min_value
        fields: list[forms.Field] = [forms.CharField(required=False), forms.CharField(required=False)]
        kwargs.setdefault("widget", MoneyWidget(self.currencies))
        required = kwargs.pop("required", True)
        super().__init__(fields=fields, require_all_fields=False, required=False, **kwargs)
        self.required = required

    def clean(self, value: Any) -> tuple[Decimal, str] | None:
        parts = [str(part or "").strip() for part in (value or ["", ""])]
        if not parts[0]:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        try:
            amount = parse_number(parts[0])
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return self.compress([amount, parts[1] or self.currencies[0]])

    def compress(self, data_list: Sequence[Any]) -> tuple[Decimal, str]:
        amount, currency = data_list
        if currency not in self.currencies:
            raise ValidationError(_("Choose a currency"), code="currency")
        if self.min_value is not None and amount < self.min_value:
            least = formats.money(self.min_value, currency)
            raise ValidationError(_("Enter %(least)s or more") % {"least": least}, code="min_value")
        places = minor_units(currency)
        if amount != round(amount, places):
            said = _("%(currency)s has %(places)s decimal places") % {"currency": currency, "places": places}
            raise ValidationError(said, code="places")
        return amount, currency


def _tlp_choice(value: str) -> SafeString:
    return format_html("{} {}", shapes.tlp(value), Label(value).label)


_lazy_tlp_choice = lazy(_tlp_choice, SafeString)


class TlpField(forms.ChoiceField):
    """Choice of a TLP 2.0 label, strictest first, each with what it means; `labels` narrows it."""

    widget = forms.RadioSelect

    def __init__(self, *, labels: Sequence[str] = (), **kwargs: Any) -> None:
        offered = list(labels) or [label.value for label in sorted(Label, key=lambda x: -x.rank)]
        kwargs.setdefault("initial", "AMBER")
        kwargs.setdefault("label", gettext_lazy("Label"))
        super().__init__(choices=[(value, _lazy_tlp_choice(value)) for value in offered], **kwargs)


class FileField(forms.FileField):
    """A file with a limit of size (octets; the installation's own without one) and optional endings."""

    def __init__(self, *, max_bytes: int | None = None, endings: Sequence[str] = (), **kwargs: Any) -> None:
        self.max_bytes, self.endings = max_bytes, [e.lower().lstrip(".") for e in endings]
        super().__init__(**kwargs)

    @property
    def limit(self) -> int:
        return int(self.max_bytes or settings.FILE_LIMIT)

    @property
    def size_note(self) -> str:
        """What may be sent, in words."""
        said = _("At most %(size)s.") % {"size": formats.size(self.limit)}
        if self.endings:
            said += " " + _("Kinds: %(kinds)s.") % {"kinds": ", ".join(e.upper() for e in self.endings)}
        return said

    def to_python(self, data: Any) -> Any:
        found = super().to_python(data)
        if found is None:
            return None
        size = found.size or 0
        if size > self.limit:
            given = {"size": formats.size(size), "limit": formats.size(self.limit)}
            said = _("The file has %(size)s; at most %(limit)s can be taken") % given
            raise ValidationError(said, code="size")
        ending = str(found.name or "").rpartition(".")[2].lower()
        if self.endings and ending not in self.endings:
            kinds = ", ".join(e.upper() for e in self.endings)
            raise ValidationError(_("Choose a file of one of these kinds: %(k)s") % {"k": kinds}, code="kind")
        return found

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)
        if self.endings:
            attrs["accept"] = ",".join(f".{e}" for e in self.endings)
        return attrs
