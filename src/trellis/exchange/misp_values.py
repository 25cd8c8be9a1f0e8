"""One attribute of MISP as STIX: the pattern that finds it, and the observables that it is.

The table at the end is the whole mapping. A type that is not there is not mapped, and the report says so.
"""

import ipaddress
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from trellis.core import canonical

# STIX 2.1, section 2.9: identifiers of observables are made from what they are.
NAMESPACE = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
HASHES = {"md5": ("MD5", 32), "sha1": ("SHA-1", 40), "sha256": ("SHA-256", 64), "sha512": ("SHA-512", 128)}


class Wrong(ValueError):
    """A value that is not of its type; the message says what was expected."""


@dataclass(frozen=True)
class Meaning:
    """What an attribute means. Without observables it can be looked for, but not be said to have been seen."""

    pattern: str
    observables: tuple[dict[str, Any], ...] = ()
    language: str = "stix"


Reader = Callable[[str], Meaning]


def observable(kind: str, **properties: Any) -> dict[str, Any]:
    """An observable with its own identifier. `properties` are those that contribute to it."""
    name = canonical.encode(properties).decode()
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid.uuid5(NAMESPACE, name)}", **properties}


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _finds(*parts: tuple[str, str | int]) -> str:
    tests = (f"{path} = {value if isinstance(value, int) else _quoted(value)}" for path, value in parts)
    return f"[{' AND '.join(tests)}]"


def _plain(kind: str, name: str = "value") -> Reader:
    """An observable that is one text."""

    def read(value: str) -> Meaning:
        return Meaning(_finds((f"{kind}:{name}", value)), (observable(kind, **{name: value}),))

    return read


def _address_kind(value: str) -> str:
    try:
        return f"ipv{ipaddress.ip_network(value, strict=False).version}-addr"
    except ValueError:
        raise Wrong(_("This is no IP address.")) from None


def _address(value: str) -> Meaning:
    return _plain(_address_kind(value))(value)


def _address_port(end: str) -> Reader:
    def read(value: str) -> Meaning:
        host, port = _two(value)
        _address_kind(host)
        parts = (f"network-traffic:{end}_ref.value", host), (f"network-traffic:{end}_port", _number(port, 65535))
        return Meaning(_finds(*parts))

    return read


def _two(value: str) -> tuple[str, str]:
    first, bar, second = value.partition("|")
    if not bar or not first or not second:
        raise Wrong(_("Two values with | between them are expected."))
    return first, second


def _number(value: str, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", value) or int(value) > most:
        raise Wrong(_("A whole number up to %(most)s is expected.") % {"most": most})
    return int(value)


def _domain_address(value: str) -> Meaning:
    domain, address = _two(value)
    seen = observable(_address_kind(address), value=address)
    parts = ("domain-name:value", domain), ("domain-name:resolves_to_refs[*].value", address)
    return Meaning(_finds(*parts), (observable("domain-name", value=domain), seen))


def _hash(kind: str) -> Reader:
    name, length = HASHES[kind]

    def read(value: str) -> Meaning:
        if not re.fullmatch(rf"[0-9A-Fa-f]{{{length}}}", value):
            raise Wrong(_("%(n)s hexadecimal digits are expected.") % {"n": length})
        low = value.lower()
        return Meaning(_finds((f"file:hashes.'{name}'", low)), (observable("file", hashes={name: low}),))

    return read


def _named_hash(kind: str) -> Reader:
    name = HASHES[kind][0]

    def read(value: str) -> Meaning:
        file, digest = _two(value)
        low = _hash(kind)(digest).observables[0]["hashes"][name]
        parts = ("file:name", file), (f"file:hashes.'{name}'", low)
        return Meaning(_finds(*parts), (observable("file", hashes={name: low}, name=file),))

    return read


def _sender(value: str) -> Meaning:
    return Meaning(_finds(("email-message:from_ref.value", value)), (observable("email-addr", value=value),))


def _only_pattern(path: str) -> Reader:
    return lambda value: Meaning(_finds((path, value)))


def _hardware_address(value: str) -> Meaning:
    low = value.lower().replace("-", ":")
    if not re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", low):
        raise Wrong(_("Six pairs of hexadecimal digits are expected."))
    return _plain("mac-addr")(low)


def _registry_value(value: str) -> Meaning:
    key, data = _two(value)
    parts = ("windows-registry-key:key", key), ("windows-registry-key:values[*].data", data)
    return Meaning(_finds(*parts), (observable("windows-registry-key", key=key, values=[{"data": data}]),))


def _system(value: str) -> Meaning:
    number = _number(value.upper().removeprefix("AS"), 4_294_967_295)
    return Meaning(_finds(("autonomous-system:number", number)), (observable("autonomous-system", number=number),))


def _rule(language: str) -> Reader:
    return lambda value: Meaning(value, (), language)


READERS: dict[str, Reader] = {
    "ip-src": _address,
    "ip-dst": _address,
    "ip-src|port": _address_port("src"),
    "ip-dst|port": _address_port("dst"),
    "domain": _plain("domain-name"),
    "hostname": _plain("domain-name"),
    "domain|ip": _domain_address,
    "url": _plain("url"),
    "uri": _plain("url"),
    "email": _plain("email-addr"),
    "email-src": _sender,
    "email-dst": _plain("email-addr"),
    "email-subject": _only_pattern("email-message:subject"),
    "filename": _plain("file", "name"),
    **{kind: _hash(kind) for kind in HASHES},
    **{f"filename|{kind}": _named_hash(kind) for kind in HASHES},
    "mac-address": _hardware_address,
    "mutex": _plain("mutex", "name"),
    "regkey": _plain("windows-registry-key", "key"),
    "regkey|value": _registry_value,
    "AS": _system,
    "user-agent": _only_pattern("network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"),
    "yara": _rule("yara"),
    "sigma": _rule("sigma"),
    "snort": _rule("snort"),
}
