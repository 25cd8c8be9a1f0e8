"""Every component on one page, for tests and for looking at. Nothing of this is installed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from trellis.core import languages
from trellis.core.charts import Axis, Bar, BarChart, LineChart, Series
from trellis.core.conditions import Condition
from trellis.core.forms import DayField, FileField, Form, KnownDateTimeField, MoneyField, TlpField
from trellis.core.pieces import (
    Entry,
    HeatCell,
    HeatGroup,
    HeatMap,
    HeatRow,
    Holder,
    Job,
    Key,
    Part,
    Refusal,
    Step,
    Task,
)
from trellis.core.tables import Choice, Column, Search, Table

HERE = Path(__file__).parent
SEVERITIES = [("high", "High"), ("medium", "Medium"), ("low", "Low")]


class RecordForm(Form):
    title = forms.CharField(label="Short name", max_length=80)
    story = forms.CharField(label="What happened", widget=forms.Textarea, help_text="No names of people, no passwords.")
    severity = forms.ChoiceField(label="How severe is it?", choices=SEVERITIES, widget=forms.RadioSelect)
    sector = forms.ChoiceField(label="Sector", choices=[("ports", "Ports"), ("energy", "Energy")])
    partners = forms.MultipleChoiceField(
        label="Agencies told",
        choices=[("police", "Police"), ("coast", "Coast Guard")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    started = KnownDateTimeField(label="Started", help_text="The earliest sign, also if found later.")
    contained = KnownDateTimeField(label="Contained", allow_unknown=False, required=False)
    reported = DayField(label="Reported on")
    cost = MoneyField(label="Cost so far", currencies=["EUR", "USD"], required=False)
    file = FileField(label="Evidence", required=False, max_bytes=2_000_000, endings=["pdf"])
    label = TlpField()
    sure = forms.BooleanField(label="This record holds no live indicators")
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        bands = [
            ("What", "", ["title", "story", "severity", "sector", "partners"]),
            ("When", "Sefwi time.", ["started", "contained", "reported"]),
            ("Who may see it", "Only your side can change this later.", ["label", "sure"]),
        ]


class IncidentTable(Table):
    caption = "Incidents"
    name = "incidents"
    columns = [
        Column("reference", "Number", sort="reference", link=lambda row: f"/incidents/{row['reference']}/"),
        Column("detected", "Detected", sort="detected"),
        Column("severity", "Severity", sort="severity"),
        Column("label", "Label", kind="tlp"),
        Column("hours", "Hours", kind="num", sort="hours", missing="still open"),
        Column("cost", "Cost", kind="money"),
    ]
    filters = [Search("Number", ["reference"]), Choice("severity", "Severity", SEVERITIES)]
    default_sort = "-detected"
    page_size = 5
    empty_title = "No incident is recorded."
    empty_note = "Incidents that you may see appear here."


def rows(n: int = 41) -> list[dict[str, Any]]:
    return [
        {
            "reference": f"SC-{i:05}",
            "detected": date(2027, 1 + i % 6, 1 + i % 28),
            "severity": SEVERITIES[i % 3][0],
            "label": ["GREEN", "AMBER", "RED"][i % 3],
            "hours": None if i % 7 == 0 else i % 90,
            "cost": (Decimal(1000 * i) + Decimal("0.5") * (i % 2), "EUR"),
        }
        for i in range(n)
    ]


def figure(**changes: Any) -> SimpleNamespace:
    given = {
        "value": Decimal("16"),
        "unit": "hours",
        "n": 41,
        "as_of": date(2027, 6, 30),
        "caveats": [],
        "reason": "",
        "url": "/figures/contain/",
    }
    return SimpleNamespace(**{**given, **changes})


def survival() -> LineChart:
    first = [(0, 100), (4, 90), (8, 82), (16, 66), (26, 50), (40, 38), (60, 24), (72, 18)]
    second = [(0, 100), (3, 92), (6, 80), (10, 64), (16, 48), (30, 30), (50, 16), (72, 10)]
    band = [(0, 100, 100), (3, 80, 97), (6, 66, 89), (10, 48, 77), (16, 32, 62), (30, 17, 44), (72, 8, 30)]
    return LineChart(
        name="survival",
        title="Share of incidents not yet contained, by hours since detection",
        caption="Shaded: 95 % range for 2027 H1. Upright marks: still open. Circles: the median.",
        description="Two falling step curves; half are contained after 26 and 16 hours.",
        x=Axis("hours since detection", ticks=[(h, str(h)) for h in range(0, 73, 12)]),
        y=Axis("Incidents not yet contained, per 100 detected", top=100),
        series=[
            Series("2026 H1", first, weight=3, label="2026 H1: 26 h", mark=(26, 50)),
            Series("2027 H1", second, band=band, label="2027 H1: 16 h", ticks=[(9, 80), (44, 30)], mark=(16, 50)),
        ],
        step=True,
        lines=[50],
    )


def bars() -> BarChart:
    return BarChart(
        name="patches",
        title="Critical patches within 14 days, per 100 systems",
        caption="The upright bar is the target.",
        description="Ports 37, energy 64, health not reported; target 60.",
        axis=Axis("patched in time, per 100 systems", top=100),
        bars=[
            Bar("Ports", 37, target=60, bad=True),
            Bar("Energy", 64, target=60),
            Bar("Health", None, note="not reported"),
        ],
    )


def heat() -> HeatMap:
    none = HeatCell()
    return HeatMap(
        caption="Capability profile",
        corner="Factor",
        columns=["Government", "Law enforcement", "Academia"],
        between="Between groups",
        scale=["Starting", "Forming", "Established", "Managed", "Adaptive"],
        groups=[
            HeatGroup(
                "Incident response",
                [
                    HeatRow("Detect alerts", [HeatCell(2, "1–3", 6), HeatCell(4), none], between="2 to 4"),
                    HeatRow(
                        "Agencies act together",
                        [HeatCell(3, "2–4", 6), HeatCell(1, "1–2", 4), HeatCell(5, "5–5", 1)],
                        note="Target 4, gap not set",
                        contested=True,
                        between="1 to 5",
                        url="/x/",
                    ),
                ],
            )
        ],
    )


CONDITIONS = [
    Condition("Agreement in force", True, "1 March 2026 to 28 February 2031"),
    Condition("Consent in force on the day of acceptance", None, "Judged on that day."),
    Condition("No rights decision is open", False, "Since 2 June", holder="Justice", url="/d/7/"),
    Condition("Today lies between the first and the last possible day", True),
]


def sink() -> dict[str, Any]:
    at = datetime(2027, 7, 1, 9, 42, tzinfo=UTC)
    return {
        "keys": [
            Key("partner", "Republic of Sefwi", holder="Coordinator", may_turn=True, turn_url="/k/"),
            Key("donor", "Norvia Agency", "turned", person="Ingrid Halse", at=at, note="under right 14"),
        ],
        "conditions": CONDITIONS,
        "tasks": [
            Task("Evidence for milestone 4.3", "Two of three have adopted.", "/t/", due=date(2027, 6, 30)),
            Task("Answer finding 12", "The answer is public.", due=date(2027, 7, 23), label="GREEN"),
            Task(
                "Accept milestone 4.1",
                since=date(2027, 6, 28),
                side="donor",
                organisation="Norvia",
                action="Open",
                action_url="/o/",
            ),
        ],
        "history": [
            Entry(at, "Adopted: decision 31, exercise moved to September.", joint=True, url="/d/31/"),
            Entry(date(2027, 6, 28), "accepted 4.1.", side="partner", organisation="Coordinator"),
        ],
        "steps": [
            Step("Assess", "2nd, May 2027", "done", url="/a/"),
            Step("Prioritise", "9 in order", "done"),
            Step("Plan", "version 3", "done"),
            Step("Agree", "in force", "done"),
            Step("Fund", "1 tranche held", "now", late=True, url="/f/"),
            Step("Deliver", "41 of 96 done", "now", here=True),
            Step("Measure", "23 indicators", "now"),
            Step("Review", "22 July", "now"),
            Step("Step back", "1 of 5 functions"),
        ],
        "stages": ["Donor-led", "Joint", "Partner-led, mentor", "Partner only"],
        "parts": [
            Part("Released", Decimal(3600000), url="/m/", note="4 tranches of 9"),
            Part("Held", Decimal(1200000), "alert"),
            Part("Not yet due", Decimal(4200000), "rest"),
        ],
        "whole": Part("Promised", Decimal(9000000), note="6.0 million firm"),
        "figure": figure(caveats=["The ranges overlap. The fall may be partly chance."]),
        "no_figure": figure(value=None, reason="insufficient data", n=3),
        "heat": heat(),
        "survival": survival(),
        "bars": bars(),
        "refusal": Refusal(
            "Not released: 1 condition is not met.",
            "No one can release this tranche alone.",
            CONDITIONS[2:3],
            [
                Holder("partner", "Republic of Sefwi", "Co-chair", "Adwoa Tano"),
                Holder("donor", "Norvia", "Co-chair"),
            ],
            change="Both keys can change the rule itself, by a new decision.",
            url="/rights/",
        ),
        "amount": (Decimal(1200000), "EUR"),
        "moment": at,
    }


def page(request: HttpRequest) -> HttpResponse:
    table = IncidentTable(request, rows())
    if (download := table.response_or_none()) is not None:
        return download
    template = engines["django"].from_string((HERE / "furniture_kitchen.html").read_text())
    return HttpResponse(template.render({**sink(), "table": table}, request))


FORM = """{% extends "core/base.html" %}{% block title %}Record an incident{% endblock %}
{% block head %}<h1>Record an incident</h1>
<p class="lede">What you do not know yet, leave unknown.</p>{% endblock %}
{% block content %}{% form form submit="Save the record" second="Keep as draft" cancel_url="/" %}
{% endblock %}"""


def form_page(request: HttpRequest) -> HttpResponse:
    form = RecordForm(request.POST or None, request.FILES or None)
    return HttpResponse(engines["django"].from_string(FORM).render({"form": form}, request))


def job_page(request: HttpRequest) -> HttpResponse:
    from django.shortcuts import render

    job = Job("Importing training records", request.GET.get("state", "running"), 3, 10, url="/result/")
    return render(request, "core/progress.html", {"job": job})


urlpatterns = [
    path("", page),
    path("form/", form_page),
    path("job/", job_page),
    path("language/<slug:code>/", languages.choose, name="language"),
]
