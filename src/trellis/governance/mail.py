"""The daily mail to who asks for it: how many things wait, and their titles. Nothing of records, nothing to press."""

import logging
import smtplib
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.core import clock
from trellis.governance import home
from trellis.parties import selectors as parties
from trellis.parties.models import Person
from trellis.parties.schemas import Viewer
from trellis.sharing.gate import noting

OFF = "django.core.mail.backends.dummy.EmailBackend"
SHOWN = 20  # titles in one mail; the count is of all
log = logging.getLogger(__name__)


def mails_due() -> int:
    """Sends today's mail to everybody who asked for one and has not had it; for the worker. Returns how many."""
    if settings.EMAIL_BACKEND == OFF:
        return 0
    now = clock.now()
    begins = now.replace(hour=settings.MAIL_HOUR, minute=0, second=0, microsecond=0)
    if now < begins:
        begins -= timedelta(days=1)
    waiting = Q(mailed_at=None) | Q(mailed_at__lt=begins)
    return sum(map(_mail, Person.objects.filter(waiting, mail_digest=True, is_active=True).order_by("pk")))


def _mail(person: Person) -> bool:
    """Mails one person. Whoever marks the day first sends, so that two workers do not send twice."""
    before = person.mailed_at
    mine = Person.objects.filter(pk=person.pk, mailed_at=before)
    if mine.update(mailed_at=clock.now()) != 1:
        return False
    with translation.override(person.language):
        message = digest(parties.viewer_of(person), person)
    if message is None:
        return False
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        log.warning("A daily mail was not sent and is tried again: %s", error)
        Person.objects.filter(pk=person.pk).update(mailed_at=before)
        return False
    return True


def digest(viewer: Viewer, person: Person) -> EmailMessage | None:
    """The mail, or None where nothing waits or the person belongs to no organisation."""
    if viewer.organisation is None:
        return None
    with noting(viewer):
        titles = [key.title for key in home.keys_open(viewer)] + [str(item.title) for item in home.work(viewer)]
    if not titles:
        return None
    count = ngettext("%(n)s thing waits for you in Trellis", "%(n)s things wait for you in Trellis", len(titles))
    subject = count % {"n": len(titles)}
    lines = [subject + ":", "", *(f"- {_one_line(title)}" for title in titles[:SHOWN])]
    if (more := len(titles) - SHOWN) > 0:
        lines.append(ngettext("- and %(n)s more", "- and %(n)s more", more) % {"n": more})
    if settings.CSRF_TRUSTED_ORIGINS:
        lines += ["", _("Sign in: %(url)s") % {"url": settings.CSRF_TRUSTED_ORIGINS[0]}]
    lines += ["", _("You asked for this mail. It ends when you say so under Your account.")]
    return EmailMessage(subject, "\n".join(lines) + "\n", to=[person.email])


def _one_line(text: str) -> str:
    return " ".join(text.split())
