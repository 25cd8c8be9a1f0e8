"""`trellis sign`: signs what waits for the key of an organisation, on a machine of its own, without the installation.

trellis sign --key own.pem --new                 makes a key and prints its public half
trellis sign --key own.pem entry.json            shows what is signed, and prints the signature
"""

import getpass
import hashlib
import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


class Stop(Exception):
    """What keeps a file from being signed, in words."""


def main(arguments: list[str]) -> int:
    """Runs the command; returns its exit code. The signature is the only thing on the standard output."""
    parser = ArgumentParser(prog="trellis sign", description="Signs a file with a key that an organisation holds.")
    parser.add_argument("file", nargs="?", type=Path, help="the file that the decision, or the statement, gave")
    parser.add_argument("--key", type=Path, required=True, help="private key in PEM (Ed25519)")
    parser.add_argument("--new", action="store_true", help="make the key first, and print its public half")
    parser.add_argument("--public", action="store_true", help="print the public half")
    parser.add_argument("--no-passphrase", action="store_true", help="with --new: keep the key unencrypted")
    given = parser.parse_args(arguments)
    try:
        if given.new:
            _make(given.key, not given.no_passphrase)
        key = _open(given.key)
        if given.new or given.public:
            print(key.public_key().public_bytes_raw().hex())  # noqa: T201
        if given.file:
            print(key.sign(_shown(given.file)).hex())  # noqa: T201
    except Stop as stop:
        _say(str(stop))
        return 1
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201


def _make(path: Path, locked: bool) -> None:
    if path.exists():
        raise Stop(f"{path} is there already; nothing was made.")
    lock: KeySerializationEncryption = NoEncryption()
    if locked:
        words = getpass.getpass("Passphrase of the new key: ")
        if not words or words != getpass.getpass("The passphrase once more: "):
            raise Stop("The two are not the same, or empty; nothing was made.")
        lock = BestAvailableEncryption(words.encode())
    body = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(body)


def _open(path: Path) -> Ed25519PrivateKey:
    try:
        body = path.read_bytes()
        words = getpass.getpass("Passphrase: ").encode() if b"ENCRYPTED" in body else None
        key = load_pem_private_key(body, words)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Stop(f"{path} cannot be opened as a private key: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Stop(f"{path} is not an Ed25519 key.")
    return key


def _shown(path: Path) -> bytes:
    """The bytes to sign, after what they say was checked against their hashes and shown. Raises Stop."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        body = str(said["sign"])
        head: dict[str, Any] = json.loads(body)
        if "payload" not in said:
            _say(f"What is signed: {json.dumps(head, indent=1, ensure_ascii=False)}")
            return body.encode()
        _hash(bytes.fromhex(said["salt"]), said["payload"], head["payload_hash"], "what the entry says")
        act, proposal = json.loads(said["payload"]), said["proposal"]
        first = json.loads(proposal["body"])
        _say(f"{head['kind']} number {head['seq']} of stream {head['stream']}, {head['at']}")
        _say(json.dumps(act, indent=1, ensure_ascii=False))
        if proposal["payload"] is None:
            _say("About a proposal whose content was redacted.")
            return body.encode()
        _hash(bytes.fromhex(proposal["salt"]), proposal["payload"], first["payload_hash"], "the proposal")
        about = json.loads(proposal["payload"])
        if first["stream"] != head["stream"] or about["decision"] != act["decision"]:
            raise Stop("Not signed: the proposal in this file is not the one that the entry is about.")
        _say(f"About entry {first['seq']}, {about['kind']}, proposed {first['at']}:")
        _say(json.dumps(about["content"], indent=1, ensure_ascii=False))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Stop(f"{path} is not a file to sign: {error}") from None
    return body.encode()


def _hash(salt: bytes, text: str, wanted: str, name: str) -> None:
    if hashlib.sha256(salt + text.encode()).hexdigest() != wanted:
        raise Stop(f"Not signed: {name} in this file is not what its hash names. The file was altered.")
