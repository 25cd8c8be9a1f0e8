"""What a consumer is served is what a reading of the rules word for word allows, whatever happened before."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.world import World
from trellis.core import clock, ids
from trellis.core.conditions import Hidden, Refused
from trellis.core.coowned import Effect
from trellis.exchange import selectors, services
from trellis.exchange.models import SharingAgreement, StixObject
from trellis.exchange.schemas import Query
from trellis.exchange.tests.scene import CERTS, MARKING, Scene, indicator, scene
from trellis.sharing import gate

WHO = sorted(CERTS)
NAMES = ("a", "b", "c")
LABELS = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT")
OFTEN = ("GREEN", *LABELS, "GREEN")
RANK = {label: n for n, label in enumerate(LABELS)}
VERSIONS = tuple(f"2026-01-0{n}T08:00:00.000Z" for n in (2, 3, 4))
PURPOSES = ("detection", "hunting")


@dataclass
class Thing:
    """One version of one object by one producer, as the oracle remembers it."""

    producer: str
    name: str
    version: str
    label: str


@dataclass
class Bond:
    """An agreement as the oracle remembers it."""

    id: UUID
    members: set[str]
    ceiling: str
    purposes: tuple[str, ...]
    starts: date
    ends: date


@dataclass
class Oracle:
    """The rules in short, without indexes, admissions or blocks."""

    bonds: list[Bond] = field(default_factory=list)
    live: dict[tuple[str, str, str], str] = field(default_factory=dict)  # producer, name, version -> label
    first: dict[tuple[str, str], int] = field(default_factory=dict)
    count: int = 0

    def right(self, producer: str, consumer: str, label: str) -> bool:
        today = clock.today()
        return any(
            {producer, consumer} <= bond.members
            and "detection" in bond.purposes
            and bond.starts <= today <= bond.ends
            and RANK[label] <= RANK[bond.ceiling]
            and (label != "AMBER+STRICT" or len(bond.members) == 2)
            for bond in self.bonds
        )

    def may_write(self, who: str) -> bool:
        today = clock.today()
        held = [b for b in self.bonds if who in b.members and b.starts <= today <= b.ends and "detection" in b.purposes]
        return any(len(b.members) > 1 for b in held)

    def every(self, consumer: str) -> set[tuple[str, str, str, str]]:
        return {
            (p, n, v, label)
            for (p, n, v), label in self.live.items()
            if p == consumer or self.right(p, consumer, label)
        }

    def newest(self, consumer: str) -> set[tuple[str, str, str, str]]:
        last: dict[tuple[str, str], str] = {}
        for p, n, v in self.live:
            last[p, n] = max(last.get((p, n), ""), v)
        return {one for one in self.every(consumer) if last[one[0], one[1]] == one[2]}

    def add(self, who: str, name: str, version: str, label: str) -> bool:
        for (p, n, v), theirs in self.live.items():
            source = self.first[p, n] < self.first.get((who, n), 10**9)
            same = (n, v) == (name, version) and p != who
            if same and source and RANK[theirs] > RANK[label] and self.right(p, who, theirs):
                return False
        self.count += 1
        self.first.setdefault((who, name), self.count)
        self.live[who, name, version] = label
        return True

    def delete(self, who: str, name: str, which: str) -> bool:
        mine = sorted(v for p, n, v in self.live if (p, n) == (who, name))
        going = mine if which == "all" else mine[:1] if which == "first" else mine[-1:]
        for version in going:
            del self.live[who, name, version]
        return bool(going)


@dataclass
class Poller:
    """Somebody who asks for what was added since, a little at a time."""

    after: int | None = None
    got: list[UUID] = field(default_factory=list)
    rights: set[tuple[str, str]] = field(default_factory=set)
    shrunk: bool = False


who = st.sampled_from(WHO)
add = st.tuples(st.just("add"), who, st.sampled_from(NAMES), st.sampled_from(VERSIONS), st.sampled_from(OFTEN))
delete = st.tuples(st.just("delete"), who, st.sampled_from(NAMES), st.sampled_from(("all", "first", "last")))
agree = st.tuples(
    st.just("agree"),
    st.sets(who, min_size=2, max_size=4),
    st.sampled_from(LABELS),
    st.sampled_from((PURPOSES, PURPOSES[:1], PURPOSES[1:])),
    st.sampled_from((-2, 0, 0, 2)),
    st.integers(2, 8),
)
leave = st.tuples(st.just("leave"), who, st.integers(0, 5))
days = st.tuples(st.just("days"), st.integers(1, 4))
poll = st.tuples(st.just("poll"), who, st.integers(1, 3))
acts = st.lists(
    st.one_of(add, add, add, add, add, agree, agree, leave, days, poll, poll, poll, delete), min_size=14, max_size=40
)


def shown(here: Scene, names: dict[UUID, str], items: Any) -> set[tuple[str, str, str, str]]:
    found = set()
    for item in items:
        said = json.loads(item.raw)
        found.add((names[item.producer], said["name"], said["modified"], LABEL[said["object_marking_refs"][0]]))
    return found


# A counterexample is short enough as it comes; making it shorter would take minutes of a slow machine.
PHASES = (Phase.generate, Phase.reuse)
LABEL = {MARKING[label]: label for label in LABELS}


class Play:
    """Does each act on the store and on the oracle."""

    def __init__(self, here: Scene) -> None:
        self.here, self.oracle = here, Oracle()
        self.pollers: dict[str, Poller] = defaultdict(Poller)
        self.names = {here.org(name): name for name in WHO}
        self.seq = 10_000

    def do(self, act: tuple[Any, ...]) -> None:
        getattr(self, act[0])(*act[1:])
        for who in self.pollers:
            self.watch(who)

    def watch(self, who: str) -> Poller:
        """Notes whether a right of a poller ended: if it begins again, its objects come again."""
        poller = self.pollers[who]
        rights = {(p, label) for p in WHO for label in LABELS if self.oracle.right(p, who, label)}
        poller.shrunk |= not poller.rights <= rights
        poller.rights = rights
        return poller

    def add(self, who: str, name: str, version: str, label: str) -> None:
        try:
            status = self.here.add(who, indicator(name, label, modified=version))
        except Refused:
            assert not self.oracle.may_write(who)
            return
        assert self.oracle.may_write(who)
        assert bool(status.successes) == self.oracle.add(who, name, version, label)

    def delete(self, who: str, name: str, which: str) -> None:
        stix_id = indicator(name)["id"]
        try:
            services.delete(self.here.viewer(who), self.here.collection, stix_id, (which,))
            done = True
        except (Hidden, Refused):
            done = False
        assert done == self.oracle.delete(who, name, which)

    def _effect(self) -> Effect:
        self.seq += 1
        return Effect(self.here.arrangement, self.seq, clock.now(), ids.new(), self.here.org("alpha"))

    def agree(self, members: set[str], ceiling: str, purposes: tuple[str, ...], start: int, length: int) -> None:
        # Straight to the table, so that nothing but the next request brings admissions up to date.
        bond = Bond(ids.new(), set(members), ceiling, purposes, clock.today() + timedelta(start), clock.today())
        bond.ends = bond.starts + timedelta(length)
        orgs = [str(self.here.org(m)) for m in members]
        self._effect().insert(
            SharingAgreement, bond.id, version=1, title="x", parties=orgs, purposes=list(purposes), ceiling=ceiling,
            clauses={}, starts_on=bond.starts, ends_on=bond.ends, change="",
        )  # fmt: skip
        self.oracle.bonds.append(bond)

    def leave(self, who: str, which: int) -> None:
        mine = [bond for bond in self.oracle.bonds if who in bond.members]
        if mine:
            bond = mine[which % len(mine)]
            bond.members.discard(who)
            rest = [str(self.here.org(m)) for m in bond.members]
            self._effect().replace(SharingAgreement, bond.id, parties=rest)

    def days(self, n: int) -> None:
        clock.set_to(clock.now() + timedelta(days=n))

    def poll(self, who: str, limit: int) -> None:
        poller = self.watch(who)
        while True:
            query = Query(added_after=poller.after, limit=limit)
            page = selectors.page(self.here.viewer(who), self.here.collection, query)
            assert len({item.added for item in page.items}) == len(page.items)
            poller.got += [item.key for item in page.items]
            if page.items:
                assert page.items[-1].added > (poller.after or 0)
                poller.after = page.items[-1].added
            if not page.more:
                return

    def check(self) -> None:
        for who in WHO:
            viewer = self.here.viewer(who)
            now = self.here.read(who)
            assert shown(self.here, self.names, now) == self.oracle.newest(who)
            assert {row.pk for row in gate.visible(StixObject, viewer)} == {item.key for item in now}
            every = self.here.read(who, versions=("all",))
            assert shown(self.here, self.names, every) == self.oracle.every(who)
            self.poll(who, 2)
            poller = self.pollers[who]
            assert {item.key for item in now} <= set(poller.got), "a poller skipped an object"
            assert poller.shrunk or len(set(poller.got)) == len(poller.got), "an object came twice"


@pytest.mark.parametrize("examples", [60, pytest.param(1500, marks=pytest.mark.soak)])
def test_reg_04_visible_is_what_the_rules_allow_and_no_poller_skips_anything(world: World, examples: int) -> None:
    here = scene(world)

    @settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=PHASES
    )
    @given(acts)
    def run(chosen: list[tuple[Any, ...]]) -> None:
        before = clock.now()
        point = transaction.savepoint()
        try:
            play = Play(here)
            play.agree({"alpha", "beta"}, "GREEN", PURPOSES, 0, 30)
            for act in chosen:
                play.do(act)
            play.check()
        finally:
            transaction.savepoint_rollback(point)
            clock.set_to(before)

    run()
