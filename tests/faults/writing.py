"""Writes of every sort, one after another, to be killed in: `python -m tests.faults.writing ACT …`."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "trellis.web.settings"
django.setup()

from tests.faults.exchanging import place, prepare, problems, viewer  # noqa: E402
from trellis.core import clock  # noqa: E402
from trellis.exchange import services as exchange  # noqa: E402
from trellis.exchange.models import StixObject  # noqa: E402
from trellis.exchange.tests.scene import indicator  # noqa: E402
from trellis.governance import services as governance  # noqa: E402
from trellis.governance.kinds import ParameterSet  # noqa: E402
from trellis.governance.models import Decision  # noqa: E402
from trellis.operations import columns  # noqa: E402
from trellis.operations.models import Incident, StampColumns  # noqa: E402
from trellis.parties import selectors as parties  # noqa: E402
from trellis.parties.models import Person  # noqa: E402
from trellis.sharing import records, wording  # noqa: E402
from trellis.sharing.models import RecordWords  # noqa: E402
from trellis.sharing.records import data_kinds  # noqa: E402


def acts(made: str) -> Iterator[Any]:
    """Entries of incidents with corrections and a figure's columns, envelopes of objects, proposals."""
    who = viewer("alpha")
    chair = parties.viewer_of(Person.objects.get(email="co-chair.ministry@example.org"))
    programme = parties.programmes_of(chair)[0].id
    collection = place(made)(who)
    n = 0
    while True:
        n += 1
        rows = [
            Incident(reference=f"K-{n}-{i}", title=f"word{i} met", detected=clock.now() - timedelta(hours=i))
            for i in range(n * 7 % 90 + 1)
        ]
        yield records.write(who.actor, rows)
        yield records.correct(rows[0], who.actor, "Again", title="corrected")
        yield columns.held(who.actor.organisation)
        objects = [indicator(f"{os.getpid()}-{n}-{i}") for i in range(n * 5 % 70 + 1)]
        yield exchange.add(who, collection, json.dumps({"objects": objects}).encode())
        said = ParameterSet(name="review.grace", value=str(n % 30), reason="as agreed")
        yield governance.propose(chair, programme, "parameter.set", said)


def write(made: str) -> None:
    """Writes until it is killed."""
    for n, _ in enumerate(acts(made)):
        if n == 0:
            print("writing", flush=True)


def state(made: str) -> dict[str, Any]:
    """What stands, and what of it does not hold."""
    wrong = list(problems()["problems"])
    kept = set(RecordWords.objects.values_list("record", "words"))
    wording.made_again(data_kinds())
    if kept != set(RecordWords.objects.values_list("record", "words")):
        wrong.append("the words are not those of the records")
    owner = viewer("alpha").actor.organisation
    count = Incident.records.privileged().as_of(None).filter(owner=owner).count()
    part = columns.held(owner).chosen(clock.now(), None, None, None)
    if len(part.moments["detected"]) != count:
        wrong.append(f"{len(part.moments['detected'])} incidents in columns, {count} in the table")
    return {
        "wrong": wrong,
        "incidents": count,
        "columns": StampColumns.objects.count(),
        "objects": StixObject.records.privileged().count(),
        "decisions": Decision.objects.count(),
    }


ACTS = {"prepare": prepare, "write": write, "state": state}

if __name__ == "__main__":
    print(json.dumps(ACTS[sys.argv[1]](*sys.argv[2:])))  # type: ignore[operator]
