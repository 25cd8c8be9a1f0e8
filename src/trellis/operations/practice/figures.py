"""The figures of this package for one viewer, each with what it cannot know, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc.figure import Figure
from trellis.core import figures as engine
from trellis.core import formats
from trellis.core.conditions import Hidden
from trellis.operations.models_practice import ExposureMeasure, HygieneMeasure
from trellis.operations.practice import selectors
from trellis.parties.schemas import Viewer
from trellis.sharing import figures

Period = tuple[date, date] | None

CANNOT = {
    "hunting_level": gettext_lazy("A level says how hunting is done, not what is found by it."),
    "hunt_yield": gettext_lazy("A hunt that keeps nothing is no failure; what was never hunted for stays unknown."),
    "hygiene": gettext_lazy("What stands in nobody's inventory is in no denominator."),
    "exposure": gettext_lazy("Only what somebody looked for is counted as exposed."),
    "alert_precision": gettext_lazy("What raised no alert is in no list: it says nothing of how much was missed."),
    "detection_rate": gettext_lazy("Drills and red teams are no sample of real attacks."),
    "patch_latency": gettext_lazy("What the catalogue lists and nobody looked for here is not counted."),
    "patch_in_time": gettext_lazy("A due date is the catalogue's, not the day on which it was needed here."),
}


@dataclass(frozen=True)
class Line:
    """A figure as a page shows it: its title, the figure, a sentence about it, and what it cannot know."""

    title: str
    shown: figures.Shown
    said: str
    cannot: str

    @property
    def figure(self) -> Figure:
        """The figure itself."""
        return self.shown.figure


def require_owners(viewer: Viewer, owners: Sequence[UUID]) -> None:
    """Raises Hidden unless the viewer may see some figure of each owner."""
    if not owners or set(owners) - set(selectors.owners_shown(viewer)):
        raise Hidden()


def shown(viewer: Viewer, name: str, owners: Sequence[UUID], period: Period = None, **params: str) -> figures.Shown:
    """One figure of these owners; of several, only those are summed that let the viewer see it."""
    require_owners(viewer, owners)
    kind = f"operations.{name}"
    reads = engine.kind_named(kind).reads
    summed = selectors.letting(viewer, owners, reads) if len(owners) > 1 else list(owners)
    asked = {"owner": ",".join(sorted(map(str, summed or owners))), **params}
    return figures.shown(viewer, kind, asked, period)


def lines(viewer: Viewer, owners: Sequence[UUID], period: Period, zone: str) -> list[tuple[str, list[Line]]]:
    """All figures of these owners in groups. `period` chooses hunts, alerts and planted events."""

    def line(title: Any, name: str, when: Period = None, **params: str) -> Line:
        found = shown(viewer, name, owners, when, **params)
        return Line(str(title), found, sentence(name, found.figure), str(CANNOT[name]))

    hunting = [line(_("Hunts that kept a detection"), "hunt_yield", period)]
    if len(owners) == 1:
        hunting.insert(0, line(_("Level of hunting"), "hunting_level"))
    return [
        (_("Hunting"), hunting),
        (_("Hygiene"), [line(title, "hygiene", measure=value) for value, title in HygieneMeasure.choices]),
        (_("Exposure"), [line(title, "exposure", measure=value) for value, title in ExposureMeasure.choices]),
        (
            _("Alerts and detection"),
            [
                line(_("Triaged alerts that were true"), "alert_precision", period),
                line(_("Planted events that were noticed"), "detection_rate", period, zone=zone),
            ],
        ),
        (
            _("Known exploited vulnerabilities"),
            [
                line(_("Days from the catalogue to fixed, median"), "patch_latency", since="added"),
                line(_("Days from availability to fixed, median"), "patch_latency", since="available"),
                line(_("Fixed by the due date"), "patch_in_time"),
            ],
        ),
    ]


def sentence(name: str, figure: Figure) -> str:
    """What a figure is made from, in words and counts."""
    if figure.reason == "consent missing":
        return _("The owner does not let your organisation see this figure.")
    parts = {key: formats.number(value) if isinstance(value, int) else value for key, value in figure.parts.items()}
    given = {**dict.fromkeys(("numerator", "denominator"), "0"), **parts}
    return " ".join(_words(name, figure, given)) or _("Nothing is recorded yet.")


def _words(name: str, figure: Figure, given: dict[str, Any]) -> list[str]:
    if name == "hunting_level":
        return _level(figure, given)
    if figure.reason == "no data":
        return []
    if figure.reason == "insufficient data" and name in ("hygiene", "exposure"):
        return [_("Recorded, but a number is missing.")]
    if name == "hunt_yield":
        return [_("Hunts done: %(denominator)s; kept a detection: %(numerator)s.") % given]
    if name in ("hygiene", "exposure"):
        return _counts(figure, given)
    if name == "alert_precision":
        said = _("Raised: %(raised)s; triaged: %(triaged)s, true: %(numerator)s; untriaged: %(untriaged)s.")
        return [said % given]
    if name == "detection_rate":
        return [_("Planted: %(planted)s; with a known result: %(denominator)s; noticed: %(numerator)s.") % given]
    if name == "patch_latency":
        return [_("Fixed: %(fixed)s; open: %(open)s, which count as at least so long.") % given]
    return [_("Open and overdue: %(overdue)s; fixed late: %(fixed_late)s; not yet due: %(not_yet_due)s.") % given]


def _level(figure: Figure, given: dict[str, Any]) -> list[str]:
    said = [
        _("Hypotheses: %(hypotheses)s; hunts done: %(hunts_done)s; kept a detection: %(hunts_kept_detection)s.") % given
    ]
    if figure.value is None:
        return [_("No level is recorded."), *said]
    if figure.caveats:
        return [_("Self-declared: on evidence alone the level is %(evidenced)s.") % given, *said]
    return [_("With evidence for every level."), *said]


def _counts(figure: Figure, given: dict[str, Any]) -> list[str]:
    said = (
        [_("%(numerator)s of %(denominator)s; counts summed: %(counts)s.") % given]
        if figure.parts.get("counts")
        else []
    )
    if figure.parts.get("stale"):
        said.append(_("Sources older than half a year: %(stale)s.") % given)
    if figure.parts.get("undated"):
        said.append(_("Sources without a date: %(undated)s.") % given)
    oldest = figure.parts.get("oldest_source")
    if isinstance(oldest, str):
        said.append(_("Oldest source: %(day)s.") % {"day": formats.day(date.fromisoformat(oldest))})
    return said
