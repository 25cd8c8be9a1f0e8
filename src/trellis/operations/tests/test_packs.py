"""MEA-02, -03, -04, -06, -07 in the review pack: figures with their addresses, of what is open to all parties."""

from datetime import date
from typing import Any

from django.template.loader import render_to_string

from tests.world import World
from trellis.core import clock
from trellis.core.ports import PackSection
from trellis.governance import packs as review
from trellis.governance.schemas import PackFigure, PackTable
from trellis.operations import packs
from trellis.operations.tests.test_incidents import granted, signed_in
from trellis.operations.tests.test_practice import DAY, put
from trellis.operations.tests.test_times import Q2, cohort
from trellis.sharing import services as sharing


def opened(world: World, kind: str) -> Any:
    return sharing.grant(
        world.viewer("cert").actor,
        f"operations.{kind}",
        "parties",
        arrangement=world.programme,
        detail="figure",
        ceiling="GREEN",
        purpose="Reviews",
    )


def sections(world: World) -> dict[str, list[PackFigure]]:
    return {part.key: part.figures for part in review.build(world.programme, Q2, clock.now())}


def test_mea_02_times_in_the_review_pack_are_those_granted_to_all_parties(world: World) -> None:
    cohort(world)
    assert "incidents" not in sections(world)
    granted(world, "norvia", "figure")  # to one party is not to all
    assert packs.incidents(world.programme, Q2, clock.now()) is None
    grant = opened(world, "incident")
    contain = next(one for one in sections(world)["incidents"] if one.address.startswith("operations.contain?"))
    assert (contain.label, contain.shown["text"], contain.unit) == ("National CERT: Time to contain", "9", "hours")
    assert (contain.n, contain.open, contain.unknown, contain.beside) == (
        8,
        3,
        0,
        "Done: 5. 9 of 10 within: not reached.",
    )
    assert signed_in(world, "norvia").get(contain.url).status_code == 200
    sharing.grant_withdraw(world.viewer("cert").actor, grant.subject, "Over")
    assert "incidents" not in sections(world)


def test_mea_02_the_pack_shows_no_small_group_and_no_more_digits_than_readers_of_figures_get(world: World) -> None:
    cohort(world, [(2, True), (4, True)])
    opened(world, "incident")
    contain = next(one for one in sections(world)["incidents"] if one.address.startswith("operations.contain?"))
    assert (contain.value, contain.reason, contain.n) == (None, "suppressed", None)
    cohort(world, [(345, True)] * 9)
    contain = next(one for one in sections(world)["incidents"] if one.address.startswith("operations.contain?"))
    assert (contain.value, contain.n) == ("340.0", 11)


def test_mea_03_04_06_07_are_in_the_pack_where_known_and_open(world: World) -> None:
    keys = {"hunting", "hygiene", "exposure", "alerts"}
    clock.advance(days=9)
    period = (date(2026, 1, 1), date(2026, 3, 31))

    def held() -> dict[str, list[PackFigure]]:
        return {p.key: p.figures for p in review.build(world.programme, period, clock.now()) if p.key in keys}

    for noun in ("hunting_step", "hygiene", "exposure", "alerts"):
        put(world, noun)
    put(world, "hunt", ended_on=DAY, outcome="nothing", detection_kept=False)
    assert not held()
    for noun in ("hunt", "hunting_step", "hygiene", "exposure", "alerts"):
        opened(world, noun)
    found = held()
    said = {key: [(one.label.partition(": ")[2], one.shown["text"], one.n) for one in found[key]] for key in found}
    assert said["hunting"] == [("Level of hunting", "1", 1), ("Hunts that kept a detection", "0", 1)]
    # A measure that nobody has counted is not there at all.
    assert [(text, n) for _label, text, n in said["hygiene"]] == [("90", 10)]
    assert [(text, n) for _label, text, n in said["exposure"]] == [("3", 4000)]
    assert said["alerts"] == [("Triaged alerts that were true", "75", 40)]
    [alerts] = found["alerts"]
    assert alerts.unknown == 60 and "untriaged: 60" in alerts.beside
    for one in (one for figures in found.values() for one in figures):
        assert signed_in(world, "norvia").get(one.url).status_code == 200, one.label


def test_the_pack_of_who_knows_nothing_has_no_empty_section(world: World) -> None:
    for noun in ("incident", "hunt", "hunting_step", "hygiene", "exposure", "alerts"):
        opened(world, noun)
    shown = {part.key for part in review.build(world.programme, Q2, clock.now())}
    assert not shown & {"incidents", "hunting", "hygiene", "exposure", "alerts", "exchange", "assistance"}


def test_a_wide_table_of_the_pack_is_read_row_by_row(world: World) -> None:
    columns = [f"Column {n}" for n in range(12)]
    wide = review.part(
        PackSection("x", "X", 1, {"tables": [{"columns": columns, "rows": [[str(n) for n in range(12)]]}]})
    )
    slim = review.part(PackSection("y", "Y", 1, {"tables": [{"columns": columns[:3], "rows": [["a", "b", "c"]]}]}))
    page = render_to_string("governance/parts/pack.html", {"pack": [wide, slim]})
    assert page.count("<dt>") == 11 and "<dt>Column 11</dt><dd><bdi>11</bdi></dd>" in page
    # What names a row is its first column of words.
    rows = [["1", "Incident response"] + ["medium"] * 10, ["2", "Formal cooperation"] + ["low"] * 10]
    assert (PackTable(columns=columns, rows=rows).wide, PackTable(columns=columns, rows=rows).head) == (True, 1)
    assert PackTable(columns=columns, rows=rows).records[1][:2] == [
        ("Column 1", "Formal cooperation"),
        ("Column 0", "2"),
    ]
    assert 'data-l="Column 1:"' in page and page.count("<table") == 1


def test_a_figure_in_a_cell_is_short_and_whole_in_the_data(world: World) -> None:
    whole = "0.714285714285714285714285714"
    rows = [
        {
            "title": "A",
            "progress": {"value": whole, "reason": None, "n": 3, "unknown": 1},
            "trend": [["2026-03", "20"]],
        },
        {"title": "B", "progress": {"value": None, "reason": "no data", "n": 0, "unknown": 0}, "trend": []},
    ]
    made = review.part(PackSection("x", "X", 1, {"indicators": rows}))
    assert made.tables[0].rows == [["A", "0.7143, n = 3, 1 not known", "2026-03: 20"], ["B", "no data, n = 0", "none"]]
    assert made.data["indicators"][0]["progress"]["value"] == whole
