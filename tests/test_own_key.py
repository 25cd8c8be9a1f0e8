"""An organisation that holds its own signing key: its decisions wait for a signature made outside, which verifies."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from tests.world import World
from trellis.core import canonical, clock, keys, ledger, outside, streams
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.core.models import Entry, Unsigned
from trellis.core.outside import SignatureNeeded
from trellis.core.verify import chain
from trellis.governance import founding, membership, signing
from trellis.governance import services as governance
from trellis.governance.kinds import ParameterSet
from trellis.governance.models import Decision, Key
from trellis.parties import own_keys
from trellis.parties import selectors as parties
from trellis.parties import services as accounts
from trellis.sharing import services as sharing

PARTNER, DONOR = "ministry:co-chair", "norvia:co-chair"


def holds_its_own(world: World, who: str = "norvia") -> Ed25519PrivateKey:
    """Registers a key that an organisation holds, and returns the private half."""
    private = Ed25519PrivateKey.generate()
    proof = private.sign(own_keys.statement(world.org(who)))
    streams_ = [p.id for p in parties.programmes_of(world.viewer(who))]
    own_keys.own_key_register(world.viewer(who), private.public_key().public_bytes_raw(), proof, streams_)
    return private


def proposed(world: World, value: str = "21", who: str = PARTNER) -> Decision:
    payload = ParameterSet(name="review.grace", value=value, reason="The harvest falls into it")
    return governance.propose(world.viewer(who), world.programme, "parameter.set", payload)


def state(decision: Decision) -> str:
    outcome = getattr(Decision.objects.get(pk=decision.pk), "outcome", None)
    return outcome.state if outcome else "open"


def client(world: World, who: str) -> Client:
    made = Client()
    made.force_login(world.people[who])
    return made


def test_kernel_a_key_waits_for_the_signature_and_verifies_with_it(world: World) -> None:
    private, decision = holds_its_own(world), proposed(world)
    with pytest.raises(SignatureNeeded):
        governance.key_turn(world.viewer(DONOR), decision.pk)
    assert state(decision) == "open" and Key.objects.filter(slot__decision=decision).count() == 1
    kept = signing.prepare(world.viewer(DONOR), decision.pk, "turn")
    assert not Entry.objects.filter(body=kept.body).exists()
    clock.advance(minutes=30)
    signing.complete(world.viewer(DONOR), kept.pk, private.sign(kept.body.encode()))
    assert state(decision) == "adopted" and not Unsigned.objects.exists()
    entry = Entry.objects.get(body=kept.body)
    own = keys.own(world.org("norvia"))
    assert own and keys.holds(bytes(own.public), entry.body.encode(), bytes(entry.signature))
    assert streams.verify_live(world.programme).holds and streams.verify_live(world.org("norvia")).holds


def test_kernel_a_wrong_signature_or_another_person_writes_nothing(world: World) -> None:
    private, decision = holds_its_own(world), proposed(world)
    kept = signing.prepare(world.viewer(DONOR), decision.pk, "turn")
    before = ledger.head(world.programme)
    for wrong in (Ed25519PrivateKey.generate().sign(kept.body.encode()), private.sign(b"other bytes")):
        with pytest.raises(Invalid):
            signing.complete(world.viewer(DONOR), kept.pk, wrong)
    for who in ("norvia:programme-officer", PARTNER, "outsider"):
        with pytest.raises(Hidden):
            signing.complete(world.viewer(who), kept.pk, private.sign(kept.body.encode()))
    assert ledger.head(world.programme) == before and state(decision) == "open"


def test_kernel_bytes_that_no_longer_fit_are_refused(world: World) -> None:
    private, decision = holds_its_own(world), proposed(world)
    kept = signing.prepare(world.viewer(DONOR), decision.pk, "turn")
    proposed(world, "30")
    with pytest.raises(Conflict, match="went on"):
        signing.complete(world.viewer(DONOR), kept.pk, private.sign(kept.body.encode()))
    kept = signing.prepare(world.viewer(DONOR), decision.pk, "turn")
    clock.advance(hours=25)
    with pytest.raises(Hidden):
        signing.complete(world.viewer(DONOR), kept.pk, private.sign(kept.body.encode()))
    assert outside.expire() == 1 and state(decision) == "open"


def test_kernel_every_act_that_binds_is_signed_outside(world: World) -> None:
    private = holds_its_own(world)

    def act(decision: Decision, name: str, text: str = "") -> None:
        kept = signing.prepare(world.viewer(DONOR), decision.pk, name, text)
        signing.complete(world.viewer(DONOR), kept.pk, private.sign(kept.body.encode()))

    mine = proposed(world, who=DONOR)
    assert not Key.objects.filter(slot__decision=mine).exists()  # the proposer's key waits too
    act(mine, "turn")
    act(mine, "take-back")
    act(mine, "dissent", "Not so soon")
    act(mine, "withdraw", "No need")
    other = proposed(world, "30")
    act(other, "reject", "Too long")
    assert (state(mine), state(other)) == ("withdrawn", "rejected")
    assert streams.verify_live(world.programme).holds


def test_kernel_the_act_itself_is_judged_before_and_with_the_signature(world: World) -> None:
    holds_its_own(world)
    decision = proposed(world)
    with pytest.raises(Refused):
        signing.prepare(world.viewer("norvia"), decision.pk, "turn")
    with pytest.raises(Conflict, match="no key of its own"):
        signing.prepare(world.viewer(PARTNER), decision.pk, "take-back")


def test_kernel_verify_finds_a_decision_that_the_installation_signed_instead(world: World) -> None:
    """The operator has the other key of the organisation, and a stream chained and signed with it does not hold."""
    private, decision = holds_its_own(world), proposed(world)
    kept = signing.prepare(world.viewer(DONOR), decision.pk, "turn")
    signing.complete(world.viewer(DONOR), kept.pk, private.sign(kept.body.encode()))
    rows = list(streams.rows_of(world.programme))
    place = next(n for n, row in enumerate(rows) if row.body == kept.body)
    here = keys.current(world.org("norvia"))
    body = canonical.encode({**canonical.decode(kept.body), "key": here.pk})
    forged = replace(rows[place], body=body.decode(), hash=canonical.digest(body), signature=keys.sign(here, body))
    found_ = chain([*rows[:place], forged]).problems
    assert [str(p) for p in found_] and "signs with one that it holds" in str(found_[0])


def test_kernel_records_of_that_organisation_need_no_signature_from_outside(world: World) -> None:
    holds_its_own(world, "ministry")
    sharing.consent_give(world.viewer("ministry").actor, world.programme, "programme", "All of it")
    assert streams.verify_live(world.org("ministry")).holds


def test_kernel_only_its_administrators_register_a_key_that_they_hold(world: World) -> None:
    private = Ed25519PrivateKey.generate()
    public, statement = private.public_key().public_bytes_raw(), own_keys.statement(world.org("norvia"))
    with pytest.raises(Refused):
        own_keys.own_key_register(world.viewer(DONOR), public, private.sign(statement), [])
    with pytest.raises(Invalid):
        own_keys.own_key_register(world.viewer("norvia"), public, private.sign(b"else"), [])
    with pytest.raises(Invalid):
        own_keys.own_key_register(world.viewer("ministry"), public, private.sign(statement), [])
    holds_its_own(world)
    said = Entry.objects.filter(kind="key.introduced", organisation=world.org("norvia"))
    assert {entry.stream_id for entry in said} == {world.org("norvia"), world.programme}


def test_kernel_out_of_use_means_that_the_key_here_signs_again(world: World) -> None:
    holds_its_own(world)
    own_keys.own_key_withdraw(world.viewer("norvia"), [world.programme])
    decision = proposed(world)
    governance.key_turn(world.viewer(DONOR), decision.pk)
    assert state(decision) == "adopted" and streams.verify_live(world.programme).holds
    with pytest.raises(Conflict):
        own_keys.own_key_withdraw(world.viewer("norvia"), [])


def test_kernel_a_founding_is_signed_with_it_too(world: World) -> None:
    private = holds_its_own(world)
    sides = {world.org("ministry"): "partner", world.org("norvia"): "donor"}
    row = founding.draft(
        world.viewer("ministry"),
        title="Second",
        sides=sides,
        seats=[world.seats[PARTNER], world.seats[DONOR]],
        quorum=2,
        label="AMBER",
    )
    founding.sign(world.viewer("ministry"), row.pk)
    with pytest.raises(Conflict, match="itself"):
        founding.sign(world.viewer("norvia"), row.pk)
    with pytest.raises(Invalid):
        founding.sign(world.viewer("norvia"), row.pk, b"\x00" * 64)
    answer = client(world, "norvia").get(f"/foundings/{row.pk}/file/")
    body = json.loads(answer.content)["sign"].encode()
    form = {"signature": private.sign(body).hex()}
    assert client(world, "norvia").post(f"/foundings/{row.pk}/sign/", form).status_code == 302
    assert streams.verify_live(row.pk).holds


def test_kernel_pages_lead_from_the_key_to_the_file_and_back(world: World, tmp_path: Path) -> None:
    browser = client(world, "norvia")
    key = tmp_path / "own.pem"
    made = tool("--key", key, "--new", "--no-passphrase")
    statement = tmp_path / "statement.json"
    statement.write_bytes(browser.get("/organisation/keys/own/statement/").content)
    form = {"public": made.stdout, "signature": tool("--key", key, statement).stdout}
    assert b"not a signature" in browser.post("/organisation/keys/own/", {**form, "signature": "00" * 64}).content
    assert browser.post("/organisation/keys/own/", form).status_code == 302
    assert b"wait for a signature" in browser.get("/organisation/keys/own/").content
    decision = proposed(world)
    donor = client(world, DONOR)
    answer = donor.post(f"/p/{world.programme}/decisions/{decision.pk}/turn/")
    assert answer.status_code == 302 and "/decisions/sign/" in answer["Location"]
    page = answer["Location"]
    assert b"Download the file" in donor.get(page).content
    file = tmp_path / "entry.json"
    file.write_bytes(donor.get(f"{page}file/").content)
    assert donor.get(f"{page}file/?raw=1").content == json.loads(file.read_text())["sign"].encode()
    assert b"128 hex digits" in donor.post(page, {"signature": "abc"}).content
    proposed(world, "30")
    moved = donor.post(page, {"signature": tool("--key", key, file).stdout})
    assert moved.status_code == 302 and moved["Location"] != page  # new bytes, since the ledger went on
    file.write_bytes(donor.get(f"{moved['Location']}file/").content)
    signed = tool("--key", key, file)
    assert "review.grace" in signed.stderr and "decision.key" in signed.stderr
    assert donor.post(moved["Location"], {"signature": signed.stdout}).status_code == 302
    assert state(decision) == "adopted"
    assert client(world, "outsider").get(page).status_code == 404


def test_kernel_the_api_gives_the_bytes_and_takes_the_signature(world: World) -> None:
    private, decision = holds_its_own(world), proposed(world)
    token = {"headers": {"Authorization": f"Bearer {accounts.token_make(world.viewer(DONOR), 't')[1]}"}}

    def post(path: str, body: Any) -> Any:
        return Client().post(f"/api{path}", json.dumps(body), content_type="application/json", **token)

    assert post(f"/decisions/{decision.pk}/turn", {}).status_code == 409
    given = post(f"/decisions/{decision.pk}/unsigned", {"act": "turn"})
    assert given.status_code == 201
    signature = private.sign(given.json()["file"]["sign"].encode()).hex()
    done = post(f"/unsigned/{given.json()['id']}/sign", {"signature": signature})
    assert done.status_code == 200 and done.json()["state"] == "adopted"
    assert Client().get("/api/organisation/own-key", **token).json()["key"]


def tool(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """`trellis sign` as it runs on a machine without an installation: not even settings."""
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path), "TRELLIS_MODE": "production"}
    command = [sys.executable, "-m", "trellis.web.cli", "sign", *map(str, arguments)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_kernel_the_tool_refuses_a_file_that_was_altered(world: World, tmp_path: Path) -> None:
    holds_its_own(world)
    decision = proposed(world)
    said = json.loads(signing.file_of(signing.prepare(world.viewer(DONOR), decision.pk, "turn")))
    key, file = tmp_path / "own.pem", tmp_path / "entry.json"
    assert tool("--key", key, "--new", "--no-passphrase").returncode == 0
    said["proposal"]["payload"] = said["proposal"]["payload"].replace('"21"', '"12"')
    file.write_text(json.dumps(said))
    refused = tool("--key", key, file)
    assert refused.returncode == 1 and not refused.stdout and "altered" in refused.stderr
    assert tool("--key", key, "--new", "--no-passphrase").returncode == 1  # an existing key is never overwritten
    assert key.stat().st_mode & 0o077 == 0


def test_kernel_who_is_asked_to_join_signs_with_its_own_key(world: World) -> None:
    private = holds_its_own(world, "outsider")
    decision = membership.party_add(
        world.viewer(PARTNER), world.programme, world.org("outsider"), "regional", "To train"
    )
    governance.key_turn(world.viewer(DONOR), decision.pk)
    guest = client(world, "outsider")
    page = guest.post(f"/joinings/{decision.pk}/sign/")["Location"]
    assert "/decisions/sign/" in page
    body = json.loads(guest.get(f"{page}file/").content)["sign"].encode()
    assert guest.post(page, {"signature": private.sign(body).hex()}).status_code == 302
    assert state(decision) == "adopted" and streams.verify_live(world.programme).holds
