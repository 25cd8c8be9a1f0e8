"""Money: an exact amount and its currency; conversions only by a dated, published rate."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from django.utils.translation import gettext as _

from trellis.core.conditions import Invalid
from trellis.core.models import Rate

# ISO 4217 currencies whose minor unit is not two digits; all others have two.
MINOR = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}


def minor_units(currency: str) -> int:
    """Digits after the point in `currency`."""
    return MINOR.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the minor unit, halves to even."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), ROUND_HALF_EVEN)


@dataclass(frozen=True)
class Money:
    """An amount in one currency; adding two currencies is an error, never a guess."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added without a rate")
        return Money(self.amount + other.amount, self.currency)


@dataclass(frozen=True)
class Converted:
    """Money after conversion, with the rate, its day and its source."""

    money: Money
    rate: Decimal
    day: date
    source: str


def convert(money: Money, currency: str, day: date) -> Converted:
    """Converts by the latest rate published on or before `day`. Raises Invalid when there is none."""
    if money.currency == currency:
        return Converted(money, Decimal(1), day, "")
    found = Rate.objects.filter(base=money.currency, quote=currency, day__lte=day).order_by("-day", "-added_at").first()
    if found is None:
        raise Invalid(
            {
                "currency": _("There is no rate from %(base)s to %(quote)s on or before %(day)s.")
                % {"base": money.currency, "quote": currency, "day": day.isoformat()}
            }
        )
    return Converted(
        Money(rounded(money.amount * found.value, currency), currency), found.value, found.day, found.source
    )
