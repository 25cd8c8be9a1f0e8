"""Incident classes: the identifiers of the Reference Security Incident Taxonomy (RSIT, version 1003)."""

TYPES: dict[str, tuple[str, ...]] = {
    "abusive-content": ("spam", "harmful-speech", "violence"),
    "malicious-code": ("infected-system", "c2-server", "malware-distribution", "malware-configuration"),
    "information-gathering": ("scanner", "sniffing", "social-engineering"),
    "intrusion-attempts": ("ids-alert", "brute-force", "exploit"),
    "intrusions": (
        "privileged-account-compromise",
        "unprivileged-account-compromise",
        "application-compromise",
        "system-compromise",
        "burglary",
    ),
    "availability": ("dos", "ddos", "misconfiguration", "sabotage", "outage"),
    "information-content-security": (
        "unauthorised-information-access",
        "unauthorised-information-modification",
        "data-loss",
        "data-leak",
    ),
    "fraud": ("unauthorised-use-of-resources", "copyright", "masquerade", "phishing"),
    "vulnerable": (
        "weak-crypto",
        "ddos-amplifier",
        "potentially-unwanted-accessible",
        "information-disclosure",
        "vulnerable-system",
    ),
    "other": ("other", "undetermined"),
    "test": ("test",),
}
"""Types by class. An incident is classed as "fraud" or, where the type is known, "fraud:phishing"."""

CLASSES: tuple[str, ...] = tuple(
    code for name, types in TYPES.items() for code in (name, *(f"{name}:{kind}" for kind in types))
)


def classified(text: str) -> str | None:
    """The class that a text names: a class, a type, or both with a colon, slash or RSIT's own notation."""
    plain = text.strip().casefold().removeprefix("rsit:").replace('"', "").replace("_", "-")
    parts = plain.replace("=", ":").replace("/", ":").split(":")
    plain = ":".join("-".join(part.split()) for part in parts)
    if plain in CLASSES:
        return plain
    return next((code for code in CLASSES if code.endswith(f":{plain}")), None)
