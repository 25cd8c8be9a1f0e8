"""MEA-02 and X-09: the register: links across a border, look-alikes, quick entry, columns of a file, tickets."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.world import World
from trellis.core import clock
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.operations import duplicates, links, mapping, selectors, services, tickets, times
from trellis.operations.models import ImportReport, Incident
from trellis.operations.tests.test_incidents import NOON, granted, record, signed_in
from trellis.parties import services as accounts

FOREIGN = b"Fall,Kurztext,Bemerkt,Ende,severity\nX-1,Mail server locked,2026-01-02T10:00Z,2026-01-02T15:00Z,high\n"
CHOSEN = {"Fall": "reference", "Kurztext": "title", "Bemerkt": "detected", "Ende": "contained"}


def now() -> list[Incident]:
    return list(Incident.records.privileged().as_of(None))


def test_mea_02_an_incident_names_countries_and_organisations_across_a_border(world: World) -> None:
    row = record(world, countries="TG, gh TG", organisations=[world.org("norvia")])
    assert row.countries == "GH TG"
    assert links.words(row) == ["Ghana", "Togo", "Norvia Development Agency"]
    page = signed_in(world, "cert:cert-lead").get(f"/incidents/{row.subject}/").content.decode()
    assert "Ghana, Togo, Norvia Development Agency" in page
    with pytest.raises(Invalid) as invalid:
        record(world, "SC-2", countries="ZZ")
    assert set(invalid.value.fields) == {"countries"}
    with pytest.raises(Invalid) as invalid:
        record(world, "SC-2", organisations=[world.org("outsider")])
    assert set(invalid.value.fields) == {"organisations"}
    services.incident_correct(world.viewer("cert"), row.subject, "Only one", organisations=[])
    assert links.words(selectors.incident(world.viewer("cert"), row.subject)) == ["Ghana", "Togo"]


def test_naming_an_organisation_shows_it_nothing(world: World) -> None:
    row = record(world, organisations=[world.org("norvia")])
    with pytest.raises(Hidden):
        selectors.incident(world.viewer("norvia"), row.subject)


@pytest.mark.parametrize(
    ("one", "two", "hours", "alike"),
    [
        ("Mail server of a port operator locked", "Port operator: mail server locked", 5, True),
        ("Mail server of a port operator locked", "Port operator: mail server locked", 100, False),
        ("Mail server of a port operator locked", "Website of a district office defaced", 1, False),
    ],
)
def test_look_alikes_are_near_in_time_with_similar_names(
    world: World, one: str, two: str, hours: int, alike: bool
) -> None:
    clock.advance(days=9)
    record(world, "A-1", title=one)
    record(world, "B-7", title=two, detected=NOON + timedelta(hours=hours))
    pairs, looked, more = duplicates.of_owner(world.viewer("cert"))
    assert (len(pairs), looked, more) == (int(alike), 2, False)


def test_look_alikes_have_the_same_number_but_for_habit_and_the_same_owner(world: World) -> None:
    clock.advance(days=300)
    record(world, "SC-007", title="Something")
    record(world, "sc 7", title="Otherwise", detected=NOON + timedelta(days=200))
    record(world, "SC-007", who="ministry:coordinator", title="Something")
    pairs, _looked, _more = duplicates.of_owner(world.viewer("cert"))
    assert [(p.first.reference, p.second.reference) for p in pairs] == [("SC-007", "sc 7")]
    assert not duplicates.of_owner(world.viewer("ministry"))[0] and not duplicates.of_owner(world.viewer("norvia"))[0]


def test_mea_02_a_person_decides_on_look_alikes_by_a_record_that_supersedes(world: World) -> None:
    clock.advance(days=9)
    kept, extra = record(world, "A-1"), record(world, "B-7", contained=NOON + timedelta(hours=2))
    before = clock.now()
    clock.advance(days=1)
    cert = world.viewer("cert:cert-lead")
    gone = duplicates.duplicate_decide(cert, extra.subject, kept.subject, same=True, reason="One ticket, two desks")
    assert (gone.supersedes, gone.duplicate_of, gone.recorded_by) == (extra.pk, kept.subject, cert.person)
    assert [row.subject for row in now()] == [kept.subject]
    shown = times.time_shown(cert, world.org("cert"), "contain", None).figure
    assert (shown.n, shown.open) == (1, 1)
    assert times.time_shown(cert, world.org("cert"), "contain", None, as_of=before).figure.n == 2
    assert not duplicates.of_owner(cert)[0]
    page = signed_in(world, "cert:cert-lead").get(f"/incidents/{extra.subject}/history/").content.decode()
    assert "It repeats another record" in page and "A-1" in page and "One ticket, two desks" in page


def test_a_pair_said_to_be_two_is_not_suggested_again(world: World) -> None:
    first, second = record(world, "A-1"), record(world, "B-7")
    cert = world.viewer("cert")
    assert len(duplicates.of_incident(cert, first)) == 1
    duplicates.duplicate_decide(cert, second.subject, first.subject, same=False, reason="Two servers")
    assert not duplicates.of_owner(cert)[0] and len(now()) == 2
    assert not duplicates.of_incident(cert, selectors.incident(cert, first.subject))
    with pytest.raises(Conflict):
        duplicates.duplicate_decide(cert, second.subject, first.subject, same=False, reason="Again")
    with pytest.raises(Invalid):
        duplicates.duplicate_decide(cert, second.subject, first.subject, same=True, reason=" ")
    with pytest.raises(Invalid):
        duplicates.duplicate_decide(cert, first.subject, first.subject, same=True, reason="Itself")


def test_only_the_owner_of_both_decides_on_look_alikes(world: World) -> None:
    first, second = record(world, "A-1"), record(world, "B-7")
    with pytest.raises(Hidden):
        duplicates.duplicate_decide(world.viewer("norvia"), first.subject, second.subject, same=True, reason="x")
    granted(world, "norvia")
    with pytest.raises(Refused) as refused:
        duplicates.duplicate_decide(world.viewer("norvia"), first.subject, second.subject, same=True, reason="x")
    assert refused.value.holders == ["National CERT"]
    page = signed_in(world, "norvia").get(f"/incidents/{first.subject}/same/{second.subject}/")
    assert page.status_code == 200 and b"<form" not in page.content.split(b"<main")[1]
    assert signed_in(world, "outsider").get(f"/incidents/{first.subject}/same/{second.subject}/").status_code == 404


def test_look_alikes_are_decided_on_a_page(world: World) -> None:
    first, second = record(world, "A-1"), record(world, "B-7")
    client = signed_in(world, "cert:cert-lead")
    assert f"/incidents/{second.subject}/same/{first.subject}/" in client.get("/incidents/duplicates/").content.decode()
    url = f"/incidents/{second.subject}/same/{first.subject}/"
    assert client.post(url, {"same": "yes"}).status_code == 200 and len(now()) == 2
    assert client.post(url, {"same": "yes", "why": "One ticket"}).status_code == 302
    assert len(now()) == 1
    assert b"No records look alike" in client.get("/incidents/duplicates/").content


def test_an_incident_is_recorded_in_a_minute(world: World) -> None:
    client = signed_in(world, "cert:cert-lead")
    page = client.get("/incidents/quick/")
    first = page.context["form"].initial
    assert first["detected"] == clock.now().replace(second=0, microsecond=0)
    given = {
        "title": "Portal does not answer",
        "reference": first["reference"],
        "label": "AMBER",
        "detected_date": "2026-01-05",
        "detected_time": "08:30",
    }
    assert client.post("/incidents/quick/", given).status_code == 302
    [row] = now()
    assert (row.title, row.severity, row.open) == ("Portal does not answer", "", True)
    again = client.post("/incidents/quick/", given)
    assert again.status_code == 200 and b"is recorded already" in again.content


def test_columns_of_a_file_are_chosen_on_a_page_and_the_dry_run_stays(world: World) -> None:
    client = signed_in(world, "cert:cert-lead")
    given = {"file": SimpleUploadedFile("faelle.csv", FOREIGN), "zone": "UTC", "label": "AMBER"}
    sent = client.post("/incidents/import/", given, follow=True)
    [held] = ImportReport.objects.all()
    assert sent.redirect_chain[-1][0] == f"/incidents/import/{held.pk}/columns/"
    assert b"no column for" in sent.content and "“Mail server locked”" in sent.content.decode()
    url = f"/incidents/import/{held.pk}/columns/"
    wrong = client.post(url, {"c0": "reference", "c1": "title"})
    assert wrong.status_code == 200 and b"Choose a column for Detected" in wrong.content
    twice = client.post(url, {"c0": "reference", "c1": "title", "c2": "detected", "c3": "detected"})
    assert b"Two columns are chosen for Detected" in twice.content
    done = client.post(url, {"c0": "reference", "c1": "title", "c2": "detected", "c3": "contained", "c4": ""})
    [fresh] = ImportReport.objects.all()
    assert done["Location"] == f"/incidents/import/{fresh.pk}/" and not now()
    assert fresh.count("accepted", "remark") == 1 and fresh.unknown_columns == ["severity"]
    client.post(f"/incidents/import/{fresh.pk}/write/")
    [row] = now()
    # The column that was left out is not read for the sake of its name.
    assert (row.reference, row.severity, row.contained) == ("X-1", "", row.detected + timedelta(hours=5))
    assert client.get(f"/incidents/import/{fresh.pk}/columns/").status_code == 409


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_columns_are_chosen_for_every_kind_of_file(world: World, kind: str) -> None:
    from trellis.core import tabular

    header, row = (line.split(",") for line in FOREIGN.decode().strip().splitlines())
    columns = [tabular.Column(name, name) for name in header]
    made: dict[str, Any] = {
        "csv": lambda: FOREIGN,
        "xlsx": lambda: tabular.write_xlsx([row], columns),
        "json": lambda: json.dumps([dict(zip(header, row, strict=True))]).encode(),
    }
    data = made[kind]()
    held = mapping.stage(world.viewer("cert"), data, name=f"a.{kind}")
    fresh = mapping.judge(world.viewer("cert"), held.pk, CHOSEN)
    assert fresh.count("accepted", "remark") == 1, fresh.rows


def test_a_file_that_waits_is_seen_by_its_organisation_alone(world: World) -> None:
    held = mapping.stage(world.viewer("cert"), FOREIGN)
    for who in ("ministry", "outsider"):
        with pytest.raises(Hidden):
            mapping.waiting(world.viewer(who), held.pk)
        assert signed_in(world, who).get(f"/incidents/import/{held.pk}/columns/").status_code == 404
    with pytest.raises(Invalid):
        mapping.stage(world.viewer("cert"), b"%PDF-1.7")


TICKET = {"reference": "T/2026/11", "title": "Portal does not answer", "detected": NOON.isoformat()}


def call(world: World, path: str, body: dict[str, Any], who: str = "cert:cert-lead") -> Any:
    from django.test import Client

    _token, text = accounts.token_make(world.viewer(who), "tickets")
    return Client().post(path, body, "application/json", headers={"Authorization": f"Bearer {text}"})


def test_mea_02_a_ticket_system_creates_stamps_and_closes_and_may_repeat_itself(world: World) -> None:
    clock.advance(days=2)
    first, again = (call(world, "/api/tickets", TICKET) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json()["changed"], again.json()["changed"]) == (True, False)
    assert first.json()["incident"]["id"] == again.json()["incident"]["id"]
    stamp = {"reference": "t/2026/11", "acknowledged": (NOON + timedelta(minutes=5)).isoformat()}
    assert [call(world, "/api/tickets/stamp", stamp).json()["changed"] for _ in range(2)] == [True, False]
    close = {"reference": "T/2026/11", "recovered": (NOON + timedelta(hours=9)).isoformat()}
    assert [call(world, "/api/tickets/close", close).json()["changed"] for _ in range(2)] == [True, False]
    [row] = now()
    assert (row.acknowledged, row.recovered) == (NOON + timedelta(minutes=5), NOON + timedelta(hours=9))
    assert (row.contained, row.not_known, row.open) == (None, "contained", False)
    assert len(selectors.versions(world.viewer("cert"), row.subject)) == 3
    repeated = call(world, "/api/tickets", TICKET)
    assert (repeated.status_code, repeated.json()["changed"]) == (200, False)


def test_a_ticket_never_changes_silently_what_is_recorded(world: World) -> None:
    clock.advance(days=2)
    call(world, "/api/tickets", TICKET)
    other = call(world, "/api/tickets", {**TICKET, "title": "Something else"})
    assert other.status_code == 409 and "Portal does not answer" in other.json()["message"]
    stamp = {"reference": "T/2026/11", "contained": (NOON + timedelta(hours=1)).isoformat()}
    moved = {**stamp, "contained": (NOON + timedelta(hours=2)).isoformat()}
    assert call(world, "/api/tickets/stamp", stamp).status_code == 200
    assert call(world, "/api/tickets/stamp", moved).status_code == 409
    assert call(world, "/api/tickets/stamp", {**moved, "why": "Read from the log"}).json()["changed"]
    assert call(world, "/api/tickets/stamp", {"reference": "T/2026/11"}).status_code == 422
    early = {"reference": "T/2026/11", "recovered": (NOON - timedelta(hours=1)).isoformat()}
    assert call(world, "/api/tickets/close", early).status_code == 422
    assert call(world, "/api/tickets", {**TICKET, "reference": "T2", "title": "Ask a@b.example"}).status_code == 422


def test_a_ticket_is_of_its_own_organisation_alone(world: World) -> None:
    call(world, "/api/tickets", TICKET)
    granted(world, "norvia")
    for who in ("norvia:programme-officer", "outsider"):
        with pytest.raises(Hidden):
            tickets.ticket(world.viewer(who), "T/2026/11")
        stamp = {"reference": "T/2026/11", "reported": NOON.isoformat()}
        assert call(world, "/api/tickets/stamp", stamp, who).status_code == 404
