"""Presets: how tables of incidents that others publish become ours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Preset:
    """How a publisher's columns become ours: a mapping, and what is derived where we have other columns."""

    mapping: Mapping[str, str]
    derive: Callable[[Mapping[str, str]], Mapping[str, str]] = field(default=lambda _cells: {})


_NOTICE_CLASSES = {
    "ransomware": "information-content-security:unauthorised-information-modification",
    "malware": "malicious-code:infected-system",
    "phishing": "fraud:phishing",
    "skimmers": "information-content-security:data-leak",
    "other": "other:other",
    "unclear/unknown": "other:undetermined",
    "unauthorized access": "information-content-security:unauthorised-information-access",
    "theft or mistake": "information-content-security",
    "cyberattack": "other:undetermined",
}


def _notice(cells: Mapping[str, str]) -> Mapping[str, str]:
    """Title and class of a notice, which has neither: the kind of attack or else the cause, and who."""
    kind = cells.get("attack_type", "").strip() or cells.get("cause", "").strip()
    who = cells.get("industry", "").strip()
    title = ": ".join(part for part in (kind, who) if part)
    return {"title": title, "class": _NOTICE_CLASSES.get(kind.casefold(), "")}


BREACH_NOTICES = Preset(
    mapping={
        "id": "reference",
        "industry": "sector",
        "started": "started",
        "ended": "contained",
        "aware": "detected",
        "notified": "reported",
        "people_affected": "people_affected",
    },
    derive=_notice,
)
"""Public breach notices (id, industry, cause, attack_type, started, ended, aware, notified, people_affected).

"notified" becomes `reported`: it is when people outside were told, weeks later, and not when the responders
took the incident up, so `acknowledged` stays unknown. Nobody rated severity, so that stays unknown too.
"""

PRESETS: dict[str, Preset] = {"breach-notices": BREACH_NOTICES}
