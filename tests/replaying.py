"""The demonstration written out and read back, in processes of their own: `python -m tests.replaying ACT FOLDER`."""

import io
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "trellis.web.settings"
django.setup()

from django.core.management import call_command  # noqa: E402

from trellis.core.models import Stream  # noqa: E402
from trellis.governance.replay import dump  # noqa: E402
from trellis.parties import selectors as parties  # noqa: E402
from trellis.parties.models import Person, Place  # noqa: E402
from trellis.web.streams import verify_live  # noqa: E402


def spoken_for(stream: Stream) -> str:
    """Somebody who may have the stream whole: an administrator of its organisation, or of a party to it."""
    if stream.kind == Stream.Kind.ORGANISATION:
        organisation = stream.pk
    else:
        organisation = Place.objects.filter(stream=stream.pk).order_by("organisation")[0].organisation
    return str(Person.objects.get(pk=parties.administrators(organisation)[0][0]).email)


def keep(folder: Path, streams: Iterable[UUID]) -> dict[str, int]:
    """Writes the co-owned tables of these streams to a file. Returns how many rows each table has."""
    found: dict[str, Any] = {str(stream): dump(stream) for stream in sorted(streams)}
    (folder / "tables.json").write_text(json.dumps(found, indent=1, sort_keys=True), encoding="utf-8")
    counts: dict[str, int] = {}
    for tables in found.values():
        for name, rows in tables.items():
            counts[name] = counts.get(name, 0) + len(rows)
    return counts


def make(folder: Path) -> dict[str, Any]:
    """The finished demonstration: verified as a whole, and every stream but the node's exported."""
    call_command("demo", stdout=io.StringIO())
    said = io.StringIO()
    call_command("verify", stdout=said)  # ends this process where a stream does not hold
    streams = list(Stream.objects.exclude(kind=Stream.Kind.NODE))
    for stream in streams:
        call_command("export", folder / str(stream.pk), "--as", spoken_for(stream), "--stream", stream.pk, stdout=said)
    return {
        "verified": [line for line in said.getvalue().splitlines() if line.endswith(": holds")],
        "streams": {str(s.pk): [s.kind, s.entries.count()] for s in streams},
        "counts": keep(folder, [s.pk for s in streams]),
    }


def again(folder: Path) -> dict[str, Any]:
    """The same streams replayed into an empty database."""
    call_command("migrate", verbosity=0)
    made, here = folder / "made", folder / "again"
    for file in sorted(made.glob("*/stream-*.jsonl")):
        call_command("replay", file, stdout=io.StringIO())
    streams = list(Stream.objects.all())
    arrangements = [s.pk for s in streams if s.kind == Stream.Kind.ARRANGEMENT]
    return {
        "problems": [str(p) for stream in arrangements for p in verify_live(stream).problems],
        "streams": {str(s.pk): [s.kind, s.entries.count()] for s in streams},
        "counts": keep(here, [s.pk for s in streams]),
    }


if __name__ == "__main__":
    print(json.dumps({"make": make, "again": again}[sys.argv[1]](Path(sys.argv[2]))))
