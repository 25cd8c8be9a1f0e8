"""Words of the field: the services of the FIRST CSIRT Services Framework 2.1, by their numbers, and maturity.

Numbers and titles are facts of the framework (first.org, CSIRT Services Framework, version 2.1, 2019).
"""

from django.utils.translation import gettext_lazy as _

FRAMEWORK = "FIRST CSIRT Services Framework 2.1"
AREAS = {
    "5": _("Information Security Event Management"),
    "6": _("Information Security Incident Management"),
    "7": _("Vulnerability Management"),
    "8": _("Situational Awareness"),
    "9": _("Knowledge Transfer"),
}
SERVICES = {
    "5.1": _("Monitoring and detection"),
    "5.2": _("Event analysis"),
    "6.1": _("Information security incident report acceptance"),
    "6.2": _("Information security incident analysis"),
    "6.3": _("Artifact and forensic evidence analysis"),
    "6.4": _("Mitigation and recovery"),
    "6.5": _("Information security incident coordination"),
    "6.6": _("Crisis management support"),
    "7.1": _("Vulnerability discovery/research"),
    "7.2": _("Vulnerability report intake"),
    "7.3": _("Vulnerability analysis"),
    "7.4": _("Vulnerability coordination"),
    "7.5": _("Vulnerability disclosure"),
    "7.6": _("Vulnerability response"),
    "8.1": _("Data acquisition"),
    "8.2": _("Analysis and synthesis"),
    "8.3": _("Communication"),
    "9.1": _("Awareness building"),
    "9.2": _("Training and education"),
    "9.3": _("Exercises"),
    "9.4": _("Technical and policy advisory"),
}
# Tiers that teams state by SIM3 (Security Incident Management Maturity Model).
MATURITY = {
    "basic": _("Basic"),
    "intermediate": _("Intermediate"),
    "advanced": _("Advanced"),
}
MATURITY_BY = {
    "self": _("its own statement"),
    "peer": _("peers who looked at it"),
    "certified": _("a certification"),
}
CHANNELS = {
    "email": _("E-mail"),
    "phone": _("Telephone"),
    "messenger": _("Encrypted messenger"),
    "satellite": _("Satellite telephone or radio"),
    "form": _("Web form"),
}
SEVERITIES = {
    "low": _("Low"),
    "medium": _("Medium"),
    "high": _("High"),
    "critical": _("Critical"),
}
NEEDS = {
    "coordination": _("Coordination across borders"),
    "analysis": _("Analysis of an incident"),
    "forensics": _("Forensic work"),
    "containment": _("Containment and recovery"),
    "equipment": _("Equipment or licences"),
    "staff": _("People on the spot"),
}
OUTCOMES = {
    "helped": _("Help came and the work is done"),
    "no-help": _("No help came"),
    "not-needed": _("Help is no longer needed"),
}


def services_by_area(numbers: list[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Titles of areas, each with number and title of the services named, in the framework's order."""
    found = []
    for area, title in AREAS.items():
        held = [(n, str(SERVICES[n])) for n in SERVICES if n in numbers and n.startswith(f"{area}.")]
        if held:
            found.append((str(title), held))
    return found
