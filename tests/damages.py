"""What a fixture may have been changed to by someone who set all sums right again."""

import json
import re

import numpy as np
from helpers import put, root

from rnn_oracle.records.format import (
    MANIFEST,
    answer_text,
    crc32,
    seal,
    sha256,
    vector_text,
)
from rnn_oracle.records.manifest import VECTORS
from rnn_oracle.records.writer import sealed


def group(fields):
    return fields["groups"][0]


def case(fields):
    return group(fields)["cases"][0]


def answers(fields):
    return case(fields)["answers"]


def expected(fields):
    """The record of the first expected array."""
    return group(fields)["arrays"][answers(fields)["keras2"]["arrays"][0]]


def tolerance(fields):
    return group(fields)["arrays"][expected(fields)["tolerance"]]


def mask(fields):
    return group(fields)["arrays"][case(fields)["mask"]]


def tolerances(fields):
    return fields["tolerances"]


def planes(fields):
    return tolerances(fields)["planes"]


def units(fields):
    return tolerances(fields)["unit_roundoff"]


def option(fields):
    return fields["options"][0]


def cell(fields):
    return group(fields)["stacks"][0][0][0]


def refusal(fields):
    return fields["refusals"][0]


def provenance(fields):
    return fields["provenance"]


def more(where, name, value):
    """Return a change that puts a row that nothing refers to at the end of a table."""

    def change(fields):
        where(fields)[name].append(value)

    change.__name__ = f"more_{name}_{re.sub(r'[^a-z0-9]+', '_', json.dumps(value))[:24]}"
    return change


def pointing_at_itself(fields):
    tolerance(fields)["tolerance"] = expected(fields)["tolerance"]


def lose_a_value(fields):
    option(fields)["values"].remove(case(fields)["options"][0])


def option_twice(fields):
    fields["options"].append(option(fields))
    for entry in group(fields)["cases"]:
        entry["options"].append(entry["options"][0])


def many_facts(fields):
    facts = {f"default.{number}": "*" for number in range(300)}
    fields["layouts"].append({"arrays": [], "facts": facts})


def name_twice(fields):
    layout = fields["layouts"][answers(fields)["keras2"]["layout"]]
    layout["arrays"][1] = layout["arrays"][0]


def many_layers(fields):
    group(fields)["stacks"].append([[cell(fields)]] * 17)


def many_cells(fields):
    group(fields)["stacks"].append([[cell(fields)] * 17])


def many_states(fields):
    group(fields)["stacks"].append([[dict(cell(fields), initial_state=[0] * 17)]])


def cell_of_nothing(fields):
    group(fields)["stacks"].append([[dict(cell(fields), kernel=999)]])


def empty_of_many_rows(fields):
    empty = {"dtype": "float64", "shape": [0, 10**9], "offset": 0, "sha256": sha256(b"")}
    group(fields)["arrays"].append(empty)


def numbers_as_bools(fields):
    record = dict(expected(fields), dtype="bool")
    record["shape"] = [8 * int(np.prod(record["shape"]))]
    del record["tolerance"]
    group(fields)["arrays"].append(record)
    group(fields)["arrays"][answers(fields)["keras2"]["arrays"][0]]["shape"] = [0]


def nothing_unsupported(fields):
    answers(fields)["keras3"] = {"unsupported": ""}


def of_another_generation(fields):
    answers(fields)["keras2_v1"] = answers(fields)["keras2"]


def of_no_case(fields):
    fields["answers"].append({"unsupported": "no", "cases": [], "crc32": ""})


def empty_form_of_many_rows(fields):
    fields["forms"].append({"dtype": "float64", "shape": [0, 10**9]})
    fields["arrays"].append([len(fields["forms"]) - 1, 0, 0, crc32(b"")])


def unsupported_of_nothing(fields):
    del fields["answers"][0]["layout"], fields["answers"][0]["arrays"]
    fields["answers"][0]["unsupported"] = ""


OF_VECTORS = [
    pointing_at_itself,
    lose_a_value,
    option_twice,
    many_facts,
    name_twice,
    many_layers,
    many_cells,
    many_states,
    cell_of_nothing,
    empty_of_many_rows,
    numbers_as_bools,
    nothing_unsupported,
    of_another_generation,
    put(root, "arithmetic", "\x1b[2J"),
    put(root, "arithmetic", "\u00e9"),
    put(planes, "float64", 0),
    put(planes, "float32", 1),
    put(planes, "more", 0),
    put(units, "float64", 1e-6),
    put(units, "more", 0.5),
    put(units, "float16", 2**-10),
    put(tolerances, "planes", {}),
    put(tolerances, "unit_roundoff", {}),
    put(option, "values", []),
    put(option, "name", "Cell"),
    put(group, "name", "gru.x"),
    put(group, "stacks", [[]]),
    put(group, "stacks", [[[]]]),
    put(cell, "initial_state", []),
    put(mask, "tolerance", 0),
    more(root, "refusals", {"phase": "never", "type": "", "message": ""}),
    more(root, "refusals", {"phase": "call", "type": "\x9b", "message": ""}),
    more(root, "rules", ["c1"]),
    more(root, "features", ["wings"]),
    more(root, "layouts", {"arrays": ["x"], "facts": {}}),
    more(root, "layouts", {"arrays": ["default.a"] * 257, "facts": {}}),
    more(root, "layouts", {"arrays": [], "facts": {"\n": ""}}),
    more(option, "values", "\x1b"),
    more(option, "values", []),
]
OF_RECORDING = [
    of_no_case,
    empty_form_of_many_rows,
    unsupported_of_nothing,
    many_facts,
    put(provenance, "recording", "x"),
    put(provenance, "dialect", "keras4"),
    put(provenance, "settings", {"A": "\x1b"}),
    put(provenance, "settings", {str(n): "" for n in range(300)}),
    put(refusal, "phase", ""),
    more(root, "forms", {"dtype": "complex64", "shape": []}),
    more(root, "forms", {"dtype": "bool", "shape": [1] * 9}),
    more(root, "forms", {"dtype": "bool", "shape": [-1]}),
    more(root, "cases", {"file": "../cases.layers.00000000.json", "sha256": "0" * 64}),
]

NESTED = 10**5
OF_TEXT = {
    "doubled": ('"version": ', '"version": 1,\n"version": '),
    "doubled_by_an_escape": ('"version": ', '"v\\u0065rsion": 1,\n"version": '),
    "doubled_inside": ('"dtype":', '"dtype":"bool","dtype":'),
    "with_a_point": ('"offset":0', '"offset":0.0'),
    "with_an_exponent": ('"offset":0', '"offset":0e0'),
    "infinite": ('"values":["simple_rnn"', '"values":[1e400,"simple_rnn"'),
    "not_a_number": ('"values":["simple_rnn"', '"values":[NaN,"simple_rnn"'),
    "nearly_nothing": ('"values":["simple_rnn"', '"values":[1e-400,"simple_rnn"'),
    "whole_with_a_point": ('"values":["simple_rnn"', '"values":[2.0,"simple_rnn"'),
    "too_large": ('"values":["simple_rnn"', '"values":[9007199254740992,"simple_rnn"'),
    "endless": ('"values":["simple_rnn"', '"values":[' + "1" * 10**6 + ',"simple_rnn"'),
    "of_many_levels": ('"values":["simple_rnn"', f'"values":[{"[" * NESTED}{"]" * NESTED},"s"'),
    "half_a_pair": ('"arithmetic": "', '"arithmetic": "\\ud800'),
    "long_text": ('"arithmetic": "', '"arithmetic": "\\u001b' + "x" * 10**7),
    "plus": ('"version": ', '"version": +'),
    "comment": ('"version": ', '/**/"version": '),
}
"""What is put in place of what in the text of vectors; many readers of JSON take it in silence."""


def change_text(folder, old, new):
    """Change the text of a manifest, and set its sum right."""
    path = folder / MANIFEST
    head = path.read_bytes()[: -len(seal(b""))]
    changed = head.replace(old.encode("ascii"), new.encode("ascii"), 1)
    assert changed != head
    path.write_bytes(changed + seal(changed))


def change_fields(folder, change):
    """Change a manifest, and set the checksums of its entries and its sum right."""
    path = folder / MANIFEST
    fields = json.loads(path.read_bytes())
    del fields["sha256"]
    change(fields)
    ids = list(_ids(folder, fields))
    entries = [(e, vector_text, g, fields) for g in fields.get("groups", []) for e in g["cases"]]
    entries += [(e, answer_text, fields, ids) for e in fields.get("answers", [])]
    for entry, text, *about in entries:
        try:
            entry["crc32"] = crc32(text(entry, *about))
        except IndexError:
            continue
    path.write_bytes(sealed(fields, 2))


def _ids(folder, fields):
    if fields["format"] == VECTORS:
        return
    for listed in fields["cases"]:
        path = folder / listed["file"]
        if path.exists():
            yield from (entry["id"] for entry in json.loads(path.read_bytes())["cases"])
