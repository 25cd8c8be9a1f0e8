"""The organisation's own pages: invitations, members, seats, keys, imports; and the operator's."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.world import World
from trellis.core import clock, tabular
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.core.tabular import TabularError
from trellis.parties import importing, members, operator, selectors, services
from trellis.parties.models import Invitation, Membership, Organisation, Person

WORDS = "seven wet bicycles"


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


def the_operator() -> Any:
    return selectors.viewer_of(operator.operator_add(name="Operator", email="op@example.org", password=WORDS))


def test_an_invitation_is_printed_once_and_used_once(world: World) -> None:
    given = {"name": "New Person", "email": "new@example.org", "role": "staff", "language": "fr"}
    page = client(world, "ministry").post("/organisation/invite/", given).content.decode()
    code = page.split('<p class="n small-n"><code><bdi dir="ltr">')[1].split("<")[0]
    assert "<svg" in page and "http://testserver/invitation/" in page and "style=" not in page
    assert code not in Invitation.objects.get(email="new@example.org").code_hash
    assert code not in client(world, "ministry").get("/organisation/").content.decode()
    new = Client()
    assert b"New Person" in new.post("/invitation/", {"code": code.lower()}).content
    account = {"code": code, "name": "New Name", "password": WORDS, "again": "different words here"}
    assert new.post("/invitation/", account).status_code == 200
    assert b"at least 12" in new.post("/invitation/", {**account, "password": "short", "again": "short"}).content
    assert new.post("/invitation/", {**account, "again": WORDS}).status_code == 302
    assert new.get("/account/").status_code == 200 and new.cookies["django_language"].value == "fr"
    assert Client().post("/invitation/", {"code": code}).status_code == 404


def test_an_invitation_used_twice_at_once_makes_one_account(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both requests have read the open invitation before either has used it."""
    _made, code = services.invite(world.viewer("cert"), world.org("cert"), name="N", email="n@example.org")
    stale = services.invitation_for(code)
    monkeypatch.setattr(services, "invitation_for", lambda _code: stale)
    services.invitation_accept(code, password=WORDS)
    with pytest.raises(Hidden):
        services.invitation_accept(code, password="eight dry tractors")
    person = Person.objects.get(email="n@example.org")
    assert person.check_password(WORDS) and Membership.objects.filter(person=person).count() == 1


def test_an_invitation_can_be_withdrawn_and_runs_out(world: World) -> None:
    admin = world.viewer("cert")
    one, code = services.invite(admin, world.org("cert"), name="N", email="n@example.org")
    _two, late = services.invite(admin, world.org("cert"), name="M", email="m@example.org")
    with pytest.raises(Hidden):
        members.invitation_withdraw(world.viewer("norvia"), one.pk)
    assert client(world, "cert").post(f"/organisation/invitations/{one.pk}/withdraw/").status_code == 302
    with pytest.raises(Hidden):
        services.invitation_for(code)
    clock.set_to(clock.now() + timedelta(days=services.INVITATION_DAYS))
    with pytest.raises(Hidden):
        services.invitation_for(late)


def test_guessing_codes_is_throttled(world: World) -> None:
    guesser = Client()
    for _i in range(5):
        assert guesser.post("/invitation/", {"code": "AAAA-BBBB"}).status_code == 404
    assert guesser.post("/invitation/", {"code": "AAAA-BBBB"}).status_code == 429


def test_only_administrators_invite_and_others_learn_who(world: World) -> None:
    page = client(world, "ministry:coordinator").get("/organisation/").content.decode()
    assert "Admin ministry" in page and 'href="/organisation/invite/"' not in page
    answer = client(world, "ministry:coordinator").get("/organisation/invite/")
    assert answer.status_code == 403 and b"Admin ministry" in answer.content
    with pytest.raises(Refused):
        services.invite(world.viewer("norvia"), world.org("cert"), name="N", email="n@example.org")


@pytest.mark.parametrize("bad", [{"email": "not an address"}, {"role": "king"}, {"name": "x" * 300}])
def test_an_invitation_that_does_not_fit_is_invalid(world: World, bad: dict[str, str]) -> None:
    given = {"name": "N", "email": "n@example.org", **bad}
    with pytest.raises(Invalid):
        services.invite(world.viewer("cert"), world.org("cert"), **given)


def test_members_of_other_organisations_are_hidden(world: World) -> None:
    stranger = world.people["norvia"].pk
    assert client(world, "ministry").get(f"/organisation/members/{stranger}/").status_code == 404
    assert client(world, "ministry").post(f"/organisation/members/{stranger}/leave/").status_code == 403
    assert (
        client(world, "outsider").get(f"/organisation/seats/{world.seats['ministry:coordinator']}/").status_code == 404
    )


def test_the_last_administrator_stays(world: World) -> None:
    admin = world.people["ministry"].pk
    assert client(world, "ministry").post(f"/organisation/members/{admin}/leave/").status_code == 403
    with pytest.raises(Invalid):
        members.member_change(world.viewer("ministry"), admin, role="staff", unit="")


def test_a_seat_is_made_filled_delegated_and_vacated(world: World) -> None:
    admin = client(world, "ministry")
    url = admin.post("/organisation/seats/make/", {"role": "verifier", "title": "Second verifier"})["Location"]
    assert b"vacant" in admin.get(url).content
    person = str(world.people["ministry:coordinator"].pk)
    assert admin.post(url, {"act": "fill", "fill-person": person}).status_code == 302
    holder = client(world, "ministry:coordinator")
    day = clock.today()
    delegation = {
        "act": "delegate",
        "delegate-person": str(world.people["ministry:co-chair"].pk),
        "delegate-since_date": str(day),
        "delegate-since_time": "08:00",
        "delegate-until_date": str(day + timedelta(days=7)),
        "delegate-until_time": "08:00",
    }
    assert holder.post(url, {**delegation, "delegate-until_date": str(day - timedelta(days=1))}).status_code == 200
    assert holder.post(url, delegation).status_code == 302
    assert b"co-chair of ministry" in holder.get(url).content
    outside = {**delegation, "delegate-person": str(world.people["norvia"].pk)}
    assert holder.post(url, outside).status_code == 200
    assert client(world, "ministry:rights-officer").post(url, delegation).status_code == 403
    assert admin.post(url + "vacate/").status_code == 302
    assert b"vacant" in admin.get(url).content and b"delegated by" in admin.get(url).content


def test_keys_are_rotated_in_every_stream_and_the_chain_holds(world: World) -> None:
    from trellis.core import clock, verify
    from trellis.core.models import Entry

    clock.advance(minutes=1)  # the new key comes after the one that the world began with
    before = members.signing_keys(world.org("ministry"))
    assert client(world, "ministry:coordinator").post("/organisation/keys/rotate/").status_code == 403
    assert client(world, "ministry").post("/organisation/keys/rotate/").status_code == 302
    after = members.signing_keys(world.org("ministry"))
    assert len(after) == len(before) + 1 and after[1].revoked_at
    for stream in (world.org("ministry"), world.programme):
        entries = Entry.objects.filter(stream=stream).order_by("seq").select_related("payload")
        rows = [verify.Row(e.body, e.hash, bytes(e.signature), bytes(e.payload.salt), e.payload.body) for e in entries]
        assert verify.chain(rows).problems == []


def test_history_names_people_from_the_register(world: World) -> None:
    said = [h.text for h in members.history(world.org("ministry"))]
    assert "A seat was filled: coordinator of ministry" in said


def test_tokens_are_shown_once_and_speak_for_their_maker(world: World) -> None:
    who = client(world, "cert:cert-lead")
    page = who.post("/account/tokens/make/", {"title": "nightly"}).content.decode()
    text = "trl_" + page.split("trl_")[1].split("<")[0]
    assert Client().get("/api/me", headers={"Authorization": f"Bearer {text}"}).json()["name"] == "cert-lead of cert"
    assert text not in who.get("/account/").content.decode()
    token = members.tokens(world.viewer("cert:cert-lead"))[0]
    assert client(world, "norvia").post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert who.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert Client().get("/api/me", headers={"Authorization": f"Bearer {text}"}).status_code == 401


def csv(*lines: str) -> bytes:
    return ("organisation,short,group,country,name,email,role,language\n" + "\n".join(lines) + "\n").encode()


def test_people_are_brought_in_all_or_none(world: World) -> None:
    own = "National CERT,,,,{},{},staff,en"
    bad = csv(own.format("A", "a@example.org"), "Norvia Development Agency,,,,B,b@example.org,staff,en")
    found = importing.people_import(world.viewer("cert"), tabular.read(bad, "p.csv"), dry_run=False)
    assert not found.report.ok and not found.written and "Line 3" in str(found.report.problems[0])
    assert not Invitation.objects.exists()
    good = csv(own.format("A", "a@example.org"), own.format("B", "b@example.org"))
    admin = client(world, "cert")
    looked = admin.post("/organisation/import/", {"file": SimpleUploadedFile("p.csv", good)}).content.decode()
    assert "People to invite: 2" in looked and not Invitation.objects.exists()
    done = admin.post("/organisation/import/", {"file": SimpleUploadedFile("p.csv", good), "write": "1"})
    assert done.content.count(b'class="qr"') == 2 and Invitation.objects.count() == 2
    assert client(world, "cert:cert-lead").get("/organisation/import/").status_code == 403
    with pytest.raises(TabularError):
        importing.people_import(world.viewer("cert"), tabular.read(b"a,b\n1,2\n", "p.csv"))


def test_the_import_by_api_gives_codes_once(world: World) -> None:
    _token, text = services.token_make(world.viewer("cert"), "import")
    file = io.BytesIO(csv("National CERT,,,,A,a@example.org,staff,en"))
    file.name = "p.csv"
    head = {"headers": {"Authorization": f"Bearer {text}"}}
    answer = Client().post("/api/people/import?write=true", {"file": file}, **head).json()
    assert answer["ok"] and answer["written"]
    assert services.invitation_for(answer["invitations"][0]["code"]).email == "a@example.org"


def test_the_operator_brings_in_organisations_and_first_administrators_only(world: World) -> None:
    who = the_operator()
    good = csv("Harbour Authority,HA,government,KE,Ama,ama@example.org,administrator,en")
    found = importing.people_import(who, tabular.read(good, "o.csv"), dry_run=False)
    assert found.written and found.organisations == 1 and len(found.invitations) == 1
    for row in (
        "Dock Ltd,D,private-sector,KE,Kofi,kofi@example.org,staff,en",
        "National CERT,,,,X,x@example.org,administrator,en",
    ):
        refused = importing.people_import(who, tabular.read(csv(row), "o.csv"), dry_run=False)
        assert not refused.report.ok and not refused.written
    assert not Organisation.objects.filter(name="Dock Ltd").exists()


def test_the_operator_opens_and_invites_once(world: World) -> None:
    the_operator()
    op = Client()
    assert op.post("/sign-in/", {"email": "op@example.org", "password": WORDS})["Location"] == "/operator/"
    given = {"name": "Harbour Authority", "short": "HA", "group": "government", "country": "ke"}
    url = op.post("/operator/open/", given)["Location"]
    assert op.post("/operator/open/", given).status_code == 200
    first = op.post(url, {"name": "Ama", "email": "ama@example.org", "language": "en"}).content.decode()
    assert op.post(url, {"name": "Ama", "email": "ama@example.org", "language": "en"}).status_code == 200
    old = first.split('<p class="n small-n"><code><bdi dir="ltr">')[1].split("<")[0]
    with pytest.raises(Hidden):
        services.invitation_for(old)
    assert (
        op.post(
            f"/operator/{world.org('cert')}/invite/",
            {"name": "X", "email": "x@example.org", "language": "en"},
        ).status_code
        == 403
    )
    page = op.get("/operator/").content.decode()
    assert "Harbour Authority" in page and "Sefwi" not in page
    with pytest.raises(Conflict):
        operator.operator_add(name="O", email="cert@example.org", password=WORDS)
    with pytest.raises(Refused):
        operator.organisation_open(world.viewer("cert"), name="N", short="N", group="government")
