"""The catalogue of known exploited vulnerabilities: a file that a person brings. Nothing is fetched."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import clock, tabular
from trellis.core.conditions import Invalid
from trellis.core.tabular import BadValue, Column, ImportRefused, TabularError, shown
from trellis.operations.models_practice import KevCatalogue, KevFix
from trellis.operations.practice import book
from trellis.operations.practice.books import KEV
from trellis.operations.practice.checks import CVE
from trellis.parties.schemas import Viewer
from trellis.sharing.services import viewer_actor

NAMES = {
    "cve": "cveID",
    "vendor": "vendorProject",
    "product": "product",
    "title": "vulnerabilityName",
    "added_on": "dateAdded",
    "due_on": "dueDate",
}


@dataclass(frozen=True)
class Entry:
    """An entry of the catalogue beside what the organisation says of it; `fix` None is not looked at."""

    cve: str
    title: str
    vendor: str
    product: str
    added_on: date
    due_on: date | None
    fix: KevFix | None
    today: date

    @property
    def state(self) -> str:
        """`new`, `unused`, `fixed`, `open` or `overdue`."""
        if self.fix is None:
            return "new"
        if not self.fix.in_use:
            return "unused"
        if self.fix.fixed_on is not None:
            return "fixed"
        return "overdue" if self.fix.due_on and self.fix.due_on < self.today else "open"


def _cve(value: str) -> str:
    found = value.strip().upper()
    if not CVE.fullmatch(found):
        message = _("“%(value)s” is not the number of a vulnerability.") % {"value": shown(value)}
        raise BadValue(message, _("a number such as CVE-2025-48384"))
    return found


def columns() -> tuple[Column, ...]:
    """The columns of a catalogue, by the names of the published file."""
    return (
        Column("cve", gettext_lazy("CVE"), required=True, parse=_cve, unique=True, aliases=(NAMES["cve"],)),
        Column("vendor", gettext_lazy("Vendor"), parse=tabular.text(120), aliases=(NAMES["vendor"],)),
        Column("product", gettext_lazy("Product"), parse=tabular.text(200)),
        Column("title", gettext_lazy("Name"), parse=tabular.text(250), aliases=(NAMES["title"],)),
        Column("added_on", gettext_lazy("Added"), required=True, parse=tabular.day(), aliases=(NAMES["added_on"],)),
        Column("due_on", gettext_lazy("Due"), parse=tabular.day(), aliases=(NAMES["due_on"],)),
    )


def _table(data: bytes, name: str) -> tuple[tabular.Table, str]:
    """The table of a file and the version that it names; the published JSON keeps its list inside an object."""
    version = ""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        try:
            whole = json.loads(data)
        except (ValueError, RecursionError):
            whole = None
        listed = whole.get("vulnerabilities") if isinstance(whole, dict) else None
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise Invalid({"file": _("The JSON has no list “vulnerabilities”, as the published catalogue has.")})
        version = str(whole.get("catalogVersion") or "")[:40]
        kept = [{key: item.get(key) for key in NAMES.values()} for item in listed]
        data = json.dumps(kept).encode()
    try:
        return tabular.read(data, name), version
    except TabularError as error:
        raise Invalid({"file": error.message}) from error


@transaction.atomic
def kev_load(viewer: Viewer, data: bytes, name: str = "") -> KevCatalogue:
    """Takes in a catalogue file: it takes the place of the one before. All of it, or nothing where a row is wrong.

    Records stay as they are; an entry that has moved its due date is corrected by hand. Raises Invalid (`file`).
    """
    actor = viewer_actor(viewer)
    table, version = _table(data, name)
    try:
        ready = list(tabular.interpret(table, columns()).ready())
    except ImportRefused as error:
        first = "; ".join(str(problem) for problem in error.report.problems[:5])
        raise Invalid({"file": first}) from error
    except TabularError as error:
        raise Invalid({"file": error.message}) from error
    made = KevCatalogue.objects.create(
        owner=actor.organisation,
        person=actor.person,
        name=name[:200],
        version=version,
        digest=table.digest,
        entries=[{key: _plain(parsed.values[key]) for key in NAMES} for parsed in ready],
    )
    KevCatalogue.objects.filter(owner=actor.organisation).exclude(pk=made.pk).delete()
    return made


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def catalogue(viewer: Viewer) -> KevCatalogue | None:
    """The catalogue that the viewer's organisation took in last."""
    if viewer.organisation is None:
        return None
    return KevCatalogue.objects.filter(owner=viewer.organisation).order_by("-made_at").first()


def entries(viewer: Viewer) -> list[Entry]:
    """The entries of the catalogue beside the organisation's own records, newest first."""
    held = catalogue(viewer)
    if held is None:
        return []
    own = book.rows(viewer, KEV).filter(owner=viewer.organisation)
    fixes = {row.cve: row for row in own}
    today = clock.today()
    found = [
        Entry(
            one["cve"],
            one["title"],
            one["vendor"],
            one["product"],
            date.fromisoformat(one["added_on"]),
            date.fromisoformat(one["due_on"]) if one["due_on"] else None,
            fixes.get(one["cve"]),
            today,
        )
        for one in held.entries
    ]
    return sorted(found, key=lambda entry: (entry.added_on, entry.cve), reverse=True)


def entry_said(viewer: Viewer, cve: str) -> dict[str, Any]:
    """What the catalogue says of a vulnerability, to begin a record with; nothing for one that it has not."""
    held = catalogue(viewer)
    one = next((e for e in (held.entries if held else []) if e["cve"] == cve), None)
    if one is None:
        return {}
    days = {key: date.fromisoformat(one[key]) if one[key] else None for key in ("added_on", "due_on")}
    return {**{key: one[key] for key in ("cve", "title", "vendor", "product")}, **days}


def vendors(found: Iterable[Entry]) -> list[tuple[str, int]]:
    """Vendors with entries that nobody has looked at, and how many, by name."""
    counts = Counter(entry.vendor for entry in found if entry.fix is None and entry.vendor)
    return sorted(counts.items(), key=lambda pair: pair[0].casefold())


def kev_unused(viewer: Viewer, vendor: str) -> int:
    """Records that nothing of a vendor is in use: of every entry that nobody has looked at. Returns how many."""
    open_ = [entry for entry in entries(viewer) if entry.fix is None and entry.vendor == vendor]
    if not open_:
        raise Invalid({"vendor": _("Choose one from the list")})
    said = [{**entry_said(viewer, entry.cve), "in_use": False} for entry in open_]
    return len(book.record_many(viewer, KEV, said))
