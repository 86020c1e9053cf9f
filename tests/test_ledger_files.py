"""The files of the ledger: their schema, their form, and what is said of one that is wrong."""

import json
import os
import subprocess
import sys

import pytest

from rnn_oracle.verdict.entry import Entry, read, write
from rnn_oracle.verdict.ledger import INDEX, PATH, load

SCHEMA = os.path.join(os.path.dirname(PATH), "ledger.schema.json")
FILES = sorted(name for name in os.listdir(PATH) if name != INDEX)
GOOD = {
    "id": "keras3-made-up",
    "title": "Something happens.",
    "target": "keras3",
    "versions": ">=3.0,<3.4",
    "cases": [
        {"mask_from": ["masking"], "return_state": [True]},
        {"family": "training", "dropout": [0.25], "versions": "!=3.1", "tensorflow": "<2.19"},
    ],
    "rule": "M6",
    "instead": "ValueError at call",
    "harm": "It does harm.",
    "links": ["https://example.org"],
    "mended": "3.4.0",
}


@pytest.fixture(scope="module")
def schema():
    jsonschema = pytest.importorskip("jsonschema")
    with open(SCHEMA, encoding="ascii") as file:
        content = json.load(file)
    jsonschema.Draft202012Validator.check_schema(content)
    return jsonschema.Draft202012Validator(content)


def saved(folder, *entries):
    """Write files of entries, given as dicts, and their index; return the folder as a string."""
    for fields in entries:
        (folder / (fields["id"] + ".json")).write_text(json.dumps(fields))
    (folder / INDEX).write_text("".join(fields["id"] + "\n" for fields in entries))
    return str(folder)


def content(name):
    with open(os.path.join(PATH, name), encoding="utf-8") as file:
        return file.read()


# The files there are.


@pytest.mark.parametrize("name", FILES)
def test_a_file_keeps_the_schema(name, schema):
    schema.validate(json.loads(content(name)))


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_the_form_that_write_gives_it(name, tmp_path):
    path = tmp_path / name
    write(read(os.path.join(PATH, name)), str(path))
    assert path.read_text(encoding="utf-8") == content(name), "see rnn_oracle.verdict.entry"


@pytest.mark.parametrize("name", FILES)
def test_a_file_fits_on_one_screen(name):
    lines = content(name).splitlines()
    assert len(lines) <= 50
    for line in lines:
        assert len(line) <= 100 or line.lstrip().startswith(('"title"', '"harm"', '"https'))


def test_the_schema_demands_the_fields_that_an_entry_has(schema):
    assert tuple(schema.schema["properties"]) == Entry._fields
    assert set(Entry._fields) - set(schema.schema["required"]) == set(Entry._field_defaults)


# Reading and writing.


def test_entries_come_in_the_order_of_the_index():
    assert [entry.id for entry in load()] == content(INDEX).splitlines()


def test_any_order_may_be_given(tmp_path):
    ids = ["keras3-b", "keras3-c", "keras3-a"]
    assert [e.id for e in load(saved(tmp_path, *[dict(GOOD, id=name) for name in ids]))] == ids


@pytest.mark.parametrize("more", [{}, {"also": {"keras-jax": ">=3.15"}}], ids=["alone", "also"])
def test_an_entry_is_read_as_it_was_written(more, tmp_path, schema):
    fields = dict(GOOD, **more)
    schema.validate(fields)
    path = str(tmp_path / "keras3-made-up.json")
    write(Entry(**fields), path)
    assert read(path) == Entry(**fields)
    with open(path, encoding="utf-8") as file:
        assert bool(more) == ('"also"' in file.read())


def test_a_pattern_fills_lines_and_wraps_values_where_it_must(tmp_path):
    values = [f"value_{number:02}" for number in range(12)]
    pattern = {"versions": ">=3.1", "cell": values[:7], "mask": values, "family": "options"}
    path = tmp_path / "keras3-made-up.json"
    write(Entry(**dict(GOOD, cases=[pattern, {"unroll": [True]}])), str(path))
    lines = path.read_text().splitlines()
    assert lines[5:13] == [
        '  "cases": [',
        '    {"family": "options",',
        '     "cell": ["value_00", "value_01", "value_02", "value_03", "value_04", "value_05", '
        '"value_06"],',
        '     "mask": ["value_00", "value_01", "value_02", "value_03", "value_04", "value_05", '
        '"value_06",',
        '     "value_07", "value_08", "value_09", "value_10", "value_11"], "versions": ">=3.1"},',
        '    {"unroll": [true]}',
        "  ],",
        '  "rule": "M6",',
    ]
    assert json.loads(path.read_text())["cases"][0] == pattern


def test_loading_imports_neither_deviations_nor_the_reference():
    program = (
        "import sys; from rnn_oracle.verdict.ledger import load; load(); "
        "print([name for name in sys.modules if name.startswith('rnn_oracle.')])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, check=True
    ).stdout
    assert b"rnn_oracle.verdict.entry" in told
    for name in (b"deviations", b"expected", b"rnn_oracle.reference.recurrent", b"jsonschema"):
        assert name not in told


# Files that are wrong: what both the schema and `load` refuse.

WRONG = {
    "unknown field": (dict(mood="bad"), r"missing fields \[\], unknown fields \['mood'\]"),
    "title": (dict(title=3), "title is 3, expected a text"),
    "no title": (dict(title=""), "title is '', expected a text"),
    "target": (dict(target=["keras3"]), r"target is \['keras3'\], expected a text"),
    "versions": (dict(versions="3.0-3.4"), "versions is '3.0-3.4', expected a version specifier"),
    "no list of versions": (dict(versions=">=3.0, <3.4"), "expected a version specifier such as"),
    "rule": (dict(rule=None), "rule is None, expected a text"),
    "instead": (dict(instead=None), "instead is None, expected a text"),
    "harm": (dict(harm=[]), r"harm is \[\], expected a text"),
    "links": (dict(links="https://example.org"), "links is 'https.*, expected a list of links"),
    "no links": (dict(links=[]), r"links is \[\], expected a list of links"),
    "http": (dict(links=["http://example.org"]), "expected a list of links, with https"),
    "mended": (dict(mended=3.4), "mended is 3.4, expected a release, or null"),
    "mended nowhere": (dict(mended=""), "mended is '', expected a release, or null"),
    "no cases": (dict(cases=[]), r"cases is \[\], expected a list of patterns"),
    "one pattern": (dict(cases={}), "cases is {}, expected a list of patterns"),
    "pattern": (dict(cases=["mask"]), r"cases is \['mask'\], expected a list of patterns"),
    "value": (dict(cases=[{"mask": "left"}]), "mask is 'left', expected a list of plain values"),
    "no values": (dict(cases=[{"mask": []}]), r"mask is \[\], expected a list of plain values"),
    "list in a list": (dict(cases=[{"mask": [["left"]]}]), "expected a list of plain values"),
    "type of family": (dict(cases=[{"family": ["cells"]}]), "family is .* expected a text"),
    "versions of a pattern": (dict(cases=[{"versions": "3"}]), "versions is '3', expected a"),
    "tensorflow": (
        dict(cases=[{"tensorflow": 2}]),
        "tensorflow is 2, expected a version specifier",
    ),
}
ENTRY = "^ledger entry 'keras3-made-up': "


@pytest.mark.parametrize("change, message", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_refused_by_name(tmp_path, schema, change, message):
    fields = dict(GOOD, **change)
    assert not schema.is_valid(fields)
    with pytest.raises(ValueError, match=ENTRY + ".*" + message):
        load(saved(tmp_path, fields))


@pytest.mark.parametrize("field", [name for name in GOOD if name != "id"])
def test_a_missing_field_is_refused_by_name(tmp_path, schema, field):
    fields = {name: value for name, value in GOOD.items() if name != field}
    assert not schema.is_valid(fields)
    with pytest.raises(ValueError, match=ENTRY + rf"missing fields \['{field}'\], unknown"):
        load(saved(tmp_path, fields))


# What one of the two knows.


@pytest.mark.parametrize(
    "pattern, message",
    [
        ({"family": "magic"}, "there is no family 'magic', only layers, "),
        ({"color": ["red"]}, r"no case of layers has the option 'color', only \['cell', "),
        ({"unroll": [True]}, "no case of layers has the option 'unroll'"),
        ({"family": "options", "mask": ["left", "lfet"]}, "no case of options has mask='lfet', on"),
    ],
    ids=["family", "option", "option of another family", "value"],
)
def test_a_pattern_of_no_case_is_refused_by_name(tmp_path, pattern, message):
    with pytest.raises(ValueError, match=ENTRY + message):
        load(saved(tmp_path, dict(GOOD, cases=[pattern])))


@pytest.mark.parametrize(
    "change",
    [
        dict(id="made_up"),
        dict(title="Something happens"),
        dict(target="theano"),
        dict(rule="m6"),
        dict(instead="Magic"),
        dict(links=["https://example.org/a b"]),
        dict(mended="next year"),
        dict(cases=[{"mask": ["left", "left"]}]),
        dict(cases=[{"Mask": ["left"]}]),
    ],
    ids=str,
)
def test_the_schema_knows_what_texts_look_like(schema, change):
    assert not schema.is_valid(dict(GOOD, **change))


@pytest.mark.parametrize(
    "text, message",
    [
        ("{", "Expecting property name"),
        ("[]", r"expected an object with the fields \['id', 'title', "),
        (
            json.dumps(dict(GOOD, id="keras3-other")),
            "the id is 'keras3-other', expected the name of",
        ),
    ],
    ids=["no JSON", "no object", "another id"],
)
def test_a_file_of_something_else_is_refused_by_name(tmp_path, text, message):
    folder = saved(tmp_path, GOOD)
    (tmp_path / "keras3-made-up.json").write_text(text)
    with pytest.raises(ValueError, match=ENTRY + message):
        load(folder)


@pytest.mark.parametrize(
    "index, message",
    [
        ("", "'keras3-made-up': expected one line of index.txt, not 0"),
        ("keras3-made-up\nkeras3-made-up\n", "'keras3-made-up': expected one line .*, not 2"),
        ("keras3-made-up\nkeras3-x\n", "'keras3-x': listed in index.txt, expected a file keras3-x"),
    ],
    ids=["not listed", "listed twice", "no file"],
)
def test_the_index_lists_each_file_once(tmp_path, index, message):
    folder = saved(tmp_path, GOOD)
    (tmp_path / INDEX).write_text(index)
    with pytest.raises(ValueError, match="^ledger entry " + message):
        load(folder)
