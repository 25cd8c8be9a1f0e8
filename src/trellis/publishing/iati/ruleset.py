"""Checks an IATI file against a ruleset given as data (the JSON of the IATI ruleset specification)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from trellis.publishing.iati.rules import RULES, Failure, NotCheckable
from trellis.publishing.iati.subject import Case, RulesetError, Subject, text, where
from trellis.publishing.iati.xml import parse

LOOP = "loop"


@dataclass(frozen=True)
class Finding:
    """One thing that a file gets wrong.

    `rule` is the rule's name, `id` and `guidance` what the ruleset says of it, `message` what was expected
    and what was found, at `xpath` and `line`. `severity` is critical, error or warning.
    """

    rule: str
    id: str
    severity: str
    xpath: str
    line: int
    message: str
    guidance: str = ""


@dataclass(frozen=True)
class Report:
    """`unchecked` names the rules that could not be judged, and why: they have not been met."""

    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """No finding above a warning."""
        return all(finding.severity == "warning" for finding in self.findings)


@dataclass(frozen=True)
class _Step:
    """One case of one rule; a loop has its rules in `inner`."""

    name: str
    case: Case
    inner: tuple["_Step", ...] = ()


@dataclass(frozen=True)
class Ruleset:
    contexts: tuple[tuple[str, tuple[_Step, ...]], ...]


def load(source: bytes) -> Ruleset:
    """The ruleset in a JSON document. Raises RulesetError when it cannot be used as a whole."""
    try:
        content = json.loads(source, parse_float=Decimal)
    except ValueError as error:
        raise RulesetError(f"not JSON: {error}") from error
    if not isinstance(content, dict):
        raise RulesetError("a ruleset is an object of contexts")
    return Ruleset(tuple((context, tuple(_steps(rules))) for context, rules in content.items()))


def _steps(rules: Any) -> Iterator[_Step]:
    if not isinstance(rules, dict):
        raise RulesetError("a context holds an object of rules")
    for given, body in rules.items():
        name = given.replace("_", "").lower()
        if name != LOOP and name not in RULES:
            raise RulesetError(f"unknown rule {given!r}")
        cases = body.get("cases") if isinstance(body, dict) else None
        if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
            raise RulesetError(f"{given} needs a list of cases")
        for case in cases:
            yield _step(given, {key.replace("_", "").lower(): value for key, value in case.items()})


def _step(given: str, case: Case) -> _Step:
    name = given.replace("_", "").lower()
    if name == LOOP:
        _need(given, case, frozenset({"foreach", "do", "subs"}))
        return _Step(LOOP, case, tuple(_steps(case["do"])))
    official, _rule, keys = RULES[name]
    _need(given, case, keys)
    return _Step(official, case)


def _need(name: str, case: Case, keys: frozenset[str]) -> None:
    missing = sorted(keys - case.keys())
    if missing:
        raise RulesetError(f"{name} needs {', '.join(missing)}")


def check(
    document: bytes,
    ruleset: Ruleset,
    *,
    now: datetime,
    id_sets: Mapping[str, frozenset[str]] | None = None,
) -> Report:
    """What `document` gets wrong.

    `now` is the moment against which "not in the future" is judged. `id_sets` may give ORG-ID (identifiers of
    known publishers) and ORG-ID-PREFIX (approved prefixes); a rule that needs prefixes which were not given
    is listed as unchecked. Raises NotXML for a broken document and RulesetError for a broken ruleset.
    """
    tree = parse(document)
    findings: list[Finding] = []
    unchecked: dict[str, None] = {}
    for context, steps in ruleset.contexts:
        for element in Subject(tree.getroot(), now).select(context):
            subject = Subject(element, now, id_sets or {})
            for step in steps:
                for name, case, outcome in _outcomes(subject, step):
                    if isinstance(outcome, NotCheckable):
                        unchecked[f"{_info(case, 'id') or name}: {outcome}"] = None
                    else:
                        findings.append(_finding(element, name, case, outcome))
    return Report(tuple(findings), tuple(unchecked))


def _outcomes(subject: Subject, step: _Step) -> Iterator[tuple[str, Case, Failure | NotCheckable]]:
    condition = step.case.get("condition")
    if condition is not None and not subject.truth(condition, "condition"):
        return
    if step.name == LOOP:
        substituted = frozenset(key.replace("_", "").lower() for key in step.case["subs"])
        values = dict.fromkeys(text(match) for match in subject.select(step.case["foreach"], "foreach"))
        for value in values:
            looped = replace(subject, value=value, substituted=substituted)
            for inner in step.inner:
                yield from _outcomes(looped, inner)
        return
    rule = RULES[step.name.replace("_", "")][1]
    try:
        for failure in rule(subject, step.case):
            yield step.name, step.case, failure
    except NotCheckable as reason:
        yield step.name, step.case, reason


def _info(case: Case, key: str) -> str:
    return str(case.get("ruleinfo", {}).get(key, ""))


def _finding(element: etree._Element, name: str, case: Case, failure: Failure) -> Finding:
    xpath, line = where(element if failure.at is None else failure.at)
    return Finding(
        rule=name,
        id=_info(case, "id"),
        severity=_info(case, "severity") or "error",
        xpath=xpath,
        line=line,
        message=failure.message,
        guidance=_info(case, "message"),
    )


def codes(codelist: bytes) -> frozenset[str]:
    """The codes of an IATI code list file, for instance OrganisationRegistrationAgency as ORG-ID-PREFIX."""
    return frozenset(
        (code.text or "").strip() for code in parse(codelist).getroot().iter("code") if (code.text or "").strip()
    )
