"""Nothing that is sent to the TAXII server is answered with 500, and every error is one of TAXII."""

import json
import re
import time
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from trellis.exchange.taxii.media import MEDIA
from trellis.exchange.taxii.tests.scene import Scene, basic, indicator

OBJECT = indicator(1)["id"]
SMALL = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=20)
WORDS = ["", "0", "-1", "1e9", "9" * 400, "\x00", "%", "null", "last", "all", ",", ",,", "last,all,first", OBJECT]
WORDS += [
    OBJECT + ",",
    "2026-01-05T09:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00Z",
    "∞",
    "AAAAAAAAAAA",
]
WORDS += [
    "0000-00-00T00:00:00Z",
    "'; DROP TABLE x; --",
    "../../",
    "indicator--" + "f" * 36,
    "2.0,2.1",
    "indicator,malware",
]
ODD = st.one_of(
    SMALL,
    st.text(max_size=12),
    st.sampled_from(WORDS),
)
NAMES = [
    "added_after",
    "limit",
    "next",
    "match[id]",
    "match[type]",
    "match[version]",
    "match[spec_version]",
    "match[x]",
]
QUERIES = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), SMALL), ODD), max_size=4)
HEADERS = {
    "Accept": st.one_of(
        st.just(MEDIA), st.sampled_from(["*/*", "application/taxii+json;version=2.0", ";q=", ",;,"]), SMALL
    ),
    "Content-Type": st.one_of(st.just(MEDIA), st.sampled_from(["application/json", "multipart/form-data"]), SMALL),
    "Content-Encoding": st.one_of(st.just("identity"), SMALL),
    "Accept-Language": SMALL,
    "Accept-Encoding": SMALL,
    "Cookie": SMALL,
    "Range": SMALL,
    "X-Forwarded-Proto": SMALL,
}
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), ODD),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=10), inner, max_size=4)),
    max_leaves=12,
)
FIELDS = [*indicator(1), "revoked", "granular_markings", "first_seen", "first_observed", "labels", "extensions", "x"]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """An object that was good, with some fields gone and others of any kind."""
    thing = indicator(draw(st.integers(1, 4)), modified=draw(st.integers(0, 59)))
    for name in draw(st.lists(st.sampled_from(FIELDS), max_size=3)):
        if draw(st.booleans()):
            thing.pop(name, None)
        else:
            thing[name] = draw(JSON)
    return thing


def encoded(said: Any) -> bytes:
    """As JSON; what JSON has no word for goes out as Python would say it."""
    return json.dumps(said).encode("utf-8", "surrogatepass")


BODIES = st.one_of(
    st.binary(max_size=200),
    JSON.map(encoded),
    st.lists(st.one_of(mutated(), JSON), max_size=4).map(lambda objects: encoded({"objects": objects})),
    st.fixed_dictionaries({"objects": JSON}, optional={"more": JSON, "next": JSON, "x": JSON}).map(encoded),
)
PARTS = st.one_of(
    st.sampled_from(
        ["{root}", "collections", "{collection}", "objects", "manifest", "versions", "status", OBJECT, "..", ""]
    ),
    st.text(max_size=8),
)
GOOD = ["", "{root}/", "{root}/collections/", "{root}/collections/{collection}/"]
GOOD += [GOOD[-1] + tail for tail in ("manifest/", "objects/", f"objects/{OBJECT}/", f"objects/{OBJECT}/versions/")]
PATHS = st.one_of(
    st.sampled_from(GOOD),
    st.sampled_from(GOOD[5:]),
    st.lists(PARTS, max_size=7).map(lambda parts: "/".join(parts) + "/"),
)
CALLS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "GET", "GET", "POST", "POST", "DELETE", "HEAD", "PUT", "OPTIONS", "X"]),
        "path": PATHS,
        "query": QUERIES,
        "headers": st.fixed_dictionaries({}, optional=HEADERS),
        "body": BODIES,
        "who": st.sampled_from(["cert", "cert", "centre", "evaluator", "outsider", "basic", "none", "odd"]),
        "odd": SMALL,
    }
)


def send(scene: Scene, call: dict[str, Any]) -> None:
    """One request, and what must hold of its answer."""
    path = call["path"].replace("{root}", str(scene.world.programme)).replace("{collection}", str(scene.collection.id))
    url = "/taxii2/" + quote(path, safe="/") + "?" + urlencode(call["query"], errors="surrogatepass")
    headers = dict(call["headers"])
    token = scene["cert"].token
    who = {"basic": basic(call["odd"], token), "none": None, "odd": call["odd"]}
    headers["Authorization"] = who.get(call["who"]) if call["who"] in who else f"Bearer {scene[call['who']].token}"
    kind = headers.pop("Content-Type", MEDIA)
    given_ = {name: text for name, text in headers.items() if text is not None}
    answer = Client().generic(call["method"], url, call["body"], content_type=kind, headers=given_)
    assert answer.status_code < 500, (url, answer.content)
    if answer.status_code >= 400:
        said = json.loads(answer.content) if answer.content else {"title": "", "http_status": str(answer.status_code)}
        assert said["http_status"] == str(answer.status_code)
    if call["who"] in ("none", "outsider"):
        assert b"bad-" not in re.sub(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", b"", answer.content)


def run(scene: Scene, examples: int, steady: bool) -> None:
    """As many requests as said; `steady`: the same each time."""

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=steady,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(call=CALLS)
    def each(call: dict[str, Any]) -> None:
        send(scene, call)

    each()


def test_reg_04_nothing_sent_to_taxii_is_answered_with_500(scene: Scene) -> None:
    scene["cert"].add(scene.objects, *(indicator(n) for n in range(1, 4)))
    run(scene, 250, steady=True)


@pytest.mark.soak
def test_reg_04_nothing_sent_to_taxii_for_two_minutes_is_answered_with_500(scene: Scene) -> None:
    scene["cert"].add(scene.objects, *(indicator(n) for n in range(1, 4)))
    until = time.monotonic() + 120
    while time.monotonic() < until:
        run(scene, 300, steady=False)
