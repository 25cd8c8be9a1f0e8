"""Courses of the regional centre: two with marks before and after, one whose second test is missing."""

import random
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from trellis.delivery import services as delivery
from trellis.delivery.schemas import Said
from trellis.sharing import services as sharing
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast

# title, first day, last day, participants, gain of the mean, whether the second test was held
COURSES = [
    ("First responder course, first round", 135, 139, 14, 0.45, True),
    ("First responder course, second round", 205, 209, 12, 0.62, True),
    ("First responder course, third round", 505, 509, 15, 0.0, False),
]


def happen(cast: Cast, calendar: Calendar, names: dict[str, UUID]) -> None:
    """Puts the courses, their marks and the centre's grant into the calendar."""
    chance = random.Random(7)  # noqa: S311 - invented marks, the same every time
    state: dict[int, UUID] = {}
    trainer = "centre:trainer"

    def open_(n: int) -> Callable[[], None]:
        title, first, last, _people, _gain, _post = COURSES[n]

        def event() -> None:
            state[n] = delivery.course_open(
                cast.viewer(trainer),
                cast.programme,
                title=title,
                activity=names["responders"],
                starts=calendar.date(first),
                ends=calendar.date(last),
                topic="Containing an incident in the first day",
                trainers="Two trainers of the centre, one of the CERT",
                follow_on="Six months of mentoring on the duty desk",
            ).subject

        return event

    def marks(n: int, which: str) -> Callable[[], None]:
        _title, _first, _last, people, gain, _post = COURSES[n]
        before = [Decimal(chance.randint(15, 65)) for _ in range(people)]
        after = [
            min(Decimal(100), b + (100 - b) * Decimal(str(round(gain + chance.uniform(-0.2, 0.2), 2)))) for b in before
        ]

        def event() -> None:
            said = []
            for place in range(people):
                code = f"P{n + 1}{place + 1:02d}"
                if which == "pre":
                    said.append(Said(code=code, organisation=cast.org("cert"), attended=True, pre=before[place]))
                elif place < people - 2:  # two left before the end
                    said.append(Said(code=code, post=after[place].quantize(Decimal(1))))
            delivery.participants_say(cast.viewer(trainer), cast.programme, state[n], said)

        return event

    for n, (title, first, last, _people, _gain, post) in enumerate(COURSES):
        calendar.on(first - 3, f"{title} is opened", open_(n))
        calendar.on(first, f"{title}: marks before", marks(n, "pre"))
        if post:
            calendar.on(last + 1, f"{title}: marks after", marks(n, "post"))
    calendar.on(
        150,
        "The regional centre lets all parties see figures of its courses",
        lambda: (
            sharing.grant(
                cast.viewer("centre").actor,
                "delivery.score",
                "parties",
                arrangement=cast.programme,
                context=cast.programme,
                detail="figure",
                ceiling="GREEN",
                purpose="What was learned, for every party",
            )
            and None
        ),
    )
