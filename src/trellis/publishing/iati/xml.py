"""Small helpers to write and read XML safely."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from lxml import etree

from trellis.publishing.iati.model import Money, Texts

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Value = str | int | Decimal | date | None

# Characters that XML 1.0 cannot carry, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NotXML(ValueError):
    """The bytes are not well-formed XML; `line` says where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def parse(document: bytes) -> etree._ElementTree:
    """The parsed document. External entities, DTDs and the network are never read. Raises NotXML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.ElementTree(etree.fromstring(document, parser))
    except etree.XMLSyntaxError as error:
        raise NotXML(error.msg or "not well-formed", error.lineno or 0) from error


def clean(text: str) -> str:
    """The text with every character that XML cannot carry replaced by U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", text)


def shown(value: Value | bool) -> str:
    """A value as XML Schema writes it; decimals without exponent, booleans as 1 and 0."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("a number that is not finite cannot be published")
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return clean(str(value))


def node(parent: etree._Element, tag: str) -> etree._Element:
    return etree.SubElement(parent, tag)


class Writer:
    """Writes into one activity; leaves out what is the activity's default or not known."""

    def __init__(self, element: etree._Element, language: str | None, currency: str | None) -> None:
        self.element = element
        self.language = language
        self.currency = currency

    def attributes(self, element: etree._Element, values: Mapping[str, Value | bool]) -> None:
        for name, value in values.items():
            if value is not None:
                element.set(name, shown(value))

    def child(
        self,
        tag: str,
        parent: etree._Element | None = None,
        text: str | None = None,
        **values: Value | bool,
    ) -> etree._Element:
        """A new last child; keyword names become attributes, with underscores as hyphens."""
        element = node(self.element if parent is None else parent, tag)
        if text is not None:
            element.text = clean(text)
        self.attributes(element, {name.replace("_", "-"): value for name, value in values.items()})
        return element

    def code(self, tag: str, code: str | None, parent: etree._Element | None = None) -> None:
        """A child that has nothing but a code, or nothing where there is no code."""
        if code is not None:
            self.child(tag, parent, code=code)

    def texts(self, element: etree._Element, texts: Texts) -> None:
        """One `narrative` a language, in the order given; empty texts are left out."""
        for text in texts:
            if not text.text.strip():
                continue
            narrative = self.child("narrative", element, text=text.text)
            if text.language is not None and text.language != self.language:
                narrative.set(XML_LANG, text.language)

    def money(self, element: etree._Element, money: Money) -> None:
        value = self.child("value", element, text=shown(money.amount))
        if money.currency is not None and money.currency != self.currency:
            value.set("currency", money.currency)
        value.set("value-date", shown(money.on))
