"""REG-04, D9 at volume: who was served what is kept as columns, and those are held equal to log and rows themselves."""

import random
from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.world import World
from trellis.calc import exchange as calc
from trellis.core import clock, figures, ids
from trellis.exchange import browsing, columns, logged, selectors, served, services, withdrawals
from trellis.exchange.figures import acknowledge_times, share_times
from trellis.exchange.models import Acknowledgement, Collection, ObjectColumns, ServedColumns, StixObject
from trellis.exchange.schemas import CollectionView
from trellis.exchange.tests.scene import SPACE, Scene, indicator, scene
from trellis.sharing import gate
from trellis.sharing.models import Access

NAMES = ("alpha", "beta", "gamma")


@pytest.fixture
def among(world: World) -> Scene:
    return scene(world, NAMES)


# The definitions, from log and rows, one by one.


def recounted(owner: UUID, here: UUID, as_of: datetime) -> dict[tuple[UUID, UUID], datetime]:
    """When each object was first served to each reader."""
    rows = StixObject.records.privileged().filter(owner=owner, context=here, recorded_at__lte=as_of, retracted=False)
    chains = dict(rows.values_list("pk", "subject"))
    found: dict[tuple[UUID, UUID], datetime] = {}
    for access in Access.objects.filter(owner=owner, data_kind=withdrawals.KIND, at__lte=as_of).order_by("at"):
        for pk in gate.unpack(access):
            if pk in chains and access.reader:
                found.setdefault((chains[pk], access.reader), access.at)
    return found


def recount(owner: UUID, here: UUID, as_of: datetime) -> dict[str, Any]:
    """What the four figures are made of."""
    firsts = recounted(owner, here, as_of)
    rows = StixObject.records.privileged().filter(owner=owner, context=here, recorded_at__lte=as_of, retracted=False)
    detected: dict[UUID, list[datetime]] = {}
    for row in rows:
        detected.setdefault(row.subject, []).extend([row.detected] if row.detected else [])
    shared = {chain: min(at for (one, _reader), at in firsts.items() if one == chain) for chain, _reader in firsts}
    said: dict[tuple[UUID, UUID], datetime] = {}
    acks = Acknowledgement.records.privileged().filter(producer=owner, recorded_at__lte=as_of, retracted=False)
    for ack in acks.order_by("at"):
        said.setdefault((ack.about, ack.owner), ack.at)
    taken = {
        pk
        for access in Access.objects.filter(reader=owner, data_kind=withdrawals.KIND, at__lte=as_of)
        for pk in gate.unpack(access)
    }
    received = StixObject.records.privileged().filter(pk__in=taken, context=here)
    return {
        "share": calc.durations([(min(at, default=None), shared.get(c)) for c, at in detected.items()], as_of),
        "acknowledge": calc.durations([(at, said.get(pair)) for pair, at in firsts.items()], as_of),
        "balance": {
            "given": len({chain for chain, _reader in firsts}),
            "received": len(set(received.values_list("subject", flat=True))),
        },
    }


def same(ours: Any, theirs: Any) -> bool:
    def pairs(held: Any) -> Counter[Any]:
        return Counter(zip(held.times.tolist(), held.events.tolist(), strict=True))

    return pairs(ours) == pairs(theirs) and ours.unknown == theirs.unknown


def holdings(owner: UUID, subject: UUID) -> dict[UUID, tuple[datetime, datetime]]:
    """Who was served an object, first and last."""
    rows = set(StixObject.records.privileged().filter(subject=subject).values_list("pk", flat=True))
    found: dict[UUID, tuple[datetime, datetime]] = {}
    for access in Access.objects.filter(owner=owner, data_kind=withdrawals.KIND).order_by("at"):
        if access.reader and rows & set(gate.unpack(access)):
            found[access.reader] = (found.get(access.reader, (access.at,))[0], access.at)
    return found


def sighting(name: str, chance: random.Random, label: str) -> dict[str, Any]:
    """An object that says when it was seen, or does not."""
    version = f"2026-01-0{chance.randint(1, 5)}T0{chance.randint(0, 9)}:00:00.000Z"
    more: dict[str, Any] = {"created": "2026-01-01T00:00:00.000Z", "modified": version}
    if chance.random() < 0.7:
        more["first_observed"] = f"2026-01-0{chance.randint(1, 4)}T00:00:00.{chance.randint(0, 999999):06}Z"
    return indicator(name, label, **more)


def happen(here: Scene, chance: random.Random, places: list[CollectionView]) -> None:
    """Something is added, read, taken back or acknowledged."""
    clock.advance(minutes=chance.choice([0, 1, 7, 90, 600]))
    who, where = chance.choice(NAMES), chance.choice(places)
    act = chance.random()
    if act < 0.35:
        some = [sighting(f"{who}{chance.randint(0, 8)}", chance, "GREEN") for _n in range(chance.randint(1, 4))]
        here.add(who, *some, into=where)
    elif act < 0.7:
        query = {"versions": ("all",)} if chance.random() < 0.3 else {"limit": chance.randint(1, 6)}
        here.read(who, into=where, **query)
    elif act < 0.8:
        list(gate.visible(StixObject, here.viewer(who), "A page")[:3])
    else:
        mine = StixObject.records.privileged().as_of(None).filter(collection=where.id)
        if act < 0.9 and (own := mine.filter(owner=here.org(who)).first()):
            services.delete(here.viewer(who), where, own.stix_id, (f"{own.version}Z",))
        elif other := mine.exclude(owner=here.org(who)).first():
            services.acknowledge(here.viewer(who), other.pk, chance.choice(["yes", "no"]))


@pytest.mark.parametrize(("seed", "seal", "log_seal"), [(1, 3, 4), (2, 1, 1), (3, 10_000, 10_000)])
def test_reg_04_d9_what_was_served_is_equal_to_a_full_recount(
    among: Scene, monkeypatch: pytest.MonkeyPatch, seed: int, seal: int, log_seal: int
) -> None:
    """Whatever was added, replaced, read, taken back and acknowledged, as of any moment, of any producer."""
    monkeypatch.setattr(columns, "SEAL", seal)
    monkeypatch.setattr(logged, "SEAL", log_seal)
    chance, moments = random.Random(seed), []
    second = services.collection_create(among.viewer("beta"), among.arrangement, "More", "detection")
    places = [among.collection, second]
    for n in range(90):
        happen(among, chance, places)
        moments.append(clock.now())
        if n % 9 == 0:
            served.forget()  # as in another process, which has only what is packed
        owner, as_of = among.org(chance.choice(NAMES)), chance.choice(moments[-20:])
        asked = figures.ask("exchange.share", {"owner": owner, "arrangement": among.arrangement}, as_of=as_of)
        wanted = recount(owner, among.arrangement, as_of)
        assert same(share_times(asked), wanted["share"]), (n, as_of)
        assert same(acknowledge_times(asked), wanted["acknowledge"]), (n, as_of)
        assert figures.kind_named("exchange.balance").compute(asked).parts == wanted["balance"], (n, as_of)
        if n % 10 == 0:
            for row in StixObject.records.privileged().filter(owner=owner).order_by("?")[:3]:
                kept = {one.reader: (one.first, one.last) for one in served.certain(owner).times(row.subject)}
                assert kept == holdings(owner, row.subject)
    assert ObjectColumns.objects.exists() == ServedColumns.objects.exists() == (seal < 100)
    assert StixObject.records.privileged().exclude(supersedes=None).exists()
    assert Acknowledgement.records.privileged().exists()


def written(here: Scene, at: datetime, reader: str = "beta") -> None:
    """A log row of an earlier moment that is committed only now: with its time and its id of then."""
    rows = StixObject.records.privileged().filter(owner=here.org("alpha"))
    now = clock.now()
    clock.set_to(at)
    gate.log(here.org("alpha"), here.viewer(reader), withdrawals.KIND, "Exchange", [row.pk for row in rows])
    clock.set_to(now)


def served_to(here: Scene) -> dict[UUID, datetime]:
    row = StixObject.records.privileged().filter(owner=here.org("alpha")).first()
    return {one.reader: one.first for one in served.held(here.org("alpha")).times(row.subject)}


def test_reg_04_a_log_row_that_is_committed_after_later_ones_is_not_missed(among: Scene) -> None:
    """What began earlier may be committed later, and with a lower id."""
    among.add("alpha", indicator("a", "GREEN"))
    began = clock.advance(minutes=1)
    clock.advance(minutes=50)
    among.read("gamma")
    assert set(served_to(among)) == {among.org("gamma")}
    written(among, began)
    assert Access.objects.order_by("pk").first().reader == among.org("beta")  # type: ignore[union-attr]
    assert served_to(among)[among.org("beta")] == began


def test_reg_04_a_withdrawal_reaches_who_was_served_however_late_the_log_says_so(
    among: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logged, "SEAL", 1)
    thing = indicator("a", "GREEN")
    among.add("alpha", thing)
    began = clock.advance(minutes=1)
    among.read("gamma")
    clock.advance(days=2)
    assert set(served_to(among)) == {among.org("gamma")}
    assert ServedColumns.objects.filter(owner=among.org("alpha")).count() == 1
    with monkeypatch.context() as nobody:
        nobody.setattr(served, "_anew", lambda owner: pytest.fail("nothing is missing"))
        served.certain(among.org("alpha"))
        served.forget()
        among.read("gamma")
        assert served.certain(among.org("alpha")).log.taken == 2
    written(among, began)  # later than anybody waits for
    services.delete(among.viewer("alpha"), among.collection, thing["id"])
    withdrawals.tell_due()
    told = selectors.withdrawn_from(among.viewer("alpha"))
    assert {one.consumer for one in told} == {among.org("beta"), among.org("gamma")}
    assert all(one.stix_ids == [thing["id"]] for one in told)


def test_reg_04_what_was_taken_back_by_the_database_is_not_remembered(among: Scene) -> None:
    among.add("alpha", indicator("a", "GREEN"))
    among.read("beta")
    assert set(served_to(among)) == {among.org("beta")}
    with pytest.raises(RuntimeError), transaction.atomic():
        among.add("alpha", indicator("b", "GREEN"))
        among.read("gamma")
        held = served.held(among.org("alpha"))
        assert held.rows.size == 2 and len(held.readers) == 2
        raise RuntimeError
    held = served.held(among.org("alpha"))
    assert held.rows.size == 1 and held.readers == (among.org("beta"),)
    among.add("alpha", indicator("c", "GREEN"))  # at the same number and the same `added` as what was taken back
    held = served.held(among.org("alpha"))
    last = StixObject.records.privileged().order_by("number").last()
    assert held.rows.size == 2 and held.place(last.pk) == 1


def test_reg_04_columns_that_are_lost_or_of_another_history_are_made_again(
    among: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logged, "SEAL", 1)
    monkeypatch.setattr(columns, "SEAL", 1)

    def packed() -> tuple[int, int]:
        return ObjectColumns.objects.count(), ServedColumns.objects.count()

    among.add("alpha", indicator("a", "GREEN"), indicator("b", "GREEN"))
    among.read("beta")
    clock.advance(hours=3)
    wanted = served_to(among)
    assert len(wanted) == 1 and packed() == (1, 1)
    ServedColumns.objects.all().delete()
    ObjectColumns.objects.all().delete()
    assert served_to(among) == wanted
    served.forget()
    assert served_to(among) == wanted and packed() == (1, 1)
    ObjectColumns.objects.update(columns=ObjectColumns.objects.get().columns[::-1])  # as of another database
    served.forget()
    assert served_to(among) == wanted
    ServedColumns.objects.update(count=7)
    served.forget()
    assert served_to(among) == wanted and not ServedColumns.objects.filter(count=7).exists()


def test_reg_04_only_what_is_new_is_read(among: Scene) -> None:
    """A reading of the log asks as often, and for no more, however much there is already."""

    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            served_to(among)
        return [one["sql"] for one in seen.captured_queries]

    among.add("alpha", indicator("a", "GREEN"))
    among.read("beta")
    asked()
    few = asked()
    assert not any("ids_packed" in sql for sql in few)
    among.add("alpha", *(indicator(f"n{n}", "GREEN") for n in range(300)))
    for _n in range(5):
        among.read("beta")
    assert sum("ids_packed" in sql for sql in asked()) == 1
    assert len(asked()) == len(few)


def test_reg_04_the_log_page_asks_as_often_however_many_objects(among: Scene) -> None:
    from trellis.exchange.tests.test_pages_agreements import client, url

    person = client(among, "alpha")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert person.get(url(among, "log")).status_code == 200
        return len(seen)

    among.add("alpha", indicator("a", "GREEN"))
    among.read("beta")
    queries()
    few = queries()
    among.add("alpha", *(indicator(f"n{n}", "GREEN") for n in range(20)))
    for item in among.read("beta"):
        services.acknowledge(among.viewer("beta"), item.key, "yes")
    queries()
    assert queries() <= few
    answer = person.get(url(among, "log"))
    row = answer.context["table"].page_rows[0]
    cells = {c.name: c.get(row) for c in answer.context["table"].columns}
    assert cells["recipients"] == "Beta" and cells["useful"] == "Yes" and cells["first"] is not None
    whole = b"".join(person.get(url(among, "log"), {"format": "csv"}))  # type: ignore[arg-type]
    assert whole.count(b"Beta") == 21 and whole.count(b"Yes") == 21


def test_reg_04_readers_of_figures_get_times_to_two_digits_and_the_owner_all_of_them(among: Scene) -> None:
    from trellis.sharing.figures import shown

    seen = {"first_observed": "2026-01-02T08:00:00Z"}
    among.add("alpha", *(indicator(f"n{n}", "GREEN", **seen) for n in range(5)))
    clock.advance(minutes=12_345)
    first, *_rest = among.read("beta")
    clock.advance(minutes=1_234)
    services.acknowledge(among.viewer("beta"), first.key, "yes")
    services.figures_share(among.viewer("alpha"), among.arrangement)
    at = clock.advance(hours=1)
    asked = {"owner": among.org("alpha"), "arrangement": among.arrangement}
    for name in ("share", "acknowledge"):
        exact = shown(among.viewer("alpha"), f"exchange.{name}", asked, as_of=at).figure
        coarse = shown(among.viewer("beta"), f"exchange.{name}", asked, as_of=at).figure
        assert coarse == exact.rounded(2) != exact and coarse.n == exact.n
        assert coarse.caveats[-1] == "to 2 digits, for readers of figures"
    given = shown(among.viewer("beta"), "exchange.balance", asked, as_of=at).figure
    assert given == shown(among.viewer("alpha"), "exchange.balance", asked, as_of=at).figure


def test_pairs_are_found_by_all_of_their_bytes() -> None:
    """Ids that end in zero bytes too: so they are kept as text of one length."""
    chance = random.Random(4)
    some = [UUID(bytes=bytes([chance.choice([0, 1, 255]) for _n in range(15)] + [0])) for _one in range(200)]
    some = list(dict.fromkeys(some))
    rows = columns._packed([])
    import numpy as np

    rows = np.zeros(len(some), columns.PACKED)
    rows["id"] = rows["subject"] = np.frombuffer(b"".join(one.bytes for one in some), "S16")
    held = served._with_rows(served.Held(), {ids.new(): rows})
    assert [held.place(one) for one in some] == list(range(len(some)))
    assert held.chains.tolist() == list(range(len(some)))
    assert held.place(uuid5(SPACE, "none")) is None


def test_producers_are_found_without_reading_their_objects(among: Scene) -> None:
    from trellis.exchange.figures import producers

    among.add("alpha", *(indicator(f"a{n}") for n in range(5)))
    among.add("beta", *(indicator(f"b{n}") for n in range(5)))
    assert producers({among.collection.id}) == producers(None) == {among.org("alpha"), among.org("beta")}
    assert producers(set()) == set() and Collection.objects.count() == 1
    assert browsing.holders(among.viewer("alpha"), StixObject.records.privileged().first()) == []
