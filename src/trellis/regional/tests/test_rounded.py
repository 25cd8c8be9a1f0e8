"""REG-09: who reads figures and not the records gets times to two digits."""

from tests.world import World
from trellis.calc.figure import Figure
from trellis.core import figures
from trellis.regional import services
from trellis.regional.tests.cast import helped, with_desk
from trellis.sharing import figures as shown
from trellis.sharing import services as sharing


def test_reg_09_readers_of_figures_get_times_to_two_digits_and_who_reads_the_records_all_of_them(
    world: World,
) -> None:
    with_desk(world)
    helped(world, 12.3456)
    for who in ("cert", "centre"):
        services.figures_share(world.viewer(who), world.programme, "assistance")
    exact = figures.figure(figures.ask("regional.response", {"programme": world.programme}))
    params = {"programme": world.programme}

    def seen(who: str, name: str = "response") -> Figure:
        return shown.shown(world.viewer(who), f"regional.{name}", params).figure

    coarse = seen("norvia")
    assert coarse == exact.rounded(2) != exact and (coarse.value, coarse.n) == (12.0, exact.n)
    assert coarse.caveats[-1] == "to 2 digits, for readers of figures"
    assert "to 2 digits, for readers of figures" in seen("norvia", "change").caveats
    assert seen("cert") == coarse  # the helper's steps are not its own
    for kind in ("regional.request", "regional.offer", "regional.move"):
        for giver, taker in (("cert", "norvia"), ("centre", "norvia"), ("centre", "cert")):
            sharing.grant(
                world.viewer(giver).actor,
                kind,
                "organisation",
                organisation=world.org(taker),
                context=world.programme,
                detail="record",
                ceiling="AMBER",
                purpose="Practice",
            )
    assert seen("norvia") == seen("cert") == exact  # of each owner the records themselves
