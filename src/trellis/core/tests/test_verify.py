"""What verification finds: every way to tamper with a stream, each named with the first entry that does not hold."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.world import World
from trellis.core import canonical, ledger, streams
from trellis.core.models import Entry, Payload
from trellis.core.tests.unguarded import unguarded
from trellis.core.verify import Row, against, chain
from trellis.governance.kinds import ParameterSet
from trellis.governance.models import Outcome, Parameter, Slot
from trellis.sharing import services as sharing
from trellis.sharing.models import Consent
from trellis.web.streams import verify_file

KEYS = ("ministry:co-chair", "norvia:co-chair")


@pytest.fixture
def told(world: World) -> World:
    """The world with two parameters decided: seven entries."""
    for value in ("21", "28"):
        payload = ParameterSet(name="review.grace", value=value, reason="The harvest falls into it")
        world.decide(KEYS[0], "parameter.set", payload, KEYS[1])
    return world


def rows(world: World) -> list[Row]:
    return list(streams.rows_of(world.programme))


def body(row: Row, **changes: Any) -> Row:
    """The row with its body changed and its hash made to fit."""
    said = canonical.encode({**canonical.decode(row.body), **changes}).decode()
    return Row(said, canonical.digest(said.encode()), row.signature, row.salt, row.payload)


def relinked(found: list[Row]) -> list[Row]:
    """Numbers and links put right, as a careful forger would; the signatures are the old ones."""
    done: list[Row] = []
    for seq, row in enumerate(found):
        done.append(body(row, seq=seq, prev=done[-1].hash if done else ledger.GENESIS))
    return done


def test_an_untouched_stream_holds(told: World) -> None:
    verdict = chain(rows(told))
    assert verdict.holds and verdict.entries == 9


def at_three(change: Callable[[Row, list[Row]], Row]) -> Callable[[list[Row]], list[Row]]:
    """Changes entry 3 only."""
    return lambda found: [*found[:3], change(found[3], found), *found[4:]]


def altered(row: Row, found: list[Row]) -> Row:
    return replace(row, body=row.body.replace("decision", "decisive"))


def signed_by_nobody(row: Row, found: list[Row]) -> Row:
    return replace(row, signature=Ed25519PrivateKey.generate().sign(row.body.encode()))


def with_an_unknown_key(row: Row, found: list[Row]) -> Row:
    return body(row, key=canonical.decode(found[1].payload or "")["decision"])


MISSING = "no redaction accounts for it"
TAMPERINGS: dict[str, tuple[Callable[[list[Row]], list[Row]], str, str]] = {
    "altered": (at_three(altered), "entry 3", "altered"),
    "altered payload": (
        at_three(lambda row, _: replace(row, payload=f"{row.payload} ")),
        "entry 3",
        "payload was altered",
    ),
    "removed": (lambda r: [*r[:2], *r[3:]], "entry 2", "removed"),
    "first removed": (lambda r: r[1:], "entry 0", "removed"),
    "reordered": (lambda r: [*r[:2], r[3], r[2], *r[4:]], "entry 2", "reordered"),
    "forged signature": (at_three(signed_by_nobody), "entry 3", "forged"),
    "altered with hash": (at_three(lambda row, _: body(row, kind="decision.rejected")), "entry 3", "forged"),
    "removed and relinked": (lambda r: relinked([*r[:2], *r[3:]]), "entry 2", "forged"),
    "an unknown key": (at_three(with_an_unknown_key), "entry 3", "forged"),
    "payload missing": (at_three(lambda row, _: replace(row, salt=None, payload=None)), "entry 3", MISSING),
    "payload called redacted": (
        at_three(lambda row, _: replace(row, salt=None, payload=None, redacted=True)),
        "entry 3",
        MISSING,
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_and_its_first_entry_named(told: World, name: str) -> None:
    tamper, where, what = TAMPERINGS[name]
    verdict = chain(tamper(rows(told)))
    assert not verdict.holds
    assert verdict.problems[0].where.endswith(where) and what in verdict.problems[0].what


def checkpoint(world: World) -> tuple[dict[str, Any], bytes]:
    point = ledger.checkpoint(world.programme, world.org("cert"), ledger.Actor(world.org("cert")))
    return canonical.decode(point.body), bytes(point.signature)


def test_a_cut_tail_is_found_against_a_checkpoint(told: World) -> None:
    point, signature = checkpoint(told)
    cut = chain(rows(told)[:-2], watch=[point["seq"]])
    assert cut.holds, "the chain alone cannot tell"
    assert "tail was cut" in next(against(cut, point, signature)).what


def resigned(found: list[Row], world: World) -> list[Row]:
    """The stream written anew by an operator who holds every key: all links and signatures are right."""
    from trellis.core import keys
    from trellis.core.models import Key

    done: list[Row] = []
    for seq, row in enumerate(found):
        fresh = body(row, seq=seq, prev=done[-1].hash if done else ledger.GENESIS)
        key = Key.objects.get(pk=canonical.decode(fresh.body)["key"])
        done.append(Row(fresh.body, fresh.hash, keys.sign(key, fresh.body.encode()), fresh.salt, fresh.payload))
    return done


def test_wholesale_resigning_is_found_against_a_checkpoint(told: World) -> None:
    point, signature = checkpoint(told)
    found = rows(told)
    forged = resigned([found[0], *found[5:], *found[5:]][: len(found)], told)
    verdict = chain(forged, watch=[point["seq"]])
    assert verdict.holds, "whoever holds the keys can write a chain that holds"
    assert "written anew" in next(against(verdict, point, signature)).what


def test_a_forged_checkpoint_is_found(told: World) -> None:
    point, signature = checkpoint(told)
    verdict = chain(rows(told), watch=[point["seq"]])
    assert not list(against(verdict, point, signature))
    assert "signature" in next(against(verdict, {**point, "seq": 3}, signature)).what


def test_founding_keys_can_be_pinned(told: World) -> None:
    said = canonical.decode(rows(told)[0].payload or "")
    public = [key["public"] for key in said["keys"]]
    assert chain(rows(told), pinned=public).holds
    verdict = chain(rows(told), pinned=["ab" * 32])
    assert "pinned" in verdict.problems[0].what


def test_withheld_payloads_leave_the_chain_verifiable(told: World) -> None:
    out = io.StringIO()
    streams.export(told.programme, out, lambda entry: entry.kind != "decision.key")
    verdict = verify_file(out.getvalue().splitlines())
    assert verdict.holds and verdict.withheld == 4


def test_the_live_stream_and_its_tables_hold(told: World) -> None:
    assert streams.verify_live(told.programme).holds
    assert streams.verify_live(told.org("ministry")).holds


def problems(world: World, stream: Any = None) -> str:
    return " | ".join(map(str, streams.verify_live(stream or world.programme).problems))


def test_a_changed_co_owned_row_is_found_and_put_back_holds(told: World) -> None:
    with unguarded(Parameter):
        Parameter.objects.filter(value="28").update(value="99")
        assert "was changed behind the ledger's back" in problems(told)
        Parameter.objects.filter(value="99").update(value="28")
    assert problems(told) == ""


def test_a_co_owned_row_removed_added_or_reopened_is_found(told: World) -> None:
    row = Parameter.objects.get(value="21")
    with unguarded(Parameter):
        Parameter.objects.filter(pk=row.pk).update(closed_seq=None, closed_at=None)
        assert "co-owned rows" in problems(told)
        Parameter.objects.filter(pk=row.pk).update(closed_seq=row.closed_seq, closed_at=row.closed_at)
        Parameter.objects.filter(pk=row.pk).delete()
        assert "co-owned rows" in problems(told)
        row.save(force_insert=True)
    assert problems(told) == ""


def test_a_row_changed_with_its_hash_is_found(told: World) -> None:
    row = Parameter.objects.get(value="28")
    before = row.content_hash
    row.value = "99"
    with unguarded(Parameter):
        Parameter.objects.filter(pk=row.pk).update(value="99", content_hash=row.computed_hash())
        assert "not those in the tables" in problems(told)
        Parameter.objects.filter(pk=row.pk).update(value="28", content_hash=before)
    assert problems(told) == ""


@pytest.mark.parametrize(("model", "changes"), [(Outcome, {"number": 7}), (Slot, {"role": "trainer"})])
def test_a_changed_index_row_is_found(told: World, model: Any, changes: dict[str, Any]) -> None:
    row = model.objects.order_by("pk").first()
    kept = {name: getattr(row, name) for name in changes}
    with unguarded(model):
        model.objects.filter(pk=row.pk).update(**changes)
        assert "is not the one that it tells of" in problems(told)
        model.objects.filter(pk=row.pk).update(**kept)
    assert problems(told) == ""


def test_a_changed_record_is_found(world: World) -> None:
    actor = world.viewer("ministry:coordinator").actor
    consent = sharing.consent_give(actor, world.programme, "programme", "We agree")
    assert problems(world, world.org("ministry")) == ""
    rows_ = Consent.records.privileged().filter(pk=consent.pk)
    with unguarded(Consent):
        rows_.update(text="We agree to everything")
        assert "changed behind the ledger's back" in problems(world, world.org("ministry"))
        rows_.update(text="We agree")
    assert problems(world, world.org("ministry")) == ""


def test_a_payload_emptied_in_the_live_database_is_found(told: World) -> None:
    entry = Entry.objects.get(stream=told.programme, seq=4)
    Payload.objects.filter(pk=entry).update(salt=None, body=None, redacted_at=entry.at)
    assert "no redaction accounts for it" in problems(told)


def test_a_founding_that_a_party_did_not_sign_is_found(told: World) -> None:
    from trellis.governance.replay import _verify_founding

    said = ledger.payload_of(Entry.objects.get(stream=told.programme, seq=0))
    assert said is not None and not list(_verify_founding(said))
    said["founding"]["title"] = "Another programme"
    assert len(list(_verify_founding(said))) == 6
