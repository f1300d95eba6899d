"""Plain data against the schema: every fault once, in the words of this project."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from blastradius.model.check import Fault, Location
from blastradius.model.text import nearest, printable, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LISTED = 20
"""Longest list of choices that a message spells out."""

_SINGULAR = {"varieties": "variety", "actions": "action"}
_FRACTIONS = frozenset({"probability", "own_probability", "low", "mode", "high", "stake", "effect"})
_DATES = frozenset({"since", "until", "date", "disclosed"})
_WINDOWS = frozenset({"window", "covers"})

_SHORT_FORMS = {
    "ProbabilityRange": "a number in [0, 1] or a mapping of low, mode and high",
    "Ownership": "the id of a party, a mapping or a list of these",
}
"""Records that may also be written in a shorter form."""

_PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9._:>+#-]*$": (
        "must be an id (letters, digits and . _ : > + # -, a letter or digit first)"
    ),
    r"^[A-Z]{2}$": "must be two capital letters (ISO 3166-1)",
    r"^[A-Z]{3}$": "must be three capital letters (ISO 4217)",
}
"""What the patterns of the schema ask for; the others keep control characters out."""


@dataclass(frozen=True)
class _Complaint:
    """One complaint of pydantic, brought back to the data as written."""

    kind: str
    location: Location
    value: object
    detour: bool
    """Whether pydantic looked at the value in another form than the one that was written."""
    context: dict[str, Any]
    text: str
    model: Any

    @property
    def name(self) -> str:
        """Field that the value belongs to, itself or as an item of its list."""
        return next((step for step in reversed(self.location) if isinstance(step, str)), "")


def schema_faults(error: ValidationError, data: object, model: Any) -> list[Fault]:  # noqa: ANN401
    """Translate what pydantic found in some plain data; ``model`` is the type it was to have.

    Where a value may have several forms (an id or a record), pydantic reports it once per form;
    here each location has one fault.
    """
    faults: dict[Location, Fault] = {}
    for detail in error.errors(include_url=False):
        complaint = _complaint(detail, data, model)
        if not _is_echo(complaint):
            fault = _fault(complaint)
            faults.setdefault(fault.location, fault)
    return list(faults.values())


def shown(value: object) -> str:
    """Show a value of a file in a message: short, and safe to print.

    >>> shown("acme"), shown(None), shown([1, 2])
    ("'acme'", 'nothing', 'a list')
    """
    match value:
        case None:
            return "nothing"
        case str():
            return quoted(value)
        case bool():
            return str(value).lower()
        case list() | tuple():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return printable(f"{value}", 40)


def _complaint(detail: Any, data: Any, model: Any) -> _Complaint:  # noqa: ANN401
    """Follow pydantic's location through the data as written.

    Its steps also name the member of a union that was tried, and the long form into which a
    short one was brought. Those lead nowhere in the data and are left out: a detour.
    """
    location: list[str | int] = []
    detour = False
    for step in detail["loc"]:
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        ):
            data = data[step]
            location.append(step)
        else:
            detour = True
    if detail["type"] == "missing" and isinstance(data, dict):
        location.append(detail["loc"][-1])
    return _Complaint(
        kind=detail["type"],
        location=tuple(location),
        value=data,
        detour=detour,
        context=detail.get("ctx", {}),
        text=detail["msg"],
        model=model,
    )


def _is_echo(complaint: _Complaint) -> bool:
    """Tell whether a complaint only follows from others.

    A list whose items are all wrong counts as empty; an id is no record, and a record no id.
    """
    if complaint.kind == "too_short":
        return bool(complaint.value)
    other_form = {"model_type": str, "string_type": dict}.get(complaint.kind)
    return complaint.detour and other_form is not None and isinstance(complaint.value, other_form)


def _fault(complaint: _Complaint) -> Fault:
    message = _MESSAGES.get(complaint.kind, _in_pydantics_words)(complaint)
    location = complaint.location
    if message.startswith("since ") and isinstance(complaint.value, dict):
        # The rule belongs to the record, but the reader looks for the dates.
        location = (*location, "since")
    return Fault(location, message, of_key=complaint.kind == "extra_forbidden")


def _in_pydantics_words(complaint: _Complaint) -> str:
    text = printable(complaint.text, 200)
    return f"{text[:1].lower()}{text[1:]}, got {shown(complaint.value)}"


def _missing(_complaint: _Complaint) -> str:
    return "required, but missing"


def _broken_rule(complaint: _Complaint) -> str:
    return printable(str(complaint.context["error"]), 300)


def _unknown_key(complaint: _Complaint) -> str:
    key = str(complaint.location[-1])
    if key == "<<":
        return "merge key '<<' is not supported; write the values out"
    names = _field_names(complaint.model, complaint.location[:-1])
    return f"unknown key {quoted(key)}{_choices(key, names, 'known')}"


def _unknown_word(complaint: _Complaint) -> str:
    value = complaint.value
    words = re.findall(r"'([^']*)'", complaint.context["expected"])
    if len(words) == 1:
        return f"must be {quoted(words[0])}, got {shown(value)}"
    if not isinstance(value, str):
        return f"must be one of {', '.join(words)}, got {shown(value)}"
    kind = _SINGULAR.get(complaint.name, complaint.name)
    return f"unknown {kind} {quoted(value)}{_choices(value, words, 'choose from')}"


def _choices(word: str, choices: Iterable[str], lead: str) -> str:
    """Return the nearest choice as a hint, or else all of them if they are few."""
    listed = list(choices)
    match = nearest(word, listed)
    if match is not None:
        return f" (did you mean {quoted(match)}?)"
    return f" ({lead}: {', '.join(listed)})" if 0 < len(listed) <= _LISTED else ""


def _not_a_record(complaint: _Complaint) -> str:
    wanted = _SHORT_FORMS.get(complaint.context["class_name"])
    if wanted is None:
        names = ", ".join(_field_names(complaint.model, complaint.location)[:3])
        wanted = f"a mapping with keys such as {names}"
    return f"must be {wanted}, got {shown(complaint.value)}"


def _wrong_kind(wanted: str) -> Callable[[_Complaint], str]:
    def message(complaint: _Complaint) -> str:
        return f"must be {wanted}, got {shown(complaint.value)}"

    return message


def _not_text(complaint: _Complaint) -> str:
    if complaint.name in _DATES | _WINDOWS:
        return _not_a_date(complaint)
    if complaint.name == "sources":
        return f"must be the id of a source or a mapping, got {shown(complaint.value)}"
    hint = " (put it in quotes)" if isinstance(complaint.value, int | float) else ""
    return f"must be text, got {shown(complaint.value)}{hint}"


def _not_a_list(complaint: _Complaint) -> str:
    hint = " (write [...])" if isinstance(complaint.value, str | int | float) else ""
    return f"must be a list, got {shown(complaint.value)}{hint}"


def _not_a_date(complaint: _Complaint) -> str:
    if complaint.name in _WINDOWS:
        return f"not a window: {shown(complaint.value)} (write first-access/contained)"
    return f"not a date: {shown(complaint.value)} (write YYYY, YYYY-MM or YYYY-MM-DD)"


def _out_of_range(bound: str, words: str) -> Callable[[_Complaint], str]:
    def message(complaint: _Complaint) -> str:
        if complaint.name in _FRACTIONS:
            return f"must be in [0, 1], got {shown(complaint.value)}"
        limit = f"{complaint.context[bound]:,}".removesuffix(".0")
        return f"must be {words} {limit}, got {shown(complaint.value)}"

    return message


def _not_finite(complaint: _Complaint) -> str:
    wanted = "in [0, 1]" if complaint.name in _FRACTIONS else "a finite number"
    return f"must be {wanted}, got {shown(complaint.value)}"


def _empty(_complaint: _Complaint) -> str:
    return "must not be empty"


def _too_long(complaint: _Complaint) -> str:
    if complaint.name in _DATES | _WINDOWS:
        return _not_a_date(complaint)
    limit, length = complaint.context["max_length"], len(str(complaint.value))
    return f"must have at most {limit:,} characters, got {length:,}"


def _wrong_pattern(complaint: _Complaint) -> str:
    rule = _PATTERNS.get(complaint.context["pattern"], "must not hold control characters")
    return f"{rule}, got {shown(complaint.value)}"


_MESSAGES: dict[str, Callable[[_Complaint], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _unknown_word,
    "value_error": _broken_rule,
    "model_type": _not_a_record,
    "string_type": _not_text,
    "string_unicode": _wrong_kind("text in valid Unicode"),
    "string_too_short": _empty,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _wrong_pattern,
    "too_short": _empty,
    "tuple_type": _not_a_list,
    "int_type": _wrong_kind("a whole number"),
    "int_from_float": _wrong_kind("a whole number"),
    "float_type": _wrong_kind("a number"),
    "float_parsing": _wrong_kind("a number"),
    "bool_type": _wrong_kind("true or false"),
    "bool_parsing": _wrong_kind("true or false"),
    "finite_number": _not_finite,
    "greater_than_equal": _out_of_range("ge", "at least"),
    "greater_than": _out_of_range("gt", "more than"),
    "less_than_equal": _out_of_range("le", "at most"),
}
"""What to say, by the type of pydantic's error."""


def _field_names(model: Any, location: Location) -> list[str]:  # noqa: ANN401
    """Return the keys that the schema foresees at a location, none if it foresees no record."""
    record = _record_in(model)
    for step in location:
        if isinstance(step, str) and record is not None:
            annotations = {f.alias or name: f.annotation for name, f in record.model_fields.items()}
            record = _record_in(annotations.get(step))
    return [f.alias or name for name, f in record.model_fields.items()] if record else []


def _record_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    """Find the record type inside an annotation such as ``tuple[Share, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_record_in, get_args(annotation))), None)
