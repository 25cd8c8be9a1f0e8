"""Records written in bulk have the hashes that records written one by one have."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import World
from trellis.core import ledger
from trellis.core.conditions import Invalid
from trellis.exchange.models import StixObject
from trellis.exchange.tests.scene import indicator, scene
from trellis.sharing import bulk
from trellis.sharing.verify import verify_records

texts = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=60)


def test_what_is_written_in_bulk_holds_as_if_written_one_by_one(world: World) -> None:
    here = scene(world, ("alpha", "beta"))
    run = {"n": 0}

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(texts, min_size=1, max_size=4))
    def write(chosen: list[str]) -> None:
        run["n"] += 1
        objects = [indicator(f"{run['n']}-{n}", description=text) for n, text in enumerate(chosen)]
        assert not here.add("alpha", *objects).failures

    write()
    rows = list(StixObject.records.privileged())
    assert len(rows) >= 40 and all(row.computed_hash() == row.content_hash for row in rows)
    assert len({bytes(row.salt) for row in rows}) == len(rows)
    assert not list(verify_records(here.org("alpha")))


def test_bulk_refuses_what_a_column_does_not_take(world: World) -> None:
    here = scene(world, ("alpha", "beta"))
    here.add("alpha", indicator("a"))
    last = StixObject.records.privileged().get()
    names = (
        "subject",
        "label",
        "stix_id",
        "stix_type",
        "version",
        "spec_version",
        "revoked",
        "raw",
        "detected",
        "late",
    )
    row: dict[str, Any] = {name: getattr(last, name) for name in names}
    shared = {"context": here.arrangement, "collection": here.collection.id}
    actor = here.viewer("alpha").actor
    from django.db import transaction

    from trellis.core import ids

    for name, wrong in (("label", "PURPLE"), ("stix_id", "x" * 400), ("number", None), ("raw", None)):
        bad = {**row, "id": ids.new(), "supersedes": None, "superseded_at": None, "number": 2, "added": 5, name: wrong}
        with pytest.raises(Invalid) as caught, transaction.atomic():
            bulk.write_bulk(actor, ledger.lock(actor.organisation), StixObject, shared, [bad])
        assert name in caught.value.fields
