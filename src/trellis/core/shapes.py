"""From what the areas hand over to what the component templates draw."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from trellis.calc.figure import Caveat
from trellis.core import formats

TLP_CLASS = {"RED": "r", "AMBER": "a", "AMBER+STRICT": "a", "GREEN": "g", "CLEAR": ""}


def letter(side: str) -> str:
    """The letter that stands for a side in the language of the page; '' for none."""
    return {
        "partner": pgettext("side letter", "P"),
        "donor": pgettext("side letter", "D"),
        "regional": pgettext("side letter", "R"),
        "independent": pgettext("side letter", "I"),
    }.get(side, "")


def side_word(side: str) -> str:
    """The name of a side."""
    return {
        "partner": _("Partner"),
        "donor": _("Donor"),
        "regional": _("Regional"),
        "independent": _("Independent"),
    }.get(side, side)


def key_word(side: str) -> str:
    """The name of a side's key."""
    return {
        "partner": _("Partner key"),
        "donor": _("Donor key"),
        "regional": _("Regional key"),
        "independent": _("Independent key"),
    }.get(side, _("Key"))


def key_act(side: str) -> str:
    """What the button that turns a side's key says."""
    return {
        "partner": _("Turn the partner key"),
        "donor": _("Turn the donor key"),
        "regional": _("Turn the regional key"),
        "independent": _("Turn the independent key"),
    }.get(side, _("Turn the key"))


def badge(side: str, name: str = "") -> SafeString:
    """Colour, shape, letter and name; the plain name where the side is not known."""
    mark = letter(side)
    if not mark:
        return format_html("<bdi>{}</bdi>", name or side)
    return format_html(
        '<span class="side {}"><b aria-hidden="true">{}</b>{}<bdi>{}</bdi></span>',
        side,
        mark,
        format_html('<span class="vh">{}: </span>', side_word(side)) if name else "",
        name or side_word(side),
    )


def tlp(label: str) -> SafeString:
    """`TLP:AMBER`; what is unlabelled is AMBER."""
    known = str(label or "AMBER").upper().removeprefix("TLP:")
    css = TLP_CLASS.get(known, "")
    return format_html('<span class="tlp{}">TLP:{}</span>', f" {css}" if css else "", known)


def reason(code: str) -> str:
    """Why a figure has no value, in words."""
    words = {
        "insufficient data": _("insufficient data"),
        "undefined": _("undefined"),
        "suppressed": _("too few, or beside too few: not shown"),
        "not reached": _("not reached"),
        "consent missing": _("withheld: consent missing"),
        "no data": _("no data"),
        "no answer": _("no answer"),
        "not reported": _("not reported"),
    }
    plain = str(code or "").replace("_", " ")
    return words.get(plain, plain) or _("not reported")


# The units of figures, here so that they are gathered for translation; `calc` cannot mark them.
UNITS = (
    gettext_noop("days"),
    gettext_noop("gain"),
    gettext_noop("hours"),
    gettext_noop("items"),
    gettext_noop("level"),
    gettext_noop("per 1,000"),
    gettext_noop("ratio"),
    gettext_noop("score"),
    gettext_noop("share"),
)


def _worded(text: Any) -> str:
    """A word of a calculation in the language of the page, where the catalogue has it."""
    if isinstance(text, Caveat):
        return _(text.template) % text.facts
    return _(str(text)) if text else ""


def _amount(value: Any, unit: str) -> str:
    """A value of a figure; a share is shown per hundred, and it and a time to one place. The page of the figure
    hands out the exact value."""
    if not isinstance(value, Decimal | int | float):
        return str(value)
    if unit == "share":
        per_hundred: Any = round(value * 100, 1)
        return formats.number(per_hundred)
    if unit in ("hours", "days"):
        one_place: Any = round(value, 1)
        return formats.number(one_place)
    return formats.number(value)


def _beside(figure: Any, unit: str) -> str:
    """What stands beside a value: its counts, n, date, range, and what is open or not known."""
    basis = []
    parts = getattr(figure, "parts", None) or {}
    if unit == "share" and parts.get("numerator") is not None and parts.get("denominator") is not None:
        given = {name: _amount(parts[name], "") for name in ("numerator", "denominator")}
        basis.append(_("%(numerator)s of %(denominator)s") % given)
    n, as_of = getattr(figure, "n", None), getattr(figure, "as_of", None)
    if n is not None:
        basis.append(_("n = %(n)s") % {"n": formats.number(n)})
    if as_of is not None:
        basis.append(_("as of %(day)s") % {"day": formats.day(as_of)})
    said = [", ".join(basis) + "."] if basis else []
    if span := bounds(getattr(figure, "low", None), getattr(figure, "high", None), unit):
        said.append(span)
    if still := getattr(figure, "open", None):
        said.append(_("%(n)s still open.") % {"n": formats.number(still)})
    if unknown := getattr(figure, "unknown", 0):
        said.append(_("%(n)s left out: not known.") % {"n": formats.number(unknown)})
    return " ".join(said)


def bounds(low: Any, high: Any, unit: str) -> str:
    """The range of a value in words; '' unless it has both ends."""
    if low is None or high is None:
        return ""
    return _("Range: %(low)s to %(high)s.") % {"low": _amount(low, unit), "high": _amount(high, unit)}


def figure(figure: Any, url: str = "") -> dict[str, Any]:
    """The parts of a figure that a page shows. None is `not reported`."""
    value, unit = getattr(figure, "value", None), str(getattr(figure, "unit", "") or "")
    return {
        "text": "" if value is None else _amount(value, unit),
        "unit": "%" if unit == "share" else _worded(unit),
        "reason": reason(getattr(figure, "reason", "")),
        "url": url or getattr(figure, "url", "") or "",
        "basis": _beside(figure, unit),
        "caveats": [_worded(c) for c in getattr(figure, "caveats", None) or ()],
    }


def _key_text(k: Any, state: str) -> str:
    person, holder = getattr(k, "person", ""), getattr(k, "holder", "")
    names = {"who": ", ".join(str(p) for p in (person, holder, k.organisation) if p), "org": k.organisation}
    names["holder"] = f"{holder}, {k.organisation}" if holder else k.organisation
    if state == "turned":
        return _("Turned by %(who)s") % names
    if state == "declined":
        return _("Declined by %(who)s") % names
    if state == "vacant":
        return _("Not turned. The seat that holds it at %(org)s is vacant.") % names
    if getattr(k, "may_turn", False):
        return _("Not turned. Yours to turn, or to decline with a reason.")
    return _("Not turned. Only %(holder)s can turn it.") % names


def key(k: Any) -> dict[str, Any]:
    """A key as drawn: words by its state."""
    state = str(getattr(k, "state", "open"))
    return {
        "side": k.side,
        "word": key_word(k.side),
        "act": key_act(k.side),
        "state": state,
        "text": _key_text(k, state),
        "at": getattr(k, "at", None),
        "note": getattr(k, "note", ""),
        "may_turn": getattr(k, "may_turn", False) and state == "open",
        "turn_url": getattr(k, "turn_url", ""),
        "decline_url": getattr(k, "decline_url", ""),
    }


def condition(c: Any) -> dict[str, Any]:
    """A condition as drawn. What cannot be judged is never shown as met."""
    state, word = {
        True: ("met", _("Met")),
        False: ("unmet", _("Not met")),
    }.get(c.met, ("unsure", _("Too early to say")))
    more = {name: getattr(c, name, "") for name in ("note", "holder", "side", "url")}
    return {"name": c.name, "state": state, "word": word, **more}


def tally(states: Sequence[str]) -> dict[str, Any]:
    """Marks 24 units apart, and the count in words."""
    counts = {state: states.count(state) for state in ("met", "unmet", "unsure")}
    said = [
        _("%(n)s met") % {"n": counts["met"]},
        _("%(n)s not met") % {"n": counts["unmet"]},
        *([_("%(n)s too early to say") % {"n": counts["unsure"]}] if counts["unsure"] else []),
    ]
    every = ngettext("%(n)s condition", "%(n)s conditions", len(states)) % {"n": len(states)}
    return {
        "marks": [{"state": s, "x": str(8 + 24 * i)} for i, s in enumerate(states)],
        "width": str(max(24 * len(states) - 4, 440)),
        "words": f"{every}: " + ", ".join(said),
    }


def task(t: Any) -> dict[str, Any]:
    """A task as drawn; one without a date says so unless it says since when it waits."""
    waiting, on = getattr(t, "since", None), getattr(t, "due", None)
    return {
        "task": t,
        "due": formats.due(on) if on or not waiting else None,
        "since": formats.since(waiting) if waiting else "",
    }


def step(s: Any) -> dict[str, Any]:
    """A step of the journey as drawn; takes `pieces.Step` and `ports.Step`."""
    state = str(s.state)
    late = bool(getattr(s, "late", False)) or state == "late"
    known = {"late": "now", "none": ""}.get(state, state)
    note = getattr(s, "note", "") or getattr(s, "words", "")
    here = getattr(s, "here", False)
    return {"title": s.title, "state": known, "late": late, "url": s.url, "note": note, "here": here}


def refusal(refused: Any) -> dict[str, Any]:
    """A refusal as drawn, from `pieces.Refusal` or `conditions.Refused`."""
    holders = [{"organisation": h, "side": ""} if isinstance(h, str) else h for h in getattr(refused, "holders", ())]
    return {
        "title": getattr(refused, "message", "") or str(refused),
        "text": getattr(refused, "text", ""),
        "holders": holders,
        "conditions": list(getattr(refused, "conditions", ())),
        "change": getattr(refused, "change", ""),
        "url": getattr(refused, "url", ""),
    }


def percent(value: Any, whole: Any) -> str:
    """A length for a drawing, between 0 and 100, with a point whatever the language."""
    share = 100 * float(value) / float(whole) if float(whole) else 0.0
    return f"{min(max(share, 0.0), 100.0):.2f}".rstrip("0").rstrip(".")


def meter(value: Any, whole: Any, label: str, target: Any, bad: bool) -> dict[str, Any]:
    """A meter as drawn; without a value the bar is empty and says `not reported`."""
    words = label or _("%(value)s of %(whole)s") % {
        "value": formats.number(value),
        "whole": formats.number(whole),
    }
    return {
        "share": percent(value or 0, whole),
        "target": percent(target, whole) if target is not None else "",
        "label": words,
        "bad": bad,
    }


def stackbar(parts: Sequence[Any], total: Any, label: str) -> dict[str, Any]:
    """A stack bar as drawn; `total` (a part) gives the whole, otherwise the sum of the parts does."""
    whole = total.amount if total is not None else sum(p.amount for p in parts)
    at, drawn = Decimal(0), []
    for p in parts:
        drawn.append(
            {
                "label": p.label,
                "kind": p.kind,
                "x": percent(at, whole),
                "width": percent(p.amount, whole),
                "drawn": p.kind != "rest",
                "shown": p.shown or formats.number(p.amount),
                "url": p.url,
                "note": p.note,
            }
        )
        at += Decimal(p.amount)
    shown = None
    if total is not None:
        shown = {"label": total.label, "shown": total.shown or formats.number(total.amount)}
        shown |= {"url": total.url, "note": total.note}
    words = label or ", ".join(f"{p['label']} {p['shown']}" for p in drawn)
    return {"parts": drawn, "total": shown, "label": words}


def job_words(job: Any) -> str:
    """How far a long act is: `Under way: 3 of 10 done.`"""
    if job.state == "done":
        return _("Done.")
    if job.state == "failed":
        return _("Stopped before the end.")
    if job.state == "waiting":
        return _("Waiting for its turn.")
    if job.total:
        given = {"done": formats.number(job.done), "total": formats.number(job.total)}
        return _("Under way: %(done)s of %(total)s done.") % given
    return _("Under way: %(done)s done.") % {"done": formats.number(job.done)}
