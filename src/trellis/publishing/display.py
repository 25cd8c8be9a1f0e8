"""A publication's content as its page shows it: words in the reader's language, dates and money written out."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import formats
from trellis.funding.schemas import STATES
from trellis.handover.criteria import BY_CALC
from trellis.operations.parsing import SEVERITIES
from trellis.parties.models import Group
from trellis.publishing.schemas import CODES, SECTIONS
from trellis.sharing.models import Consent

MILESTONE_STATES: dict[str, Any] = {
    "accepted": gettext_lazy("accepted"),
    "verified": gettext_lazy("verified"),
    "not passed": gettext_lazy("not passed"),
    "evidence in": gettext_lazy("evidence in"),
    "late": gettext_lazy("late"),
    "planned": gettext_lazy("planned"),
}
REVIEW_STATES: dict[str, Any] = {
    "held": gettext_lazy("held"),
    "open": gettext_lazy("open"),
    "overdue": gettext_lazy("overdue"),
}
LADDER: dict[str, Any] = {
    "donor-led": gettext_lazy("Donors lead"),
    "joint": gettext_lazy("Partner and donors together"),
    "partner-led with mentor": gettext_lazy("The partner leads, with a mentor"),
    "partner-only": gettext_lazy("The partner alone"),
}
BAD = ("held", "disputed", "lapsed", "late", "not passed", "overdue")


def _day(text: str | None) -> str:
    return formats.day(date.fromisoformat(text) if text else None)


def _number(text: str | None) -> str:
    return formats.number(Decimal(text) if text is not None else None)


def _money(text: str | None, currency: str) -> str:
    return formats.money(Decimal(text), currency) if text is not None else _("not shown")


def page(sections: dict[str, Any]) -> dict[str, Any]:
    """Everything that the page's template needs of the content."""
    return {
        "heading": sections["programme"],
        "totals": _totals(sections["money"]),
        "commitments": [_commitment(row) for row in sections["money"]],
        "tranches": [_tranche(row, sections["milestones"]) for row in sections["tranches"]],
        "card": _card(sections["scorecard"]),
        "functions": [_function(row) for row in sections["handover"]],
        "severities": [words for _code, words in _severities()],
        "incidents": [_incidents(row) for row in sections["incidents"]],
        "reviews": [_review(row) for row in sections["reviews"]],
        "waivers": [{**row, "group": _group(row["group"]), "on": _day(row["on"])} for row in sections["waivers"]],
        "withdrawn": [consent(row) for row in sections["consents"]],
        "gaps": _gaps(sections["gaps"]),
    }


def _group(name: str) -> str:
    return str(Group(name).label) if name in Group.values else name


def _totals(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Promised, firm, released and paid by currency; paid only where every donor has opened it."""
    found = []
    for currency in sorted({row["currency"] for row in rows}):
        mine = [row for row in rows if row["currency"] == currency]

        def total(key: str, of: list[dict[str, Any]] = mine, currency: str = currency) -> str:
            known = [row[key] for row in of]
            return _money(None if None in known else str(sum(map(Decimal, known), Decimal(0))), currency)

        firm = [row for row in mine if row["certainty"] == "firm"]
        found.append(
            {
                "promised": total("promised"),
                "firm_note": _("%(amount)s of it firm") % {"amount": total("promised", firm)},
                "released": total("released"),
                "due_note": _("%(amount)s was due by now") % {"amount": total("due")},
                "sent": total("sent"),
                "received_note": _("Arrived: %(amount)s") % {"amount": total("received")},
            }
        )
    return found


def _commitment(row: dict[str, Any]) -> dict[str, str]:
    shown = {key: _money(row[key], row["currency"]) for key in ("promised", "due", "released", "sent", "received")}
    return {"donor": row["donor"], "title": row["title"], **shown}


def reasons(rows: list[dict[str, Any]]) -> list[str]:
    """The unmet conditions in words, each test once with its milestones; those that it is too early for left out."""
    by_test: dict[str, list[str]] = {}
    for row in rows:
        if not row["early"]:
            by_test.setdefault(_(row["test"]), []).append(row["milestone"])
    return [f"{test} ({', '.join(numbers)})" if any(numbers) else test for test, numbers in by_test.items()]


def _tranche(row: dict[str, Any], milestones: list[dict[str, Any]]) -> dict[str, Any]:
    mine = [m for m in milestones if m["tranche"] == row["id"]]
    return {
        "title": _("Tranche %(n)s") % {"n": row["number"]},
        "donor": row["donor"],
        "year": row["year"],
        "amount": _money(row["amount"], row["currency"]),
        "released": _money(row["released"], row["currency"]),
        "due": _day(row["due"]),
        "state": STATES[row["state"]],
        "bad": row["state"] in BAD or row["late"],
        "late": row["late"],
        "reasons": reasons(row["reasons"]),
        "milestones": [
            {
                "number": m["number"],
                "title": m["title"],
                "state": MILESTONE_STATES[m["state"]],
                "bad": m["state"] in BAD or m["late"],
                "on": _day(m["accepted_on"]) if m["accepted_on"] else "",
            }
            for m in mine
        ],
    }


def _card(card: dict[str, Any] | None) -> dict[str, Any] | None:
    if card is None:
        return None
    return {
        **card,
        "total": None if card["total"] is None else _number(card["total"]),
        "why": _why(card["total_reason"]),
        "weakest": _(card["weakest"]) if card["weakest"] else "",
        "indicators": [_indicator(row) for row in card["indicators"]],
    }


def _why(reason: str | None) -> str:
    return str(CODES.get(reason, "")) or _(reason) if reason else ""


def _indicator(row: dict[str, Any]) -> dict[str, Any]:
    share = None if row["progress"] is None else int(max(Decimal(0), min(Decimal(1), Decimal(row["progress"]))) * 100)
    return {
        "title": row["title"],
        "unit": _(row["unit"]) if row["unit"] else "",
        "actual": None if row["actual"] is None else _number(row["actual"]),
        "why": _why(row["reason"]),
        "baseline": _number(row["baseline"]),
        "target": _number(row["target"]),
        "target_by": _day(row["target_by"]),
        "until": _day(row["until"]),
        "n": row["n"],
        "not_reported": row["not_reported"],
        "red": row["red"],
        "progress": share,
    }


def _function(row: dict[str, Any]) -> dict[str, Any]:
    moved = row["target"] and row["target"] != row["first_target"]
    return {
        "title": row["title"],
        "step": LADDER.get(row["step"], row["step"]),
        "since": _day(row["since"]) if row["since"] else "",
        "target": _day(row["target"]) if row["target"] else "",
        "first_target": _day(row["first_target"]) if moved else "",
        "choice": _(row["choice"]) if row["choice"] else "",
        "unmet": [str(BY_CALC[name].title) for name in row["unmet"] or () if name in BY_CALC],
        "weakness_on": _day(row["weakness_on"]) if row["weakness_on"] else "",
    }


def _severities() -> list[tuple[str, Any]]:
    return [*SEVERITIES, ("unrated", _("Not rated"))]


def _incidents(row: dict[str, Any]) -> dict[str, Any]:
    def cell(value: int | None) -> str:
        return _("hidden") if value is None else formats.number(value)

    return {
        "quarter": row["quarter"],
        "cells": [cell(row["counts"].get(code)) for code, _words in _severities()],
        "total": cell(row["total"]),
    }


def _review(row: dict[str, Any]) -> dict[str, Any]:
    words = REVIEW_STATES[row["state"]]
    return {
        "label": row["label"],
        "state": words,
        "bad": row["state"] in BAD or row["late"],
        "held_on": _day(row["held_on"]) if row["held_on"] else "",
        "due": _day(row["due"]),
        "late": row["late"],
    }


def consent(row: dict[str, str]) -> dict[str, str]:
    """A consent that was withdrawn, in words."""
    scope = Consent.Scope(row["scope"]).label if row["scope"] in Consent.Scope.values else row["scope"]
    return {"scope": str(scope), "on": _day(row["on"])}


def _gaps(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """What is not shown, counted by section and code."""
    counts = Counter((row["section"], row["code"], row["owners"]) for row in rows)
    return [
        {"section": SECTIONS.get(section, section), "code": CODES.get(code, code), "n": n, "owners": owners}
        for (section, code, owners), n in sorted(counts.items())
    ]
