"""Data kinds of security tests. No grant opens these records; one at figure detail opens the counts."""

from django.utils.translation import gettext_lazy

from trellis.assets import selectors
from trellis.assets.models import Authorisation, Finding, SecurityTest
from trellis.sharing import gate
from trellis.sharing.records import DataKind, data_kind

data_kind(
    DataKind(
        selectors.TEST,
        SecurityTest,
        gettext_lazy("Security test"),
        gettext_lazy(
            "Kept by the host: a grant at figure detail opens how many tests ended, by kind, and nothing else"
        ),
        search=("title", "scope", "tester"),
        url_name="assets:test",
        rule=gate.kept_inside,
        readers=lambda row: [],
    )
)
data_kind(
    DataKind(
        selectors.AUTHORISATION,
        Authorisation,
        gettext_lazy("Authorisation of a security test"),
        gettext_lazy("Kept by the host: no figure is made from it, so a grant of it opens nothing"),
        search=("reference",),
        url_name="assets:authorisation",
        rule=gate.kept_inside,
        readers=lambda row: [],
    )
)
data_kind(
    DataKind(
        selectors.FINDING,
        Finding,
        gettext_lazy("Finding of a security test"),
        gettext_lazy("Kept by the host: a grant at figure detail opens counts by severity and state, and nothing else"),
        search=("reference", "title", "detail"),
        url_name="assets:finding",
        rule=gate.kept_inside,
        readers=lambda row: [],
    )
)
