"""The lists of the regional area."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.context import address
from trellis.core.tables import Choice, Column, Search, Table
from trellis.regional.schemas import ContactView, RequestView
from trellis.regional.vocabulary import CHANNELS, SEVERITIES

CONTACT_STATES = {
    "stale": gettext_lazy("stale"),
    "new": gettext_lazy("not verified yet"),
    "verified": gettext_lazy("verified"),
}
REQUEST_STATES = {
    "open": gettext_lazy("waits for an offer"),
    "offered": gettext_lazy("an offer waits for an answer"),
    "agreed": gettext_lazy("help is agreed"),
    "arrived": gettext_lazy("help has arrived"),
    "closed": gettext_lazy("closed"),
}
OFFER_STATES = {
    "open": gettext_lazy("waits for an answer"),
    "declined": gettext_lazy("declined"),
    "withdrawn": gettext_lazy("withdrawn"),
    "over": gettext_lazy("no longer stands"),
    "agreed": gettext_lazy("agreed"),
}


def flagged(state: str, words: str) -> SafeString:
    """A state as a tag; what is stale in red."""
    kind = {"stale": " red", "new": " wait"}.get(state, "")
    return format_html('<span class="tag{}">{}</span>', kind, words)


class ContactTable(Table):
    caption = gettext_lazy("Contact directory")
    name = "contacts"
    columns = [
        Column("member", gettext_lazy("Member"), sort="member", link="url"),
        Column("state_words", gettext_lazy("State"), html=lambda row: flagged(row["state"], row["state_words"])),
        Column("duty", gettext_lazy("Duty"), missing=gettext_lazy("not said")),
        Column("channel_title", gettext_lazy("Channel")),
        Column("address", gettext_lazy("Address or number")),
        Column("fingerprint", gettext_lazy("Key fingerprint"), missing=gettext_lazy("no key")),
        Column("hours", gettext_lazy("Hours"), missing=gettext_lazy("not said")),
        Column("verified_at", gettext_lazy("Verified"), sort="verified_at", kind="day", missing=gettext_lazy("never")),
        Column("verified_by", gettext_lazy("Verified by"), missing=gettext_lazy("nobody")),
    ]
    filters = [
        Search(gettext_lazy("Words"), ["member", "duty", "address"]),
        Choice("state", gettext_lazy("State"), list(CONTACT_STATES.items())),
        Choice("channel", gettext_lazy("Channel"), list(CHANNELS.items())),
    ]
    empty_title = gettext_lazy("No contact is recorded yet")
    empty_note = gettext_lazy("Record one, or import a table. Each shows when it was last verified, and by whom.")


def contact_table(
    request: HttpRequest, programme: UUID, found: Sequence[ContactView], names: dict[UUID, str]
) -> ContactTable:
    """The directory as the viewer may read it."""
    same = ("member", "duty", "channel", "address", "hours")
    rows: list[dict[str, Any]] = [
        {
            **{name: getattr(view.row, name) for name in same},
            "channel_title": view.row.get_channel_display(),
            "fingerprint": grouped(view.row.fingerprint),
            "verified_at": view.verified_at,
            "verified_by": names.get(view.verified_by, "") if view.verified_by else None,
            "state": view.state,
            "state_words": str(CONTACT_STATES[view.state]),
            "url": address("regional:contact", programme, view.id),
        }
        for view in found
    ]
    return ContactTable(request, rows)


def grouped(fingerprint: str) -> str:
    """A fingerprint in groups of four, as people compare it."""
    return " ".join(fingerprint[i : i + 4] for i in range(0, len(fingerprint), 4))


class RequestTable(Table):
    caption = gettext_lazy("Requests for assistance")
    name = "assistance"
    default_sort = "-asked_at"
    columns = [
        Column("title", gettext_lazy("Request"), sort="title", link="url"),
        Column("asker", gettext_lazy("Asked by"), sort="asker"),
        Column("need", gettext_lazy("Kind of help")),
        Column("severity_title", gettext_lazy("Severity"), missing=gettext_lazy("not rated")),
        Column("cross_border", gettext_lazy("Cross-border"), kind="yes"),
        Column("asked_at", gettext_lazy("Asked"), sort="asked_at", kind="when"),
        Column("arrived_at", gettext_lazy("Arrived"), kind="when", missing=gettext_lazy("not yet")),
        Column("state_words", gettext_lazy("State"), kind="tag"),
        Column("label", gettext_lazy("Label"), kind="tlp"),
    ]
    filters = [
        Search(gettext_lazy("Words"), ["title", "asker"]),
        Choice("state", gettext_lazy("State"), list(REQUEST_STATES.items())),
        Choice("severity", gettext_lazy("Severity"), list(SEVERITIES.items())),
    ]
    empty_title = gettext_lazy("No request that you may see")
    empty_note = gettext_lazy("Ask other parties for help, or wait to be asked. Only those asked read a request.")


def request_table(
    request: HttpRequest, programme: UUID, found: Sequence[RequestView], names: dict[UUID, str]
) -> RequestTable:
    """The requests that the viewer may read."""
    rows: list[dict[str, Any]] = [
        {
            "title": view.row.title,
            "asker": names.get(view.row.owner, ""),
            "need": view.row.get_need_display(),
            "severity": view.row.severity,
            "severity_title": view.row.get_severity_display() or None,
            "cross_border": view.row.cross_border,
            "asked_at": view.row.asked_at,
            "arrived_at": view.arrived_at,
            "state": view.state,
            "state_words": str(REQUEST_STATES[view.state]),
            "label": view.row.label,
            "url": address("regional:request", programme, view.id),
        }
        for view in found
    ]
    return RequestTable(request, rows)


def move_words(kind: str, outcome: str = "") -> str:
    """A step in words."""
    words = {
        "declined": _("does not help this time"),
        "offer-declined": _("does not take the offer"),
        "withdrawn": _("takes the offer back"),
        "arrived": _("says that help has arrived"),
        "closed": _("closes the request"),
    }
    return f"{words[kind]}: {outcome}" if outcome else words[kind]
