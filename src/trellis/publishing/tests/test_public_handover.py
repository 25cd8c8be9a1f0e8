"""D22 and EXI-04 in public: who runs what, dates that moved, and weaknesses only after the lag."""

from datetime import date

from django.test import Client

from tests.world import World
from trellis.core import clock
from trellis.governance import services as governance
from trellis.handover.tests import scene as handing
from trellis.publishing import selectors, services


def test_d22_weakness_of_a_function_comes_90_days_late(world: World) -> None:
    function = handing.enter(world)
    handing.plan(world, function)
    handing.accept(world, function, "procedures")
    handing.at(2026, 1, 20)
    sections = services.publication_build(world.viewer("ministry"), world.programme).sections
    [row] = sections["handover"]
    assert (row["step"], row["target"], row["unmet"], row["weakness_on"]) == ("donor-led", "2027-06-30", None, None)
    assert [gap["code"] for gap in sections["gaps"] if gap["section"] == "handover"] == ["lag"]
    handing.plan(world, function, date(2027, 9, 30), reason="Hiring takes longer")
    handing.at(2026, 2, 1)
    handing.accept(world, function, "mandate", "budget", "reserve")
    handing.at(2026, 4, 20)  # 90 days after 20 January: the four newer facts are not shown yet
    [row] = services.publication_build(world.viewer("ministry"), world.programme).sections["handover"]
    assert (row["first_target"], row["target"], row["weakness_on"]) == ("2027-06-30", "2027-09-30", "2026-01-20")
    assert set(row["unmet"]) == {
        "mandate in law", "budget line funded next year", "trained holders per critical post",
        "refresh reserve on path", "run unaided",
    }  # fmt: skip
    decision = services.publication_propose(world.viewer(handing.COORDINATOR), world.programme, title="First")
    clock.advance(minutes=1)
    handing.sign(world, decision)
    page = Client().get(f"/public/{world.programme}/").content.decode()
    assert "Mandate in law" in page and "first 30 June 2027" in page and "No money is promised" in page
    withheld = {f"function:{function}": "security"}
    built = services.publication_build(world.viewer("ministry"), world.programme, withheld=withheld).sections
    assert built["handover"] == [] and "Incident response" not in str(built)
    assert selectors.publication(world.programme).number == 1
    assert governance.missing_slots(decision) == []
