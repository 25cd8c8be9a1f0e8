"""Rounding of money and splitting it without losing a cent.

Every rounding of money in this package goes through `round_money`: half to even at the minor unit of the
currency, so that many roundings do not drift to one side.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, localcontext


def round_money(amount: Decimal, minor_units: int = 2) -> Decimal:
    """`amount` at `minor_units` decimal places (2 for most currencies, 0 for yen), half to even."""
    with localcontext() as context:
        context.prec = 60
        return amount.quantize(Decimal(1).scaleb(-minor_units), rounding=ROUND_HALF_EVEN)


def split(total: Decimal, weights: Sequence[Decimal], minor_units: int = 2) -> tuple[Decimal, ...]:
    """`total` shared out by `weights` with the largest-remainder rule: the shares sum to it exactly.

    Each share is cut down to the minor unit; the units left over go one each to the largest cut-off parts,
    and between equal ones to the earlier in the sequence. A negative total is split like its absolute
    value. Raises ValueError when no weight is positive, one is negative, or `total` is finer than the minor
    unit.
    """
    if any(weight < 0 for weight in weights) or not any(weights):
        raise ValueError("weights are not negative, and one at least is positive")
    unit = Decimal(1).scaleb(-minor_units)
    if round_money(total, minor_units) != total:
        raise ValueError("the total is finer than the minor unit")
    with localcontext() as context:
        context.prec = 60
        sign = -1 if total < 0 else 1
        exact = [abs(total) * weight / sum(weights) for weight in weights]
        shares = [share.quantize(unit, rounding=ROUND_DOWN) for share in exact]
        left = int((abs(total) - sum(shares)) / unit)
        by_remainder = sorted(range(len(exact)), key=lambda i: (shares[i] - exact[i], i))
        for i in by_remainder[:left]:
            shares[i] += unit
        return tuple(sign * share for share in shares)
