"""Signing in: password, throttle, second factor, replay, recovery, leaving."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client

from tests.world import PASSWORD, World
from trellis.core import clock
from trellis.core.conditions import Hidden, Refused
from trellis.parties import factors, members, personas, services, throttle
from trellis.parties.models import Factor, Person, RecoveryCode, SeatHolding
from trellis.parties.selectors import seats_of, viewer_of


def post_sign_in(client: Client, email: str, password: str = PASSWORD, **more: str):
    return client.post("/sign-in/", {"email": email, "password": password, **more})


def app_code(secret: str, steps: int = 0) -> str:
    import base64

    raw = base64.b32decode(secret.replace(" ", ""))
    return TOTP(raw, 6, SHA1(), 30).generate(int(clock.now().timestamp()) + 30 * steps).decode()


def with_app(world: World, who: str) -> tuple[str, list[str]]:
    """Sets up an authenticator app for somebody: its secret and the recovery codes."""
    viewer = world.viewer(who)
    secret = factors.secret_text(factors.totp_begin(viewer))
    codes = factors.totp_confirm(viewer, app_code(secret))
    clock.advance(seconds=30)
    return secret, codes


def test_rfc_6238_value() -> None:
    """RFC 6238, appendix B: at 59 s the eight digits are 94287082, so the six are 287082."""
    assert factors._totp(b"12345678901234567890").generate(59) == b"287082"


def test_the_page_signs_in_and_out(world: World) -> None:
    client = Client()
    assert b'name="password"' in client.get("/sign-in/?next=/account/").content
    assert post_sign_in(client, "ministry@example.org", next="/account/")["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"])
def test_it_sends_nobody_elsewhere(world: World, target: str) -> None:
    answer = post_sign_in(Client(), "ministry@example.org", next=target)
    assert answer.status_code == 302 and "elsewhere" not in answer["Location"]


def test_a_wrong_password_and_an_unknown_address_read_the_same(world: World) -> None:
    wrong = post_sign_in(Client(), "ministry@example.org", "not it at all")
    unknown = post_sign_in(Client(), "nobody@example.org", "not it at all")
    said = b"is not right, or the account has been closed"
    assert said in wrong.content and said in unknown.content


def test_the_language_of_the_person_follows_signing_in(world: World) -> None:
    members.profile_change(world.viewer("cert"), name="Admin cert", language="fr")
    assert post_sign_in(Client(), "cert@example.org").cookies["django_language"].value == "fr"


def test_attempts_are_throttled_per_account_and_address(world: World) -> None:
    client = Client()
    for _i in range(throttle.PER_ACCOUNT):
        assert post_sign_in(client, "ministry@example.org", "wrong wrong wrong").status_code == 200
    refused = post_sign_in(client, "ministry@example.org")
    assert refused.status_code == 429 and b"Try again at" in refused.content
    other = Client(REMOTE_ADDR="192.0.2.7")
    assert post_sign_in(other, "ministry@example.org").status_code == 302
    clock.advance(minutes=16)
    assert post_sign_in(client, "ministry@example.org").status_code == 302


def test_an_app_is_set_up_without_a_script(world: World) -> None:
    client = Client()
    client.force_login(world.people["ministry"])
    page = client.get("/account/app/").content.decode()
    assert "<svg" in page and "<script" not in page and "style=" not in page
    secret = factors.secret_text(Factor.objects.get(person=world.people["ministry"]))
    assert secret in page
    assert client.post("/account/app/", {"code": "000000"}).status_code == 200
    assert not factors.needed(world.people["ministry"].pk)
    done = client.post("/account/app/", {"code": app_code(secret)}).content.decode()
    assert done.count("<li><code>") == factors.RECOVERY_CODES
    assert factors.needed(world.people["ministry"].pk)
    factor = Factor.objects.get(person=world.people["ministry"])
    assert secret.replace(" ", "").encode() not in bytes(factor.sealed or b"")
    with pytest.raises(Hidden):
        factors.secret_text(factor)


def test_nobody_is_in_before_the_second_step(world: World) -> None:
    secret, _codes = with_app(world, "ministry")
    client = Client()
    assert post_sign_in(client, "ministry@example.org", next="/account/")["Location"] == "/sign-in/second/"
    assert client.get("/account/").status_code == 302
    assert client.get("/api/me").status_code == 401
    assert client.post("/sign-in/second/", {"code": app_code(secret)})["Location"] == "/account/"
    assert client.get("/account/").status_code == 200


def test_a_code_works_once(world: World) -> None:
    secret, _codes = with_app(world, "ministry")
    code = app_code(secret)
    first, again = Client(), Client()
    post_sign_in(first, "ministry@example.org")
    assert first.post("/sign-in/second/", {"code": code}).status_code == 302
    post_sign_in(again, "ministry@example.org")
    assert again.post("/sign-in/second/", {"code": code}).status_code == 200
    assert not factors.passes(world.people["ministry"].pk, app_code(secret, -1))


def test_a_code_out_of_its_time_is_refused(world: World) -> None:
    secret, _codes = with_app(world, "ministry")
    person = world.people["ministry"].pk
    assert not factors.passes(person, app_code(secret, 3))
    assert factors.passes(person, app_code(secret, 1))


def test_a_recovery_code_works_once_and_only_for_its_person(world: World) -> None:
    _secret, codes = with_app(world, "ministry")
    with_app(world, "cert")
    assert not factors.passes(world.people["cert"].pk, codes[0])
    assert factors.passes(world.people["ministry"].pk, codes[0].upper())
    assert not factors.passes(world.people["ministry"].pk, codes[0])
    assert not RecoveryCode.objects.filter(code_hash__contains=codes[1]).exists()


def test_second_steps_are_throttled_and_time_out(world: World) -> None:
    secret, _codes = with_app(world, "ministry")
    client = Client()
    post_sign_in(client, "ministry@example.org")
    for _i in range(throttle.PER_ACCOUNT):
        client.post("/sign-in/second/", {"code": "000000"})
    assert client.post("/sign-in/second/", {"code": app_code(secret)}).status_code == 429
    clock.advance(minutes=20)
    assert client.post("/sign-in/second/", {"code": app_code(secret)})["Location"] == "/sign-in/"


def test_a_changed_password_ends_other_sessions_and_waiting_second_steps(world: World) -> None:
    here, there = Client(), Client()
    post_sign_in(here, "ministry@example.org")
    post_sign_in(there, "ministry@example.org")
    given = {"old": PASSWORD, "new": "seven wet bicycles", "again": "seven wet bicycles"}
    assert here.post("/account/password/", {**given, "new": "short", "again": "short"}).status_code == 200
    assert here.post("/account/password/", given).status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


def test_a_lost_factor_is_reset_by_two_administrators(world: World) -> None:
    with_app(world, "ministry:coordinator")
    person = world.people["ministry:coordinator"].pk
    with pytest.raises(Refused):
        factors.reset_ask(world.viewer("ministry:co-chair"), person)
    with pytest.raises(Hidden):
        factors.reset_ask(world.viewer("norvia"), person)
    reset = factors.reset_ask(world.viewer("ministry"), person)
    with pytest.raises(Refused) as refused:
        factors.reset_do(world.viewer("ministry"), reset.pk)
    assert list(refused.value.holders) == ["nobody now"]
    other = world.people["ministry:co-chair"].pk
    members.member_change(world.viewer("ministry"), other, role="administrator", unit="")
    client = Client()
    client.force_login(Person.objects.get(pk=other))
    assert client.post(f"/organisation/resets/{reset.pk}/do/").status_code == 302
    assert not factors.needed(person) and factors.recovery_left(person) == 0
    assert client.post(f"/organisation/resets/{reset.pk}/do/").status_code == 404


def test_nobody_carries_out_the_reset_of_their_own_factor(world: World) -> None:
    with_app(world, "ministry:co-chair")
    other = world.people["ministry:co-chair"].pk
    members.member_change(world.viewer("ministry"), other, role="administrator", unit="")
    reset = factors.reset_ask(world.viewer("ministry"), other)
    with pytest.raises(Refused):
        factors.reset_do(world.viewer("ministry:co-chair"), reset.pk)


def test_leaving_ends_session_token_and_seats_at_the_next_request(world: World) -> None:
    who = world.people["ministry:coordinator"]
    _token, text = services.token_make(world.viewer("ministry:coordinator"), "script")
    client, program = Client(), {"headers": {"Authorization": f"Bearer {text}"}}
    client.force_login(who)
    assert client.get("/account/").status_code == 200
    assert Client().get("/api/me", **program).status_code == 200
    services.member_leave(world.viewer("ministry"), who.pk)
    assert client.get("/account/").status_code == 302
    assert "_auth_user_id" not in client.session
    assert Client().get("/api/me", **program).status_code == 401
    assert post_sign_in(Client(), "coordinator.ministry@example.org").status_code == 200
    seat = next(s for s in seats_of(world.org("ministry")) if s.id == world.seats["ministry:coordinator"])
    assert seat.vacant


def test_an_expired_delegate_sits_nowhere(world: World) -> None:
    seat, until = world.seats["ministry:coordinator"], clock.now() + timedelta(days=3)
    deputy = world.people["ministry:co-chair"].pk
    services.seat_delegate(world.viewer("ministry:coordinator"), seat, deputy, clock.now(), until)
    assert deputy in dict(next(s for s in seats_of(world.org("ministry")) if s.id == seat).holders)
    clock.set_to(until)
    assert deputy not in dict(next(s for s in seats_of(world.org("ministry")) if s.id == seat).holders)
    assert SeatHolding.objects.filter(seat=seat, person=deputy).count() == 1


def test_personas_are_listed_in_a_demonstration_only(world: World, settings) -> None:
    personas.show([], "shared words")
    try:
        assert personas.listed() == [] and b"shared words" not in Client().get("/sign-in/").content
        settings.MODE = "demo"
        page = Client().get("/sign-in/").content
        assert b"shared words" in page and b"coordinator.ministry@example.org" in page
    finally:
        personas._password.clear()


def test_the_operator_reads_no_organisation(world: World) -> None:
    operator = Person.objects.create(email="operator@example.org", name="Operator", is_operator=True)
    assert viewer_of(operator).operator
    client = Client()
    client.force_login(operator)
    assert client.get("/operator/").status_code == 200
    assert client.get("/organisation/").status_code == 302
    client.force_login(world.people["ministry"])
    assert client.get("/operator/").status_code == 404


def test_a_session_writes_by_api_only_with_the_form_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["ministry"])
    body = {"role": "verifier"}
    assert client.get("/api/me").status_code == 200
    assert client.post("/api/seats", body, content_type="application/json").status_code == 403
    _token, text = services.token_make(world.viewer("ministry"), "t")
    head = {"Authorization": f"Bearer {text}"}
    assert (
        Client(enforce_csrf_checks=True)
        .post("/api/seats", body, content_type="application/json", headers=head)
        .status_code
        == 201
    )
