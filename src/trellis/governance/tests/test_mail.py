"""The daily mail: off by default, only for who asks, once a day, counts and titles only."""

import io
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from tests.world import World
from trellis.core import clock
from trellis.governance import services as governance
from trellis.governance.kinds import ParameterSet
from trellis.governance.mail import OFF, mails_due
from trellis.parties.models import Person
from trellis.sharing import evidence
from trellis.web.tasks import run_due

DONOR = "norvia:co-chair"


@pytest.fixture
def asked(world: World, settings: Any) -> World:
    """A decision waits for the donor's co-chair, who wants the mail."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    payload = ParameterSet(name="review.grace", value="21", reason="A secret of the harvest")
    governance.propose(world.viewer("ministry:co-chair"), world.programme, "parameter.set", payload)
    Person.objects.filter(pk=world.people[DONOR].pk).update(mail_digest=True)
    return world


def test_kernel_mail_says_how_many_things_wait_and_their_titles_only(asked: World) -> None:
    evidence.evidence_add(asked.viewer("norvia").actor, "Laboratory", io.BytesIO(b"x"), name="x.txt")
    assert mails_due() == 1
    (sent,) = mail.outbox
    assert sent.to == [asked.people[DONOR].email] and sent.subject == "1 thing waits for you in Trellis"
    assert "review.grace" in sent.body or "parameter" in sent.body.lower()
    assert "secret of the harvest" not in sent.body and "Laboratory" not in sent.body


def test_kernel_mail_comes_once_a_day(asked: World) -> None:
    assert (mails_due(), mails_due()) == (1, 0)
    clock.advance(hours=3)
    assert mails_due() == 0
    clock.advance(hours=21)
    assert mails_due() == 1 and len(mail.outbox) == 2


def test_kernel_mail_waits_for_its_hour(asked: World, settings: Any) -> None:
    assert mails_due() == 1
    settings.MAIL_HOUR = 5
    clock.set_to(clock.now().replace(hour=4) + timedelta(days=1))
    assert mails_due() == 0
    clock.advance(hours=1)
    assert mails_due() == 1


def test_kernel_mail_is_off_until_configured_and_never_for_who_did_not_ask(asked: World, settings: Any) -> None:
    settings.EMAIL_BACKEND = OFF
    assert mails_due() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Person.objects.update(mail_digest=False)
    assert mails_due() == 0 and mail.outbox == []


def test_kernel_no_mail_where_nothing_waits(asked: World) -> None:
    Person.objects.filter(pk=asked.people["outsider"].pk).update(mail_digest=True)
    assert mails_due() == 1 and [m.to for m in mail.outbox] == [[asked.people[DONOR].email]]


def test_kernel_mail_is_in_the_language_of_its_reader(asked: World) -> None:
    Person.objects.filter(pk=asked.people[DONOR].pk).update(language="fr")
    mails_due()
    assert mail.outbox[0].to == [asked.people[DONOR].email]


def test_kernel_a_mail_that_fails_is_tried_again_and_stops_nobody(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    Person.objects.filter(pk=asked.people["ministry:co-chair"].pk).update(mail_digest=True)
    send = EmailBackend.send_messages

    def fails(self: Any, messages: Any) -> Any:
        if messages[0].to == [asked.people[DONOR].email]:
            raise smtplib.SMTPException("no such mailbox")
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", fails)
    mails_due()
    assert not [m for m in mail.outbox if m.to == [asked.people[DONOR].email]]
    monkeypatch.setattr(EmailBackend, "send_messages", send)
    assert mails_due() == 1 and mail.outbox[-1].to == [asked.people[DONOR].email]


def test_kernel_the_account_page_asks(asked: World) -> None:
    browser = Client()
    browser.force_login(asked.people[DONOR])
    assert b"A mail once a day" in browser.get("/account/").content
    browser.post("/account/", {"name": "Somebody", "language": "en"})
    assert not Person.objects.get(pk=asked.people[DONOR].pk).mail_digest
    browser.post("/account/", {"name": "Somebody", "language": "en", "mail_digest": "on"})
    assert Person.objects.get(pk=asked.people[DONOR].pk).mail_digest


def test_kernel_the_worker_sends_it(asked: World) -> None:
    assert ("mails sent", 1) in list(run_due())
