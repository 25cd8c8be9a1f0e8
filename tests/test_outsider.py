"""An outsider, the operator and the public get nothing: every page, every endpoint, every data kind."""

from uuid import UUID

import pytest
from django.test import Client

from tests.addresses import filled, patterns
from tests.world import World
from trellis.parties.models import Person
from trellis.parties.schemas import PUBLIC
from trellis.sharing import gate
from trellis.sharing.records import data_kinds
from trellis.web.api import api

ROUTES = sorted({route for route, _pattern in patterns()})
PROGRAMME_ROUTES = [route for route in ROUTES if "<uuid:programme>" in route and not route.startswith("public/")]


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


@pytest.mark.parametrize("route", PROGRAMME_ROUTES)
def test_pages_of_a_programme_do_not_exist_for_an_outsider(world: World, route: str) -> None:
    url = filled(route, programme=world.programme)
    outsider = client(world, "outsider")
    assert outsider.get(url).status_code in (404, 405), url
    assert outsider.post(url).status_code in (404, 405), url


@pytest.mark.parametrize("route", PROGRAMME_ROUTES)
def test_pages_of_a_programme_ask_the_public_to_sign_in(world: World, route: str) -> None:
    answer = Client().get(filled(route, programme=world.programme))
    assert answer.status_code in (302, 404, 405)
    assert b"Sefwi" not in answer.content


@pytest.mark.parametrize("route", [r for r in ROUTES if r not in PROGRAMME_ROUTES])
def test_other_pages_tell_an_outsider_nothing_of_the_programme(world: World, route: str) -> None:
    answer = client(world, "outsider").get(filled(route), follow=False)
    assert answer.status_code < 500, route
    if not answer.streaming:
        assert b"Sefwi" not in answer.content


def operations() -> list[tuple[str, str]]:
    """Every method and path of the API."""
    schema = api.get_openapi_schema(path_prefix="/api/")
    return sorted((method, path) for path, item in schema["paths"].items() for method in item)


@pytest.mark.parametrize(("method", "path"), operations())
def test_the_api_gives_an_outsider_nothing(world: World, method: str, path: str) -> None:
    url = path.replace("{programme}", str(world.programme)).replace("{arrangement}", str(world.programme))
    url = filled(url.lstrip("/").replace("{", "<uuid:").replace("}", ">"))
    outsider = client(world, "outsider")
    answer = outsider.generic(method.upper(), url, b"{}", content_type="application/json")
    assert answer.status_code < 500, answer.content
    assert b"Sefwi" not in answer.content
    if "{programme}" in path:
        assert answer.status_code in (400, 403, 404, 405, 422), (url, answer.status_code)
    assert Client().generic(method.upper(), url, b"{}", content_type="application/json").status_code in (
        401,
        403,
        404,
        200,
    )


@pytest.mark.parametrize("kind", data_kinds(), ids=lambda kind: kind.name)
def test_no_data_kind_shows_an_outsider_anything(world: World, kind: object) -> None:
    for viewer in (world.viewer("outsider"), PUBLIC):
        rows = gate.visible(kind.model, viewer, history=True)  # type: ignore[attr-defined]
        assert not [row for row in rows if row.owner != viewer.organisation]


@pytest.mark.django_db
def test_the_operator_reads_no_records(world: World) -> None:
    operator = Person.objects.create(email="operator@example.org", name="Operator", is_operator=True)
    found = Client()
    found.force_login(operator)
    for route in PROGRAMME_ROUTES:
        answer = found.get(filled(route, programme=world.programme))
        assert answer.status_code in (302, 404, 405), route
    for kind in data_kinds():
        viewer = gate.Viewer(person=UUID(str(operator.pk)), operator=True)
        assert not list(gate.visible(kind.model, viewer))
