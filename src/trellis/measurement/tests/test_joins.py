"""MEA-07, MEA-08, MEA-09: what is noticed of what was planted, policies in force, agencies that work together."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.world import START, World
from trellis.core import clock, figures
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.measurement import joins
from trellis.measurement import joins_reading as reading
from trellis.measurement.models import AgencyPair, Policy
from trellis.operations.practice import book, books
from trellis.sharing import figures as shown
from trellis.sharing import services as sharing

OLD, TODAY = date(2025, 6, 1), START.date()
BOOKS = {one.noun: one for one in books.BOOKS}


def policy(world: World, who: str = "ministry", **more: Any) -> Policy:
    given = {"title": "Breach notification rules", "strategy": "National strategy", "due": OLD, **more}
    return joins.policy_record(world.viewer(who), world.programme, **given)


def pair(world: World, second: str = "Police", who: str = "ministry", **more: Any) -> AgencyPair:
    return joins.pair_record(world.viewer(who), world.programme, first="National CERT", second=second, **more)


def protocol(**more: Any) -> dict[str, Any]:
    return {"protocol_title": "Handing over evidence", "starts": OLD, **more}


def value(world: World, name: str, **params: Any) -> Any:
    return figures.figure(figures.ask(f"measurement.{name}", {"programme": world.programme, **params}))


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


def test_mea_08_a_draft_does_not_count_and_what_is_not_due_is_outside(world: World) -> None:
    policy(world, drafted=OLD, consulted=OLD)
    policy(world, title="Critical operators", adopted=OLD, in_force=OLD)
    policy(world, title="Cloud rules", due=TODAY + timedelta(days=1), adopted=OLD, in_force=OLD)
    found = value(world, "policies")
    assert (found.value, found.n) == (Decimal("0.5"), 2)
    assert (found.parts["due_consulted"], found.parts["due_in_force"]) == (1, 1)
    assert (found.parts["not_due"], found.parts["early"]) == (1, 1)


def test_mea_08_is_shown_by_strategy_with_its_ladder(world: World) -> None:
    policy(world, drafted=OLD)
    policy(world, title="Hospitals", strategy="Health strategy", adopted=OLD, in_force=OLD)
    assert value(world, "policies", strategy="Health strategy").value == 1
    assert value(world, "policies", strategy="National strategy").value == 0
    joins.joins_share(world.viewer("ministry"), world.programme)
    page = client(world, "norvia").get(f"/p/{world.programme}/results/policies/").content.decode()
    for words in ("Health strategy", "National strategy", "drafted", "in force", "A draft does not count"):
        assert words in page, words


def test_mea_08_the_figure_of_a_day_before_stays(world: World) -> None:
    row = policy(world, drafted=OLD)
    clock.set_to(START + timedelta(days=10))
    before = figures.ask("measurement.policies", {"programme": world.programme}, None, START + timedelta(days=5))
    assert figures.figure(before).value == 0
    joins.policy_correct(
        world.viewer("ministry"), world.programme, row.subject, "Adopted", adopted=TODAY, in_force=TODAY, seen=row.pk
    )
    assert (value(world, "policies").value, figures.figure(before).value) == (1, 0)
    with pytest.raises(Conflict):
        joins.policy_correct(world.viewer("ministry"), world.programme, row.subject, "x", seen=row.pk)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": ""}, "title"),
        ({"due": None}, "due"),
        ({"in_force": OLD}, "adopted"),
        ({"adopted": OLD, "in_force": date(2025, 5, 1)}, "in_force"),
        ({"drafted": TODAY + timedelta(days=1)}, "drafted"),
        ({"objective": UUID("018f0000-0000-7000-8000-00000000dead")}, "objective"),
    ],
)
def test_mea_08_a_policy_that_does_not_hold_is_refused_by_field(world: World, more: dict, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        policy(world, **more)
    assert set(invalid.value.fields) == {field}
    assert not Policy.records.privileged().exists()


def test_mea_08_mea_09_are_recorded_by_the_partner_side_and_corrected_by_their_owner(world: World) -> None:
    for act in (policy, pair):
        with pytest.raises(Refused) as refused:
            act(world, who="norvia")
        assert "Ministry of Digital Affairs" in refused.value.holders
        with pytest.raises(Hidden):
            act(world, who="outsider")
    row = policy(world, who="cert")
    with pytest.raises(Refused):
        joins.policy_correct(world.viewer("ministry"), world.programme, row.subject, "x", title="Ours")
    joins.policy_retract(world.viewer("cert"), world.programme, row.subject, "Recorded twice")
    assert not reading.policies(world.viewer("ministry"), world.programme)


def test_mea_09_paper_only_pairs_are_counted_apart_from_exercised(world: World) -> None:
    pair(world, **protocol(exercised=TODAY - timedelta(days=30), exercise="Coastal drill"))
    pair(world, "Regulator", **protocol())
    pair(world, "Army", **protocol(exercised=date(2025, 6, 2), starts=date(2020, 1, 1)))
    pair(world, "Central bank")
    pair(world, "Archive", required=False, **protocol(exercised=TODAY))
    found = value(world, "cooperation")
    assert (found.value, found.n) == (Decimal("0.5"), 4)
    assert (found.parts["paper_only"], found.parts["without"], found.parts["not_required"]) == (1, 1, 1)
    clock.set_to(datetime(2026, 6, 3, 12, tzinfo=UTC))
    later = figures.figure(figures.ask("measurement.cooperation", {"programme": world.programme}, None, clock.now()))
    assert (later.value, later.parts["paper_only"]) == (Decimal("0.25"), 2), "a year after its exercise it is paper"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"second": "national cert"}, "second"),
        ({"starts": OLD}, "protocol_title"),
        ({"protocol_title": "x"}, "starts"),
        ({**protocol(ends=date(2020, 1, 1))}, "ends"),
        ({"exercised": TODAY + timedelta(days=1)}, "exercised"),
    ],
)
def test_mea_09_a_pair_that_does_not_hold_is_refused_by_field(world: World, more: dict, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        pair(world, **more)
    assert set(invalid.value.fields) == {field}


def test_mea_09_a_pair_stands_once_whichever_is_named_first_and_whoever_records_it(world: World) -> None:
    pair(world)
    with pytest.raises(Invalid):
        joins.pair_record(world.viewer("cert"), world.programme, first="police", second="national cert")


def planted(world: World, **more: Any) -> None:
    given = {"title": "Test file", "origin": "drill", "planted_at": datetime(2026, 1, 4, 12, tzinfo=UTC), **more}
    book.record(world.viewer("cert:cert-lead"), BOOKS["planted"], **given)


def alerts(world: World, raised: int = 100) -> None:
    day = date(2026, 1, 2)
    given = {
        "source": "Mail",
        "first_day": day,
        "last_day": day,
        "raised": raised,
        "true_alerts": 30,
        "false_alerts": 10,
    }
    book.record(world.viewer("cert:cert-lead"), BOOKS["alerts"], **given)


def test_mea_07_the_rate_is_of_planted_events_and_never_of_live_alerts(world: World) -> None:
    alerts(world)
    assert value(world, "detection").reason == "no data"
    planted(world, noticed=True)
    planted(world, title="Second", noticed=False)
    planted(world, title="Third")
    found = value(world, "detection")
    assert (found.value, found.n, found.unknown) == (Decimal("0.5"), 2, 1)
    assert figures.kind_named("measurement.detection").reads == ("operations.planted",)
    with pytest.raises(Invalid):
        figures.figure(
            figures.ask("measurement.detection", {"programme": world.programme}, (date(2026, 1, 1), date(2026, 1, 31)))
        )


def test_mea_07_untriaged_alerts_are_shown_beside(world: World) -> None:
    alerts(world)
    planted(world, noticed=True)
    page = client(world, "cert").get(f"/p/{world.programme}/results/detection/").content.decode()
    assert "Untriaged alerts" in page and ">60<" in page.replace("\n", "")
    assert "This is no rate of detection" in page


def test_mea_07_waits_for_the_consent_of_whose_events_it_counts(world: World) -> None:
    planted(world, noticed=True)
    params = {"programme": world.programme}
    assert shown.shown(world.viewer("norvia"), "measurement.detection", params).withheld_by == (world.org("cert"),)
    sharing.grant(
        world.viewer("cert").actor, "operations.planted", "side", arrangement=world.programme, side="donor",
        detail="figure", purpose="To follow",
    )  # fmt: skip
    assert not shown.shown(world.viewer("norvia"), "measurement.detection", params).withheld_by


def test_mea_08_mea_09_figures_wait_for_the_consent_of_their_owners(world: World) -> None:
    policy(world)
    pair(world, who="cert")
    params = {"programme": world.programme}
    for name, owner in (("policies", "ministry"), ("cooperation", "cert")):
        assert shown.shown(world.viewer("norvia"), f"measurement.{name}", params).withheld_by == (world.org(owner),)
        assert joins.joins_share(world.viewer(owner), world.programme) == 2
        assert not shown.shown(world.viewer("norvia"), f"measurement.{name}", params).withheld_by


def test_mea_08_mea_09_pages_record_correct_and_export(world: World) -> None:
    browser, base = client(world, "ministry"), f"/p/{world.programme}/results"
    said = {"title": "Breach rules", "strategy": "National strategy", "due": "2025-06-01", "drafted": "2025-05-01"}
    answer = browser.post(f"{base}/policies/new/", said)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    one = answer["Location"]
    assert "drafted" in browser.get(one).content.decode()
    row = Policy.records.privileged().get()
    more = {**said, "adopted": "2025-06-01", "in_force": "2025-06-02", "why": "Published", "seen": str(row.pk)}
    assert browser.post(one, more).status_code == 302
    assert "Published" in browser.get(one).content.decode()
    newest = str(Policy.records.privileged().as_of(None).get().pk)
    assert b"in force was adopted" in browser.post(one, {**more, "adopted": "", "seen": newest}).content
    pair_said = {"first": "CERT", "second": "Police", "required": "on", "protocol_title": "P", "starts": "2025-06-01"}
    other = browser.post(f"{base}/cooperation/new/", pair_said)["Location"]
    assert "on paper only" in browser.get(other).content.decode()
    seen = str(AgencyPair.records.privileged().get().pk)
    done = {**pair_said, "exercised": "2026-01-02", "why": "Exercised", "seen": seen}
    assert browser.post(other, done).status_code == 302
    assert "exercised in time" in browser.get(other).content.decode()
    for path, words in (("policies", b"Breach rules"), ("cooperation", b"CERT, Police")):
        assert words in b"".join(browser.get(f"{base}/{path}/?format=csv").streaming_content)
    assert browser.post(f"{base}/cooperation/share/", {"back": "cooperation"}).status_code == 302
    for url in (one, other):
        assert browser.get(f"{url}retract/").status_code == 200
        assert browser.post(f"{url}retract/", {"why": "Twice"}).status_code == 302
    assert not Policy.records.privileged().as_of(None).exists()
    assert b"This is recorded by the partner side" in client(world, "norvia").get(f"{base}/policies/new/").content


def test_mea_07_mea_08_mea_09_by_api(world: World) -> None:
    api, base = client(world, "ministry"), f"/api/programmes/{world.programme}"
    body = {"title": "Breach rules", "strategy": "National", "due": "2025-06-01", "adopted": "2025-06-01"}
    made = api.post(f"{base}/policies", body, content_type="application/json")
    assert made.status_code == 201, made.content
    url = f"{base}/policies/{made.json()['id']}/correct"
    done = api.post(url, {"why": "Published", "in_force": "2025-07-01"}, content_type="application/json").json()
    assert (done["in_force"], done["title"]) == ("2025-07-01", "Breach rules")
    said = {"first": "CERT", "second": "Police"}
    assert api.post(f"{base}/agency-pairs", said, content_type="application/json").status_code == 201
    assert len(api.get(f"{base}/policies").json()) == len(api.get(f"{base}/agency-pairs").json()) == 1
    found = {
        n: api.get(f"{base}/results/figure?figure={n}").json()["figure"]
        for n in ("policies", "cooperation", "detection")
    }
    assert (found["policies"]["value"], found["cooperation"]["value"]) == ("1", "0")
    assert found["detection"]["reason"] == "no data"
