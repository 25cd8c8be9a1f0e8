"""What is recorded of participants, and the new rows that something said of them makes."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core.conditions import Invalid
from trellis.core.ledger import Actor
from trellis.delivery.models import Course, Participant, Score, Test
from trellis.delivery.schemas import Said
from trellis.sharing import records
from trellis.sharing.records import Record

# Letters, digits and hyphens with at least one digit: a person's name is no code.
CODE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9-]{0,19}")
KNOWN = ("organisation", "attended", "reaction")


def check(course: Course, said: Said) -> None:
    """Raises Invalid by field for a code that may be a name, or a mark or reaction off its scale."""
    wrong: dict[str, str] = {}
    if not CODE.fullmatch(said.code):
        wrong["code"] = _("Enter a code of letters, digits and hyphens with at least one digit, never a name")
    for test, mark in (("pre", said.pre), ("post", said.post)):
        if mark is not None and not 0 <= mark <= course.maximum:
            wrong[test] = _("Enter a mark from 0 to %(maximum)s") % {"maximum": course.maximum.normalize()}
        elif mark is not None and mark != round(mark, 2):
            wrong[test] = _("A mark has at most two decimal places")
    if said.reaction is not None and not 1 <= said.reaction <= 5:
        wrong["reaction"] = _("Enter 1 to 5")
    if wrong:
        raise Invalid(wrong)


class Held:
    """The participants and marks of a course now, and the rows to be written."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.rows: list[Record] = []
        people = Participant.records.privileged().as_of(None).filter(course=course.subject)
        marks = Score.records.privileged().as_of(None).filter(course=course.subject)
        self.people: dict[str, Participant] = {row.code: row for row in people}
        self.marks: dict[tuple[str, str], Score] = {(row.code, row.test): row for row in marks}

    def differs(self, said: Said) -> dict[str, Any]:
        """What is recorded otherwise than it is said now, by field, with what is recorded."""
        found: dict[str, Any] = {}
        person = self.people.get(said.code)
        for name in KNOWN:
            before, after = getattr(person, name, None), getattr(said, name)
            if after is not None and before is not None and before != after:
                found[name] = before
        for test, mark in self._marks(said):
            held = self.marks.get((said.code, test))
            if held is not None and held.mark != mark:
                found[test] = held.mark
        return found

    def adds(self, said: Said) -> bool:
        """Whether anything is said that is not recorded yet."""
        person = self.people.get(said.code)
        if person is None:
            return True
        new = [name for name in KNOWN if getattr(said, name) is not None and getattr(person, name) is None]
        return bool(new) or any((said.code, test) not in self.marks for test, _mark in self._marks(said))

    def take(self, said: Said, why: str = "") -> None:
        """Adds the rows that record what is said. Invalid (`why`) for a correction without a reason."""
        if self.differs(said) and not why.strip():
            raise Invalid({"why": _("Something else is recorded already. Say why it is corrected")})
        self._person(said, why)
        for test, mark in self._marks(said):
            self._mark(said.code, test, mark, why)

    def _marks(self, said: Said) -> list[tuple[str, Decimal]]:
        given = ((Test.PRE.value, said.pre), (Test.POST.value, said.post))
        return [(test, mark) for test, mark in given if mark is not None]

    def _person(self, said: Said, why: str) -> None:
        person = self.people.get(said.code)
        given = {name: getattr(said, name) for name in KNOWN if getattr(said, name) is not None}
        if person is None:
            row = Participant(course=self.course.subject, context=self.course.context, code=said.code, **given)
        elif any(getattr(person, name) != value for name, value in given.items()):
            row = records.successor(person, self._actor, why or _("Added"), **given)
        else:
            return
        self.people[said.code] = row
        self.rows.append(row)

    def _mark(self, code: str, test: str, mark: Decimal, why: str) -> None:
        held = self.marks.get((code, test))
        if held is None:
            row = Score(
                course=self.course.subject,
                context=self.course.context,
                code=code,
                test=test,
                mark=mark,
                maximum=self.course.maximum,
            )
        elif held.mark != mark:
            row = records.successor(held, self._actor, why, mark=mark)
        else:
            return
        self.marks[code, test] = row
        self.rows.append(row)

    @property
    def _actor(self) -> Actor:
        return Actor(self.course.owner)


def organisation_named(text: str, names: dict[UUID, str]) -> UUID | None:
    """The organisation of a name, whatever its case."""
    wanted = text.strip().casefold()
    return next((found for found, name in names.items() if name.casefold() == wanted), None)
