"""The API is what its description says, and nothing that is sent to it breaks it."""

import json
from pathlib import Path

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, settings

from tests.world import World
from trellis.parties import services as accounts
from trellis.web.api import api

SNAPSHOT = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"
SCHEMA = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"), default=str))
fuzzed = schemathesis.openapi.from_dict(SCHEMA)


def test_the_description_is_the_one_that_is_kept() -> None:
    """A change of the API is seen in review: `trellis openapi` writes the file anew."""
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == SCHEMA


def test_every_operation_says_what_it_does() -> None:
    for path, item in SCHEMA["paths"].items():
        for method, operation in item.items():
            assert operation.get("summary") and operation.get("description"), f"{method} {path}"


def test_openapi_is_version_3_1() -> None:
    assert SCHEMA["openapi"].startswith("3.1")


@fuzzed.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
def test_nothing_sent_to_the_api_is_answered_with_500(case: schemathesis.Case, world: World) -> None:
    _token, text = accounts.token_make(world.viewer("ministry:coordinator"), "fuzz")
    assert _call(case, text) < 500, f"{case.method} {case.formatted_path}"


def _call(case: schemathesis.Case, token: str) -> int:
    """Through Django's own client, so that the test's transaction is the request's."""
    body = case.body
    content = b"" if not isinstance(body, dict | list | str | int | float | bool) else json.dumps(body).encode()
    answer = Client().generic(
        case.method,
        "/" + case.formatted_path.lstrip("/"),
        content,
        content_type="application/json",
        query_params={k: str(v) for k, v in (case.query or {}).items()},
        headers={"Authorization": f"Bearer {token}"},
    )
    return int(answer.status_code)


@pytest.mark.soak
@fuzzed.parametrize()
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_sent_to_the_api_is_answered_with_500_for_long(case: schemathesis.Case, world: World) -> None:
    _token, text = accounts.token_make(world.viewer("ministry:coordinator"), "fuzz")
    assert _call(case, text) < 500, f"{case.method} {case.formatted_path}"
