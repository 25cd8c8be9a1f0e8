"""Everything that funding registers: its decision kinds, its data kinds, its figures."""

from trellis.funding import figures, money_kinds, release_kinds
from trellis.funding.models import Claim, PaymentReceipt, PaymentSent, Verification
from trellis.sharing.records import DataKind, data_kind

data_kind(DataKind("funding.claim", Claim, "Claim of a milestone", "The value claimed, the statement and its evidence"))
data_kind(
    DataKind(
        "funding.verification",
        Verification,
        "Verification",
        "Whether a claim passed, the value and the report",
    )
)
data_kind(DataKind("funding.payment-sent", PaymentSent, "Payment sent", "What the donor says it paid, and when"))
data_kind(
    DataKind(
        "funding.payment-receipt",
        PaymentReceipt,
        "Payment received",
        "What arrived, when, or why it is disputed",
    )
)

__all__ = ["figures", "money_kinds", "release_kinds"]
