"""The counts of one host for one viewer, each a figure with its address; and of the hosts of a programme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.assets import selectors
from trellis.assets.vocabulary import COUNTED, Kind, Severity
from trellis.core import figures as engine
from trellis.parties.schemas import Viewer
from trellis.sharing import figures
from trellis.sharing.figures import Shown


@dataclass(frozen=True)
class Line:
    """The counts of one severity, in the order of `COUNTED`."""

    severity: str
    title: str
    cells: tuple[tuple[str, Shown], ...]


@dataclass(frozen=True)
class HostCounts:
    """What others see of a host: its counts by severity, the share of criticals fixed in time, tests that ended."""

    organisation: UUID
    name: str
    lines: tuple[Line, ...]
    in_time: Shown
    tests: tuple[tuple[str, Shown], ...]

    @property
    def overdue(self) -> Shown:
        """The overdue critical ones."""
        return dict(zip(COUNTED, (shown for _title, shown in self.lines[0].cells), strict=True))["overdue"]


def counts(viewer: Viewer, owners: Mapping[UUID, str], at: datetime | None = None) -> list[HostCounts]:
    """The counts of hosts, in one go: who withholds and what is kept is asked once for all figures of a host."""
    if not owners:
        return []
    moment = at or selectors.moment_of(list(owners))
    severities = [*Severity.choices, ("", _("All"))]
    asked: list[engine.Ask] = []

    def ask(name: str, owner: UUID, **params: str) -> int:
        asked.append(engine.ask(f"assets.{name}", {"owner": owner, **params}, None, moment))
        return len(asked) - 1

    places = {
        owner: (
            [[ask("findings", owner, severity=s, state=state) for state in COUNTED] for s, _title in severities],
            ask("fixed_in_time", owner, severity="critical"),
            [ask("tests", owner, kind=kind) for kind in Kind.values],
        )
        for owner in owners
    }
    made = figures.show_all(viewer, asked)
    return [_host(owner, name, places[owner], made, severities) for owner, name in owners.items()]


def _host(
    owner: UUID,
    name: str,
    places: tuple[list[list[int]], int, list[int]],
    made: Sequence[Shown],
    severities: Sequence[tuple[str, object]],
) -> HostCounts:
    grid, share, tests = places
    lines = tuple(
        Line(severity, str(title), tuple((str(COUNTED[s]), made[n]) for s, n in zip(COUNTED, row, strict=True)))
        for (severity, title), row in zip(severities, grid, strict=True)
    )
    kinds = tuple((str(label), made[n]) for label, n in zip(Kind.labels, tests, strict=True))
    return HostCounts(owner, name, lines, made[share], kinds)
