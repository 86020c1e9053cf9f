"""The reader in JavaScript recomputes the vectors without any package."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.layers.matrix import AXES
from rnn_oracle.records import vectors, writer

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="no node here, so its reader was not run")
CELLS = ("simple_rnn", "lstm", "gru")


def verify(root, *folder):
    program = str(root / "readers" / "javascript" / "verify.mjs")
    done = subprocess.run(
        [NODE, program] + [str(f) for f in folder], stdout=subprocess.PIPE, text=True
    )
    return done.returncode, done.stdout


def test_every_vector_but_those_refused(pytestconfig):
    status, printed = verify(pytestconfig.rootpath)
    assert status == 0 and printed.startswith("1792 passed, 0 failed, 896 left out"), printed
    assert 0.02 < float(re.search(r"tolerance: (.*)", printed).group(1)) < 1


def entries():
    masks = [(mask, None if mask == "none" else "argument") for mask in AXES["mask"]]
    cases = [CoreCase(c, "one", True, True, mask=m, mask_from=f) for c in CELLS for m, f in masks]
    return [vectors.vector(case) for case in cases]


def test_a_case_of_each_cell_and_mask(pytestconfig, tmp_path):
    writer.replace(str(tmp_path), vectors.files(entries()))
    status, printed = verify(pytestconfig.rootpath, tmp_path)
    assert status == 0 and printed.startswith("21 passed, 0 failed, 0 left out"), printed


@pytest.mark.parametrize("name", ["default.output", "given.h1", "given.mask"])
def test_a_wrong_vector_fails(name, pytestconfig, tmp_path):
    wrong = entries()
    for entry in wrong:
        arrays = entry.answers["keras2"].arrays
        if name in arrays:
            arrays[name] = ~arrays[name] if arrays[name].dtype == bool else arrays[name] + 1e-6
    writer.replace(str(tmp_path), vectors.files(wrong))
    status, printed = verify(pytestconfig.rootpath, tmp_path)
    failed = 21 if name != "given.mask" else 18
    assert status == 1 and f"{21 - failed} passed, {failed} failed" in printed
    assert name in printed and wrong[-1 if failed < 20 else 0].case.id in printed


@pytest.mark.parametrize("wide", [np.inf, 0.02 * 2.0**53], ids=["infinite", "wide"])
def test_a_tolerance_that_claims_nothing_is_no_agreement(wide, pytestconfig, tmp_path):
    planted = entries()
    tolerance = planted[0].tolerances["given.output"]
    upper = np.array([wide], np.float32).view(np.uint32)[0] >> 16
    tolerance[vectors.PLANES["float64"], 0, 0, :2] = upper
    writer.replace(str(tmp_path), vectors.files(planted))
    status, printed = verify(pytestconfig.rootpath, tmp_path)
    assert status == 1 and "20 passed, 1 failed, 0 left out; 2 of " in printed
    assert f"{planted[0].case.id}: nothing is claimed of 2 numbers" in printed


def test_a_damaged_file_is_refused(pytestconfig, tmp_path):
    writer.replace(str(tmp_path), vectors.files(entries()))
    path = next(tmp_path.glob("gru.*.bin"))
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(bytes(data))
    status, printed = verify(pytestconfig.rootpath, tmp_path)
    assert status == 1 and re.search(r"array \d+ was changed", printed)
    path.write_bytes(bytes(data[:-8]))
    status, printed = verify(pytestconfig.rootpath, tmp_path)
    assert status == 2 and "does not have" in printed


def test_no_folder(pytestconfig, tmp_path):
    status, printed = verify(pytestconfig.rootpath, tmp_path / "none")
    assert status == 2 and "none" in printed
