"""Maturity frameworks as plain values: read from files, checked, pinned by hash, written as templates.

framework = frameworks.national("fr")
framework = frameworks.from_misp(data)               # a MISP galaxy cluster, as published
framework = frameworks.from_table(tabular.read(upload))
frameworks.content_hash(framework)
"""

from trellis.assessment.frameworks.misp import from_misp
from trellis.assessment.frameworks.model import (
    Framework,
    FrameworkError,
    Item,
    Reached,
    Stage,
    built,
    canonical,
    content_hash,
    faults,
    from_dict,
    stage_reached,
    to_dict,
)
from trellis.assessment.frameworks.national import LANGUAGES, MANDATORY_DOMAINS, national
from trellis.assessment.frameworks.table import COLUMNS, from_table, template, to_csv, to_xlsx

__all__ = [
    "COLUMNS",
    "LANGUAGES",
    "MANDATORY_DOMAINS",
    "Framework",
    "FrameworkError",
    "Item",
    "Reached",
    "Stage",
    "built",
    "canonical",
    "content_hash",
    "faults",
    "from_dict",
    "from_misp",
    "from_table",
    "national",
    "stage_reached",
    "template",
    "to_csv",
    "to_dict",
    "to_xlsx",
]
