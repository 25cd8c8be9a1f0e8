"""What the records of each book must say, in words for the person who typed it."""

import re
from typing import Any

from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.labels import RANKS
from trellis.operations.models_practice import ExposureMeasure
from trellis.parties.schemas import Viewer
from trellis.sharing.evidence import evidence_list

CVE = re.compile(r"CVE-\d{4}-\d{4,9}", re.ASCII)
Said = dict[str, Any]


def evidence_of(viewer: Viewer) -> dict[str, str]:
    """The titles of the evidence that the viewer's organisation keeps, by id, newest first."""
    held = evidence_list(viewer, _("Evidence for a level of hunting")).filter(owner=viewer.organisation)
    return {str(row.subject): row.title for row in held}


def _past(said: Said, *names: str) -> dict[str, str]:
    today = clock.today()
    return {n: _("This day lies in the future") for n in names if said.get(n) is not None and said[n] > today}


def hunt(said: Said, viewer: Viewer) -> dict[str, str]:
    """A hunt has an outcome once it is over, and names the detection that stayed."""
    wrong = _past(said, "started_on", "ended_on")
    if said["ended_on"] and said["ended_on"] < said["started_on"]:
        wrong["ended_on"] = _("The last day is before the first")
    if not said["ended_on"]:
        if said["outcome"]:
            wrong["outcome"] = _("An outcome belongs to a hunt that is over: give its last day")
        if said["detection_kept"] is not None:
            wrong["detection_kept"] = _("Say this once the hunt is over: give its last day")
    if said["detection_kept"] and not said["detection"]:
        wrong["detection"] = _("Say which detection was kept")
    if said["detection"] and not said["detection_kept"]:
        wrong["detection"] = _("A detection is named, so say that one was kept")
    return wrong


def step(said: Said, viewer: Viewer) -> dict[str, str]:
    """A level from 1 to 4; evidence proves a level that is claimed."""
    wrong = {} if said["level"] in (1, 2, 3, 4) else {"level": _("Choose one from the list")}
    said["evidence"] = sorted({str(one) for one in said["evidence"] or ()})
    if said["evidence"] and not said["claimed"]:
        wrong["evidence"] = _("Evidence is for a level that is reached")
    if set(said["evidence"]) - set(evidence_of(viewer)):
        wrong["evidence"] = _("Name evidence that your organisation keeps here")
    return wrong


def hygiene(said: Said, viewer: Viewer) -> dict[str, str]:
    """The part is no larger than its whole."""
    wrong = _past(said, "source_on")
    if said["covered"] is not None and said["in_scope"] is not None and said["covered"] > said["in_scope"]:
        wrong["covered"] = _("More are covered than are in scope")
    return wrong


def exposure(said: Said, viewer: Viewer) -> dict[str, str]:
    """Systems exposed are among those in scope; leaked records may be more than people."""
    wrong = _past(said, "inventory_on", "source_on")
    both = said["exposed"] is not None and said["in_scope"] is not None
    if both and said["measure"] != ExposureMeasure.LEAKED and said["exposed"] > said["in_scope"]:
        wrong["exposed"] = _("More are exposed than are in scope")
    return wrong


def alerts(said: Said, viewer: Viewer) -> dict[str, str]:
    """No more are triaged than were raised."""
    wrong = _past(said, "first_day", "last_day")
    if said["last_day"] < said["first_day"]:
        wrong["last_day"] = _("The last day is before the first")
    if said["true_alerts"] + said["false_alerts"] > said["raised"]:
        wrong["raised"] = _("More alerts are triaged than were raised")
    return wrong


def planted(said: Said, viewer: Viewer) -> dict[str, str]:
    """A moment of notice says that it was noticed, and lies after planting."""
    wrong = {
        name: _("This moment lies in the future")
        for name in ("planted_at", "noticed_at")
        if said[name] is not None and said[name] > clock.now()
    }
    if said["noticed_at"] is not None:
        if said["noticed_at"] < said["planted_at"]:
            wrong["noticed_at"] = _("Noticed before it was planted")
        if not said["noticed"]:
            wrong["noticed"] = _("It has a moment of notice, so say that it was noticed")
    return wrong


def kev(said: Said, viewer: Viewer) -> dict[str, str]:
    """A vulnerability by its number; while it is open the record stays inside the organisation (X-09)."""
    said["cve"] = said["cve"].upper()
    wrong = _past(said, "fixed_on", "available_on")
    if not CVE.fullmatch(said["cve"]):
        wrong["cve"] = _("Write the number of the vulnerability, such as CVE-2025-48384")
    # The published catalogue has a few entries that are due before they were added: it is told as it is.
    if not said["in_use"]:
        for name in ("fixed_on", "systems"):
            if said[name]:
                wrong[name] = _("It is said not to be in use here")
    elif said["fixed_on"] is None and RANKS[said["label"]] < RANKS["AMBER+STRICT"]:
        wrong["label"] = _("A weakness that is not fixed stays inside your organisation: choose AMBER+STRICT")
    return wrong
