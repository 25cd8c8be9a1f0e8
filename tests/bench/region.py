"""A region for measuring: states with their programmes, plans and incidents. Made by the services; volume in batches.

python -m tests.bench.region 0.1           # in the installation of TRELLIS_HOME; prints who signs in, as JSON
python -m tests.bench.region 0.1 1000000   # a small region with so many incidents
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np

STATES, PROGRAMMES, ACTIVITIES, INCIDENTS = 20, 40, 10_000, 200_000
PASSWORD = "correct horse battery"
BATCH = 5_000
YEARS = 4
Cast = dict[str, tuple[str, tuple[str, ...]]]
SHARED: Cast = {
    "donor": ("international", ("programme-officer", "co-chair")),
    "fund": ("international", ("programme-officer",)),
    "centre": ("international", ("trainer",)),
    "evaluator": ("academia", ("verifier",)),
}
STATE: Cast = {
    "ministry": ("government", ("coordinator", "co-chair")),
    "cert": ("government", ("cert-lead",)),
}
SIDES = {"ministry": "partner", "cert": "partner", "donor": "donor", "fund": "donor", "centre": "regional",
         "evaluator": "independent"}  # fmt: skip


@dataclass
class Region:
    """Organisations, people and seats by name (`ministry-3:coordinator`), programmes by number."""

    organisations: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    seats: dict[str, UUID] = field(default_factory=dict)
    programmes: list[UUID] = field(default_factory=list)

    def viewer(self, who: str) -> Any:
        from trellis.parties import selectors as parties

        return parties.viewer_by_id(self.people[who])


def scaled(whole: int, scale: float, least: int = 1) -> int:
    """A number of the region at a scale."""
    return max(least, round(whole * scale))


def build(scale: float = 1.0, say: Callable[[str], None] = lambda text: None, reported: int = 0) -> Region:
    """Makes the region in an empty, migrated database; `reported` incidents, else as many as the scale says."""
    from trellis.core import clock, node

    start = clock.now() - timedelta(days=40)
    clock.set_to(start)
    node.initialise("Bench region")
    region = Region()
    states = scaled(STATES, min(1.0, scale * 2), 2)
    _gather(region, SHARED)
    for state in range(states):
        _gather(region, STATE, f"-{state}")
    say(f"{states} states")
    activities = scaled(ACTIVITIES, scale) // (states * 2)
    for number in range(states * PROGRAMMES // STATES):
        programme(region, number % states, number, max(3, activities))
        clock.advance(minutes=5)
    say(f"{len(region.programmes)} programmes with {activities} activities each")
    reported = reported or scaled(INCIDENTS, scale)
    for state in range(states):
        owner = f"cert-{state}"
        incidents(region, owner, reported // states, state)
        _share(region, owner, region.programmes[state])
        clock.advance(minutes=5)
    say(f"{reported:,} incidents")
    clock.set_to(None)
    return region


def _gather(region: Region, cast: Cast, tail: str = "") -> None:
    from trellis.parties import selectors as parties
    from trellis.parties import services as accounts

    for name, (group, roles) in cast.items():
        key = f"{name}{tail}"
        organisation = accounts.organisation_open(f"Bench {key}", key.title(), group)
        region.organisations[key] = organisation.pk
        for role in ("", *roles):
            person = accounts.person_add(
                organisation,
                name=f"{role or 'administrator'} of {key}",
                email=f"{role or 'admin'}.{key}@bench.example",
                role="staff" if role else "administrator",
                language="en",
                password=PASSWORD,
            )
            region.people[f"{key}:{role}" if role else key] = person.pk
            if role:
                admin = parties.viewer_by_id(region.people[key])
                seat = accounts.seat_open(admin, organisation.pk, role)
                accounts.seat_fill(admin, seat.pk, person.pk)
                region.seats[f"{key}:{role}"] = seat.pk


def programme(region: Region, state: int, number: int, activities: int) -> None:
    """Founds a programme, closes a small assessment, sets a direction and adopts a plan."""
    from trellis.governance import founding

    keys = {name: f"{name}-{state}" if name in STATE else name for name in SIDES}
    sides = {region.organisations[keys[name]]: side for name, side in SIDES.items()}
    seats = [seat for who, seat in region.seats.items() if who.split(":")[0] in keys.values()]
    ministry = f"ministry-{state}"
    row = founding.draft(
        region.viewer(ministry),
        title=f"Programme {number:02} of state {state}",
        sides=sides,
        seats=seats,
        label="AMBER",
    )
    for key in keys.values():
        founding.sign(region.viewer(key), row.pk)
    region.programmes.append(row.pk)
    assessment = _assessed(region, row.pk, state)
    _planned(region, row.pk, state, assessment, activities)


def _assessed(region: Region, programme: UUID, state: int) -> UUID:
    from trellis.assessment import frameworks, services
    from trellis.assessment.schemas import Invited, ScopeItem
    from trellis.core import ids

    assessment = ids.new()
    lead = region.viewer(f"ministry-{state}:coordinator")
    codes = ("1.2", "1.3", "4.3")
    services.assessment_open(
        lead,
        programme,
        framework=frameworks.content_hash(frameworks.national("en")),
        title="Needs",
        lead=lead.organisation,
        items=[ScopeItem(code=code, target=4) for code in codes],
        invited=[Invited(organisation=region.organisations[f"{who}-{state}"], group="government") for who in STATE],
        domains={name: list(found) for name, found in frameworks.MANDATORY_DOMAINS.items()},
        assessment=assessment,
    )
    for who in STATE:
        for code in codes:
            services.rating_give(region.viewer(f"{who}-{state}"), assessment, code, 2, "medium")
    for group in ("law-enforcement", "academia", "private-sector"):
        services.assessment_waive(lead, assessment, group, "Asked later")
    services.assessment_close(lead, assessment)
    return assessment


def _planned(region: Region, programme: UUID, state: int, assessment: UUID, count: int) -> None:
    from trellis.core import clock, ids
    from trellis.governance import services as governance
    from trellis.planning import services
    from trellis.planning.schemas import ActivitySaid, DirectionObjectiveSaid, PlanAdopt, PlanObjectiveSaid

    lead = region.viewer(f"ministry-{state}:coordinator")
    goals = [
        DirectionObjectiveSaid(id=ids.new(), title=f"Goal {n}", goals=["SDG 9.1"], sectors=["ports"]) for n in range(4)
    ]
    services.direction_set(lead, programme, title="National strategy", objectives=goals)
    served = [PlanObjectiveSaid(id=ids.new(), title=g.title, serves=g.id) for g in goals]
    today = clock.today()
    strands = ("policy", "technical-training", "long-term-capacity")
    said = [
        ActivitySaid(
            id=ids.new(),
            title=f"Activity {n} of state {state}",
            strand=strands[n % 3],
            kind="training",
            objective=served[n % 4].id,
            gaps=[("1.2", "1.3", "4.3")[n % 3]],
            lead=lead.organisation,
            start=today - timedelta(days=30),
            end=today + timedelta(days=30 + n % 900),
            amount=Decimal(10_000 + n),
            currency="EUR",
            funded_by=region.organisations["donor" if n % 2 else "fund"],
            initiated_by=lead.organisation,
            legal_basis="Cybersecurity Act, section 7",
        )
        for n in range(count)
    ]
    payload = PlanAdopt(title="Joint plan", assessment=assessment, objectives=served, activities=said)
    decision = services.plan_adopt(lead, programme, payload)
    for who in ("donor:programme-officer", "fund:programme-officer"):
        governance.key_turn(region.viewer(who), decision.pk)


def incidents(region: Region, owner: str, count: int, seed: int) -> None:
    """Incidents of one owner in entries of `BATCH`, then corrections of one in two hundred of them."""
    from trellis.core import clock, ids
    from trellis.operations.models import Incident
    from trellis.sharing import records

    actor = region.viewer(f"{owner}:cert-lead").actor
    chance = np.random.default_rng(seed)
    newest = clock.now() - timedelta(hours=1)
    left = count
    while left > 0:
        rows = [Incident(**said) for said in _said(chance, newest, min(BATCH, left), count - left, seed)]
        records.write(actor, rows)
        left -= len(rows)
        clock.advance(minutes=1)
        mended = [
            records.successor(row, actor, "Logs were read", recovered=row.contained, id=ids.new())
            for row in rows[::200]
            if row.contained
        ]
        if mended:
            records.write(actor, mended)


def _said(chance: Any, newest: datetime, count: int, first: int, state: int) -> Iterator[dict[str, Any]]:
    severities, sectors = ("low", "medium", "high", "critical", ""), ("ports", "energy", "health", "finance", "water")
    classes = ("fraud:phishing", "malicious-code:infected-system", "availability", "other:undetermined", "")
    back = chance.uniform(0, YEARS * 365.25 * 86400, count)
    took = chance.lognormal(2.5, 1.2, (count, 2)) * 3600
    kinds = chance.integers(0, 5, (count, 3))
    # Places as they are met in reports: a few often, most of them seldom; those of one state are met in that state alone.
    places = np.minimum(chance.zipf(1.3, count), 5_000)
    done, known = chance.random(count) < 0.93, chance.random(count) < 0.8
    for n in range(count):
        detected = newest - timedelta(seconds=float(back[n]))
        contained = detected + timedelta(seconds=float(took[n, 0]))
        ended = bool(done[n]) and contained < newest
        yield {
            "reference": f"I-{first + n:07}",
            "title": f"{sectors[kinds[n, 1]]} service of place{places[n]} in state{state} disturbed, case {first + n}",
            "summary": "Staff could not open mail. The server was taken off the line and rebuilt from its backup.",
            "severity": severities[kinds[n, 0]],
            "sector": sectors[kinds[n, 1]],
            "classification": classes[kinds[n, 2]],
            "started": detected - timedelta(seconds=float(took[n, 1])) if known[n] else None,
            "detected": detected,
            "acknowledged": min(detected + timedelta(minutes=30), contained),
            "contained": contained if ended else None,
        }


def _share(region: Region, owner: str, programme: UUID) -> None:
    """Records for the donor, who reads the incidents of every state, and figures for all parties."""
    from trellis.sharing import services as sharing

    given = {"data_kind": "operations.incident", "purpose": "Reviews"}
    actor = region.viewer(owner).actor
    donor = region.organisations["donor"]
    sharing.grant(actor, audience="organisation", organisation=donor, detail="record", ceiling="AMBER", **given)
    sharing.grant(actor, audience="parties", arrangement=programme, detail="figure", ceiling="GREEN", **given)


def addresses(region: Region) -> dict[str, Any]:
    """Who signs in to measure pages, and what they look at."""
    return {
        "password": PASSWORD,
        "people": {
            "coordinator": "coordinator.ministry-0@bench.example",
            "cert": "cert-lead.cert-0@bench.example",
            "donor": "programme-officer.donor@bench.example",
        },
        "programme": str(region.programmes[0]),
    }


def main() -> None:
    """Fills the installation of the environment; the last line says what `pages` needs to know."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.web.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    reported = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    region = build(scale, lambda text: print(text, file=sys.stderr), reported)
    print(json.dumps(addresses(region)))


if __name__ == "__main__":
    main()
