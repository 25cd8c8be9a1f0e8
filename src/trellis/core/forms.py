"""The base form and how forms are laid out: plain words for errors, a summary that links to each field.

    class RecordForm(Form):
        title = forms.CharField(label=_("Short name"), max_length=200)
        detected = KnownDateTimeField(label=_("Detected"), allow_unknown=False)

        class Meta:
            bands = [(_("What"), "", ["title"]), (_("When"), _("Sefwi time."), ["detected"])]

Fields and widgets come from here too: `from trellis.core.forms import Form, MoneyField, forms`.
"""

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trellis.core.fields import (
    NOT_KNOWN,
    DayField,
    FileField,
    KnownDateTimeField,
    MoneyField,
    NumberField,
    TlpField,
    Unknown,
)

__all__ = [
    "NOT_KNOWN",
    "DayField",
    "FileField",
    "Form",
    "KnownDateTimeField",
    "MoneyField",
    "NumberField",
    "TlpField",
    "Unknown",
    "forms",
]

Messages = dict[str, Any]  # code to text, lazy or not

# Standard errors in plain words. The first class that fits gives the word; later ones fill the gaps.
CATALOGUE: list[tuple[type[forms.Field], Messages]] = [
    (TlpField, {"required": gettext_lazy("Choose a label")}),
    (
        forms.MultipleChoiceField,
        {
            "required": gettext_lazy("Choose at least one"),
            "invalid_choice": gettext_lazy("%(value)s is not one of the choices"),
        },
    ),
    (
        forms.ModelMultipleChoiceField,
        {
            "required": gettext_lazy("Choose at least one"),
            "invalid_choice": gettext_lazy("%(value)s is not one of the choices"),
        },
    ),
    (
        forms.ChoiceField,
        {"required": gettext_lazy("Choose one"), "invalid_choice": gettext_lazy("Choose one from the list")},
    ),
    (
        forms.ModelChoiceField,
        {"required": gettext_lazy("Choose one"), "invalid_choice": gettext_lazy("Choose one from the list")},
    ),
    (
        KnownDateTimeField,
        {
            "required": gettext_lazy("Enter a date and a time, or say that it is not known"),
            "invalid_date": gettext_lazy("Enter a date, such as 8 July 2027"),
            "invalid_time": gettext_lazy("Enter a time, such as 14:30"),
        },
    ),
    (
        forms.DateTimeField,
        {
            "required": gettext_lazy("Enter a date and a time"),
            "invalid": gettext_lazy("Enter a date and a time, such as 2027-07-08 14:30"),
        },
    ),
    (
        forms.DateField,
        {
            "required": gettext_lazy("Enter a date, such as 8 July 2027"),
            "invalid": gettext_lazy("Enter a date, such as 8 July 2027"),
        },
    ),
    (
        forms.TimeField,
        {
            "required": gettext_lazy("Enter a time, such as 14:30"),
            "invalid": gettext_lazy("Enter a time, such as 14:30"),
        },
    ),
    (
        MoneyField,
        {
            "required": gettext_lazy("Enter an amount"),
            "invalid": gettext_lazy("Enter an amount in figures, such as 1200.50"),
        },
    ),
    (
        forms.IntegerField,
        {
            "required": gettext_lazy("Enter a number"),
            "invalid": gettext_lazy("Enter a number in figures, such as 12"),
            "min_value": gettext_lazy("Enter %(limit_value)s or more"),
            "max_value": gettext_lazy("Enter %(limit_value)s or less"),
        },
    ),
    (
        FileField,
        {
            "required": gettext_lazy("Choose a file"),
            "missing": gettext_lazy("Choose a file"),
            "empty": gettext_lazy("The file is empty; choose another"),
        },
    ),
    (forms.BooleanField, {"required": gettext_lazy("Tick the box to go on")}),
    (
        forms.EmailField,
        {
            "required": gettext_lazy("Enter a mail address"),
            "invalid": gettext_lazy("Enter a mail address, such as name@example.org"),
        },
    ),
    (forms.URLField, {"invalid": gettext_lazy("Enter a web address, such as https://example.org/page")}),
    (forms.Field, {"required": gettext_lazy("Write something here")}),
]


def plain_words(field: forms.Field) -> None:
    """Replaces Django's own error texts of a field; texts that its author wrote stay."""
    standard = [getattr(c, "default_error_messages", {}) for c in type(field).__mro__]
    wanted: Messages = {}
    for kind, texts in CATALOGUE:
        if isinstance(field, kind):
            wanted = {**texts, **wanted}
    for code, text in wanted.items():
        present = field.error_messages.get(code)
        if present is None or any(present is texts.get(code) for texts in standard):
            field.error_messages[code] = text


class Form(forms.Form):
    """Base of every form. `Meta.bands`: [(heading, note, [field names])]; what is left out comes last."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            plain_words(field)
            if isinstance(field.widget, forms.Textarea):
                if field.widget.attrs.get("rows") == "10":  # Django's own default
                    field.widget.attrs["rows"] = "4"
                field.widget.attrs.pop("cols", None)

    @property
    def bands(self) -> list[tuple[Any, Any, list[BoundField]]]:
        """Headings, notes and bound fields in order; hidden fields are not among them."""
        declared = getattr(getattr(self, "Meta", None), "bands", [])
        done: set[str] = set()
        found = []
        for heading, note, names in declared:
            present = [n for n in names if n in self.fields]
            done.update(present)
            shown_fields = [self[n] for n in present if not self[n].is_hidden]
            if shown_fields:
                found.append((heading, note, shown_fields))
        rest = [self[n] for n in self.fields if n not in done and not self[n].is_hidden]
        if rest:
            found.append(("", "", rest))
        return found


def layout(form: forms.BaseForm) -> dict[str, Any]:
    """What the form template draws; works for any Django form."""
    bands = getattr(form, "bands", None)
    if bands is None:
        bands = [("", "", form.visible_fields())]
    return {
        "form": form,
        "bands": bands,
        "hidden": form.hidden_fields(),
        "multipart": form.is_multipart(),
        "plain": not any(heading for heading, _note, _fields in bands),
    }


def anchor(bound: BoundField) -> str:
    """The id of the first thing in a field that takes the focus."""
    widget = bound.field.widget
    base = bound.id_for_label or bound.auto_id
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple | forms.MultiWidget):
        return f"{bound.auto_id}_0"
    return str(base)


def summary(form: forms.BaseForm) -> dict[str, Any]:
    """The errors with links, and a heading that counts them."""
    items = [("", str(error)) for error in form.non_field_errors()]
    for name in form.errors:
        if name in form.fields:
            bound = form[name]
            label = str(bound.label).rstrip(".:")
            joint = " " if label.endswith(("?", "؟")) else ": "
            items += [(f"#{anchor(bound)}", f"{label}{joint}{error}") for error in bound.errors]
    heading = ngettext("%(n)s answer needs another look", "%(n)s answers need another look", len(items))
    note = _("Nothing is lost. What you wrote is below; it is not saved yet.")
    if form.is_multipart() and form.files:
        note += " " + _("Files have to be chosen again.")
    return {"items": items, "heading": heading % {"n": len(items)}, "note": note}


def shown(bound: BoundField) -> dict[str, Any]:
    """How one field is drawn. `kind`: group, check, set, file, plain."""
    widget = bound.field.widget
    kind = "plain"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        kind = "group"
    elif isinstance(widget, forms.CheckboxInput):
        kind = "check"
    elif isinstance(widget, forms.MultiWidget):
        kind = "set"
    short = (forms.Select, forms.NumberInput, forms.DateInput, forms.TimeInput)
    if isinstance(widget, short) and not isinstance(widget, forms.SelectMultiple):
        widget.attrs.setdefault("class", "short")
    note = getattr(bound.field, "size_note", "")
    if note and note not in bound.help_text:
        bound.help_text = f"{bound.help_text} {note}".strip()
    optional = not bound.field.required and kind != "check" and not bound.field.disabled
    return {"field": bound, "kind": kind, "optional": optional, "errors": bound.errors}
