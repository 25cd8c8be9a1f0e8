"""The pages and the API of funding: one journey from draft to receipt, and who sees what."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.world import World
from trellis.funding import selectors, store
from trellis.funding.models import Protocol, Release
from trellis.funding.tests.scene import COORDINATOR, OFFICER, VERIFIER, Scene, plan, scene, signed, tranche
from trellis.governance import services as governance


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


def base(world: World) -> str:
    return f"/p/{world.programme}/money/"


def test_pages_from_draft_to_commitment(world: World) -> None:
    officer = client(world, OFFICER)
    assert b"No money is committed" in officer.get(base(world)).content
    assert b"No agreement is in force" in officer.get(base(world) + "drafts/new/").content
    held = signed(world)
    heading = {
        "title": "Norvia", "donor": str(world.org("norvia")), "agreement": str(held.agreement),
        "total": "500000", "currency": "EUR", "certainty": "firm",
    }  # fmt: skip
    made = officer.post(base(world) + "drafts/new/", heading)
    assert made.status_code == 302, made.content
    here = made["Location"]
    assert b"No tranche yet" in officer.get(here).content
    wrong = officer.post(here, {"what": "tranche", "year": "2026", "amount": "x"})
    assert wrong.status_code == 200 and b"Error:" in wrong.content
    given = {"earliest": "2026-01-01", "due": "2026-06-30", "long_stop": "2026-12-31"}
    assert officer.post(here, {"what": "tranche", "year": "2026", "amount": "500000", **given}).status_code == 302
    page = officer.get(here)
    assert b"Tranche 1 has at least one milestone" in page.content and b"Propose the commitment" not in page.content
    refused = officer.post(here + "propose/")
    assert refused.status_code == 409 and b"at least one milestone" in refused.content
    part = page.context["tranches"][0]["id"]
    said = {"what": "milestone", "tranche": part, "number": "1.1", "title": "Rota", "allocation": "500000"}
    assert officer.post(here, said).status_code == 302
    assert b"Propose the commitment" in officer.get(here).content
    assert client(world, COORDINATOR).get(here).status_code == 404
    assert officer.post(here + "propose/").status_code == 302
    decision = governance.Decision.objects.get(kind="commitment.make")
    governance.key_turn(world.viewer(COORDINATOR), decision.pk)
    page = client(world, "cert:cert-lead").get(base(world))
    assert b"short-term" in page.content and b"Tranche 1" in page.content and b"Draft a commitment" not in page.content
    assert b"Tranche 1" in b"".join(client(world, "cert").get(base(world) + "?format=csv").streaming_content)  # type: ignore[attr-defined]


def test_pages_from_protocol_to_receipt(world: World) -> None:
    s = scene(world, lock=False)
    m, t = f"{base(world)}milestones/{s.milestone()}/", f"{base(world)}tranches/{s.tranche.id}/"
    partner, donor, cert, verifier = (client(world, w) for w in (COORDINATOR, OFFICER, "cert:cert-lead", VERIFIER))
    assert b"No protocol is locked" in partner.get(m).content
    missing = partner.post(m + "lock/", {"definition": "People"})
    for name in (b"Unit", b"Baseline", b"Threshold", b"Source", b"Verifier", b"Procedure", b"Scalable"):
        assert b"Field: " + name in missing.content
    said = {
        "definition": "People who pass", "unit": "people", "baseline": "0", "threshold": "100",
        "source": "Register", "verifier": str(world.org("evaluator")), "procedure": "Sample",
        "scalable": "yes",
    }  # fmt: skip
    assert partner.post(m + "lock/", said).status_code == 302
    assert not Protocol.objects.exists()
    waiting = store.open_decision("milestone.lock", s.milestone())
    assert waiting
    governance.key_turn(world.viewer(OFFICER), waiting.decision)
    form = cert.get(m + "claim/")
    assert b"shows this claim and its evidence to" in form.content and b"Tarn Evaluation" in form.content
    assert b"is the right of" in donor.get(m + "claim/").content
    file = s.evidence()
    assert b"at least one piece of evidence" in cert.post(m + "claim/", {"value": "60", "statement": "See."}).content
    sent = cert.post(m + "claim/", {"value": "60", "statement": "See.", "evidence": [str(file)]})
    assert sent.status_code == 302
    new = SimpleUploadedFile("rota.csv", b"name,passed\n1,yes\n", "text/csv")
    upload = {"value": "60", "statement": "See.", "evidence": [str(file)], "file": new}
    assert b"Say what the file shows" in cert.post(m + "claim/", upload).content
    new.seek(0)
    assert cert.post(m + "claim/", {**upload, "file_title": "Rota"}).status_code == 302
    page = verifier.get(m)
    claim = page.context["claims"][0]
    assert claim["verification"] is None and {f["title"] for f in claim["files"]} == {"Results", "Rota"}
    assert b"Who claims or pays cannot verify" in donor.get(claim["verify_url"]).content
    done = verifier.post(claim["verify_url"], {"passed": "yes", "value": "60", "report": "Seen."})
    assert done.status_code == 302
    page = donor.get(t)
    assert b"Why tranche 1 is not released" in page.content and b"Turn the donor key" in page.content
    assert b"Turn the donor key" not in cert.get(t).content
    assert donor.post(m + "accept/").status_code == 302
    assert donor.post(t + "release/").status_code == 409
    assert partner.post(m + "accept/").status_code == 302
    assert b"600,000" in partner.get(m).content and b"can be released" in partner.get(t).content
    assert cert.post(t + "release/").status_code == 403
    donor.post(t + "release/")
    partner.post(t + "release/")
    release = Release.objects.get()
    pay = f"{base(world)}releases/{release.subject}/pay/"
    assert b"Recording a payment is the right of" in partner.get(pay).content
    too_much = donor.post(pay, {"amount": "600001", "paid_on": "2026-01-05"})
    assert b"600000" in too_much.content and too_much.status_code == 200
    assert donor.post(pay, {"amount": "600000", "paid_on": "2026-01-05", "reference": "A1"}).status_code == 302
    page = partner.get(t)
    receipt = page.context["payments"][0]["url"]
    assert partner.post(receipt, {"amount": "600000", "received_on": "2026-01-05"}).status_code == 302
    page = cert.get(t)
    assert page.context["view"].state == "part paid" and b"arrived on" in page.content
    assert b"received EUR 600,000" in page.content


def test_an_outsider_sees_nothing(world: World) -> None:
    s = scene(world)
    claim = s.claim(s.milestone())
    stranger = client(world, "outsider")
    paths = [
        "", "drafts/new/", f"commitments/{s.commitment.commitment}/", f"tranches/{s.tranche.id}/",
        f"milestones/{s.milestone()}/", f"milestones/{s.milestone()}/claim/",
        f"claims/{claim.subject}/verify/",
    ]  # fmt: skip
    assert {stranger.get(base(world) + path).status_code for path in paths} == {404}
    assert stranger.post(f"{base(world)}tranches/{s.tranche.id}/release/").status_code == 404
    api = f"/api/programmes/{world.programme}/"
    for path in ("commitments", "tranches", f"tranches/{s.tranche.id}"):
        assert stranger.get(api + path).status_code == 404
    assert stranger.post(f"{api}tranches/{s.tranche.id}/release").status_code == 404


def test_another_party_sees_the_state_but_not_the_evidence(world: World) -> None:
    s = scene(world)
    s.claim(s.milestone())
    for who in ("lindaria:programme-officer", "centre:trainer"):
        page = client(world, who).get(f"{base(world)}milestones/{s.milestone()}/")
        assert b"Evidence is in" in page.content and b"As the register shows" not in page.content
        assert selectors.claims(world.viewer(who), s.milestone()) == []
    page = client(world, OFFICER).get(f"{base(world)}milestones/{s.milestone()}/")
    assert b"As the register shows" in page.content


def test_reading_a_claim_is_noted_for_its_owner(world: World) -> None:
    from trellis.sharing import selectors as sharing

    s = scene(world)
    s.claim(s.milestone())
    client(world, OFFICER).get(f"{base(world)}milestones/{s.milestone()}/")
    kinds = {row.data_kind for row in sharing.accesses(world.viewer("cert"))}
    assert {"funding.claim", "sharing.evidence"} <= kinds


@pytest.mark.parametrize("path", ["commitments", "tranches"])
def test_api_lists_for_parties(world: World, path: str) -> None:
    scene(world)
    found = client(world, "cert").get(f"/api/programmes/{world.programme}/{path}")
    assert found.status_code == 200 and len(found.json()) == 1


def post(c: Client, url: str, body: Any = None) -> Any:
    return c.post(url, body or {}, content_type="application/json")


def test_api_journey(world: World) -> None:
    held = signed(world)
    api = f"/api/programmes/{world.programme}/"
    partner, donor, cert, verifier = (client(world, w) for w in (COORDINATOR, OFFICER, "cert:cert-lead", VERIFIER))
    made = plan(world, held, [tranche(), tranche(2)])
    said = donor.post(api + "commitments", made.model_dump_json(), content_type="application/json")
    assert said.status_code == 201, said.content
    governance.key_turn(world.viewer(COORDINATOR), said.json()["decision"])
    s = Scene(world, held, made, made.commitment)
    s.lock(s.milestone())
    m, t = s.milestone(), s.tranche.id
    refused = post(donor, f"{api}tranches/{t}/release")
    assert refused.status_code == 409 and len(refused.json()["conditions"]) == 7
    body = {"value": "100", "statement": "Shown.", "evidence": [str(s.evidence())]}
    assert post(donor, f"{api}milestones/{m}/claim", body).status_code == 403
    claim = post(cert, f"{api}milestones/{m}/claim", body)
    assert claim.status_code == 201, claim.content
    result = {"passed": True, "value": "100", "report": "Seen."}
    verify = f"{api}claims/{claim.json()['subject']}/verify"
    assert post(cert, verify, result).status_code == 403
    assert post(verifier, verify, result).status_code == 201
    assert post(partner, f"{api}milestones/{m}/accept").status_code == 409  # no consent is in force yet
    from trellis.sharing import services as sharing

    sharing.consent_give(world.viewer("ministry").actor, world.programme, "programme", "Yes.")
    assert post(partner, f"{api}milestones/{m}/accept").status_code == 201
    assert post(donor, f"{api}milestones/{m}/accept").status_code == 201
    for c in (donor, partner):
        assert post(c, f"{api}tranches/{t}/release").status_code == 201
    release = Release.objects.get().subject
    paid = post(donor, f"{api}releases/{release}/pay", {"amount": "1000000", "paid_on": date(2026, 1, 5).isoformat()})
    assert paid.status_code == 201, paid.content
    receipt = {"amount": "1000000", "received_on": "2026-01-05"}
    assert post(cert, f"{api}payments/{paid.json()['subject']}/receive", receipt).status_code == 403
    assert post(partner, f"{api}payments/{paid.json()['subject']}/receive", receipt).status_code == 201
    assert donor.get(f"{api}tranches/{t}").json()["state"] == "received"
