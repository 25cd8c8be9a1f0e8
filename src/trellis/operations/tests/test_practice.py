"""MEA-03, MEA-04, MEA-06, MEA-07, X-09: hunts, hygiene, exposure, alerts, planted events: records and figures."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from trellis.core import clock, figures
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.core.models import Entry
from trellis.operations.practice import book, books
from trellis.operations.practice import figures as practice
from trellis.operations.tests.test_incidents import NOON, signed_in
from trellis.parties import services as accounts
from trellis.sharing import services as sharing
from trellis.sharing.records import data_kinds

DAY = date(2026, 1, 2)
HUNT = {"title": "Logons at night", "hypothesis": "An administrator logs on at night", "data_used": "Logs of 90 days"}
SAID: dict[str, dict[str, Any]] = {
    "hunt": {**HUNT, "started_on": DAY},
    "hunting_step": {"level": 1, "claimed": True},
    "hygiene": {"measure": "mfa", "scope": "All accounts", "covered": 9, "in_scope": 10, "source": "Directory"},
    "exposure": {"measure": "criticals", "scope": "Servers", "exposed": 12, "in_scope": 4000, "source": "Scan"},
    "alerts": {
        "source": "Mail",
        "first_day": DAY,
        "last_day": DAY,
        "raised": 100,
        "true_alerts": 30,
        "false_alerts": 10,
    },
    "planted": {"title": "Test file", "origin": "drill", "planted_at": NOON},
    "kev": {"cve": "CVE-2025-48384", "in_use": True, "added_on": date(2025, 8, 25), "due_on": date(2025, 9, 15)},
}
BY_NOUN = {one.noun: one for one in books.BOOKS}


def put(world: World, noun: str, who: str = "cert:cert-lead", **more: Any) -> Any:
    return book.record(world.viewer(who), BY_NOUN[noun], **{**SAID[noun], **more})


def shown(world: World, name: str, *owners: str, who: str = "cert", period: Any = None, **params: str) -> Any:
    ids = [world.org(owner) for owner in owners or ("cert",)]
    return practice.shown(world.viewer(who), name, ids, period, **params).figure


def let(world: World, kind: str, owner: str, to: str, detail: str = "figure") -> Any:
    return sharing.grant(
        world.viewer(owner).actor,
        f"operations.{kind}",
        "organisation",
        organisation=world.org(to),
        detail=detail,
        purpose="To follow",
    )


# Every book alike


@pytest.mark.parametrize("noun", list(SAID))
def test_every_book_records_corrects_retracts_and_keeps_all_versions(world: World, noun: str) -> None:
    here, cert = BY_NOUN[noun], world.viewer("cert:cert-lead")
    before = Entry.objects.filter(stream=world.org("cert")).count()
    row = put(world, noun)
    assert Entry.objects.filter(stream=world.org("cert")).count() == before + 1
    new = book.correct(cert, here, row.subject, "Looked again", seen=row.pk)
    with pytest.raises(Conflict):
        book.correct(cert, here, row.subject, "Late", seen=row.pk)
    with pytest.raises(Invalid):
        book.correct(cert, here, row.subject, " ")
    book.retract(cert, here, row.subject, "A mistake")
    assert not book.rows(cert, here)
    assert len(book.versions(cert, here, row.subject)) == 3 and new.supersedes == row.pk


@pytest.mark.parametrize("noun", list(SAID))
def test_every_book_is_seen_by_its_owner_and_whom_it_lets(world: World, noun: str) -> None:
    here, row = BY_NOUN[noun], put(world, noun, **({"in_use": False, "label": "AMBER"} if noun == "kev" else {}))
    for who in ("outsider", "norvia"):
        with pytest.raises(Hidden):
            book.get(world.viewer(who), here, row.subject)
        with pytest.raises(Hidden):
            book.correct(world.viewer(who), here, row.subject, "Mine")
        client = signed_in(world, who)
        for tail in ("", "correct/", "retract/"):
            assert client.get(f"/operations/{here.key}/{row.subject}/{tail}").status_code == 404
        assert client.get(f"/api/operations/{here.key}").json() == []
    let(world, noun, "cert", "norvia", "record")
    assert book.get(world.viewer("norvia"), here, row.subject)
    with pytest.raises(Refused) as refused:
        book.correct(world.viewer("norvia"), here, row.subject, "Mine")
    assert refused.value.holders == ["National CERT"]


@pytest.mark.parametrize("noun", list(SAID))
def test_every_book_has_a_list_with_an_empty_state_a_form_and_downloads(world: World, noun: str) -> None:
    here, client = BY_NOUN[noun], signed_in(world, "cert:cert-lead")
    empty = client.get(f"/operations/{here.key}/").content.decode()
    assert "Nothing is recorded yet" in empty and str(here.one) in empty
    assert client.get(f"/operations/{here.key}/new/").status_code == 200
    sent = client.post(f"/operations/{here.key}/new/", {"label": "AMBER"})
    assert sent.status_code == 200 and not book.rows(world.viewer("cert"), here)
    row = put(world, noun)
    page = client.get(f"/operations/{here.key}/").content.decode()
    assert f"/operations/{here.key}/{row.subject}/" in page
    csv = b"".join(client.get(f"/operations/{here.key}/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert csv.count("\n") == 2
    for tail in ("", "correct/", "retract/"):
        assert client.get(f"/operations/{here.key}/{row.subject}/{tail}").status_code == 200
    gone = client.post(f"/operations/{here.key}/{row.subject}/retract/", {"why": "A mistake"}, follow=True)
    assert b"it stands in no list and no figure" in gone.content


@pytest.mark.parametrize("noun", list(SAID))
def test_every_book_is_kept_by_the_api_as_by_the_pages(world: World, noun: str) -> None:
    here = BY_NOUN[noun]
    _token, text = accounts.token_make(world.viewer("cert:cert-lead"), "api")
    client, auth = Client(), {"Authorization": f"Bearer {text}"}
    body = {k: v.isoformat() if hasattr(v, "year") else v for k, v in SAID[noun].items()}
    made = client.post(f"/api/operations/{here.key}", body, "application/json", headers=auth)
    assert made.status_code == 201, made.content
    url = f"/api/operations/{here.key}/{made.json()['id']}"
    assert client.get(url, headers=auth).json() == made.json()
    changed = client.post(f"{url}/correct", {"why": "Looked again"}, "application/json", headers=auth)
    assert changed.status_code == 200 and changed.json()["version"] != made.json()["version"]
    assert client.post(f"{url}/retract", {"why": "No"}, "application/json", headers=auth).json()["retracted"]
    assert client.get(url, headers=auth).status_code == 404


@pytest.mark.parametrize("noun", list(SAID))
def test_x_09_live_indicators_are_refused_in_every_text_of_every_book(world: World, noun: str) -> None:
    for name in BY_NOUN[noun].texts:
        with pytest.raises(Invalid) as invalid:
            put(world, noun, **{name: "seen at 203.0.113.9"})
        assert name in invalid.value.fields


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("hunt", {"ended_on": DAY - timedelta(days=1)}, "ended_on"),
    ("hunt", {"started_on": date(2027, 1, 1)}, "started_on"),
    ("hunt", {"outcome": "nothing"}, "outcome"),
    ("hunt", {"ended_on": DAY, "detection_kept": True}, "detection"),
    ("hunt", {"hypothesis": ""}, "hypothesis"),
    ("hunting_step", {"level": 5}, "level"),
    ("hunting_step", {"evidence": ["018f0000-0000-7000-8000-00000000dead"]}, "evidence"),
    ("hygiene", {"covered": 11}, "covered"),
    ("hygiene", {"covered": -1}, "covered"),
    ("hygiene", {"measure": "luck"}, "measure"),
    ("exposure", {"exposed": 5000}, "exposed"),
    ("exposure", {"inventory_on": date(2027, 1, 1)}, "inventory_on"),
    ("alerts", {"true_alerts": 91}, "raised"),
    ("alerts", {"last_day": DAY - timedelta(days=1)}, "last_day"),
    ("planted", {"noticed": True, "noticed_at": NOON - timedelta(hours=1)}, "noticed_at"),
    ("planted", {"noticed_at": NOON}, "noticed"),
    ("kev", {"cve": "2025-48384"}, "cve"),
    ("kev", {"in_use": False, "systems": 3}, "systems"),
    ("kev", {"label": "RED"}, "label"),
]


@pytest.mark.parametrize(("noun", "said", "field"), WRONG)
def test_what_cannot_be_is_refused_by_field(world: World, noun: str, said: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        put(world, noun, **said)
    assert set(invalid.value.fields) == {field}
    assert not book.rows(world.viewer("cert"), BY_NOUN[noun])


# MEA-03


def evidence(world: World) -> str:
    actor = world.viewer("cert").actor
    return str(sharing.evidence_add(actor, "Hunting procedure", BytesIO(b"procedure"), name="p.txt").subject)


def test_mea_03_a_level_without_evidence_is_self_declared(world: World) -> None:
    put(world, "hunting_step", evidence=[evidence(world)])
    put(world, "hunting_step", level=2)
    made = shown(world, "hunting_level")
    assert (made.value, made.parts["evidenced"], made.n, made.unknown) == (2, 1, 2, 2)
    assert made.caveats == ("self-declared: no evidence for this level",)
    page = signed_in(world, "cert").get("/operations/").content.decode()
    assert "Self-declared: on evidence alone the level is 1." in page


def test_mea_03_evidence_that_is_retracted_proves_nothing(world: World) -> None:
    proof = evidence(world)
    put(world, "hunting_step", evidence=[proof])
    assert not shown(world, "hunting_level").caveats
    clock.advance(days=1)
    from uuid import UUID

    sharing.evidence_retract(world.viewer("cert").actor, UUID(proof), "The wrong file")
    assert shown(world, "hunting_level").caveats


def test_mea_03_a_level_is_recorded_once_and_is_of_one_organisation(world: World) -> None:
    put(world, "hunting_step")
    with pytest.raises(Invalid) as invalid:
        put(world, "hunting_step", claimed=False)
    assert set(invalid.value.fields) == {"level"}
    with pytest.raises(Invalid):
        figures.ask("operations.hunting_level", {"owner": f"{world.org('cert')},{world.org('norvia')}"})


def test_mea_03_counts_reconcile_to_hunt_records(world: World) -> None:
    put(world, "hunting_step")
    put(world, "hunt", ended_on=DAY, outcome="finding", detection_kept=True, detection="Night logons alert")
    put(world, "hunt", ended_on=DAY, outcome="nothing", detection_kept=False)
    put(world, "hunt", ended_on=DAY)
    put(world, "hunt")
    gone = put(world, "hunt", ended_on=DAY, detection_kept=False)
    book.retract(world.viewer("cert"), books.HUNTS, gone.subject, "Entered twice")
    rows = list(book.rows(world.viewer("cert"), books.HUNTS))
    level, made = shown(world, "hunting_level"), shown(world, "hunt_yield")
    assert level.parts["hypotheses"] == len(rows) == 4
    assert level.parts["hunts_done"] == made.n == sum(row.ended_on is not None for row in rows)
    assert (
        level.parts["hunts_kept_detection"]
        == made.parts["numerator"]
        == sum(row.detection_kept is True for row in rows)
    )
    assert (made.value, made.open, made.unknown) == (Decimal(1) / Decimal(3), 1, 1)
    assert shown(world, "hunt_yield", period=(date(2026, 4, 1), date(2026, 6, 30))).reason == "no data"


# MEA-04, MEA-06


def test_mea_04_a_regional_rate_is_the_sum_of_numerators_over_the_sum_of_denominators(world: World) -> None:
    put(world, "hygiene", source_on=DAY)
    put(world, "hygiene", "ministry:coordinator", covered=100, in_scope=1000, source_on=DAY)
    for owner in ("cert", "ministry"):
        let(world, "hygiene", owner, "centre")
    made = shown(world, "hygiene", "cert", "ministry", who="centre", measure="mfa")
    assert (made.value, made.n) == (Decimal(109) / Decimal(1010), 1010)
    alone = shown(world, "hygiene", "cert", who="centre", measure="mfa")
    assert alone.value == Decimal("0.9")
    page = signed_in(world, "centre").get("/operations/?owner=all").content.decode()
    assert "109 of 1,010; counts summed: 2." in page


def test_mea_04_owners_that_do_not_let_are_in_no_sum(world: World) -> None:
    put(world, "hygiene")
    put(world, "hygiene", "ministry:coordinator", covered=0, in_scope=1000)
    grant = let(world, "hygiene", "cert", "centre")
    let(world, "alerts", "ministry", "centre")
    assert shown(world, "hygiene", "cert", "ministry", who="centre", measure="mfa").n == 10
    assert shown(world, "hygiene", "ministry", who="centre", measure="mfa").reason == "consent missing"
    sharing.grant_withdraw(world.viewer("cert").actor, grant.subject, "Enough")
    with pytest.raises(Hidden):
        shown(world, "hygiene", "cert", who="centre", measure="mfa")
    client = signed_in(world, "outsider")
    assert client.get(f"/operations/?owner={world.org('cert')}").status_code == 404
    url = f"/api/operations/figures/hygiene?owner={world.org('cert')}&measure=mfa"
    assert client.get(url).status_code == 404


def test_mea_04_the_newest_count_of_a_scope_stands_and_an_unknown_number_is_not_zero(world: World) -> None:
    put(world, "hygiene", covered=5, source_on=DAY)
    put(world, "hygiene", covered=2, source_on=DAY - timedelta(days=90))
    put(world, "hygiene", scope="Service accounts", covered=None, in_scope=50, source_on=DAY)
    made = shown(world, "hygiene", measure="mfa")
    assert (made.value, made.n, made.unknown) == (Decimal("0.5"), 10, 1)
    assert shown(world, "hygiene", measure="backups").reason == "no data"


def test_mea_06_growing_the_inventory_alone_does_not_raise_the_rate(world: World) -> None:
    row = put(world, "exposure", inventory_on=DAY)
    before = shown(world, "exposure", measure="criticals")
    clock.advance(days=1)
    book.correct(world.viewer("cert"), books.EXPOSURE, row.subject, "More servers found", in_scope=8000)
    after = shown(world, "exposure", measure="criticals")
    assert (before.value, after.value) == (Decimal(3), Decimal("1.5"))
    assert (after.parts["numerator"], after.parts["newest_source"]) == (12, DAY.isoformat())


def test_mea_06_sources_older_than_the_limit_are_marked(world: World) -> None:
    put(world, "exposure", inventory_on=DAY - timedelta(days=200))
    put(world, "exposure", scope="Desks", inventory_on=DAY)
    made = shown(world, "exposure", measure="criticals")
    assert "1 of 2 sources are more than 180 days old" in made.caveats
    assert "Sources older than half a year: 1." in signed_in(world, "cert").get("/operations/").content.decode()


def test_mea_06_leaked_records_may_be_more_than_people(world: World) -> None:
    put(world, "exposure", measure="leaked", scope="Citizens", exposed=30, in_scope=10)
    assert shown(world, "exposure", measure="leaked").value == 3000


# MEA-07


def test_mea_07_precision_on_triaged_alerts_and_untriaged_shown(world: World) -> None:
    put(world, "alerts")
    put(world, "alerts", source="Endpoints", raised=60, true_alerts=10, false_alerts=10)
    made = shown(world, "alert_precision")
    assert (made.value, made.n, made.unknown) == (Decimal(40) / Decimal(60), 60, 100)
    page = signed_in(world, "cert").get("/operations/").content.decode()
    assert "Raised: 160; triaged: 60, true: 40; untriaged: 100." in page
    assert "it says nothing of how much was missed" in page
    untriaged = signed_in(world, "cert").get("/operations/alerts/").content.decode()
    assert "Untriaged" in untriaged and ">60<" in untriaged


def test_mea_07_the_same_alerts_are_recorded_once(world: World) -> None:
    put(world, "alerts")
    with pytest.raises(Invalid):
        put(world, "alerts", raised=200)


def test_mea_07_detection_rate_only_on_planted_events(world: World) -> None:
    put(world, "alerts")
    assert shown(world, "detection_rate").reason == "no data"  # live alerts make no rate of detection
    put(world, "planted", noticed=True, noticed_at=NOON + timedelta(hours=2))
    put(world, "planted", noticed=False)
    put(world, "planted")
    made = shown(world, "detection_rate")
    assert (made.value, made.n, made.unknown, made.parts["planted"]) == (Decimal("0.5"), 2, 1, 3)
    rates = [kind for kind in figures.figure_kinds() if "operations.alerts" in kind.reads]
    assert [kind.name for kind in rates] == ["operations.alert_precision"]
    assert figures.kind_named("operations.detection_rate").reads == ("operations.planted",)
    assert not [kind.name for kind in figures.figure_kinds() if "recall" in kind.name]


def test_figures_are_of_whole_quarters_only(world: World) -> None:
    put(world, "alerts")
    assert shown(world, "alert_precision", period=(date(2026, 1, 1), date(2026, 3, 31))).n == 40
    with pytest.raises(Invalid):
        shown(world, "alert_precision", period=(date(2026, 1, 1), date(2026, 1, 31)))


def test_a_figure_of_an_earlier_day_is_the_same_after_corrections(world: World) -> None:
    row = put(world, "alerts")
    then = clock.now()
    clock.advance(days=3)
    book.correct(world.viewer("cert"), books.ALERTS, row.subject, "More looked at", true_alerts=90)
    question = figures.ask("operations.alert_precision", {"owner": world.org("cert")}, None, then)
    assert figures.figure(question).value == Decimal("0.75")
    assert shown(world, "alert_precision").value == Decimal("0.9")


def test_every_book_is_a_data_kind_with_a_page() -> None:
    kinds = {kind.name: kind for kind in data_kinds()}
    for one in books.BOOKS:
        assert kinds[one.kind].url_name == f"practice:{one.noun}"
