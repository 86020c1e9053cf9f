"""The reader in JavaScript recomputes the vectors without any package."""

import functools
import os
import re

import numpy as np
import pytest
from helpers import FIXTURES, NEEDS_NODE, node, rewrite

from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.layers.matrix import AXES
from rnn_oracle.records import vectors, writer

pytestmark = NEEDS_NODE
CELLS = ("simple_rnn", "lstm", "gru")
verify = functools.partial(node, "verify.mjs")


def test_every_vector_but_those_refused():
    status, printed = verify()
    assert status == 0 and printed.startswith("1792 passed, 0 failed, 896 left out"), printed
    assert 0.02 < float(re.search(r"tolerance: (.*)", printed).group(1)) < 1


def entries():
    masks = [(mask, None if mask == "none" else "argument") for mask in AXES["mask"]]
    cases = [CoreCase(c, "one", True, True, mask=m, mask_from=f) for c in CELLS for m, f in masks]
    return [vectors.vector(case) for case in cases]


def test_a_case_of_each_cell_and_mask(tmp_path):
    writer.replace(str(tmp_path), vectors.files(entries()))
    status, printed = verify(tmp_path)
    assert status == 0 and printed.startswith("21 passed, 0 failed, 0 left out"), printed


@pytest.mark.parametrize("name", ["default.output", "given.h1", "given.mask"])
def test_a_wrong_vector_fails(name, tmp_path):
    wrong = entries()
    for entry in wrong:
        arrays = entry.answers["keras2"].arrays
        if name in arrays:
            arrays[name] = ~arrays[name] if arrays[name].dtype == bool else arrays[name] + 1e-6
    writer.replace(str(tmp_path), vectors.files(wrong))
    status, printed = verify(tmp_path)
    failed = 21 if name != "given.mask" else 18
    assert status == 1 and f"{21 - failed} passed, {failed} failed" in printed
    assert name in printed and wrong[-1 if failed < 20 else 0].case.id in printed


@pytest.mark.parametrize("wide", [np.inf, 0.02 * 2.0**53], ids=["infinite", "wide"])
def test_a_tolerance_that_claims_nothing_is_no_agreement(wide, tmp_path):
    planted = entries()
    tolerance = planted[0].tolerances["given.output"]
    upper = np.array([wide], np.float32).view(np.uint32)[0] >> 16
    tolerance[vectors.PLANES["float64"], 0, 0, :2] = upper
    writer.replace(str(tmp_path), vectors.files(planted))
    status, printed = verify(tmp_path)
    assert status == 1 and "20 passed, 1 failed, 0 left out; 2 of " in printed
    assert f"{planted[0].case.id}: nothing is claimed of 2 numbers" in printed


REFUSED = CoreCase("gru", "two_without_sequences")


@pytest.mark.parametrize(
    "number, words, told",
    [
        (0, ["refusal"], "it is not refused"),
        (1, ["gru"], "it is refused, and its features do not say so"),
    ],
)
def test_a_case_whose_features_are_wrong_is_not_left_out(number, words, told, tmp_path):
    """Even where all sums are right."""
    written = [entries()[-1], vectors.vector(REFUSED)]
    written[number] = written[number]._replace(features=words)
    writer.replace(str(tmp_path), vectors.files(written))
    status, printed = verify(tmp_path)
    name = written[number].case.id
    assert status == 1 and f"{name}: {told}\n" in printed and "1 failed" in printed


@pytest.mark.parametrize(
    "folder, printed",
    [
        ("none", "none/manifest.json: it cannot be read: ENOENT"),
        (os.path.join(FIXTURES, "recordings", "tf2.21"), "its format is not rnn_oracle vectors"),
    ],
)
def test_no_vectors(folder, printed, tmp_path):
    status, found = verify(tmp_path / folder)
    assert status == 2 and printed in found


def test_damage_is_no_failure_of_the_cases(tmp_path):
    writer.replace(str(tmp_path), vectors.files(entries()[-1:]))
    rewrite(tmp_path, lambda manifest: manifest["rules"].pop(), right_sum=False)
    status, printed = verify(tmp_path)
    assert (
        status == 2 and printed == f"{tmp_path}/manifest.json: it was changed, its sum is another\n"
    )
