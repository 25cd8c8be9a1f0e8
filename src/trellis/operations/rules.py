"""What an incident must say, in words for the person who typed it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import clock, formats
from trellis.core.conditions import Invalid
from trellis.core.indicators import live_indicators, refusal
from trellis.core.tabular import BadValue
from trellis.operations import parsing
from trellis.operations.classes import classified

TEXTS = ("reference", "title", "summary", "sector")
STAMPS = ("started", "detected", "acknowledged", "contained", "recovered", "reported")
TITLES = {
    "started": gettext_lazy("Started"),
    "detected": gettext_lazy("Detected"),
    "acknowledged": gettext_lazy("Acknowledged"),
    "contained": gettext_lazy("Contained"),
    "recovered": gettext_lazy("Recovered"),
    "reported": gettext_lazy("Reported"),
}
# Pairs of a later stamp and the earlier one that it may not precede.
ORDER = (
    ("detected", "started", gettext_lazy("Detected (%(later)s) is before started (%(earlier)s)")),
    ("acknowledged", "detected", gettext_lazy("Acknowledged (%(later)s) is before detected (%(earlier)s)")),
    ("contained", "detected", gettext_lazy("Contained (%(later)s) is before detected (%(earlier)s)")),
    ("recovered", "detected", gettext_lazy("Recovered (%(later)s) is before detected (%(earlier)s)")),
    ("recovered", "contained", gettext_lazy("Recovered (%(later)s) is before contained (%(earlier)s)")),
)


def require(said: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> None:
    """Raises Invalid by field unless what is said holds together.

    `before` is what the record said until now: an order of stamps that was imported as its source gave it may
    stay as long as neither stamp is touched.
    """
    wrong: dict[str, str] = {}
    for name in ("reference", "title"):
        if not str(said.get(name) or "").strip():
            wrong[name] = _("Write something here")
    if said.get("detected") is None:
        wrong["detected"] = _("Enter when it was detected: the clocks start there")
    for name in TEXTS:
        if found := live_indicators(str(said.get(name) or "")):
            wrong[name] = refusal(found)
    if said.get("classification") and classified(str(said["classification"])) != said["classification"]:
        wrong["classification"] = _("Choose a class of the taxonomy")
    if codes := str(said.get("countries") or ""):
        try:
            if parsing.countries(codes) != codes:
                wrong["countries"] = _("Write each code once, in order")
        except BadValue as error:
            wrong["countries"] = str(error.message)
    affected = said.get("people_affected")
    if affected is not None and affected < 0:
        wrong["people_affected"] = _("Enter 0 or more, or leave it empty while it is not known")
    now = clock.now()
    for name in STAMPS:
        moment = said.get(name)
        if moment is not None and moment > now:
            wrong.setdefault(name, _("%(moment)s lies in the future") % {"moment": formats.moment(moment)})
    for later, earlier, text in ORDER:
        if _misordered(said, before, later, earlier):
            words = {"later": formats.moment(said[later]), "earlier": formats.moment(said[earlier])}
            wrong.setdefault(later, str(text) % words)
    if wrong:
        raise Invalid(wrong)


def _misordered(said: Mapping[str, Any], before: Mapping[str, Any] | None, later: str, earlier: str) -> bool:
    first: datetime | None = said.get(earlier)
    second: datetime | None = said.get(later)
    if first is None or second is None or second >= first:
        return False
    return before is None or (before.get(later), before.get(earlier)) != (second, first)
