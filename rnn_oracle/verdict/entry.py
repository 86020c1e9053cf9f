"""One entry of the ledger: what it says, and its file, which people edit.

``ledger.schema.json`` describes the file. This puts files into the form that they must have::

    python -c "import sys; from rnn_oracle.verdict import entry
    for path in sys.argv[1:]: entry.write(entry.read(path), path)" rnn_oracle/verdict/ledger/*.json
"""

from __future__ import annotations

import json
import os
import re
import textwrap
from dataclasses import fields as fields_of
from typing import NamedTuple

from ..families import registry

FAMILY, VERSIONS, TENSORFLOW = "family", "versions", "tensorflow"
ABOUT = {FAMILY, VERSIONS, TENSORFLOW}
"""What a pattern may say beside the values of options."""

RECORDED = "layers"
"""The family of the cases of a pattern that names none."""

_BOUND = r"(?:[<>]=?|[=!~]=)\d[\da-z.]*"
_SPECIFIER = re.compile(rf"{_BOUND}(?:,{_BOUND})*")
_WIDTH, _GLUE = 100, "\0"


class Entry(NamedTuple):
    """One known divergence, of one cause.

    Attributes
    ----------
    id : str
        The name of its file.
    title : str
        What happens, in a sentence.
    target : str
        The name of a target, such as ``"keras3"``.
    versions : str
        Of the target, as a version specifier: ``">=3.0,<3.4"``.
    cases : list of dict
        Patterns: a case matches where, in one of them, each option has one of the values listed. A
        pattern may name the "family" of its cases, which is that of the core matrix by default, and
        have "versions" of its own, where other entries explain the case in the others; "tensorflow"
        are those of TensorFlow, where the cause lies there.
    rule : str
        The id of the rule in SPEC.md that is broken.
    instead : str
        The name of a deviation that every family of its cases has, which tells what is returned
        instead; see `rnn_oracle.verdict.deviations`.
    harm : str
        What it does to a user.
    links : list of str
        The public issue, commit or source.
    mended : str or None
        The first release without it.
    also : dict of str to str
        Other targets on which it holds alike, by name, with the versions of each: left out where
        there are none. What holds on Keras 3 alone holds on its backend TensorFlow, so that
        ``{"keras-jax": ">=3.15"}`` says on which others.
    """

    id: str
    title: str
    target: str
    versions: str
    cases: list
    rule: str
    instead: str
    harm: str
    links: list[str]
    mended: str | None
    also: dict[str, str] = {}


def is_specifier(value):
    """Tell whether this is a version specifier such as ``">=3.0,<3.4"``."""
    return isinstance(value, str) and bool(_SPECIFIER.fullmatch(value))


def _is_text(value):
    return isinstance(value, str) and bool(value)


def _is_list_of(holds):
    return lambda value: isinstance(value, list) and bool(value) and all(map(holds, value))


_TEXT = (_is_text, "a text")
_VERSIONS = (is_specifier, "a version specifier such as '>=3.0,<3.4'")
_VALUES = (
    _is_list_of(lambda value: value is None or isinstance(value, (str, int, float))),
    "a list of plain values",
)
_EXPECTED = dict(
    dict.fromkeys(Entry._fields, _TEXT),
    versions=_VERSIONS,
    cases=(_is_list_of(lambda value: isinstance(value, dict)), "a list of patterns"),
    links=(
        _is_list_of(lambda value: _is_text(value) and value.startswith("https://")),
        "a list of links, with https",
    ),
    mended=(lambda value: value is None or _is_text(value), "a release, or null"),
    also=(
        lambda value: (
            isinstance(value, dict) and bool(value) and all(map(is_specifier, value.values()))
        ),
        "an object of version specifiers by target",
    ),
)
_OPTIONAL = tuple(Entry._field_defaults)
_EXPECTED_IN_PATTERN = {FAMILY: _TEXT, VERSIONS: _VERSIONS, TENSORFLOW: _VERSIONS}


def read(path):
    """Read the file of an entry.

    Raises
    ------
    ValueError
        If it is not JSON, a field is missing, unknown or of another type, the id is not the name
        of the file, or a pattern names a family, an option or a value that does not exist. The
        message names the entry, and what is expected.
    """
    name = os.path.splitext(os.path.basename(path))[0]
    try:
        with open(path, encoding="utf-8") as file:
            return _entry(json.load(file), name)
    except ValueError as error:
        raise ValueError(f"ledger entry {name!r}: {error}") from None


def _entry(fields, name):
    if not isinstance(fields, dict):
        raise ValueError(f"expected an object with the fields {list(Entry._fields)}")
    needed = [field for field in Entry._fields if field not in _OPTIONAL]
    missing = [field for field in needed if field not in fields]
    unknown = [field for field in fields if field not in Entry._fields]
    if missing or unknown:
        raise ValueError(f"missing fields {missing}, unknown fields {unknown}")
    _check_types(fields, _EXPECTED)
    if fields["id"] != name:
        raise ValueError(f"the id is {fields['id']!r}, expected the name of the file")
    for pattern in fields["cases"]:
        _check_pattern(pattern)
    return Entry(**fields)


def _check_types(fields, expected):
    for field, value in fields.items():
        holds, words = expected.get(field, _VALUES)
        if not holds(value):
            raise ValueError(f"{field} is {value!r}, expected {words}")


def _check_pattern(pattern):
    _check_types(pattern, _EXPECTED_IN_PATTERN)
    case = registry.get(pattern.get(FAMILY, RECORDED)).case
    options = [field.name for field in fields_of(case)]
    for option in [name for name in pattern if name not in ABOUT]:
        if option not in options:
            raise ValueError(f"no case of {case.family} has the option {option!r}, only {options}")
        there = case.axes.get(option, pattern[option])
        for value in pattern[option]:
            if value not in there:
                raise ValueError(f"no case of {case.family} has {option}={value!r}, only {there}")


def write(entry, path):
    """Write an entry to a file, in the one form that all of them have."""
    fields = []
    for name, value in entry._asdict().items():
        if name in _OPTIONAL and not value:
            continue
        if name == "cases":
            text = _lines(map(_pattern, value))
        elif name == "links":
            text = _lines("    " + json.dumps(link) for link in value)
        else:
            text = json.dumps(value)
        fields.append(f"  {json.dumps(name)}: {text}")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("{\n" + ",\n".join(fields) + "\n}\n")


def _lines(items):
    return "[\n" + ",\n".join(items) + "\n  ]"


def _pattern(pattern):
    """Fill lines with the options of a pattern, the family first and the versions last."""
    names = sorted(pattern, key=lambda name: (name in (VERSIONS, TENSORFLOW), name != FAMILY))
    text = "{" + ", ".join(_option(name, pattern[name]) for name in names) + "}"
    lines = textwrap.wrap(
        text,
        _WIDTH - len(","),
        initial_indent="    ",
        subsequent_indent="     ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines).replace(_GLUE, " ")


def _option(name, values):
    """Keep an option in one line, unless it is too long for one."""
    text = f"{json.dumps(name)}: {json.dumps(values)}"
    return text.replace(" ", _GLUE, 1 if len(text) > _WIDTH - len("    {},") else -1)
