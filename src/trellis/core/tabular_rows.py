"""Header and rows as every kind of file builds them."""

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _

from trellis.core.tabular_base import Flaw, Limits, Row, TabularError, normal, shown, unquoted


def header_of(titles: Sequence[str], line: int) -> tuple[str, ...]:
    """The header without trailing empty cells. Raises TabularError when empty or when a name repeats."""
    names = [unquoted(title.strip()) for title in titles]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise TabularError(_("The file has no header row."), line)
    counts = Counter(normal(name) for name in names if name)
    twice = [name for name in names if name and counts[normal(name)] > 1]
    if twice:
        message = _("Line %(line)d: two columns have the same name: %(names)s.")
        raise TabularError(message % {"line": line, "names": ", ".join(shown(name) for name in twice)}, line)
    return tuple(names)


def row_of(
    number: int, header: Sequence[str], values: Sequence[str], limits: Limits, flaws: Sequence[Flaw] = ()
) -> Row:
    """One row by column name; text outside the named columns and over-long cells are flaws, not losses."""
    found = list(flaws)
    cells: dict[str, str] = {}
    for place, value in enumerate(values):
        title = header[place] if place < len(header) else ""
        if not title:
            if value.strip():
                message = _("“%(value)s” stands in column %(place)d, which has no name.")
                found.append(Flaw("", message % {"value": shown(value), "place": place + 1}))
            continue
        if len(value) > limits.cell:
            message = _("The cell holds %(length)d characters, the limit is %(limit)d.")
            found.append(Flaw(title, message % {"length": len(value), "limit": limits.cell}))
            value = value[: limits.cell]
        cells[title] = value
    for title in header:
        if title:
            cells.setdefault(title, "")
    return Row(number, cells, tuple(found))


def too_many_rows(limits: Limits) -> TabularError:
    """The error for a table that is too long."""
    message = _("The file has more than %(limit)d rows. Split it into parts.")
    return TabularError(message % {"limit": limits.rows})


def too_many_columns(limits: Limits, line: int) -> TabularError:
    """The error for a row that is too wide."""
    message = _("Line %(line)d has more than %(limit)d columns.")
    return TabularError(message % {"line": line, "limit": limits.columns}, line)
