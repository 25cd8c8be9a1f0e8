"""A publication's content as IATI activities: one for the programme with its results, and one for each donor's money.

The programme's activity is reported by the partner, each donor's by the donor; parent and children refer to each
other. Everything comes from the content given, so a file never says more than the publication that it is made from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from trellis.calc.dates import Quarter
from trellis.publishing.iati.model import (
    Activity,
    ActivityDate,
    Baseline,
    Budget,
    DateType,
    Indicator,
    Measure,
    Money,
    Narrative,
    Participation,
    Party,
    Period,
    Reading,
    Recipient,
    ReportingOrg,
    Result,
    ResultType,
    Role,
    Sector,
    Texts,
    Transaction,
    TransactionType,
)
from trellis.publishing.iati.tranches import Milestone, Tranche, from_tranches

LANGUAGE = "en"
# Roles in the programme's activity by side. IATI has none for who evaluates: independents are left out.
ROLES = {"partner": Role.ACCOUNTABLE, "donor": Role.FUNDING, "regional": Role.EXTENDING}
UNSPECIFIED = Recipient("998", vocabulary="1")  # developing countries, unspecified: where no country is known
IMPLEMENTING, FINALISATION = "2", "3"


@dataclass(frozen=True)
class Heading:
    """What all activities of a programme share."""

    programme: UUID
    as_of: datetime
    content: dict[str, Any]

    @property
    def parties(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.content["parties"]
        return found

    @property
    def partner(self) -> dict[str, Any]:
        """The partner organisation that reports for the programme."""
        return next((p for p in self.parties if p["side"] == "partner"), self.parties[0])

    @property
    def identifier(self) -> str:
        return f"{self.partner['ref']}-{self.programme}"

    def of(self, organisation: str) -> dict[str, Any] | None:
        """A party by id."""
        return next((p for p in self.parties if p["id"] == organisation), None)

    def recipients(self) -> tuple[Recipient, ...]:
        """The partner's countries; the whole world of recipients where none is known."""
        countries = list(dict.fromkeys(p["country"] for p in self.parties if p["side"] == "partner" and p["country"]))
        return (Recipient(countries[0]),) if len(countries) == 1 else (UNSPECIFIED,)


def texts(text: str) -> Texts:
    """A text in the language of the file."""
    return (Narrative(text),)


def day(text: str) -> date:
    """A day of the content."""
    return date.fromisoformat(text)


def activities(programme: UUID, sections: dict[str, Any], as_of: datetime) -> list[Activity]:
    """The activities of a publication's content, the programme's own first."""
    head = Heading(programme, as_of, sections["programme"])
    donors = list(dict.fromkeys(row["donor_id"] for row in sections["money"]))
    known = [(donor, party) for donor in donors if (party := head.of(donor))]
    children = [_donor(head, party, sections) for _donor_id, party in known]
    related = tuple(("2", child.identifier) for child in children)
    return [_programme(head, sections, related), *children]


def _common(head: Heading, sections: dict[str, Any]) -> dict[str, Any]:
    last = [day(t["long_stop"]) for t in sections["tranches"]]
    dates = [ActivityDate(DateType.ACTUAL_START, day(head.content["founded_on"]))]
    if last:
        dates.append(ActivityDate(DateType.PLANNED_END, max(last)))
    return {
        "status": IMPLEMENTING,
        "dates": tuple(dates),
        "language": LANGUAGE,
        "updated": head.as_of,
        "scope": "4" if head.recipients() != (UNSPECIFIED,) else None,
        "recipients": head.recipients(),
        "sectors": (Sector(head.content["sector"], "1"),),
    }


def _programme(head: Heading, sections: dict[str, Any], related: tuple[tuple[str, str], ...]) -> Activity:
    reporter = head.partner
    roles = [
        Participation(ROLES[p["side"]], texts(p["name"]), p["ref"], p["kind"])
        for p in head.parties
        if p["side"] in ROLES
    ]
    roles += [
        Participation(Role.IMPLEMENTING, texts(p["name"]), p["ref"], p["kind"])
        for p in head.parties
        if p["side"] == "partner"
    ]
    title = head.content["title"]
    return Activity(
        identifier=head.identifier,
        reporting=ReportingOrg(reporter["ref"], reporter["kind"], texts(reporter["name"]), secondary=False),
        title=texts(title),
        descriptions=(("1", texts(head.content["purpose"] or title)),),
        participants=tuple(roles),
        currency=head.content["currency"],
        hierarchy=1,
        related=related,
        results=results(sections),
        **_common(head, sections),
    )


def _donor(head: Heading, donor: dict[str, Any], sections: dict[str, Any]) -> Activity:
    commitments = [row for row in sections["money"] if row["donor_id"] == donor["id"]]
    ids = {row["id"] for row in commitments}
    tranches = [row for row in sections["tranches"] if row["commitment"] in ids]
    identifier = f"{donor['ref']}-{head.programme}"
    provider = Party(texts(donor["name"]), donor["ref"], donor["kind"], identifier)
    partner = head.partner
    receiver = Party(texts(partner["name"]), partner["ref"], partner["kind"], head.identifier)
    signed = {row["id"]: day(row["on"]) for row in commitments}
    planned, conditions = from_tranches(
        [_tranche(row, signed, sections["milestones"] or []) for row in tranches], provider, receiver
    )
    title = f"{head.content['title']}: {donor['name']}"
    return Activity(
        identifier=identifier,
        reporting=ReportingOrg(donor["ref"], donor["kind"], texts(donor["name"]), secondary=False),
        title=texts(title),
        descriptions=(("1", texts("; ".join(row["title"] for row in commitments))),),
        participants=(
            Participation(Role.FUNDING, texts(donor["name"]), donor["ref"], donor["kind"]),
            Participation(Role.IMPLEMENTING, texts(partner["name"]), partner["ref"], partner["kind"]),
        ),
        currency=head.content["currency"],
        hierarchy=2,
        budgets=_budgets(head, tranches, signed),
        planned_disbursements=planned,
        transactions=_transactions(commitments, tranches, provider, receiver),
        related=(("1", head.identifier),),
        # Without any milestone to show it is not said that there are none: some may be withheld.
        conditions=conditions if conditions.items else None,
        **_common(head, sections),
    )


def _tranche(row: dict[str, Any], signed: dict[str, date], milestones: Sequence[dict[str, Any]]) -> Tranche:
    mine = [m for m in milestones if m["tranche"] == row["id"]]
    return Tranche(
        texts(f"Tranche {row['number']}"),
        day(row["due"]),
        Money(Decimal(row["amount"]), signed[row["commitment"]], row["currency"]),
        tuple(Milestone(texts(f"{m['number']} {m['title']}")) for m in mine),
        until=max(day(row["due"]), day(row["long_stop"])),
    )


def _budgets(head: Heading, tranches: Sequence[dict[str, Any]], signed: dict[str, date]) -> tuple[Budget, ...]:
    """What is promised by year of the programme; one budget for each currency."""
    first_month = head.content["fiscal_year_start"]
    sums: dict[tuple[int, str], Decimal] = {}
    on: dict[tuple[int, str], date] = {}
    for row in tranches:
        key = (row["year"], row["currency"])
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["amount"])
        on[key] = max(on.get(key, date.min), signed[row["commitment"]])
    return tuple(
        Budget(
            Quarter(year, 1, first_month).first,
            Quarter(year, 4, first_month).last,
            Money(total, on[year, currency], currency),
            committed=True,
        )
        for (year, currency), total in sorted(sums.items())
    )


def _transactions(
    commitments: Sequence[dict[str, Any]], tranches: Sequence[dict[str, Any]], provider: Party, receiver: Party
) -> tuple[Transaction, ...]:
    """A commitment for each promise, and a disbursement for each payment that is open to the reader."""
    found = [
        Transaction(
            TransactionType.COMMITMENT,
            day(row["on"]),
            Money(Decimal(row["promised"]), day(row["on"]), row["currency"]),
            row["id"],
            texts(row["title"]),
            provider,
            receiver,
        )
        for row in commitments
    ]
    found += [
        Transaction(
            TransactionType.DISBURSEMENT,
            day(paid["on"]),
            Money(Decimal(paid["amount"]), day(paid["on"]), row["currency"]),
            None,
            texts(f"Tranche {row['number']}"),
            provider,
            receiver,
        )
        for row in tranches
        for paid in row["payments"] or ()
    ]
    return tuple(found)


def results(sections: dict[str, Any]) -> tuple[Result, ...]:
    """Each indicator that is shown, with baseline, target and actual; what is missing is left out."""
    card = sections["scorecard"]
    return tuple(_result(row) for row in card["indicators"]) if card else ()


def _result(row: dict[str, Any]) -> Result:
    baselines: tuple[Baseline, ...] = ()
    if row["baseline"] is not None and row["baseline_on"]:
        on = day(row["baseline_on"])
        baselines = (Baseline(on.year, Reading(Decimal(row["baseline"])), on),)
    target = Reading(Decimal(row["target"])) if row["target"] is not None else None
    actual = Reading(Decimal(row["actual"])) if row["actual"] is not None else None
    periods = []
    if row["from"]:
        period = Period(day(row["from"]), day(row["until"]), actuals=(actual,) if actual else ())
        periods.append(period)
    if target and row["target_by"]:
        by = day(row["target_by"])
        start = day(row["baseline_on"]) if row["baseline_on"] and day(row["baseline_on"]) <= by else by
        periods.append(Period(start, by, targets=(target,)))
    indicator = Indicator(
        Measure.PERCENTAGE if row["unit"] in ("%", "per cent") else Measure.UNIT,
        texts(row["title"]),
        texts(f"{row['definition']} ({row['unit']})"),
        ascending=row["direction"] == "rising",
        baselines=baselines,
        periods=tuple(periods),
    )
    kind = ResultType.OUTCOME if row["level"] == "outcome" else ResultType.OUTPUT
    return Result(kind, texts(row["title"]), (indicator,), aggregable=False)
