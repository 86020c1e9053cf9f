"""Every case, and every dtype, comes back from a recording as it was."""

import numpy as np
import pytest
from helpers import made_up

from rnn_oracle.families import registry
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.records.manifest import RECORDING
from rnn_oracle.records.reader import read
from rnn_oracle.records.store import store

OUTPUT = "default.output"
NOTHING = Outcome({OUTPUT: np.zeros(1, "f")})


@pytest.mark.parametrize("dtype", ["bool", "float16", "float32", "float64", "int32"])
def test_every_dtype_comes_back(tmp_path, dtype):
    array = np.array([[1, 0], [-3, 7]]).astype(dtype)
    store(
        str(tmp_path),
        {"tf2.9": made_up({CoreCase("gru"): Outcome({OUTPUT: array})}, recording="tf2.9")},
    )
    (entry,) = read(str(tmp_path / "tf2.9"), RECORDING).entries.values()
    found = entry.answers["keras3"].arrays[OUTPUT]
    assert found.dtype == dtype and np.array_equal(found, array)


@pytest.mark.parametrize("dialect", ["keras2", "keras2_v1", "keras3", "tf1"])
def test_the_cases_of_every_family_come_back(tmp_path, dialect):
    cases = registry.cases(dialect)
    store(str(tmp_path), {"tf2.9": made_up(dict.fromkeys(cases, NOTHING), dialect=dialect)})
    found = read(str(tmp_path / "tf2.9"), RECORDING).entries.values()
    assert [entry.case for entry in found] == cases
