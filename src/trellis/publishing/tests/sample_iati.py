"""A complete activity, invented: the country office of Norvia's donor agency pays Estrana in tranches."""

from datetime import UTC, date, datetime
from decimal import Decimal

from trellis.publishing.iati.model import (
    Activity,
    ActivityDate,
    Baseline,
    Budget,
    DateType,
    DocumentLink,
    Indicator,
    Location,
    Measure,
    Money,
    Narrative,
    OtherIdentifier,
    Participation,
    Party,
    Period,
    PolicyMarker,
    Reading,
    Recipient,
    Reference,
    ReportingOrg,
    Result,
    ResultType,
    Role,
    Sector,
    Transaction,
    TransactionType,
)
from trellis.publishing.iati.tranches import Milestone, Tranche, from_tranches

GENERATED = datetime(2027, 7, 8, 9, 30, tzinfo=UTC)
DONOR = Party((Narrative("Norvia Cooperation"),), "XM-DAC-99901", "10")
PARTNER = Party((Narrative("Ministry of Digital Affairs"),), "XI-IATI-99902", "10")


def eur(amount: str, on: date) -> Money:
    return Money(Decimal(amount), on)


def tranches() -> tuple[Tranche, ...]:
    return (
        Tranche(
            (Narrative("Tranche 2"), Narrative("Tranche 2", "fr")),
            date(2028, 3, 1),
            eur("400000", date(2027, 1, 15)),
            (
                Milestone((Narrative("Half of the agencies drilled"), Narrative("أجري التمرين", "ar"))),
                Milestone((Narrative("Law in force"), Narrative("Loi en vigueur", "fr"))),
            ),
            until=date(2028, 3, 31),
        ),
        Tranche(
            (Narrative("Tranche 1"),),
            date(2027, 9, 1),
            eur("600000.50", date(2027, 1, 15)),
            (Milestone((Narrative("Team of five in post"),)),),
        ),
    )


def result() -> Result:
    period = Period(
        date(2027, 1, 1),
        date(2027, 12, 31),
        targets=(Reading(Decimal("24")),),
        actuals=(Reading(Decimal("30"), (Narrative("8 incidents, 3 still open"),), (("sector", "energy"),)),),
    )
    unknown = Period(date(2028, 1, 1), date(2028, 12, 31), (Reading(Decimal("12")),), (Reading(None),))
    return Result(
        ResultType.OUTCOME,
        (Narrative("Incidents are contained faster"), Narrative("Incidents contenus plus vite", "fr")),
        (
            Indicator(
                Measure.UNIT,
                (Narrative("Median hours to contain"),),
                ascending=False,
                references=(Reference("99", "contain", "https://example.org/indicators"),),
                baselines=(Baseline(2026, Reading(Decimal("48")), date(2026, 12, 31)),),
                periods=(period, unknown),
            ),
            Indicator(
                Measure.QUALITATIVE,
                (Narrative("What the on-call engineers say"),),
                periods=(
                    Period(
                        date(2027, 1, 1),
                        date(2027, 12, 31),
                        (),
                        (Reading(None, (Narrative("Calmer nights"),)),),
                    ),
                ),
            ),
        ),
        aggregable=False,
    )


def activity() -> Activity:
    planned, conditions = from_tranches(tranches(), DONOR, PARTNER)
    return Activity(
        identifier="XM-DAC-99901-CYBER-1",
        reporting=ReportingOrg("XM-DAC-99901", "10", DONOR.name, secondary=False),
        title=(Narrative("A response team of its own"), Narrative("فريق استجابة خاص", "ar")),
        descriptions=(
            ("1", (Narrative("Builds the national response team & hands it over."),)),
            ("2", (Narrative("Steps back in five years."),)),
        ),
        status="2",
        dates=(
            ActivityDate(DateType.PLANNED_END, date(2031, 12, 31)),
            ActivityDate(DateType.ACTUAL_START, date(2027, 1, 1)),
        ),
        participants=(
            Participation(Role.FUNDING, DONOR.name, DONOR.ref, "10"),
            Participation(Role.IMPLEMENTING, PARTNER.name, PARTNER.ref, "10"),
        ),
        language="en",
        currency="EUR",
        updated=datetime(2027, 7, 1, tzinfo=UTC),
        other_identifiers=(OtherIdentifier("P-7", "A1", DONOR),),
        scope="4",
        recipients=(Recipient("QZ", Decimal("100")),),
        locations=(
            Location("L1", "1", ("G1", "1234"), (Narrative("Capital"),), (), (Decimal("12.5"), Decimal("-7")), "1"),
        ),
        sectors=(
            Sector("22040", "1", percentage=Decimal("70")),
            Sector("15110", "1", percentage=Decimal("30")),
        ),
        policy_markers=(PolicyMarker("2", "1", "1"),),
        collaboration_type="1",
        flow_type="10",
        finance_type="110",
        aid_types=("C01",),
        tied_status="5",
        budgets=(Budget(date(2027, 1, 1), date(2027, 12, 31), eur("600000.50", date(2027, 1, 15)), committed=True),),
        planned_disbursements=planned,
        transactions=(
            Transaction(
                TransactionType.COMMITMENT,
                date(2027, 1, 15),
                eur("1000000.50", date(2027, 1, 15)),
                "C-1",
                (Narrative("Five years, firm"),),
                DONOR,
                PARTNER,
            ),
            Transaction(
                TransactionType.DISBURSEMENT,
                date(2027, 6, 30),
                Money(Decimal("1E+5"), date(2027, 6, 30), "USD"),
            ),
        ),
        documents=(
            DocumentLink(
                "https://example.org/agreement.pdf",
                "application/pdf",
                (Narrative("Agreement"),),
                ("A09",),
                languages=("en", "ar"),
                on=date(2027, 1, 10),
            ),
        ),
        related=(("1", "XM-DAC-99901-CYBER"),),
        conditions=conditions,
        results=(result(),),
    )
