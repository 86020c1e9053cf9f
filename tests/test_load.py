"""`rnn_oracle.load` on the files that releases have saved. No TensorFlow."""

import functools

import numpy as np
import pytest

import rnn_oracle
from rnn_oracle.families.files import releases
from rnn_oracle.families.files.case import FileCase, cases
from rnn_oracle.families.files.expected import computed
from rnn_oracle.families.files.kinds import inputs
from rnn_oracle.families.files.outcome import named
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.models.configuration import entry_of
from rnn_oracle.models.loading import dialect_of_version
from rnn_oracle.verdict.compare import compare

pytest.importorskip("h5py")
FILES = [case for case in cases("keras3") if case.format != releases.SAVED_MODEL]


@functools.lru_cache(maxsize=None)
def demanded(kind, dialect):
    """Return what a kind of model must compute; of each kind there is a file of this release."""
    return computed(FileCase("keras3.15", "keras", kind), dialect)


def loaded(kind, saved_by="tf2.10", format="h5", **options):
    return rnn_oracle.load(releases.path(saved_by, format, kind), **options)


def agrees(model, kind, dialect):
    case = FileCase("keras3.15", "keras", kind)
    arrays, facts = named(case, [model(x) for x in inputs(kind)])
    facts = {name: demanded(kind, dialect).facts[name] for name in facts}  # it is float64
    return compare(demanded(kind, dialect), Outcome(arrays, facts)).agrees


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.id)
def test_a_file_computes_what_it_did_where_it_was_saved(case):
    model = loaded(case.kind, case.saved_by, case.format)
    release = releases.RELEASES[case.saved_by]
    assert model.dialect.name == release.dialect
    assert agrees(model, case.kind, release.dialect)


@pytest.mark.parametrize(
    "saved_by, format, version",
    [
        ("tf1.15", "h5", "2.2.4-tf"),
        ("tf2.1", "h5", "2.3.0-tf"),
        ("tf2.21-legacy", "keras", "2.21.0"),
        ("keras3.0", "keras", "3.0.5"),
    ],
)
def test_it_tells_which_keras_has_saved_it(saved_by, format, version):
    assert loaded("lstm", saved_by, format).saved_by == f"Keras {version}"


@pytest.mark.parametrize(
    "version, initializer, dialect",
    [
        ("2.2.4-tf", {"config": {"seed": None, "dtype": "float32"}}, "keras2_v1"),
        ("2.2.4-tf", {"config": {"seed": None}}, "keras2"),
        ("2.2.4-tf", None, "keras2_v1"),
        ("2.3.0-tf", None, "keras2"),
        ("2.3.1", None, "keras2_v1"),
        ("2.4.0", None, "keras2"),
        ("3.0.5", None, "keras3"),
        ("1.2.2", None, None),
        (None, None, None),
    ],
)
def test_the_dialect_of_a_version(version, initializer, dialect):
    layers = [{"class_name": "GRU", "config": {"kernel_initializer": initializer}}]
    entry = entry_of({"class_name": "Sequential", "config": {"layers": layers}}, "model.h5")
    assert dialect_of_version(version, entry) == dialect


def test_the_dialect_can_be_overruled():
    kind = "lstm_hard_sigmoid"
    assert agrees(loaded(kind), kind, "keras2")
    model = loaded(kind, dialect="keras3")
    assert model.dialect.name == "keras3"
    assert agrees(model, kind, "keras3") and not agrees(model, kind, "keras2")
    with pytest.raises(ValueError, match="unknown dialect 'keras4'"):
        loaded(kind, dialect="keras4")


def test_what_each_layer_returns():
    model, (x,) = loaded("masking"), inputs("masking")
    found = model.layer_outputs(x)
    assert list(found) == ["masking", "lstm_3", "gru_4"] == [layer.name for layer in model.layers]
    mask = np.any(x != 0, axis=-1)
    np.testing.assert_array_equal(found["lstm_3"].mask, mask)
    assert found["gru_4"].mask is None and found["gru_4"].layer is model.layers[-1]
    np.testing.assert_array_equal(found["gru_4"].output, model(x))


def test_states_that_are_wired():
    model, (x,) = loaded("encoder_decoder", "keras3.9", "keras"), inputs("encoder_decoder")
    encoder, decoder = model.layer_outputs(x).values()
    assert [array.shape for array in encoder.output] == [(3, 4)] * 3 or encoder.output[0].ndim == 2
    assert decoder.output.ndim == 3 and encoder.mask == [None] * 3


def test_predict_goes_in_batches():
    model, (x,) = loaded("bidirectional"), inputs("bidirectional")
    many = np.concatenate([x, -x, 2 * x])
    np.testing.assert_allclose(model.predict(many, batch_size=2), model(many), rtol=1e-12)
    for wrong in (0, 1.5, None):
        with pytest.raises(ValueError, match="`batch_size` must be a positive integer"):
            model.predict(x, batch_size=wrong)
    with pytest.raises(ValueError, match="one number of sequences, at least one, not"):
        model.predict(x[:0])


def test_predict_of_several_inputs():
    model, (x,) = loaded("encoder_decoder"), inputs("encoder_decoder")
    np.testing.assert_allclose(model.predict(x, batch_size=1), model(x), rtol=1e-12)
    with pytest.raises(ValueError, match="one number of sequences"):
        model.predict([x[0], x[1][:1]])


def test_a_stateful_model_goes_on_where_it_was():
    model, (x, _) = loaded("stateful"), inputs("stateful")
    first, second = model.predict(x), model.predict(x)
    assert np.abs(first - second).max() > 1e-3
    model.layers[0].reset_states()
    np.testing.assert_array_equal(model.predict(x), first)


def test_inputs_are_rounded_to_the_dtype_of_their_own():
    model = loaded("lstm")
    x = np.full((2, 3, 3), 0.1)
    np.testing.assert_array_equal(model(x), model(x.astype("float32")))
    ones = np.ones((2, 3, 3), int)
    np.testing.assert_array_equal(model(ones), model(ones.astype("float32")))


def test_the_summary():
    lines = []
    loaded("encoder_decoder", "keras3.15", "keras").summary(lines.append)
    assert lines[0].endswith("saved by Keras 3.15.1, computed as keras3")
    assert [line.split()[1] for line in lines[1:]] == ["class", "LSTM", "LSTM"]
    assert "lstm_16: 1, lstm_16: 2" in lines[-1] and "(3,16) (4,16) (16,)" in lines[-1]
