"""The ledger: appending in bulk, verifying a chain of a million entries."""

import time
from uuid import UUID

from django.db import transaction

from trellis.core import canonical, clock, ids, keys, ledger
from trellis.core.models import Entry, Payload, Stream
from trellis.parties import services as accounts
from trellis.web import streams


def long_stream(count: int) -> UUID:
    """A stream of `count` true entries, written in bulk: the same bytes and signatures as `ledger.append` makes."""
    organisation = accounts.organisation_open(f"Bench {ids.new()}", "B", "government").pk
    key = keys.current(organisation)
    last = ledger.head(organisation)
    assert last
    prev, seq = last.hash, last.seq
    first = (Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    while seq < count - 1:
        entries, payloads = [], []
        for _ in range(min(20_000, count - 1 - seq)):
            seq += 1
            content = canonical.encode({"root": prev, "count": 1, "kinds": {"operations.incident": 1}})
            salt = seq.to_bytes(16, "big")
            body = canonical.encode(
                {
                    "v": 1, "stream": organisation, "seq": seq, "at": clock.now(), "kind": "records.written",
                    "version": 1, "organisation": organisation, "person": None, "key": key.pk,
                    "payload_hash": canonical.digest(salt, content), "prev": prev,
                }
            )  # fmt: skip
            prev = canonical.digest(body)
            entries.append(
                Entry(
                    pk=first + len(entries), stream_id=organisation, seq=seq, at=clock.now(), kind="records.written",
                    organisation=organisation, body=body.decode(), hash=prev, signature=keys.sign(key, body),
                )
            )  # fmt: skip
            payloads.append(Payload(entry_id=entries[-1].pk, salt=salt, body=content.decode()))
        first += len(entries)
        with transaction.atomic():
            Entry.objects.bulk_create(entries, batch_size=2000)
            Payload.objects.bulk_create(payloads, batch_size=2000)
    return organisation


def run(count: int = 1_000_000) -> None:
    """Prints the time of the chain alone and of all signatures."""
    stream = long_stream(count)
    start = time.perf_counter()
    verdict = streams.verify_live(stream, signatures=False, tables=False)
    chain = time.perf_counter() - start
    start = time.perf_counter()
    signed = streams.verify_live(stream, signatures=True, tables=False)
    whole = time.perf_counter() - start
    assert verdict.holds and signed.holds and verdict.entries == count
    print(f"verify {count:,} entries: chain {chain:.1f} s, with all signatures {whole:.1f} s", flush=True)
    assert Stream.objects.filter(pk=stream).exists()
