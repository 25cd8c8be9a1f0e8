"""Pages of objects: text as text, who sees and who holds, what one makes and takes back (REG-04)."""

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.world import World
from trellis.exchange import browsing, services
from trellis.exchange.models import StixObject
from trellis.exchange.tests.scene import Scene, indicator, scene
from trellis.exchange.tests.test_pages_agreements import CLAUSES, among, body, client, shared, subject, text, url

__all__ = ["among"]  # a fixture

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>" onmouseover="x'
FORBIDDEN = ("<script>alert", "<img src=x", '" onmouseover="x')


def hostile() -> dict[str, Any]:
    texts = dict.fromkeys(("name", "description", "pattern", "pattern_type", f"x_{HOSTILE}", "x_ref"), HOSTILE)
    lists = {"labels": [HOSTILE], "x_refs": [HOSTILE], "x_custom": {HOSTILE: [HOSTILE]}}
    outside = {"external_references": [{"source_name": HOSTILE, "url": "javascript:alert(1)"}]}
    return {**indicator("hostile", "GREEN"), **texts, **lists, **outside}


def test_hostile_markup_in_every_text_is_shown_as_text(world: World) -> None:
    here = scene(world)
    collection = services.collection_create(here.viewer("alpha"), here.arrangement, HOSTILE, "detection", HOSTILE)
    clauses = dict.fromkeys(CLAUSES, HOSTILE)
    agreement = here.agree("alpha", "beta", title=HOSTILE, **clauses)
    assert here.add("alpha", hostile(), into=collection).successes
    assert here.add("alpha", indicator("other", "GREEN"), into=collection).successes
    found = subject(here, hostile()["id"])
    beta, alpha = client(here, "beta"), client(here, "alpha")
    acknowledged = url(here, "object-acknowledge", found)
    assert beta.post(acknowledged, {"useful": "yes", "note": HOSTILE}).status_code == 302
    bad = json.dumps([{"type": HOSTILE, "id": HOSTILE}])
    answers = [
        *(
            alpha.get(url(here, name))
            for name in ("home", "agreements", "log", "withdrawals", "sources", "source-new", "collection-new")
        ),
        *(alpha.get(url(here, f"agreement{end}", agreement)) for end in ("", "-leave", "-amend")),
        *(alpha.get(url(here, f"object{end}", found)) for end in ("", "-relate", "-mark", "-withdraw")),
        *(beta.get(url(here, f"object{end}", found)) for end in ("", "-acknowledge")),
        alpha.get(url(here, "collection", collection.id)),
        alpha.get(url(here, "share-kind", collection.id, "note")),
        alpha.post(url(here, "share", collection.id), {"text": bad}),
        alpha.post(url(here, "share-kind", collection.id, "indicator"), {"name": HOSTILE, "pattern": HOSTILE}),
        alpha.post(url(here, "agreement-new"), text(here, "alpha", title=HOSTILE, exit="")),
    ]
    seen = 0
    for answer in answers:
        page = body(answer)
        assert answer.status_code in (200, 409), (answer.request["PATH_INFO"], answer.status_code)
        for forbidden in FORBIDDEN:
            assert forbidden not in page, answer.request["PATH_INFO"]
        assert 'href="javascript:' not in page
        seen += "&lt;script&gt;alert(1)" in page
    assert seen >= 12
    bundle = alpha.get(url(here, "collection", collection.id), {"format": "stix"})
    assert bundle["Content-Disposition"].startswith("attachment") and bundle["X-Content-Type-Options"] == "nosniff"


def test_reg_04_only_the_source_relabels_and_the_new_label_holds_at_once(among: Scene) -> None:
    found = shared(among, "one", "GREEN")
    beta, alpha = client(among, "beta"), client(among, "alpha")
    page = beta.get(url(among, "object-mark", found))
    assert page.status_code == 403 and "CERT Alpha" in body(page)
    assert beta.post(url(among, "object-withdraw", found), {"what": "delete"}).status_code == 403
    assert beta.get(url(among, "object", found)).status_code == 200
    assert alpha.post(url(among, "object-mark", found), {"label": "AMBER+STRICT"}).status_code == 302
    assert beta.get(url(among, "object", found)).status_code == 404
    assert client(among, "alpha").get(url(among, "object", found)).context["last"].label == "AMBER+STRICT"


def test_reg_04_who_sees_it_and_why_and_who_holds_it(among: Scene) -> None:
    found = shared(among, "one", "AMBER")
    alpha, beta = client(among, "alpha"), client(among, "beta")
    context = alpha.get(url(among, "object", found)).context
    assert [s.name for s in context["sees"]] == ["CERT Beta", "CERT Gamma"] and context["holders"] == []
    assert all("ceiling TLP:AMBER" in s.rule for s in context["sees"])
    context = beta.get(url(among, "object", found)).context
    assert [s.name for s in context["sees"]] == ["CERT Beta"] and context["holders"] == []
    context = alpha.get(url(among, "object", found)).context
    assert [h.name for h in context["holders"]] == ["CERT Beta"]
    among.leave("beta", among.agreement)
    context = alpha.get(url(among, "object", found)).context
    assert [s.name for s in context["sees"]] == ["CERT Gamma"] and [h.name for h in context["holders"]] == ["CERT Beta"]


def test_reg_04_an_object_outside_every_agreement_does_not_exist(among: Scene) -> None:
    found = shared(among, "one", "GREEN")
    for who in ("delta", "outsider"):
        person = Client()
        person.force_login(among.world.people["delta:cert-lead" if who == "delta" else "outsider"])
        for name in ("object", "object-relate", "object-mark", "object-withdraw", "object-acknowledge"):
            assert person.get(url(among, name, found)).status_code == 404
            assert person.post(url(among, name, found), {"useful": "yes"}).status_code == 404
    listed = client(among, "delta").get(url(among, "collection", among.collection.id))
    assert listed.context["table"].count == 0
    assert (
        b'"objects":[]'
        in client(among, "delta").get(url(among, "collection", among.collection.id), {"format": "stix"}).content
    )


def test_related_objects_are_only_those_that_the_viewer_may_see(among: Scene) -> None:
    hidden = indicator("secret title", "AMBER+STRICT")
    assert among.add("alpha", hidden).successes
    found = shared(among, "one", "GREEN", x_ref=hidden["id"])
    alpha, beta = client(among, "alpha"), client(among, "beta")
    assert "secret title" in body(alpha.get(url(among, "object", found)))
    page = body(beta.get(url(among, "object", found)))
    assert "secret title" not in page and hidden["id"] in page and "not here, or not for you" in page


def test_a_relationship_is_made_between_what_one_sees_and_no_looser(among: Scene) -> None:
    one, two = indicator("one", "AMBER"), indicator("two", "GREEN")
    assert len(among.add("alpha", one, two).successes) == 2
    beta = client(among, "beta")
    address = url(among, "object-relate", subject(among, one["id"]))
    given = {"how": "related-to", "target": two["id"], "description": "Same sender."}
    assert "TLP:AMBER" in body(beta.post(address, {**given, "label": "GREEN"}))
    answer = beta.post(address, {**given, "label": "AMBER"})
    assert answer.status_code == 302
    made = StixObject.records.privileged().get(stix_type="relationship")
    assert made.owner == among.org("beta") and made.label == "AMBER"
    pointing, whole = browsing.pointing_at(
        among.viewer("alpha"), StixObject.records.privileged().get(stix_id=two["id"])
    )
    assert whole and [r.row.pk for r in pointing if r.row] == [made.pk]
    nowhere = {"how": "related-to", "target_id": "malware--00000000-0000-4000-8000-000000000000", "label": "AMBER"}
    assert "You see no other object with this id." in body(beta.post(address, nowhere))


def test_pasted_objects_are_judged_one_by_one_and_stay_as_sent(among: Scene) -> None:
    alpha = client(among, "alpha")
    raw = json.dumps(indicator("spaced", "GREEN"), indent=4)
    red = json.dumps(indicator("red", "RED"))
    answer = alpha.post(url(among, "share", among.collection.id), {"text": f"[{raw}, {red}]"})
    assert answer.status_code == 200 and "TLP:RED" in body(answer) and "1 object is here now." in body(answer)
    assert "spaced" in body(answer)  # the text stays, to be mended
    (row,) = StixObject.records.privileged()
    assert row.raw.replace("\r\n", "\n") == raw
    for text_ in ("not json", "{}", "[]", '{"objects": []}'):
        assert alpha.post(url(among, "share", among.collection.id), {"text": text_}).status_code == 200
    assert StixObject.records.privileged().count() == 1


def test_the_small_forms_make_stix(among: Scene) -> None:
    alpha = client(among, "alpha")

    def send(kind: str, **given: str) -> Any:
        return alpha.post(url(among, "share-kind", among.collection.id, kind), {"label": "GREEN", **given})

    made = send("indicator", name="Sender", pattern="[domain-name:value = 'example.com']", pattern_type="stix")
    assert made.status_code == 302
    about = StixObject.records.privileged().get(stix_type="indicator")
    assert (
        send(
            "sighting", about=about.stix_id, count="3", first_seen_date="2026-01-04", first_seen_time="08:00"
        ).status_code
        == 302
    )
    assert send("note", about=about.stix_id, content="Old news.").status_code == 302
    assert send("vulnerability", cve="cve-2024-12345").status_code == 302
    assert "CVE-2024-12345" in body(send("vulnerability", cve="12345"))
    assert send("vulnerability").status_code == 200
    assert sorted(row.stix_type for row in StixObject.records.privileged()) == [
        "indicator", "note", "sighting", "vulnerability",
    ]  # fmt: skip
    assert StixObject.records.privileged().get(stix_type="sighting").detected is not None


def test_an_event_of_misp_is_looked_at_first(among: Scene) -> None:
    event = {
        "Event": {
            "uuid": "5f1c0000-0000-4000-8000-000000000001", "info": "Exercise", "date": "2026-01-01",
            "timestamp": "1767225600",
            "Attribute": [
                {"uuid": "5f1c0000-0000-4000-8000-000000000002", "type": "domain", "value": "example.com",
                 "to_ids": True, "timestamp": "1767225600"},
                {"uuid": "5f1c0000-0000-4000-8000-000000000003", "type": "whois-creator", "value": "x",
                 "timestamp": "1767225600"},
            ],
        }
    }  # fmt: skip
    address = url(among, "share-misp", among.collection.id)

    def send(**more: str) -> Any:
        file = SimpleUploadedFile("event.json", json.dumps(event).encode())
        return client(among, "alpha").post(address, {"file": file, **more})

    looked = send(look="1")
    assert looked.status_code == 200 and "1 of 2 mapped" in body(looked)
    assert not StixObject.records.privileged().exists()
    assert send().context["report"].ok and StixObject.records.privileged().filter(stix_type="indicator").exists()


def test_reg_04_acknowledged_and_counted(among: Scene) -> None:
    found = shared(among, "one", "GREEN", first_seen="2026-01-04T09:00:00.000Z")
    shared(among, "never read", "GREEN")
    beta = client(among, "beta")
    assert beta.get(url(among, "object", found)).status_code == 200
    sent = {"useful": "partly", "note": "Known here."}
    assert beta.post(url(among, "object-acknowledge", found), sent).status_code == 302
    alpha = client(among, "alpha")
    assert "Known here." in body(alpha.get(url(among, "object", found)))
    context = alpha.get(url(among, "log")).context
    shown = {name: one.figure for name, one in context["shown"].items()}
    assert (shown["share"].n, shown["share"].open, shown["share"].unknown) == (1, 0, 1)
    assert (shown["acknowledge"].n, shown["acknowledge"].parts["events"]) == (1, 1)
    assert shown["balance"].parts == {"given": 1, "received": 0}
    assert shown["usefulness"].value is not None and float(shown["usefulness"].value) == 0.5
    assert context["chart"] is not None and context["answers"] is not None
    rows = {row["title"]: row for row in log_rows(alpha, among)}
    assert rows["one"]["recipients"] == "Beta" and rows["one"]["useful"] == "In part"
    assert rows["never read"]["first"] == "" and rows["never read"]["recipients"] == ""
    assert all(p["withheld"] for p in context["parties"])
    assert beta.post(url(among, "log-share")).status_code == 302
    (one,) = [p for p in alpha.get(url(among, "log")).context["parties"] if p["name"] == "CERT Beta"]
    assert not one["withheld"]


def log_rows(alpha: Client, here: Scene) -> list[dict[str, str]]:
    import csv

    answer: Any = alpha.get(url(here, "log"), {"format": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    return list(csv.DictReader(lines))


def test_taking_back_and_revoking(among: Scene) -> None:
    gone, old = shared(among, "gone"), shared(among, "old")
    alpha, beta = client(among, "alpha"), client(among, "beta")
    assert beta.get(url(among, "object", gone)).status_code == 200
    assert "CERT Beta" in body(alpha.get(url(among, "object-withdraw", gone)))
    assert alpha.post(url(among, "object-withdraw", gone), {"what": "delete"}).status_code == 302
    assert beta.get(url(among, "object", gone)).status_code == 404
    assert "It is served to nobody." in body(alpha.get(url(among, "object", gone)))
    assert alpha.post(url(among, "object-withdraw", old), {"what": "revoke"}).status_code == 302
    assert beta.get(url(among, "object", old)).context["object"].revoked


def test_reg_04_what_was_pulled_is_relabelled_by_its_source_alone(among: Scene) -> None:
    raw = json.dumps({"objects": [indicator("pulled", "AMBER")]}).encode()
    services.add(among.viewer("alpha"), among.collection, raw, said_by=among.org("delta"))
    found = subject(among, indicator("pulled")["id"])
    alpha = client(among, "alpha")
    assert "from CERT Delta" in body(alpha.get(url(among, "object", found)))
    assert alpha.get(url(among, "object", found)).context["sees"] == []
    for name, given in (("object-mark", {"label": "CLEAR"}), ("object-withdraw", {"what": "revoke"})):
        answer = alpha.post(url(among, name, found), given)
        assert answer.status_code == 403 and "CERT Delta" in body(answer)
    assert client(among, "beta").get(url(among, "object", found)).status_code == 404


def test_a_collection_is_filtered_paged_and_downloaded_as_sent(among: Scene) -> None:
    things = [indicator(f"number {n}", "GREEN" if n % 2 else "AMBER") for n in range(30)]
    assert len(among.add("alpha", *things).successes) == 30
    beta = client(among, "beta")
    address = url(among, "collection", among.collection.id)

    def count(**given: str) -> int:
        return int(beta.get(address, given).context["table"].count)

    assert (count(), count(label="AMBER"), count(q="number 29"), count(stix_type="malware")) == (30, 15, 1, 0)
    assert count(owner=str(among.org("beta"))) == 0
    assert len(beta.get(address, {"page": "2"}).context["table"].page_rows) == 5
    bundle = json.loads(beta.get(address, {"format": "stix", "label": "AMBER"}).content)
    assert bundle["type"] == "bundle" and len(bundle["objects"]) == 15
    assert {one["id"] for one in bundle["objects"]} <= {one["id"] for one in things}
    held = browsing.holders(among.viewer("alpha"), StixObject.records.privileged().get(stix_id=things[0]["id"]))
    assert [one.name for one in held] == ["CERT Beta"]


def test_a_collection_is_made_by_a_cert_lead(among: Scene) -> None:
    given = {"title": "Hunting together", "purpose": "hunting"}
    admin = Client()
    admin.force_login(among.world.people["alpha"])
    refused = admin.post(url(among, "collection-new"), given)
    assert refused.status_code == 403 and "Lead of alpha" in body(refused)
    assert client(among, "alpha").post(url(among, "collection-new"), given).status_code == 302
    assert "already" in body(client(among, "alpha").post(url(among, "collection-new"), given))
