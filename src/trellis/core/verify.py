"""Checks a chain of entries without trusting who keeps it: the live database or an exported file alike.

Nothing here asks the database: it reads rows and says what does not hold, and where first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from trellis.core import canonical, keys
from trellis.core.ledger import FORMAT, GENESIS
from trellis.core.outside import BY_OWN_KEY

# Entries that bring or take away keys are never withheld: without them nobody could check a signature.
KEY_KINDS = ("organisation.opened", "node.opened", "arrangement.founded", "key.introduced", "key.revoked")


@dataclass(frozen=True)
class Known:
    """A key that a stream introduced. `own`: its holder keeps it, and signs with it what binds it."""

    holder: str
    public: bytes
    own: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as kept or exported. `salt` and `payload` are None where withheld or redacted."""

    body: str
    hash: str
    signature: bytes
    salt: bytes | None = None
    payload: str | None = None
    redacted: bool = False


@dataclass(frozen=True)
class Problem:
    """One thing that does not hold."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass
class Verdict:
    """What was found: `problems` empty means that everything checked holds."""

    entries: int = 0
    withheld: int = 0
    redacted: int = 0
    last_seq: int = -1
    last_hash: str = GENESIS
    problems: list[Problem] = field(default_factory=list)
    hash_at: dict[int, str] = field(default_factory=dict)
    emptied: set[int] = field(default_factory=set)  # redacted entries that no later entry has accounted for yet
    unread: bool = False  # a redaction was withheld, so that not all can be accounted for

    @property
    def holds(self) -> bool:
        return not self.problems


def chain(
    rows: Iterable[Row],
    *,
    name: str = "stream",
    signatures: bool = True,
    withheld_allowed: bool = False,
    watch: Iterable[int] = (),
    pinned: Iterable[str] = (),
) -> Verdict:
    """Walks a chain in order and stops at the first entry that does not hold.

    `watch` are sequence numbers whose hashes are wanted (for checkpoints). `pinned` are public keys (hex) of the
    founders, known from elsewhere: the first entry must bring exactly these or more.
    """
    verdict = Verdict()
    known: dict[str, Known] = {}
    revoked: set[str] = set()
    wanted = set(watch)
    for row in rows:
        head, problem = _link(row, verdict)
        problem = problem or _payload(row, head, verdict, withheld_allowed)
        if problem is None and head["kind"] in KEY_KINDS:
            said = canonical.decode(row.payload) if row.payload is not None else {}
            _learn(head["kind"], said, known)
            problem = _pinned(verdict, known, pinned)
        if problem is None and signatures:
            problem = _signed(row, head, known, revoked)
        if problem is None and head["kind"] == "key.revoked" and row.payload is not None:
            revoked.add(str(canonical.decode(row.payload).get("key")))
        if problem:
            verdict.problems.append(Problem(f"{name} entry {verdict.entries}", problem))
            return verdict
        if head["kind"] == "redaction":
            _account(row, verdict)
        verdict.last_seq, verdict.last_hash = verdict.entries, row.hash
        if verdict.entries in wanted:
            verdict.hash_at[verdict.entries] = row.hash
        verdict.entries += 1
    for seq in sorted(verdict.emptied) if not verdict.unread else ():
        verdict.problems.append(Problem(f"{name} entry {seq}", MISSING))
    return verdict


MISSING = "what it says is missing, and no redaction accounts for it"


def _account(row: Row, verdict: Verdict) -> None:
    """A redaction names the entry that it emptied, and with it every earlier redaction of that entry."""
    if row.payload is None:
        verdict.unread = verdict.unread or not row.redacted
        return
    said = canonical.decode(row.payload)
    verdict.emptied -= {said.get("entry"), *said.get("earlier", ())}


def _link(row: Row, verdict: Verdict) -> tuple[dict[str, Any], str | None]:
    """The head of an entry, and what is wrong with its place in the chain."""
    body = row.body.encode()
    if sha256(body).hexdigest() != row.hash:
        return {}, "its content does not match its hash: the entry was altered"
    head: dict[str, Any] = orjson.loads(body)
    if head["v"] != FORMAT:
        return head, f"is of format {head['v']}, which this version does not read"
    if head["seq"] != verdict.entries:
        return head, (
            f"number {verdict.entries} was expected and number {head['seq']} stands here:"
            " entries were removed or reordered"
        )
    if head["prev"] != verdict.last_hash:
        return head, "does not follow from the entry before it: entries were removed, reordered or replaced"
    return head, None


def _payload(row: Row, head: dict[str, Any], verdict: Verdict, withheld_allowed: bool) -> str | None:
    if row.salt is None or row.payload is None:
        if row.redacted:
            verdict.redacted += 1
            verdict.emptied.add(verdict.entries)
            return None
        if withheld_allowed and head["kind"] not in KEY_KINDS:
            verdict.withheld += 1
            return None
        return MISSING
    if sha256(row.salt + row.payload.encode()).hexdigest() != head["payload_hash"]:
        return "what it says does not match its hash: the payload was altered"
    return None


def _learn(kind: str, said: dict[str, Any], known: dict[str, Known]) -> None:
    brought = said.get("keys", [said] if kind == "key.introduced" else [])
    for key in brought:
        public = bytes.fromhex(key["public"])
        known.setdefault(str(key["key"]), Known(str(key["holder"]), public, key.get("own") is True))


def _pinned(verdict: Verdict, known: dict[str, Known], pinned: Iterable[str]) -> str | None:
    if verdict.entries == 0 and (missing := set(pinned) - {key.public.hex() for key in known.values()}):
        return f"the founding keys are not those that were pinned ({len(missing)} missing)"
    return None


def _signed(row: Row, head: dict[str, Any], known: dict[str, Known], revoked: set[str]) -> str | None:
    id = str(head["key"])
    key = known.get(id)
    if key is None:
        return "is signed with a key that the stream never introduced: the signature is forged"
    if key.holder != head["organisation"]:
        return "is signed with the key of another organisation: the signature is forged"
    if id in revoked:
        return "is signed with a key that was revoked before"
    if not keys.holds(key.public, row.body.encode(), row.signature):
        return "its signature does not hold: the signature is forged"
    if head["kind"] in BY_OWN_KEY and not key.own:
        own = [one for one, other in known.items() if other.own and other.holder == key.holder]
        if set(own) - revoked:
            return "is signed with a key of the installation, though its organisation signs with one that it holds"
    return None


def against(verdict: Verdict, checkpoint: dict[str, Any], signature: bytes, name: str = "stream") -> Iterator[Problem]:
    """Holds a verified chain against a checkpoint kept elsewhere."""
    body = canonical.encode(checkpoint)
    if not keys.holds(bytes.fromhex(checkpoint["public"]), body, signature):
        yield Problem(name, "the checkpoint itself does not hold: its signature is not of its signer")
    elif verdict.last_seq < checkpoint["seq"] and not verdict.problems:
        yield Problem(
            name, f"ends at entry {verdict.last_seq}, but stood at {checkpoint['seq']} before: its tail was cut"
        )
    elif checkpoint["seq"] in verdict.hash_at and verdict.hash_at[checkpoint["seq"]] != checkpoint["hash"]:
        yield Problem(
            name, f"entry {checkpoint['seq']} is not the one that the checkpoint names: the stream was written anew"
        )
