"""Grants, consents, evidence, search and the access log as pages and API; the outsider sees nothing."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.world import World
from trellis.core import clock
from trellis.core.conditions import Hidden, Invalid
from trellis.core.models import Entry
from trellis.parties import services as accounts
from trellis.sharing import digest, evidence, files, gate, selectors, services
from trellis.sharing.models import Access, Audience, Evidence, Grant, Upload


@pytest.fixture(autouse=True)
def _store(settings: Any, tmp_path: Any) -> None:
    settings.FILES = tmp_path / "files"


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


def token(world: World, who: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {accounts.token_make(world.viewer(who), 'test')[1]}"}}


def filed(
    world: World, title: str = "Laboratory certificate", label: str = "AMBER", who: str = "cert", **more: Any
) -> Evidence:
    return evidence.evidence_add(
        world.viewer(who).actor, title, io.BytesIO(b"%PDF-1.7 " + title.encode()), label, name="a.pdf", **more
    )


def form_for(world: World, **more: Any) -> dict[str, Any]:
    given = {
        "data_kind": "sharing.evidence",
        "detail": "record",
        "audience": "organisation",
        "organisation": str(world.org("norvia")),
        "ceiling": "AMBER",
        "purpose": "To judge milestone 3",
        "ends_at_date": "",
        "ends_at_time": "",
    }
    return {**given, **more}


def test_an_outsider_and_the_public_see_nothing(world: World) -> None:
    row = filed(world)
    urls = [
        f"/evidence/{row.subject}/",
        f"/evidence/{row.subject}/download/",
        f"/access/records/sharing.evidence/{row.subject}/",
    ]
    for url in urls:
        assert client(world, "outsider").get(url).status_code == 404
        assert Client().get(url).status_code == 302
    outsider = client(world, "outsider")
    for url in ("/evidence/", "/search/?q=laboratory", "/sharing/", "/access/", "/sharing/make/"):
        page = outsider.get(url)
        assert page.status_code == 200 and b"Laboratory" not in page.content and b"Sefwi" not in page.content
    api = token(world, "outsider")
    assert Client().get(f"/api/evidence/{row.subject}", **api).status_code == 404
    assert Client().get("/api/search?q=laboratory", **api).json() == []
    assert Client().get(f"/api/programmes/{world.programme}/consents", **api).status_code == 404


def test_grant_and_withdrawal_take_effect_at_the_next_request(world: World) -> None:
    row = filed(world)
    owner, reader, api = (
        client(world, "cert"),
        client(world, "norvia:programme-officer"),
        token(world, "norvia"),
    )
    page, endpoint = f"/evidence/{row.subject}/", f"/api/evidence/{row.subject}"
    assert reader.get(page).status_code == 404 and Client().get(endpoint, **api).status_code == 404
    looked = owner.post("/sharing/make/", form_for(world)).content.decode()
    assert "would read 1 record" in looked and "What stays after withdrawal" in looked
    assert reader.get(page).status_code == 404
    answer = owner.post("/sharing/make/", form_for(world, give="1"))
    assert answer.status_code == 302
    assert reader.get(page).status_code == 200 and Client().get(endpoint, **api).status_code == 200
    assert b"To judge milestone 3" in reader.get("/sharing/").content
    assert b"Laboratory" in reader.get("/search/?q=laboratory").content
    assert owner.post(answer["Location"], {"why": "The milestone is closed"}).status_code == 302
    assert reader.get(page).status_code == 404 and Client().get(endpoint, **api).status_code == 404
    assert b"Laboratory" not in reader.get("/search/?q=laboratory").content
    assert owner.post(answer["Location"], {"why": "again"}).status_code == 409


def test_nobody_withdraws_the_grant_of_another(world: World) -> None:
    made = services.grant(
        world.viewer("cert").actor,
        "sharing.evidence",
        Audience.ORGANISATION,
        purpose="x",
        organisation=world.org("norvia"),
    )
    donor = client(world, "norvia")
    assert donor.get(f"/sharing/{made.subject}/").status_code == 200
    donor.post(f"/sharing/{made.subject}/", {"why": "no"})
    assert selectors.grant_state(Grant.records.privileged().as_of(None).get(subject=made.subject)) == "in force"
    assert (
        Client()
        .post(
            f"/api/grants/{made.subject}/withdraw",
            {"why": "x"},
            content_type="application/json",
            **token(world, "norvia"),
        )
        .status_code
        == 404
    )
    assert client(world, "outsider").get(f"/sharing/{made.subject}/").status_code == 404


@pytest.mark.parametrize(
    ("audience", "ceiling", "allowed"),
    [("organisation", "AMBER", True), ("organisation", "RED", False), ("person", "RED", True),
     ("parties", "AMBER", False),
     ("parties", "GREEN", True), ("anyone", "GREEN", False), ("anyone", "CLEAR", True)],
)  # fmt: skip
def test_d21_label_ceilings(world: World, audience: str, ceiling: str, allowed: bool) -> None:
    more = {"arrangement": str(world.programme), "persons": [str(world.people["norvia:co-chair"].pk)]}
    answer = client(world, "cert").post(
        "/sharing/make/", form_for(world, audience=audience, ceiling=ceiling, give="1", **more)
    )
    assert (answer.status_code == 302) is allowed
    if not allowed:
        assert b"the label may be" in answer.content


def test_d21_red_is_for_named_persons_only(world: World) -> None:
    red, amber = filed(world, "Secret source", "RED"), filed(world, "Plain report")
    actor, named = world.viewer("cert").actor, world.people["norvia:co-chair"].pk
    services.grant(actor, "sharing.evidence", Audience.PERSON, purpose="one", persons=(named,), ceiling="RED")
    services.grant(actor, "sharing.evidence", Audience.ORGANISATION, purpose="all", organisation=world.org("norvia"))
    seen = {r.subject for r in gate.visible(Evidence, world.viewer("norvia:co-chair"))}
    others = {r.subject for r in gate.visible(Evidence, world.viewer("norvia:programme-officer"))}
    assert seen == {red.subject, amber.subject} and others == {amber.subject}
    assert not gate.visible(Evidence, world.viewer("cert:cert-lead")).filter(subject=red.subject).exists()


def test_a_grant_goes_only_to_those_one_meets(world: World) -> None:
    viewer = world.viewer("cert")
    with pytest.raises(Invalid):
        services.grant_make(viewer, "sharing.evidence", "organisation", purpose="x", organisation=world.org("outsider"))
    with pytest.raises(Hidden):
        services.grant_make(viewer, "no.such-kind", "anyone", purpose="x")
    body = {"data_kind": "sharing.evidence", "audience": "everybody", "purpose": "x"}
    assert (
        Client().post("/api/grants", body, content_type="application/json", **token(world, "cert")).status_code == 422
    )


def test_readings_are_logged_where_the_owner_sees_them_and_digested(world: World) -> None:
    row = filed(world)
    services.grant(
        world.viewer("cert").actor,
        "sharing.evidence",
        Audience.ORGANISATION,
        purpose="x",
        organisation=world.org("norvia"),
    )
    client(world, "norvia:programme-officer").get(f"/evidence/{row.subject}/download/")
    page = client(world, "cert").get("/access/").content.decode()
    assert "Norvia Development Agency" in page and "programme-officer of norvia" in page and "download" in page
    access = Access.objects.get(owner=world.org("cert"))
    assert gate.unpack(access) == [row.pk]
    shown = client(world, "cert").get(f"/access/readings/{access.pk}/").content.decode()
    assert "Laboratory certificate" in shown
    assert client(world, "norvia").get(f"/access/readings/{access.pk}/").status_code == 404
    assert (
        b"programme-officer of norvia"
        in client(world, "cert").get(f"/access/records/sharing.evidence/{row.subject}/").content
    )
    csv = b"".join(client(world, "cert").get("/access/?format=csv"))
    assert b"sharing" not in csv.split(b"\n")[0] and b"Norvia" in csv
    day = clock.today()
    assert services.digest(day) == 0
    clock.advance(days=1, hours=2)
    assert services.digest(day) == 1 and services.digest(day) == 0 and services.digests_due() == 0
    entry = Entry.objects.get(stream=world.org("cert"), kind=digest.KIND)
    assert '"readings":1' in entry.payload.body


def test_the_stream_with_a_digest_verifies(world: World) -> None:
    from trellis.core import verify

    row = filed(world)
    services.grant(
        world.viewer("cert").actor,
        "sharing.evidence",
        Audience.ORGANISATION,
        purpose="x",
        organisation=world.org("norvia"),
    )
    client(world, "norvia").get(f"/evidence/{row.subject}/")
    clock.advance(days=2)
    assert services.digests_due() == 1
    entries = Entry.objects.filter(stream=world.org("cert")).order_by("seq").select_related("payload")
    rows = [verify.Row(e.body, e.hash, bytes(e.signature), bytes(e.payload.salt), e.payload.body) for e in entries]
    assert verify.chain(rows).problems == []


def test_own_05_consent_is_asked_given_and_withdrawn(world: World) -> None:
    home = f"/p/{world.programme}/consents/"
    donor, partner = client(world, "norvia"), client(world, "ministry")
    ask = {
        "authority": str(world.org("ministry")),
        "scope": "data",
        "text": "Incident times for the baseline",
    }
    asked = donor.post(home + "ask/", ask)["Location"]
    assert b"Incident times" in partner.get(asked).content and b"requested" in partner.get(asked).content
    assert client(world, "lindaria").get(asked).status_code == 404
    assert donor.get(home + "give/").status_code == 403
    give = {
        "scope": "data",
        "text": "Times, no names",
        "starts_on": "2026-01-05",
        "ends_on": "2026-02-05",
        "answers": asked.split("/")[-2],
    }
    given = partner.post(home + "give/", give)["Location"]
    assert b"in force" in client(world, "lindaria").get(given).content
    assert b"answered" in donor.get(home).content
    assert donor.post(given, {"why": "x"}).status_code == 403
    clock.set_to(clock.now() + timedelta(days=40))
    assert b"expired" in donor.get(given).content
    partner.post(given, {"why": "No longer needed"})
    assert b"withdrawn" in donor.get(given).content and b"No longer needed" in donor.get(given).content
    assert partner.post(home + "give/", {**give, "ends_on": "2025-12-01"}).status_code == 200


def test_files_are_kept_by_content_and_handed_out_as_downloads(world: World, settings: Any) -> None:
    first, second = filed(world), filed(world)
    assert first.sha256 == second.sha256 and first.media_type == "application/pdf"
    assert [p.name for p in settings.FILES.rglob("*") if p.is_file()] == [first.sha256]
    answer = client(world, "cert").get(f"/evidence/{first.subject}/download/")
    assert answer["Content-Disposition"].startswith("attachment;") and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream" and "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "passwd"), ("C:\\Windows\\evil.exe", "evil.exe"),
     ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"), ("report\u202efdp.exe", "reportfdp.exe"), ("\x00", "file"), ("...", "file"),
     ("x" * 300 + ".pdf", "x" * 146 + ".pdf")],
)  # fmt: skip
def test_hostile_file_names(world: World, name: str, safe: str) -> None:
    assert files.safe_name(name) == safe
    row = evidence.evidence_add(world.viewer("cert").actor, "A file", io.BytesIO(b"x"), name=name)
    answer = client(world, "cert").get(f"/evidence/{row.subject}/download/")
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert row.name == safe and "/" not in row.name


def test_html_is_recorded_as_such_and_never_shown(world: World) -> None:
    upload = SimpleUploadedFile("page.html", b"<html><script>alert(1)</script>", content_type="image/png")
    answer = client(world, "cert").post("/evidence/add/", {"title": "A page", "file": upload, "label": "AMBER"})
    row = Evidence.records.privileged().get(title="A page")
    assert answer["Location"] == f"/evidence/{row.subject}/" and row.media_type == "text/html"
    handed = client(world, "cert").get(f"/evidence/{row.subject}/download/")
    assert handed["Content-Type"] == "application/octet-stream"


def test_the_limit_of_size_leaves_nothing_behind(world: World, settings: Any) -> None:
    settings.FILE_LIMIT = 10
    with pytest.raises(Invalid):
        evidence.evidence_add(world.viewer("cert").actor, "Large", io.BytesIO(b"x" * 11))
    with pytest.raises(Invalid):
        evidence.evidence_add(world.viewer("cert").actor, "Empty", io.BytesIO(b""))
    assert not [p for p in settings.FILES.rglob("*") if p.is_file()]


def test_an_upload_goes_on_after_the_line_broke(world: World, settings: Any) -> None:
    api, body = token(world, "cert"), b"0123456789" * 10
    plain = Client()
    begun = plain.post(
        "/api/uploads", {"name": "../big.bin", "size": 100}, content_type="application/json", **api
    ).json()
    url = f"/api/uploads/{begun['id']}"

    def put(offset: int, piece: bytes) -> Any:
        return plain.put(f"{url}?offset={offset}", piece, content_type="application/octet-stream", **api)

    assert put(0, body[:40]).json()["received"] == 40
    assert put(0, body[:40]).status_code == 409
    assert plain.get(url, **api).json()["received"] == 40
    part = settings.FILES / "arriving" / begun["id"]
    part.write_bytes(body[:40] + b"broken off")
    early = {"title": "Big", "label": "AMBER"}
    assert plain.post(f"{url}/finish", early, content_type="application/json", **api).status_code == 409
    assert put(40, body[40:] + b"too much").status_code == 422
    assert put(40, body[40:]).json()["received"] == 100
    assert plain.get(url, **token(world, "norvia")).status_code == 404
    done = plain.post(f"{url}/finish", early, content_type="application/json", **api)
    assert done.status_code == 201 and done.json()["name"] == "big.bin"
    assert files.path_of(done.json()["sha256"]).read_bytes() == body
    assert not part.exists() and not Upload.objects.exists()


def test_stale_uploads_are_deleted(world: World) -> None:
    begun = files.upload_begin(world.viewer("cert"), "a", 5)
    files.upload_piece(world.viewer("cert"), begun.pk, 0, b"ab")
    assert services.uploads_expire() == 0
    clock.advance(days=2)
    with pytest.raises(Hidden):
        files.upload_of(world.viewer("cert"), begun.pk)
    assert services.uploads_expire() == 1


def test_evidence_is_retracted_by_its_owner_alone(world: World) -> None:
    row = filed(world)
    services.grant(
        world.viewer("cert").actor,
        "sharing.evidence",
        Audience.ORGANISATION,
        purpose="x",
        organisation=world.org("norvia"),
    )
    assert client(world, "norvia").post(f"/evidence/{row.subject}/", {"why": "x"}).status_code == 404
    assert client(world, "cert").post(f"/evidence/{row.subject}/", {"why": "Wrong file"}).status_code == 302
    assert client(world, "cert").get(f"/evidence/{row.subject}/").status_code == 404


def test_search_needs_every_word_and_finds_in_any_case(world: World) -> None:
    filed(world, "Certificate of the LABORATORY in Kumasi")
    filed(world, "Laboratory budget")
    own = client(world, "cert")
    page = own.get("/search/?q=laboratory+kumasi").content.decode()
    assert "Certificate of the LABORATORY" in page and "Laboratory budget" not in page
    assert own.get("/search/?q=%00%25_").status_code == 200


def test_figures_that_do_not_exist_are_not_found(world: World) -> None:
    for url in ("/figures/no.such/", "/figures/no.such/?as_of=nonsense"):
        assert client(world, "ministry").get(url).status_code == 404
        assert Client().get("/api" + url.rstrip("/").replace("/?", "?"), **token(world, "ministry")).status_code == 404
    assert Client().get("/accessibility/").status_code == 200
