"""REG-04 and REG-08: agreements decide, now; labels hold; what is withdrawn is told."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from tests.world import World
from trellis.core import clock
from trellis.core.conditions import Blocked, Hidden, Invalid, Refused
from trellis.exchange import selectors, services, withdrawals
from trellis.exchange.models import StixObject
from trellis.exchange.schemas import Query
from trellis.exchange.tests.scene import MARKING, Scene, indicator, scene
from trellis.governance import services as governance
from trellis.sharing import gate, records
from trellis.sharing.models import Access
from trellis.sharing.verify import verify_records
from trellis.web.streams import verify_live


@pytest.fixture
def among(world: World) -> Scene:
    return scene(world, ("alpha", "beta", "gamma"))


def refused(status: Any) -> list[str]:
    return [message for _id, _version, message in status.failures]


def test_reg_08_an_exchange_with_no_agreement_in_force_is_refused_and_says_what_is_missing(world: World) -> None:
    here = scene(world)
    with pytest.raises(Refused) as caught:
        here.add("alpha", indicator("a"))
    names = [c.name for c in caught.value.conditions]
    assert "An agreement on sharing in force names your organisation" in names and len(names) >= 2
    assert not StixObject.records.privileged().exists()
    here.agree("alpha", "beta")
    assert here.add("alpha", indicator("a")).successes
    with pytest.raises(Refused):
        here.add("delta", indicator("b"))
    assert here.read("delta") == ()


def test_reg_08_missing_clauses_are_listed_each_by_name(world: World) -> None:
    here = scene(world)
    text = here.text("alpha", "beta", retention=" ", exit="")
    with pytest.raises(Blocked) as caught:
        services.sharing_agree(here.viewer("alpha"), here.arrangement, text)
    assert [c.name for c in caught.value.conditions] == ["Clause: Retention", "Clause: Exit"]
    # Laid before the others all the same, it stays open with both keys, and says what it lacks to who is refused.
    made = governance.propose(here.viewer("alpha"), here.arrangement, "sharing.agree", text)
    governance.key_turn(here.viewer("beta"), made.pk)
    assert not selectors.agreements(here.viewer("alpha"), here.arrangement)
    with pytest.raises(Refused) as lacking:
        here.add("alpha", indicator("a"))
    assert any("Clause: Retention" in c.name for c in lacking.value.conditions)


def test_reg_08_every_named_party_agrees_or_nothing_is_in_force(world: World) -> None:
    here = scene(world)
    text = here.text("alpha", "beta", "gamma")
    made: Any = services.sharing_agree(here.viewer("alpha"), here.arrangement, text)
    governance.key_turn(here.viewer("beta"), made.pk)
    with pytest.raises(Refused):
        here.add("alpha", indicator("a"))
    governance.key_turn(here.viewer("gamma"), made.pk)
    assert here.add("alpha", indicator("a")).successes


def test_reg_08_dates_decide(world: World) -> None:
    here = scene(world)
    starts = clock.today() + timedelta(days=10)
    here.agree("alpha", "beta", starts_on=starts, ends_on=starts + timedelta(days=20))
    with pytest.raises(Refused):
        here.add("alpha", indicator("a"))
    clock.set_to(clock.now() + timedelta(days=10))
    assert here.add("alpha", indicator("a", "GREEN")).successes
    assert len(here.read("beta")) == 1
    clock.set_to(clock.now() + timedelta(days=21))
    assert here.read("beta") == () and len(here.read("alpha")) == 1


def test_reg_04_red_is_never_stored(among: Scene) -> None:
    granular = indicator("g", granular_markings=[{"selectors": ["name"], "marking_ref": MARKING["RED"]}])
    old = indicator("o", object_marking_refs=["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"])
    both = indicator("b", object_marking_refs=[MARKING["CLEAR"], MARKING["RED"]])
    status = among.add("alpha", indicator("r", "RED"), granular, old, both, indicator("fine"))
    assert [one for one, _v in status.successes] == [indicator("fine")["id"]]
    assert all("RED" in message for message in refused(status)) and len(status.failures) == 4
    assert [row.stix_id for row in StixObject.records.privileged()] == [indicator("fine")["id"]]


def test_reg_04_a_release_outside_the_label_is_refused(world: World) -> None:
    here = scene(world, ("alpha", "beta", "gamma"))
    pair = services.collection_create(here.viewer("alpha"), here.arrangement, "Pair", "hunting")
    here.agree("alpha", "beta", ceiling="AMBER+STRICT", purposes=("hunting",))
    objects = [indicator(label, label) for label in ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT")]
    here.add("alpha", *objects)
    here.add("alpha", *objects, into=pair)
    seen = {who: set(here.ids(who)) for who in ("alpha", "beta", "gamma", "delta")}
    ids = [one["id"] for one in objects]
    assert seen == {"alpha": set(ids), "beta": set(ids[:3]), "gamma": set(ids[:3]), "delta": set()}
    assert {i.stix_id for i in here.read("beta", pair)} == set(ids) and here.read("gamma", pair) == ()


def test_reg_04_d21_unlabelled_is_amber_and_several_labels_are_the_strictest(among: Scene) -> None:
    several = indicator("s", object_marking_refs=[MARKING["CLEAR"], MARKING["AMBER+STRICT"], MARKING["GREEN"]])
    among.add("alpha", indicator("u"), several)
    labels = {row.stix_id: row.label for row in StixObject.records.privileged()}
    assert labels == {indicator("u")["id"]: "AMBER", several["id"]: "AMBER+STRICT"}


def test_reg_04_only_the_source_relabels(among: Scene) -> None:
    among.add("alpha", indicator("x", "AMBER"))
    assert among.ids("gamma") == [indicator("x")["id"]]
    status = among.add("beta", indicator("x", "GREEN"))
    assert "Cert Alpha" in refused(status)[0].title() and not status.successes
    assert among.add("beta", indicator("x", "AMBER")).successes  # as strict as the source is allowed
    before = among.read("gamma")[-1].added
    assert among.add("alpha", indicator("x", "GREEN")).successes
    again = among.read("gamma", added_after=before)
    assert [i.stix_id for i in again] == [indicator("x")["id"]] and b"bab4a63c" in again[0].raw
    assert len(among.ids("gamma")) == 2  # one of each producer


def test_reg_04_who_read_what_is_one_row_for_each_response_and_producer(among: Scene) -> None:
    among.add("alpha", *(indicator(f"a{n}") for n in range(5)))
    among.add("beta", *(indicator(f"b{n}") for n in range(3)))
    among.read("gamma")
    rows = {row.owner: row for row in Access.objects.filter(reader=among.org("gamma"))}
    assert {among.org("alpha"): 5, among.org("beta"): 3} == {owner: row.count for owner, row in rows.items()}
    kept = set(StixObject.records.privileged().filter(owner=among.org("alpha")).values_list("pk", flat=True))
    assert set(gate.unpack(rows[among.org("alpha")])) == kept
    among.read("gamma", added_after=among.read("gamma")[-1].added)
    assert Access.objects.filter(reader=among.org("gamma")).count() == 4  # an empty answer reads nothing
    assert [h.name for h in selectors.readers(among.viewer("alpha"), next(iter(kept)))] == ["CERT Gamma"]


def test_leaving_blinds_at_once_tells_the_recipient_and_shows_the_producer(among: Scene) -> None:
    among.add("alpha", indicator("a"), indicator("b"))
    among.add("beta", indicator("c"))
    assert len(among.read("gamma")) == 3
    among.leave("alpha", among.agreement)
    assert among.ids("gamma") == [indicator("c")["id"]] and among.ids("alpha") == [indicator(n)["id"] for n in "ab"]
    notes = [json.loads(item.raw) for item in among.read("gamma", among.inbox("gamma"))]
    assert [sorted(n["object_refs"]) for n in notes] == [sorted(indicator(n)["id"] for n in "ab")]
    assert among.read("beta", among.inbox("beta")) == ()  # it never read them
    held = selectors.withdrawn_from(among.viewer("alpha"))
    assert [(row.consumer, len(row.stix_ids)) for row in held] == [(among.org("gamma"), 2)]
    first = among.read("gamma", among.inbox("gamma"))[0].added
    assert among.read("gamma", among.inbox("gamma"), added_after=first) == ()


def test_nobody_leaves_for_another(among: Scene) -> None:
    from trellis.exchange.schemas import SharingLeave

    with pytest.raises(Invalid):
        governance.propose(
            among.viewer("alpha"),
            among.arrangement,
            "sharing.leave",
            SharingLeave(agreement=among.agreement, party=among.org("beta"), why="out"),
        )


def test_a_right_that_begins_later_brings_what_was_there_before(among: Scene) -> None:
    among.add("alpha", *(indicator(f"a{n}") for n in range(4)))
    among.add("beta", indicator("b"))
    here = among.read("gamma")
    place = here[-1].added
    assert among.read("delta") == ()
    among.agree("alpha", "delta")
    among.add("alpha", indicator("late"))
    found = among.read("delta")
    assert [i.stix_id for i in found] == [indicator(n)["id"] for n in ("a0", "a1", "a2", "a3", "late")]
    assert all(i.added > place for i in found) and len({i.added for i in found}) == 5
    assert [i.stix_id for i in among.read("gamma", added_after=place)] == [indicator("late")["id"]]
    # In pages of two, with the token and with added_after alike.
    page, got = None, []
    while page is None or page.more:
        page = selectors.page(among.viewer("delta"), among.collection, Query(limit=2, next=page.next if page else ""))
        got += [i.stix_id for i in page.items]
    assert got == [i.stix_id for i in found]


def test_a_later_version_takes_the_place_of_the_last_and_an_older_one_does_not(among: Scene) -> None:
    among.add("alpha", indicator("v", modified="2026-01-03T00:00:00Z"))
    among.add("alpha", indicator("v", modified="2026-01-02T12:00:00.5Z"))
    among.add("alpha", indicator("v", modified="2026-01-04T00:00:00.0001Z"))
    assert [i.version for i in among.read("beta")] == ["2026-01-04T00:00:00.000100Z"]
    every = [i.version[:10] for i in among.read("beta", versions=("all",))]
    assert sorted(every) == ["2026-01-02", "2026-01-03", "2026-01-04"]
    assert [i.version[:10] for i in among.read("beta", versions=("first",))] == ["2026-01-02"]
    assert [i.version[:10] for i in among.read("beta", versions=("2026-01-03T00:00:00.000Z",))] == ["2026-01-03"]
    # The same again is a success and nothing new; each producer has a chain of its own.
    count = StixObject.records.privileged().count()
    assert among.add("alpha", indicator("v", modified="2026-01-03T00:00:00Z")).successes
    assert StixObject.records.privileged().count() == count
    among.add("beta", indicator("v", modified="2026-02-01T00:00:00Z", revoked=True))
    assert [i.version[:10] for i in among.read("gamma")] == ["2026-01-04", "2026-02-01"]


def test_what_a_producer_takes_back_is_served_to_nobody_and_told(among: Scene) -> None:
    for day in (2, 3, 4):
        among.add("alpha", indicator("d", modified=f"2026-01-0{day}T08:00:00.000Z"))
    among.read("beta")
    id = indicator("d")["id"]
    with pytest.raises(Refused):
        services.delete(among.viewer("beta"), among.collection, id)
    with pytest.raises(Hidden):
        services.delete(among.viewer("delta"), among.collection, id)
    services.delete(among.viewer("alpha"), among.collection, id, ("last",))
    assert [i.version[:10] for i in among.read("beta")] == ["2026-01-03"]  # the one before comes again
    assert len(among.read("beta", versions=("all",))) == 2
    services.delete(among.viewer("alpha"), among.collection, id)
    for who in ("alpha", "beta", "gamma"):
        assert among.read(who) == () and among.read(who, versions=("all",)) == ()
        assert not gate.visible(StixObject, among.viewer(who)).exists()
    withdrawals.tell_due()
    assert json.loads(among.read("beta", among.inbox("beta"))[0].raw)["object_refs"] == [id]
    assert among.add("alpha", indicator("d")).successes and among.ids("beta") == [id]
    assert not list(verify_records(among.org("alpha")))


def test_malformed_objects_fail_one_by_one_and_the_rest_is_taken(among: Scene) -> None:
    good = indicator("good")
    bad: list[Any] = [
        7,
        {},
        {**good, "id": "indicator--1"},
        {**good, "id": good["id"].replace("indicator", "malware")},
        {k: v for k, v in good.items() if k != "pattern"},
        {**good, "modified": "yesterday"},
        {**good, "modified": "2025-01-01T00:00:00Z"},
        {**good, "spec_version": "2.0"},
        {**good, "revoked": "no"},
        {**good, "type": "Bad Type"},
        {**good, "object_marking_refs": "TLP:RED"},
    ]
    status = among.add("alpha", *bad, good)
    assert [one for one, _v in status.successes] == [good["id"]] and len(status.failures) == len(bad)
    assert all(refused(status)) and any("pattern" in m for m in refused(status))
    for body in (b"", b"[]", b"{}", b'{"objects": 3}', b'{"objects": [{]}', b'{"objects": [{"a":"\xff"}'):
        with pytest.raises(Invalid):
            services.add(among.viewer("alpha"), among.collection, body)
    assert selectors.status(among.viewer("alpha"), among.arrangement, status.id).failures
    with pytest.raises(Hidden):
        selectors.status(among.viewer("beta"), among.arrangement, status.id)


def test_an_object_without_times_is_one_object_as_long_as_its_text_is_the_same(among: Scene) -> None:
    one = {"type": "ipv4-addr", "id": "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd", "value": "198.51.100.3"}
    for _again in range(3):
        assert among.add("alpha", one, one).total == 2
    assert len(among.read("beta")) == 1 and StixObject.records.privileged().count() == 1
    among.add("alpha", {**one, "x_seen": 2})
    assert len(among.read("beta")) == 1 and StixObject.records.privileged().count() == 2


def test_outsiders_find_no_root_and_no_collection(among: Scene) -> None:
    for who in (among.world.viewer("outsider"), among.world.viewer("cert:cert-lead")):
        assert among.arrangement not in [root.id for root in selectors.roots(who)]
        for act in (
            lambda who=who: selectors.collections(who, among.arrangement),
            lambda who=who: selectors.page(who, among.collection, Query()),
            lambda who=who: services.add(who, among.collection, b"{}"),
        ):
            with pytest.raises(Hidden):
                act()
    with pytest.raises(Invalid):
        selectors.page(among.viewer("beta"), among.collection, Query(next="AAAAAAAAAAAAAAAA"))


def test_the_gate_shows_the_same_as_the_pages_and_the_ledger_holds(among: Scene) -> None:
    among.add("alpha", *(indicator(label, label) for label in ("GREEN", "AMBER", "AMBER+STRICT")))
    among.add(
        "alpha", indicator("GREEN", "GREEN", modified="2026-01-05T00:00:00Z", description="Café \U0001f600 e\u0301\t\\")
    )
    for who in ("alpha", "beta", "delta"):
        rows = {row.pk for row in gate.visible(StixObject, among.viewer(who))}
        assert rows == {item.key for item in among.read(who)}
    assert verify_live(among.org("alpha")).holds and not list(verify_records(among.org("alpha")))
    row = gate.visible(StixObject, among.viewer("alpha")).order_by("number").first()
    records.redact(StixObject, [row.pk], among.viewer("alpha").actor, "personal data")
    assert row.stix_id not in among.ids("beta") and not list(verify_records(among.org("alpha")))


def test_acknowledgements_reach_the_producer_and_nobody_else(among: Scene) -> None:
    among.add("alpha", indicator("a"))
    item = among.read("beta")[0]
    made = services.acknowledge(among.viewer("beta"), item.key, "unknown")
    services.acknowledge(among.viewer("beta"), item.key, "yes", "Found on two hosts")
    subject = made.about
    assert [a.useful for a in selectors.acknowledgements(among.viewer("alpha"), subject)] == ["yes"]
    assert [a.useful for a in selectors.acknowledgements(among.viewer("beta"), subject)] == ["yes"]
    assert selectors.acknowledgements(among.viewer("gamma"), subject) == []
    with pytest.raises(Hidden):
        services.acknowledge(among.viewer("delta"), item.key, "yes")
    with pytest.raises(Invalid):
        services.acknowledge(among.viewer("alpha"), item.key, "yes")


def test_no_grant_opens_objects_that_agreements_decide_about(among: Scene) -> None:
    from trellis.sharing import services as sharing

    with pytest.raises(Invalid):
        sharing.grant(
            among.viewer("alpha").actor, "exchange.object", "organisation", organisation=among.org("delta"), purpose="x"
        )


def test_collections_are_made_by_who_holds_the_right(among: Scene) -> None:
    staff = among.world.viewer("alpha")  # the administrator, without a seat
    with pytest.raises(Refused) as caught:
        services.collection_create(staff, among.arrangement, "Mine", "hunting")
    assert any("CERT Alpha" in holder for holder in caught.value.holders)
    with pytest.raises(Invalid):
        services.collection_create(among.viewer("alpha"), among.arrangement, "Indicators", "fun")
    services.collection_close(among.viewer("alpha"), among.collection)
    with pytest.raises(Refused):
        among.add("alpha", indicator("a"))


def test_reg_04_times_balance_and_usefulness_are_figures_of_the_producer(among: Scene) -> None:
    from trellis.core import figures
    from trellis.sharing.figures import shown

    seen = {"type": "observed-data", "spec_version": "2.1", "created": "2026-01-05T09:00:00Z", "number_observed": 1,
            "modified": "2026-01-05T09:00:00Z", "last_observed": "2026-01-05T08:00:00Z"}  # fmt: skip
    ids = [f"observed-data--00000000-0000-4000-8000-00000000000{n}" for n in range(4)]
    hours = ("05T05", "05T03", "05T07")
    among.add(
        "alpha", *({**seen, "id": i, "first_observed": f"2026-01-{h}:00:00Z"} for i, h in zip(ids, hours, strict=False))
    )
    clock.set_to(clock.now() + timedelta(hours=1))
    first, *_rest = among.read("beta", ids=tuple(ids[:2]))
    clock.set_to(clock.now() + timedelta(hours=2))
    services.acknowledge(among.viewer("beta"), first.key, "partly")
    among.add("beta", indicator("b"))
    among.read("alpha")
    at = clock.now() + timedelta(hours=1)
    clock.set_to(at)
    asked = {"owner": among.org("alpha"), "arrangement": among.arrangement}
    made = {name: figures.figure(figures.ask(f"exchange.{name}", asked, as_of=at))
            for name in ("share", "acknowledge", "balance", "usefulness")}  # fmt: skip
    # Seen 5, 7 and 3 hours before ten o'clock; the third was never served and is open.
    assert (made["share"].n, made["share"].open, made["share"].value) == (3, 1, 7.0)
    assert (made["acknowledge"].n, made["acknowledge"].open, made["acknowledge"].value) == (2, 1, 2.0)
    assert made["balance"].parts == {"given": 2, "received": 1} and str(made["balance"].value) == "2"
    assert str(made["usefulness"].value) == "0.5"
    assert shown(among.viewer("alpha"), "exchange.share", asked, as_of=at).figure.value == 7.0
    other = shown(among.viewer("beta"), "exchange.share", asked, as_of=at)
    assert other.figure.reason == "consent missing" and other.withheld_by == (among.org("alpha"),)


def test_reg_04_the_review_pack_has_times_and_balance_of_who_opens_them_to_all(among: Scene) -> None:
    from trellis.exchange import packs
    from trellis.sharing import services as sharing

    period = (date(2026, 1, 1), date(2026, 3, 31))
    among.add("alpha", indicator("a"))
    among.read("beta")
    at = clock.now() + timedelta(hours=1)
    clock.set_to(at)
    assert packs.pack_section(among.arrangement, period, at) is None
    sharing.grant(
        among.viewer("alpha").actor, "exchange.object", "parties", arrangement=among.arrangement,
        context=among.arrangement, detail="figure", ceiling="GREEN", purpose="Reviews",
    )  # fmt: skip
    made = packs.pack_section(among.arrangement, period, clock.now())
    assert made is not None
    held = {one["address"].partition("?")[0]: one for one in made.content["figures"]}
    assert held["exchange.balance"]["reason"] == "undefined" and held["exchange.balance"]["n"] == 1
    assert held["exchange.balance"]["beside"] == "Given: 1; received: 0."
    assert held["exchange.acknowledge"]["open"] == 1
