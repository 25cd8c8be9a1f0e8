"""All kinds and ports as one page of tables."""

from collections.abc import Iterable, Sequence

from django.utils.translation import override

from trellis.core import figures, ports
from trellis.governance.parameters import declared
from trellis.governance.registry import decision_kinds
from trellis.sharing.records import data_kinds


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(cell).replace("|", "/") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def page() -> str:
    """The page: records, decisions, figures, parameters, ports. In English whatever the reader's language."""
    with override("en"):
        return "\n".join(
            [
                "# Everything that Trellis keeps, decides and computes\n",
                "`trellis kinds` prints this page; a test keeps it equal to the code.\n",
                "## Records\n",
                table(
                    ("kind", "what", "what a grant shows", "read inside its owner by"),
                    ((k.name, k.title, k.detail, k.within) for k in data_kinds()),
                ),
                "## Decisions\n",
                table(
                    ("kind", "what", "keys by default", "who proposes", "forum"),
                    ((k.name, k.title, _keys(k), ", ".join(k.proposers), k.forum) for k in decision_kinds()),
                ),
                "## Figures\n",
                table(
                    ("kind", "what", "unit", "method", "version", "reads"),
                    (
                        (k.name, k.title, k.unit, k.method, k.version, ", ".join(k.reads) or "co-owned rows")
                        for k in figures.figure_kinds()
                    ),
                ),
                "## Parameters\n",
                table(("name", "default", "unit", "why"), ((p.name, p.default, p.unit, p.reason) for p in declared())),
                "## Ports\n",
                table(
                    ("port", "what it is for", "filled by"),
                    (
                        (p.name, p.purpose, ", ".join(sorted({f.__module__.split(".")[1] for f in p})))
                        for p in ports.all_ports()
                    ),
                ),
            ]
        )


def _keys(kind: object) -> str:
    slots = kind.slots  # type: ignore[attr-defined]
    words = ", ".join(f"{side}: {role}" for side, role in slots.roles.items())
    return ("joint, " if slots.joint else "one, ") + words
