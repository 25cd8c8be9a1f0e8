"""Data kinds and parameters of measurement. Its figures are in `figures`."""

from django.utils.translation import gettext_lazy as _

from trellis.governance.parameters import declare
from trellis.measurement.models import Reading
from trellis.sharing.records import DataKind, data_kind

data_kind(
    DataKind(
        "measurement.reading",
        Reading,
        _("Reading of an indicator"),
        _("Values by period with their source; at figure detail progress and scorecard alone"),
        search=("source", "part"),
    )
)
declare(
    "measurement.completeness",
    "0.6",
    "share",
    "Below three fifths of the weight a score says too little (D13).",
)
declare(
    "measurement.red-below",
    "0.5",
    "share",
    "Less than half of the way is red; the requirement sets no limit.",
)
declare("measurement.grace", "14", "days", "A reading is due two weeks after its period ends.")
