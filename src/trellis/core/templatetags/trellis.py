"""The components of Trellis pages as template tags; docs/pages.md shows each with an example."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.core import formats, shapes

register = template.Library()

register.filter("day", formats.day)
register.filter("weekday", formats.weekday)
register.filter("when", formats.moment)
register.filter("waiting_since", formats.since)


@register.filter
def number(value: Decimal | int | float | None, decimals: int | None = None) -> str:
    """`{{ n|number }}`, `{{ share|number:1 }}`."""
    return formats.number(value, decimals)


@register.filter
def money(value: Any, currency: str = "") -> str:
    """`{{ amount|money:"EUR" }}`; also of a pair (amount, currency) or an object with those attributes."""
    if isinstance(value, tuple):
        return formats.money(value[0], str(value[1]))
    if hasattr(value, "currency"):
        return formats.money(value.amount, str(value.currency))
    return formats.money(value, currency)


@register.filter
def iso(value: date | datetime | None) -> str:
    """The machine's form of a date, for `datetime` attributes."""
    return value.isoformat() if value else ""


@register.filter
def file_size(value: int | None) -> str:
    """`12 kB`."""
    return formats.size(value) if value is not None else _("size not known")


@register.simple_tag
def side(kind: str, name: str = "") -> SafeString:
    """Badge of a side with the organisation's name; the side's own word without a name."""
    return shapes.badge(kind, name)


@register.simple_tag
def tlp(label: str) -> SafeString:
    """TLP 2.0 label in its standard colours."""
    return shapes.tlp(label)


@register.simple_tag
def tag(text: str, kind: str = "") -> SafeString:
    """A state in a word; kind red, wait, quiet or ''."""
    return format_html('<span class="tag {}">{}</span>', kind, text) if kind else _plain_tag(text)


def _plain_tag(text: str) -> SafeString:
    return format_html('<span class="tag">{}</span>', text)


@register.simple_tag
def due(on: date | datetime | None) -> SafeString:
    """Tag and note of a date that is due: days and date both."""
    found = formats.due(on)
    note = format_html('<span class="note">{}</span>', found.note) if found.note else ""
    return format_html('<span class="tag {}">{}</span> {}', found.kind, found.text, note)


@register.simple_tag
def years(first: int, last: int) -> SafeString:
    """A range of years that right-to-left text does not turn round."""
    return format_html('<bdi dir="ltr">{}–{}</bdi>', first, last)


# Where am I


@register.inclusion_tag("core/parts/crumbs.html")
def crumbs(*items: Any) -> dict[str, Any]:
    """`{% crumbs "Home" home_url "Incidents" list_url "Record" %}`: pairs of title and address."""
    flat = list(items)
    if len(flat) == 1 and isinstance(flat[0], Sequence) and not isinstance(flat[0], str):
        return {"items": [(pair[0], pair[1]) for pair in flat[0]]}
    if len(flat) % 2:
        flat.append("")
    return {"items": list(zip(flat[::2], flat[1::2], strict=True))}


# Blocks with content


@register.simple_block_tag
def band(content: SafeString, heading: str, note: str = "", id: str = "") -> SafeString:
    """A section: heading and note in the margin, content beside it."""
    given = {"content": content, "heading": heading, "note": note, "id": id}
    return render_to_string("core/parts/band.html", given)


@register.simple_block_tag
def figs(content: SafeString) -> SafeString:
    """One to three figures side by side."""
    return format_html('<div class="figs">{}</div>', content)


@register.simple_block_tag
def fig(content: SafeString, label: str, note: str = "", caveat: str = "") -> SafeString:
    """A number that is not a Figure: a date, an amount."""
    given = {"content": content, "label": label, "note": note, "caveat": caveat}
    return render_to_string("core/parts/fig.html", given)


@register.simple_block_tag
def rows(content: SafeString) -> SafeString:
    """A list of `row` blocks."""
    return format_html('<ul class="rows">{}</ul>', content)


@register.simple_block_tag
def row(content: SafeString, name: str, note: str = "", url: str = "") -> SafeString:
    """A name and what is to be said about it."""
    given = {"content": content, "name": name, "note": note, "url": url}
    return render_to_string("core/parts/row.html", given)


@register.simple_block_tag
def banner(content: SafeString, kind: str = "") -> SafeString:
    """A notice; kind `wait` when it needs somebody soon."""
    return format_html('<div class="banner {}"><div>{}</div></div>', kind, content)


@register.simple_block_tag
def empty(content: SafeString, title: str) -> SafeString:
    """Nothing here: the title says so, the content what would be here and what to do next."""
    return format_html('<div class="empty"><p><b>{}</b></p><div class="note">{}</div></div>', title, content)


# Figures


@register.inclusion_tag("core/parts/figure.html")
def figure_link(figure: Any, url: str = "") -> dict[str, Any]:
    """The figure's value as a link to what it was made from; words where there is no value."""
    return shapes.figure(figure, url)


@register.inclusion_tag("core/parts/figure_fig.html")
def figure_fig(figure: Any, label: str, note: str = "", url: str = "") -> dict[str, Any]:
    """The figure in `figs`: label, value, n, as-of date and every caveat."""
    return {**shapes.figure(figure, url), "label": label, "note": note}


# Decisions, conditions, work


@register.inclusion_tag("core/parts/keys.html")
def keys(items: Iterable[Any]) -> dict[str, Any]:
    """The keys of a joint decision, equal in weight; always by whom and when."""
    shown = [shapes.key(item) for item in items]
    turned = sum(1 for k in shown if k["state"] == "turned")
    counts = {"turned": turned, "all": len(shown)}
    headline = ngettext("%(turned)s of %(all)s key turned.", "%(turned)s of %(all)s keys turned.", len(shown))
    text = headline % counts
    if turned < len(shown):
        text += " " + _("Nothing changes until all are.")
    return {"keys": shown, "headline": text}


@register.inclusion_tag("core/parts/checks.html")
def checks(conditions: Iterable[Any]) -> dict[str, Any]:
    """Every condition of a gated act: met, not met, too early to say."""
    return {"conditions": [shapes.condition(c) for c in conditions]}


@register.inclusion_tag("core/parts/tally.html")
def tally(conditions: Iterable[Any]) -> dict[str, Any]:
    """The picture of `checks`."""
    return shapes.tally([shapes.condition(c)["state"] for c in conditions])


@register.inclusion_tag("core/parts/tasks.html")
def tasks(items: Iterable[Any]) -> dict[str, Any]:
    """Acts that wait."""
    return {"tasks": [shapes.task(item) for item in items]}


@register.inclusion_tag("core/parts/history.html")
def history(entries: Iterable[Any]) -> dict[str, Any]:
    """What happened, newest first as given."""
    return {"entries": entries}


@register.inclusion_tag("core/parts/refusal.html")
def refusal(refused: Any) -> dict[str, Any]:
    """A refused act: who holds the right, and every unmet condition."""
    return shapes.refusal(refused)


@register.inclusion_tag("core/parts/ladder.html")
def ladder(stages: Iterable[str], current: int) -> dict[str, Any]:
    """Steps of handover; `current` counts from 0."""
    return {"steps": [{"title": s, "past": i < current, "here": i == current} for i, s in enumerate(stages)]}


@register.inclusion_tag("core/parts/journey.html")
def journey(steps: Iterable[Any]) -> dict[str, Any]:
    """Where the programme stands."""
    return {"steps": [shapes.step(s) for s in steps]}


# Pictures


@register.inclusion_tag("core/parts/meter.html")
def meter(value: Any, whole: Any, label: str = "", target: Any = None, bad: bool = False) -> dict[str, Any]:
    """A share of one whole, with an optional target on the same scale."""
    return shapes.meter(value, whole, label, target, bad)


@register.inclusion_tag("core/parts/stackbar.html")
def stackbar(parts: Iterable[Any], total: Any = None, label: str = "") -> dict[str, Any]:
    """Parts of a sum with their key."""
    return shapes.stackbar(list(parts), total, label)


@register.inclusion_tag("core/parts/heat.html")
def heat(map: Any) -> dict[str, Any]:
    """Stages by factor and group."""
    return {"map": map, "span": 1 + len(map.columns) + bool(map.between)}


@register.simple_tag
def chart(chart: Any) -> SafeString:
    """A chart of `trellis.core.charts` with its table."""
    return render_to_string(chart.template, {"chart": chart, **chart.drawing()})


@register.simple_tag
def job_words(job: Any) -> str:
    """How far a long act is, in a sentence."""
    return shapes.job_words(job)


# Forms and tables


@register.inclusion_tag("core/parts/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """The errors of a form, each a link to its field."""
    from trellis.core.forms import summary

    return summary(form)


@register.inclusion_tag("core/parts/form.html", takes_context=True)
def form(context: Context, form: Any, submit: str = "", second: str = "", **more: Any) -> dict[str, Any]:
    """The whole form. More: `action`, `second_name`, `method`, `cancel_url`, `id`.

    The base layout shows the error summary above the title when the form is the page's `form`.
    """
    from trellis.core.forms import layout

    return {
        **layout(form),
        **more,
        "submit": submit or _("Save"),
        "second": second,
        "show_summary": context.get("form") is not form,
        "method": more.get("method", "post"),
    }


@register.inclusion_tag("core/parts/field.html")
def field(bound: Any) -> dict[str, Any]:
    """One field with label, help and errors."""
    from trellis.core.forms import shown

    return shown(bound)


@register.inclusion_tag("core/parts/table.html")
def table(table: Any) -> Mapping[str, Any]:
    """A table of `trellis.core.tables` with filters, sorting, pages and downloads."""
    given: Mapping[str, Any] = table.context()
    return given
