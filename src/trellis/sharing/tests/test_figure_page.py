"""The page of a figure: value, who withholds it, inputs as far as the reader may see them."""

import io
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client

from tests.world import World
from trellis.calc.figure import Basis, Figure, Method
from trellis.core import figures
from trellis.core.charts import Axis, Bar, BarChart
from trellis.core.figures import Ask, FigureKind
from trellis.parties import services as accounts
from trellis.sharing import evidence, services, views_figures
from trellis.sharing.figures import shown
from trellis.sharing.models import Audience, Evidence


def count(ask: Ask) -> Figure:
    rows = list(Evidence.records.privileged().as_of(ask.as_of).filter(owner=ask.uuid("owner")))
    basis = Basis(ask.as_of, None, tuple(str(row.pk) for row in rows))
    return basis.figure(
        Method("test.count", "3"),
        len(rows),
        "files",
        len(rows),
        caveats=("counted by hand",),
        parameters={"least": 1},
    )


def draw(made: Figure, ask: Ask) -> BarChart:
    return BarChart("c", "Files", "all", "A bar", Axis("files", top=10), [Bar("Files", int(str(made.value)))])


@pytest.fixture
def url(world: World, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> str:
    settings.FILES = tmp_path
    kind = FigureKind(
        "test.count", "Files kept", "files", "figure", "3", ("sharing.evidence",),
        scope=lambda ask: [ask.uuid("owner")], compute=count, chart=draw,
    )  # fmt: skip
    monkeypatch.setitem(figures._kinds, kind.name, kind)
    evidence.evidence_add(world.viewer("cert").actor, "Report on the ports", io.BytesIO(b"x"))
    return shown(world.viewer("cert"), "test.count", {"owner": world.org("cert")}).url


def page(world: World, who: str, url: str) -> Any:
    client = Client()
    client.force_login(world.people[who])
    return client.get(url)


def allow(world: World, detail: str) -> None:
    services.grant(
        world.viewer("cert").actor,
        "sharing.evidence",
        Audience.ORGANISATION,
        purpose="x",
        detail=detail,
        organisation=world.org("norvia"),
    )


def test_the_owner_sees_value_method_caveat_chart_and_inputs(world: World, url: str) -> None:
    text = page(world, "cert", url).content.decode()
    for words in (
        "Files kept",
        "test.count, version 3",
        "counted by hand",
        "least",
        "<table",
        "n = 1",
        "/evidence/",
    ):
        assert words in text
    assert "The method in words" in text


def test_it_is_withheld_naming_the_owner_and_the_value_is_not_in_the_page(world: World, url: str) -> None:
    text = page(world, "norvia", url).content.decode()
    assert "National CERT" in text and "A grant at the detail" in text
    assert "counted by hand" not in text and "n = 1" not in text


def test_a_grant_of_figures_opens_it_without_curve_and_records(world: World, url: str) -> None:
    allow(world, "figure")
    text = page(world, "norvia", url).content.decode()
    assert "n = 1" in text and "<svg viewBox" not in text.split("<main")[1] and "/evidence/0" not in text
    assert "1 input that you may not read" in text
    allow(world, "record")
    whole = page(world, "norvia", url).content.decode()
    assert "/evidence/0" in whole and "<table" in whole


def test_strangers_and_the_public_learn_nothing(world: World, url: str) -> None:
    assert page(world, "outsider", url).status_code == 404
    assert Client().get(url)["Location"].startswith("/sign-in/")


def test_malformed_addresses_are_not_found(world: World, url: str) -> None:
    for broken in (
        "/figures/test.count/",
        "/figures/test.count/?owner=x",
        url + "&period=x",
        url.replace("as_of=20", "as_of=90"),
    ):
        assert page(world, "cert", broken).status_code == 404, broken


def test_csv_and_api_say_the_same(world: World, url: str) -> None:
    csv = page(world, "cert", url + "&format=csv")
    assert b"method_version,3" in csv.content and csv["Content-Disposition"].endswith('"test.count.csv"')
    _token, text = accounts.token_make(world.viewer("cert"), "t")
    parts = urlsplit(url)
    said = (
        Client().get(f"/api{parts.path.rstrip('/')}?{parts.query}", headers={"Authorization": f"Bearer {text}"}).json()
    )
    assert said["value"] == 1 and said["withheld_by"] == [] and said["caveats"] == ["counted by hand"]
    _token, other = accounts.token_make(world.viewer("norvia"), "t")
    held = (
        Client().get(f"/api{parts.path.rstrip('/')}?{parts.query}", headers={"Authorization": f"Bearer {other}"}).json()
    )
    assert held["value"] is None and [UUID(o) for o in held["withheld_by"]] == [world.org("cert")]


def test_an_input_is_a_figure_with_its_page_or_all_records_of_a_kind() -> None:
    figure = views_figures._named("operations.contain", "owner=1")
    assert figure.url.endswith("operations.contain/?owner=1") and figure.title != "operations.contain"
    records = views_figures._named("operations.incident", "owner=1")
    assert (records.title, records.url) == ("Incident", "")
