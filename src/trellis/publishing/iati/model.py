"""What an IATI 2.03 activity file says, as frozen dataclasses.

Codes are those of the IATI code lists, kept as strings: the lists grow, and a code that this version does
not know must still pass through. `None` and the empty tuple mean "not reported" and are left out of the file.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Role(StrEnum):
    """What an organisation does in an activity (code list OrganisationRole)."""

    FUNDING = "1"
    ACCOUNTABLE = "2"
    EXTENDING = "3"
    IMPLEMENTING = "4"


class TransactionType(StrEnum):
    """The movements of money that Trellis reports (code list TransactionType)."""

    INCOMING_FUNDS = "1"
    COMMITMENT = "2"
    DISBURSEMENT = "3"
    EXPENDITURE = "4"
    INCOMING_COMMITMENT = "11"


class ResultType(StrEnum):
    OUTPUT = "1"
    OUTCOME = "2"
    IMPACT = "3"
    OTHER = "9"


class Measure(StrEnum):
    """Unit of an indicator (code list IndicatorMeasure); qualitative ones carry no value."""

    UNIT = "1"
    PERCENTAGE = "2"
    NOMINAL = "3"
    ORDINAL = "4"
    QUALITATIVE = "5"


class ConditionType(StrEnum):
    POLICY = "1"
    PERFORMANCE = "2"
    FIDUCIARY = "3"


class DateType(StrEnum):
    PLANNED_START = "1"
    ACTUAL_START = "2"
    PLANNED_END = "3"
    ACTUAL_END = "4"


@dataclass(frozen=True)
class Narrative:
    """One text in one language; `language` None means the activity's default language."""

    text: str
    language: str | None = None


Texts = tuple[Narrative, ...]


@dataclass(frozen=True)
class Money:
    """`currency` None means the activity's default currency; `on` is the date of the value."""

    amount: Decimal
    on: date
    currency: str | None = None


@dataclass(frozen=True)
class ReportingOrg:
    ref: str
    type: str
    name: Texts
    secondary: bool | None = None


@dataclass(frozen=True)
class Participation:
    role: Role
    name: Texts = ()
    ref: str | None = None
    type: str | None = None
    activity_id: str | None = None


@dataclass(frozen=True)
class Party:
    """Provider or receiver of money; `activity_id` is the activity it comes from or goes to."""

    name: Texts = ()
    ref: str | None = None
    type: str | None = None
    activity_id: str | None = None


@dataclass(frozen=True)
class OtherIdentifier:
    ref: str
    type: str
    owner: Party | None = None


@dataclass(frozen=True)
class ActivityDate:
    type: DateType
    on: date


@dataclass(frozen=True)
class Recipient:
    """A country (`vocabulary` None) or, with a vocabulary, a region; `percentage` of the activity's money."""

    code: str
    percentage: Decimal | None = None
    vocabulary: str | None = None
    name: Texts = ()


@dataclass(frozen=True)
class Location:
    ref: str | None = None
    reach: str | None = None
    place: tuple[str, str] | None = None  # (gazetteer, code)
    name: Texts = ()
    description: Texts = ()
    point: tuple[Decimal, Decimal] | None = None  # latitude, longitude, EPSG 4326
    exactness: str | None = None


@dataclass(frozen=True)
class Sector:
    code: str
    vocabulary: str | None = None
    vocabulary_uri: str | None = None
    percentage: Decimal | None = None
    name: Texts = ()


@dataclass(frozen=True)
class PolicyMarker:
    code: str
    significance: str | None = None
    vocabulary: str | None = None
    name: Texts = ()


@dataclass(frozen=True)
class Budget:
    start: date
    end: date
    value: Money
    revised: bool = False
    committed: bool | None = None


@dataclass(frozen=True)
class PlannedDisbursement:
    start: date
    value: Money
    end: date | None = None
    revised: bool = False
    provider: Party | None = None
    receiver: Party | None = None


@dataclass(frozen=True)
class Transaction:
    type: TransactionType
    on: date
    value: Money
    ref: str | None = None
    description: Texts = ()
    provider: Party | None = None
    receiver: Party | None = None


@dataclass(frozen=True)
class DocumentLink:
    url: str
    format: str
    title: Texts
    categories: tuple[str, ...]
    description: Texts = ()
    languages: tuple[str, ...] = ()
    on: date | None = None


@dataclass(frozen=True)
class Condition:
    type: ConditionType
    text: Texts


@dataclass(frozen=True)
class Conditions:
    """`Conditions(())` says that there are none; an activity without `Conditions` does not say."""

    items: tuple[Condition, ...]


@dataclass(frozen=True)
class Reference:
    """Where an indicator or result is defined elsewhere, for instance a target of the global goals."""

    vocabulary: str
    code: str
    uri: str | None = None


@dataclass(frozen=True)
class Reading:
    """A target or an actual: `value` None is "not known" and never becomes a number."""

    value: Decimal | None = None
    comment: Texts = ()
    dimensions: tuple[tuple[str, str], ...] = ()  # (name, value)


@dataclass(frozen=True)
class Baseline:
    year: int
    reading: Reading
    on: date | None = None


@dataclass(frozen=True)
class Period:
    start: date
    end: date
    targets: tuple[Reading, ...] = ()
    actuals: tuple[Reading, ...] = ()


@dataclass(frozen=True)
class Indicator:
    measure: Measure
    title: Texts
    description: Texts = ()
    ascending: bool | None = None
    aggregable: bool | None = None
    references: tuple[Reference, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    periods: tuple[Period, ...] = ()


@dataclass(frozen=True)
class Result:
    type: ResultType
    title: Texts
    indicators: tuple[Indicator, ...]
    description: Texts = ()
    aggregable: bool | None = None
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Activity:
    identifier: str
    reporting: ReportingOrg
    title: Texts
    descriptions: tuple[tuple[str | None, Texts], ...]  # (DescriptionType or None, texts)
    status: str
    dates: tuple[ActivityDate, ...]
    participants: tuple[Participation, ...]
    language: str | None = None
    currency: str | None = None
    updated: datetime | None = None
    hierarchy: int | None = None
    other_identifiers: tuple[OtherIdentifier, ...] = ()
    scope: str | None = None
    recipients: tuple[Recipient, ...] = ()
    locations: tuple[Location, ...] = ()
    sectors: tuple[Sector, ...] = ()
    policy_markers: tuple[PolicyMarker, ...] = ()
    collaboration_type: str | None = None
    flow_type: str | None = None
    finance_type: str | None = None
    aid_types: tuple[str, ...] = ()
    tied_status: str | None = None
    budgets: tuple[Budget, ...] = ()
    planned_disbursements: tuple[PlannedDisbursement, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    documents: tuple[DocumentLink, ...] = ()
    related: tuple[tuple[str, str], ...] = ()  # (RelatedActivityType, identifier)
    conditions: Conditions | None = None
    results: tuple[Result, ...] = ()
