"""MEA-02 and X-09: incidents as records: entry, correction, retraction, import, and who sees them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World
from trellis.core import clock
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.core.models import Entry
from trellis.operations import selectors, services
from trellis.operations.models import Incident
from trellis.operations.tests.test_parsing import NOTICES
from trellis.parties import services as accounts
from trellis.sharing import services as sharing

NOON = datetime(2026, 1, 4, 12, tzinfo=UTC)


def record(world: World, reference: str = "SC-1", who: str = "cert:cert-lead", **more: Any) -> Incident:
    given = {"title": "Mail server of a port operator locked", "detected": NOON, "severity": "high", **more}
    return services.incident_record(world.viewer(who), reference=reference, **given)


def granted(world: World, to: str, detail: str = "record", **more: Any) -> Any:
    return sharing.grant(
        world.viewer("cert").actor,
        "operations.incident",
        "organisation",
        organisation=world.org(to),
        detail=detail,
        purpose="To follow incidents",
        **more,
    )


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.people[who])
    return client


@pytest.mark.parametrize(
    "text",
    [
        "Seen from 203.0.113.9.",
        "hxxp://evil[.]example",
        "Ask a@b.example",
        "d41d8cd98f00b204e9800998ecf8427e",
    ],
)
def test_x_09_live_indicators_are_refused(world: World, text: str) -> None:
    with pytest.raises(Invalid) as invalid:
        record(world, summary=text)
    assert set(invalid.value.fields) == {"summary"}
    assert not Incident.records.privileged().exists()


@pytest.mark.parametrize(
    ("stamps", "field"),
    [
        ({"contained": NOON - timedelta(hours=9)}, "contained"),
        ({"acknowledged": NOON - timedelta(minutes=1)}, "acknowledged"),
        ({"recovered": NOON - timedelta(minutes=1)}, "recovered"),
        ({"started": NOON + timedelta(minutes=1)}, "detected"),
        ({"contained": NOON + timedelta(hours=9), "recovered": NOON + timedelta(hours=8)}, "recovered"),
        ({"contained": NOON + timedelta(days=400)}, "contained"),
    ],
)
def test_mea_02_wrong_order_and_the_future_are_refused(world: World, stamps: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        record(world, **stamps)
    assert set(invalid.value.fields) == {field}


def test_a_reference_is_used_once_per_owner(world: World) -> None:
    record(world)
    with pytest.raises(Invalid) as invalid:
        record(world, reference="sc-1")
    assert set(invalid.value.fields) == {"reference"}
    other = record(world, who="ministry:coordinator")
    services.incident_retract(world.viewer("ministry"), other.subject, "Entered twice")
    assert record(world, who="ministry:coordinator").subject != other.subject


def test_a_correction_supersedes_and_both_versions_stay(world: World) -> None:
    row = record(world, contained=NOON + timedelta(hours=2))
    clock.advance(days=1)
    new = services.incident_correct(
        world.viewer("cert"), row.subject, "Logs were read", seen=row.pk, contained=NOON + timedelta(hours=5)
    )
    found = selectors.versions(world.viewer("cert"), row.subject)
    assert [v.pk for v in found] == [new.pk, row.pk]
    assert selectors.incident(world.viewer("cert"), row.subject).contained == NOON + timedelta(hours=5)
    with pytest.raises(Conflict):
        services.incident_correct(world.viewer("cert"), row.subject, "Late", seen=row.pk, title="x")
    with pytest.raises(Invalid):
        services.incident_correct(world.viewer("cert"), row.subject, " ", title="x")


def test_only_the_owner_corrects_and_an_outsider_sees_nothing(world: World) -> None:
    row = record(world)
    with pytest.raises(Hidden):
        services.incident_correct(world.viewer("outsider"), row.subject, "Mine now", title="x")
    granted(world, "norvia")
    with pytest.raises(Refused) as refused:
        services.incident_correct(world.viewer("norvia"), row.subject, "Mine now", title="x")
    assert refused.value.holders == ["National CERT"]
    client = signed_in(world, "outsider")
    for tail in ("", "correct/", "retract/", "history/"):
        assert client.get(f"/incidents/{row.subject}/{tail}").status_code == 404
    assert b"SC-1" not in client.get("/incidents/").content
    assert client.get("/api/incidents").json() == []
    assert client.get(f"/api/incidents/{row.subject}").status_code == 404
    assert client.get(f"/api/incidents/times?owner={world.org('cert')}").status_code == 404
    assert client.get(f"/incidents/figures/?owner={world.org('cert')}").status_code == 404


def test_withdrawing_a_grant_blinds_list_figure_and_api_at_the_next_request(world: World) -> None:
    row = record(world)
    grant = granted(world, "norvia")
    client = signed_in(world, "norvia:programme-officer")
    times = f"/api/incidents/times?owner={world.org('cert')}"
    assert b"SC-1" in client.get("/incidents/").content
    assert client.get(f"/incidents/{row.subject}/").status_code == 200
    assert client.get(times).json()["figure"]["n"] == 1
    assert [one["reference"] for one in client.get("/api/incidents").json()] == ["SC-1"]
    sharing.grant_withdraw(world.viewer("cert").actor, grant.subject, "The review is over")
    assert b"SC-1" not in client.get("/incidents/").content
    assert client.get(f"/incidents/{row.subject}/").status_code == 404
    assert client.get(times).status_code == 404
    assert client.get("/api/incidents").json() == []
    assert client.get(f"/incidents/figures/?owner={world.org('cert')}").status_code == 404


def test_figure_detail_shows_times_and_no_record_and_no_curve(world: World) -> None:
    row, *_more = [record(world, f"SC-{n}", contained=NOON + timedelta(hours=3)) for n in range(1, 6)]
    granted(world, "norvia", "figure")
    client = signed_in(world, "norvia:programme-officer")
    assert client.get(f"/incidents/{row.subject}/").status_code == 404
    assert b"SC-1" not in client.get("/incidents/").content
    page = client.get(f"/incidents/figures/?owner={world.org('cert')}").content.decode()
    assert "Half of them were contained within 3" in page and '<svg viewBox="0 0 640' not in page
    mine = signed_in(world, "cert:cert-lead").get("/incidents/figures/").content.decode()
    assert '<svg viewBox="0 0 640' in mine


def test_a_grant_of_one_incident_opens_no_figure_over_all(world: World) -> None:
    row = record(world)
    record(world, "SC-2")
    granted(world, "norvia", about=row.subject)
    viewer = world.viewer("norvia:programme-officer")
    assert [r.reference for r in selectors.incidents(viewer)] == ["SC-1"]
    assert world.org("cert") not in selectors.owners_shown(viewer)


def test_red_is_read_by_those_it_names(world: World) -> None:
    named = world.people["cert"].pk
    row = record(world, label="RED", readers=[named])
    assert selectors.incident(world.viewer("cert"), row.subject)
    alone = record(world, "SC-2", label="RED")
    with pytest.raises(Hidden):
        selectors.incident(world.viewer("cert"), alone.subject)
    with pytest.raises(Invalid) as invalid:
        record(world, "SC-3", label="RED", readers=[world.people["norvia"].pk])
    assert set(invalid.value.fields) == {"readers"}


def test_mea_02_the_real_notices_all_end_up_counted_in_one_entry(world: World) -> None:
    cert = world.viewer("cert:cert-lead")
    data = NOTICES.read_bytes()
    dry = services.incidents_import(cert, data, name="notices.csv")
    states = [row[2] for row in dry.rows]
    assert len(states) == 590 and dry.preset == "breach-notices"
    assert not Incident.records.privileged().exists()
    before = Entry.objects.filter(stream=world.org("cert")).count()
    held = services.import_write(cert, dry.pk)
    stored = states.count("accepted") + states.count("remark")
    assert Incident.records.privileged().count() == stored
    assert states.count("rejected") == 590 - stored > 0 and all(row[3] for row in held.rows if row[2] == "rejected")
    assert Entry.objects.filter(stream=world.org("cert")).count() == before + 1
    again = services.incidents_import(cert, data, dry=False)
    assert [row[2] for row in again.rows].count("duplicate") == stored
    assert Incident.records.privileged().count() == stored
    assert Entry.objects.filter(stream=world.org("cert")).count() == before + 1
    with pytest.raises(Conflict):
        services.import_write(cert, dry.pk)
    # The publisher counts max(ended - aware, 0) days to contain; so do the durations.
    asked = selectors.Question((world.org("cert"),), "contain")
    times = selectors.durations(asked, clock.now())
    ended = Incident.records.privileged().exclude(contained=None)
    assert int(times.events.sum()) == ended.count() and times.unknown == 0
    expected = sum(max((r.contained - r.detected).total_seconds(), 0) for r in ended) / 3600
    assert float(times.times[times.events].sum()) == pytest.approx(expected)


def test_an_import_is_private_to_its_organisation(world: World) -> None:
    dry = services.incidents_import(world.viewer("cert"), b"reference,title,detected\nA-1,Locked,2026-01-02\n")
    for who in ("outsider", "norvia"):
        client = signed_in(world, who)
        assert client.get(f"/incidents/import/{dry.pk}/").status_code == 404
        assert client.get(f"/incidents/import/{dry.pk}/csv/").status_code == 404
        assert client.post(f"/incidents/import/{dry.pk}/write/").status_code == 404
        assert client.get(f"/api/incidents/imports/{dry.pk}").status_code == 404


def test_import_pages_preview_then_write(world: World) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(world, "cert:cert-lead")
    data = (
        b"reference,title,detected,contained\nA-1,Locked,2026-01-02T10:00,\nA-2,,2026-01-02,\n"
        b"A-3,From 203.0.113.9,2026-01-03,\n"
    )
    sent = client.post(
        "/incidents/import/",
        {"file": SimpleUploadedFile("mine.csv", data), "zone": "UTC", "label": "AMBER", "preset": ""},
    )
    assert sent.status_code == 302, sent.content
    page = client.get(sent["Location"]).content.decode()
    assert "Record 1 incident" in page and "Nothing is recorded yet" in page
    assert client.post(sent["Location"] + "write/").status_code == 302
    assert "1 incident was recorded" in client.get(sent["Location"]).content.decode()
    csv = client.get(sent["Location"] + "csv/").content.decode()
    assert csv.count("\n") == 4 and "rejected" in csv and "IP address" in csv
    assert client.get("/incidents/import/template/xlsx/").content.startswith(b"PK")
    for sent_data, zone, words in (
        (b"", "UTC", "empty"),
        (data, "Mars/Base", "There is no time zone"),
    ):
        form = {"file": SimpleUploadedFile("x.csv", sent_data), "zone": zone, "label": "AMBER"}
        bad = client.post("/incidents/import/", form)
        assert bad.status_code == 200 and words in bad.content.decode()


def test_pages_record_correct_and_retract(world: World) -> None:
    client = signed_in(world, "cert:cert-lead")
    assert b"No incident is recorded yet" in client.get("/incidents/").content
    form = {
        "reference": "SC-7",
        "title": "Locked",
        "summary": "Staff could not open mail.",
        "severity": "high",
        "label": "AMBER",
        "started_unknown": "on",
        "detected_date": "2026-01-04",
        "detected_time": "07:50",
        "contained_date": "2026-01-03",
        "contained_time": "22:15",
    }
    names = client.get("/incidents/new/").content.decode()
    assert 'name="detected_date"' in names and 'name="started_unknown"' in names
    wrong = client.post("/incidents/new/", form).content.decode()
    assert "is before detected" in wrong and "Nothing is lost" in wrong and "Staff could not open mail." in wrong
    made = client.post("/incidents/new/", {**form, "contained_date": "", "contained_time": ""})
    assert made.status_code == 302
    page = client.get(made["Location"]).content.decode()
    assert "still open after" in page and "Only your organisation reads this record" in page
    edit = client.get(made["Location"] + "correct/").content.decode()
    assert 'value="2026-01-04"' in edit
    row = Incident.records.privileged().get()
    fixed = {
        **form,
        "contained_date": "2026-01-04",
        "contained_time": "10:00",
        "why": "Logs were read",
        "seen": row.pk,
    }
    assert client.post(made["Location"] + "correct/", fixed).status_code == 302
    page = client.get(made["Location"] + "history/").content.decode()
    assert "Logs were read" in page and "Recorded by cert-lead of cert" in page
    assert client.post(made["Location"] + "retract/", {"why": "A drill"}).status_code == 302
    assert client.get(made["Location"]).status_code == 404
    assert b"is retracted" in client.get(made["Location"] + "history/").content


def test_the_label_banner_names_who_sees_what(world: World) -> None:
    granted(world, "norvia", "figure")
    granted(world, "centre", "record", ceiling="GREEN")
    page = signed_in(world, "cert:cert-lead").get("/incidents/new/").content.decode()
    assert "Norvia Development Agency: figures made from them, never the record" in page
    assert "Coastal Cyber Centre: records labelled up to GREEN" in page


def test_filters_of_the_list(world: World) -> None:
    record(world, "A", classification="fraud:phishing", sector="Ports")
    record(world, "B", severity="low", contained=NOON + timedelta(hours=1), detected=NOON)
    record(world, "C", severity="", detected=NOON - timedelta(days=40), not_known=["contained"])
    client = signed_in(world, "cert:cert-lead")

    def shown(query: str) -> set[str]:
        body = b"".join(client.get(f"/incidents/?format=csv&{query}").streaming_content)  # type: ignore[attr-defined]
        return {line.split(",")[0] for line in body.decode("utf-8-sig").splitlines()[1:]}

    assert shown("") == {"A", "B", "C"}
    assert shown("severity=low") == {"B"}
    assert shown("class=fraud") == {"A"}
    assert shown("sector=port") == {"A"}
    assert shown("state=open") == {"A"}
    assert shown("state=closed") == {"B", "C"}
    assert shown("from=2026-01-01") == {"A", "B"}
    assert shown("until=2025-12-31") == {"C"}
    assert shown("q=zzz") == set()


def test_the_list_takes_as_many_queries_for_forty_rows_as_for_one(world: World) -> None:
    client = signed_in(world, "norvia:programme-officer")
    granted(world, "norvia")
    record(world, "N-0")
    client.get("/incidents/")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/incidents/").status_code == 200
        return len(seen)

    one = queries()
    for n in range(1, 25):
        record(world, f"N-{n}")
    assert queries() == one


def test_api_records_corrects_and_imports(world: World) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(world, "cert:cert-lead")
    body = {"reference": "API-1", "title": "Locked", "detected": "2026-01-04T10:00:00Z"}
    made = client.post("/api/incidents", body, content_type="application/json")
    assert made.status_code == 201, made.content
    url = f"/api/incidents/{made.json()['id']}"
    changed = client.post(
        f"{url}/correct",
        {"why": "More is known", "contained": "2026-01-04T12:00:00Z"},
        content_type="application/json",
    )
    assert changed.status_code == 200 and changed.json()["contained"] == "2026-01-04T12:00:00Z", changed.content
    assert changed.json()["title"] == "Locked" and len(client.get(f"{url}/versions").json()) == 2
    refused = client.post(
        "/api/incidents",
        {**body, "summary": "203.0.113.9", "reference": "2"},
        content_type="application/json",
    )
    assert refused.status_code == 422 and "summary" in refused.json()["fields"]
    file = SimpleUploadedFile("i.csv", b"reference,title,detected\nX-1,Locked,2026-01-02\nAPI-1,Again,2026-01-02\n")
    report = client.post("/api/incidents/import?dry=false", {"file": file}).json()
    assert (report["written"], report["duplicate"], report["total"]) == (True, 1, 2)
    assert client.get(f"/api/incidents/imports/{report['id']}").json() == report


def test_an_offset_beyond_all_numbers_is_past_the_end(world: World) -> None:
    record(world)
    _token, text = accounts.token_make(world.viewer("cert:cert-lead"), "test")
    bearer = {"Authorization": f"Bearer {text}"}
    assert len(Client().get("/api/incidents?offset=0", headers=bearer).json()) == 1
    answer = Client().get(f"/api/incidents?offset={10**30}", headers=bearer)
    assert (answer.status_code, answer.json()) == (200, [])


def test_the_character_nul_is_refused_in_words(world: World) -> None:
    _token, text = accounts.token_make(world.viewer("cert:cert-lead"), "test")
    client, bearer = Client(), {"Authorization": f"Bearer {text}"}
    answer = client.get("/api/incidents?severity=%00", headers=bearer)
    assert answer.status_code == 422 and "NUL" in answer.json()["fields"]["severity"]
    said = {"reference": "A\x001", "title": "Mail", "detected": "2026-01-01T00:00:00Z"}
    answer = client.post("/api/incidents", said, content_type="application/json", headers=bearer)
    assert answer.status_code == 422 and "NUL" in answer.json()["fields"]["body"]
    said["reference"] = "A\\u0000"  # an escape of the backslash is a text
    assert client.post("/api/incidents", said, content_type="application/json", headers=bearer).status_code < 300
