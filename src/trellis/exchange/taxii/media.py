"""Which media types are given and taken (sections 1.6.8 and 3.1 of TAXII 2.1)."""

TYPE = "application/taxii+json"
VERSION = "2.1"
MEDIA = f"{TYPE};version={VERSION}"


def _parts(text: str) -> tuple[str, dict[str, str]]:
    """A media type and its parameters, in small letters."""
    name, *rest = text.split(";")
    pairs = (part.partition("=") for part in rest)
    return name.strip().lower(), {k.strip().lower(): v.strip().strip('"').lower() for k, _eq, v in pairs}


def _weight(parameters: dict[str, str]) -> float:
    try:
        return float(parameters.get("q", "1"))
    except ValueError:
        return 0.0


def acceptable(header: str) -> bool:
    """Whether TAXII 2.1 is among what an Accept header takes. No header takes everything; no version takes the newest."""
    if not header.strip():
        return True
    for name, parameters in map(_parts, header.split(",")):
        if not _weight(parameters) > 0:
            continue
        if name in ("*/*", "application/*") or (name == TYPE and parameters.get("version", VERSION) == VERSION):
            return True
    return False


def taken(header: str) -> bool:
    """Whether a body of this Content-Type is read."""
    name, parameters = _parts(header)
    return name == TYPE and parameters.get("version", VERSION) == VERSION
