"""Data kinds of sharing."""

from trellis.sharing.models import Consent, ConsentRequest, Evidence, Grant
from trellis.sharing.records import DataKind, data_kind

data_kind(DataKind("sharing.grant", Grant, "Grant", "Who may read what, and what for", url_name="sharing:grant"))
data_kind(
    DataKind(
        "sharing.consent-request",
        ConsentRequest,
        "Request for consent",
        "What is asked for, and why",
        search=("text",),
        url_name="sharing:consent-request",
    )
)
data_kind(
    DataKind(
        "sharing.consent",
        Consent,
        "Consent",
        "What was consented to, and until when",
        search=("text",),
        url_name="sharing:consent",
    )
)
data_kind(
    DataKind(
        "sharing.evidence",
        Evidence,
        "Evidence",
        "A file and its title",
        search=("title", "name"),
        url_name="sharing:evidence",
    )
)
