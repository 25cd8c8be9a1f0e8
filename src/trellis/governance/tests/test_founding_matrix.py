"""The matrix is chosen at founding (GOV-01): preselected, adjusted in a table, refused where nobody would decide."""

from typing import Any

from django.test import Client

from tests.world import World
from trellis.governance.models import Founding, MatrixRow
from trellis.governance.registry import decision_kinds
from trellis.governance.tests.test_forum import client


def said(world: World, **more: Any) -> dict[str, Any]:
    return {
        "title": "Coastal Series", "currency": "EUR", "time_zone": "Africa/Accra", "fiscal_year_start": "4",
        "languages": ["en", "fr"], "quorum": "2", "rule": "both co-chairs agree",
        f"side_{world.org('ministry')}": "partner", f"side_{world.org('norvia')}": "donor",
        "seats": [str(world.seats[f"{o}:co-chair"]) for o in ("ministry", "norvia")], **more,
    }  # fmt: skip


def drafted(answer: Any) -> dict[str, dict[str, Any]]:
    assert answer.status_code == 302, answer.content.decode()
    return {row["kind"]: row for row in Founding.objects.get().payload["matrix"]}


def test_gov_01_the_default_is_preselected_for_every_decision(world: World) -> None:
    page = client(world, "ministry").get("/foundings/draft/").content.decode()
    for kind in decision_kinds():
        assert f'name="matrix-{kind.name}-forum"' in page
    rows = drafted(client(world, "ministry").post("/foundings/draft/", said(world)))
    assert rows["plan.adopt"]["slots"] == {"partner": "coordinator", "donor": "programme-officer"}
    assert rows["matrix.set"]["forum"] == "committee" and len(rows) == len(decision_kinds())


def test_gov_01_a_row_is_adjusted_on_the_page_and_signers_see_that_it_was(world: World) -> None:
    chosen = {
        "matrix-plan.adopt-partner": "co-chair",
        "matrix-plan.adopt-donor": "co-chair",
        "matrix-plan.adopt-forum": "committee",
        "matrix-handover.accept-partner": "coordinator",
    }
    answer = client(world, "ministry").post("/foundings/draft/", said(world, **chosen))
    rows = drafted(answer)
    assert rows["plan.adopt"]["slots"] == {"partner": "co-chair", "donor": "co-chair"}
    assert rows["plan.adopt"]["forum"] == "committee" and not rows["plan.adopt"]["written"]
    assert rows["handover.accept"]["joint"] and rows["handover.accept"]["decider"] == ""
    page = client(world, "norvia").get(answer["Location"]).content.decode()
    assert page.count("adjusted") == 2
    for who in ("ministry", "norvia"):
        client(world, who).post(answer["Location"] + "sign/")
    row = MatrixRow.objects.current().exclude(stream=world.programme).get(kind="plan.adopt")
    assert row.version == 1 and row.forum == "committee"


def test_gov_01_a_row_that_nobody_decides_or_that_gives_away_the_partners_right_is_refused(world: World) -> None:
    page: Client = client(world, "ministry")
    nobody = {"matrix-plan.adopt-partner": "", "matrix-plan.adopt-donor": ""}
    answer = page.post("/foundings/draft/", said(world, **nobody))
    assert answer.status_code == 200
    assert "Adopt the plan: A row needs a decider" in answer.content.decode()
    answer = page.post("/foundings/draft/", said(world, **{"matrix-plan.adopt-forum": "market"}))
    assert "choose where it is decided" in answer.content.decode()
    given = {"matrix-priorities.rank-donor": "programme-officer"}
    rows = drafted(page.post("/foundings/draft/", said(world, **given)))
    assert rows["priorities.rank"]["slots"] == {"partner": "coordinator"}
