"""Functional models that are graphs: several inputs and outputs, and states that are wired."""

import numpy as np
import pytest
from helpers import as_arrays, numbers, skip_known, within

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.reference.functional import Functional, Node
from rnn_oracle.testing.checking import check

IDS = np.array([[1, 2, 0, 0], [3, 4, 1, 0], [2, 0, 1, 4]])
WORDS = np.array([[1, 0, 2, 3, 0], [0, 2, 2, 0, 1], [3, 3, 1, 2, 0]])
X = numbers(3, 5, 3)
STATES = [numbers(3, 4, seed=1), numbers(3, 4, seed=2)]
LOST = "known divergence keras3-mask-lost-with-initial-state, breaks M6"


def model(target, inputs, outputs):
    """Return a model with telling weights."""
    made = target.keras.Model(inputs, outputs)
    weights = made.get_weights()
    made.set_weights(
        [0.5 * numbers(*w.shape, seed=100 + i, dtype=w.dtype) for i, w in enumerate(weights)]
    )
    return made


def words(target, name, **options):
    """Return the input of a sentence, and its vectors, with a mask."""
    ids = target.keras.Input((None,), name=name)
    options.setdefault("mask_zero", True)
    return ids, target.keras.layers.Embedding(5, 3, name=f"{name}_vectors", **options)(ids)


def encoder_decoder(target, kind="LSTM", decoder=None, **options):
    """Return the two inputs of an encoder-decoder, and its two outputs."""
    layers = target.keras.layers
    (question, x), (answer, y) = words(target, "question"), words(target, "answer", **options)
    _, *states = getattr(layers, kind)(4, return_state=True, name="encoder")(x)
    made = decoder or getattr(layers, kind)
    decode = made(4, return_sequences=True, return_state=True, name="decoder")
    sequence, *last = decode(y, initial_state=states)
    return [question, answer], [layers.Dense(2, name="scores")(sequence), last[-1]]


def with_states(target, nested, **options):
    """Return a decoder that takes ids and its states, its inputs nested in some way."""
    if nested is NESTED["list in list"] and within(target, keras3="<3.4"):
        pytest.skip("there the inputs of a model are in one list, or in a dict")
    keras = target.keras
    ids, vectors = words(target, "ids", **options)
    h, c = keras.Input((4,), name="h"), keras.Input((4,), name="c")
    decode = keras.layers.LSTM(4, return_sequences=True, name="decoder")
    return model(target, nested(ids, h, c), decode(vectors, initial_state=[h, c]))


NESTED = {
    "list": lambda ids, h, c: [ids, h, c],
    "tuple": lambda ids, h, c: (ids, h, c),
    "dict": lambda ids, h, c: {"ids": ids, "h": h, "c": c},
    "other names": lambda ids, h, c: {"z": ids, "y": h, "x": c},
    "list in list": lambda ids, h, c: [ids, [h, c]],
}


@pytest.mark.parametrize("nested", NESTED)
def test_a_decoder_that_takes_its_states(target, nested, oracle_check):
    nested = NESTED[nested]
    made = with_states(target, nested, mask_zero=False)
    copy = rnn_oracle.from_keras(made)
    assert type(copy) is Functional and copy.name == made.name
    assert [layer.name for layer in copy.layers] == ["ids_vectors", "decoder"]
    assert oracle_check(made, nested(WORDS, *STATES)).shape == (3, 5, 4)


def test_inputs_by_the_names_of_a_list(target, oracle_check):
    if target.dialect == "keras2_v1":
        pytest.skip("it takes them in the order of their names")
    if within(target, keras3=">=3.5,<3.7"):
        pytest.skip("there Keras takes them in the order of their names")
    made = with_states(target, NESTED["list"], mask_zero=False)
    by_name = {"ids": WORDS, "h": STATES[0], "c": STATES[1]}
    want = oracle_check(made, [WORDS, *STATES])
    np.testing.assert_array_equal(oracle_check(made, by_name), want)


@pytest.mark.parametrize("nested", ["dict", "list"])
def test_inputs_are_rounded_to_the_dtypes_of_their_own(target, nested, oracle_check):
    if target.dialect == "keras2_v1":
        pytest.skip("it casts nothing")
    if within(target, keras2="<2.2", keras3="<3.5"):
        pytest.skip("there a model does not cast its inputs")
    if within(target, keras3=">=3.5,<3.10"):
        pytest.skip("there Keras puts an operation between, which cannot be copied")
    keras = target.keras
    x = keras.Input((5, 3), dtype="float64", name="z")
    h = keras.Input((4,), dtype="float32", name="a")
    state = keras.layers.Dense(4, dtype="float64", name="begin")(h)
    end = keras.layers.GRU(4, dtype="float64")(x, initial_state=state)
    made = model(target, {"z": x, "a": h} if nested == "dict" else [x, h], end)
    oracle_check(made, {"z": X.astype("float64") / 3, "a": STATES[0].astype("float64") / 3})


@pytest.mark.parametrize("nested", ["list", "dict"])
@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU"])
def test_an_encoder_decoder(target, kind, nested):
    inputs, outputs = encoder_decoder(target, kind)
    x, names = [IDS, WORDS], ["output 1", "output 2"]
    if nested == "dict":
        inputs, x = (dict(zip(("q", "a"), pair)) for pair in (inputs, x))
        outputs, names = dict(zip(("scores", "end"), outputs)), ["output end", "output scores"]
    report = check(model(target, inputs, outputs), x)
    if target.name == "keras2":
        assert not report.mismatches and not report.unjudged
        return
    assert [mismatch.name for mismatch in report.mismatches] == names
    ignored = "as if the mask that is attached to the input were ignored in decoder"
    assert report.guesses[0] == f"{ignored}: {LOST}"


def test_two_decoders_that_lose_their_masks(target):
    """What is known is known of both of them together, and not of the encoder."""
    keras = target.keras
    (question, x), (answer, y) = words(target, "question"), words(target, "answer")
    _, state = keras.layers.GRU(4, return_state=True)(x)
    for name in ("first", "second"):
        y = keras.layers.GRU(4, return_sequences=True, name=name)(y, initial_state=state)
    report = check(model(target, [question, answer], y), [IDS, WORDS])
    ignored = "as if the mask that is attached to the input were ignored in first and second"
    assert report.guesses[:1] == [f"{ignored}: {LOST}"] * (target.name == "keras3")


def test_an_encoder_decoder_without_masks_in_the_decoder(target, oracle_check):
    made = model(target, *encoder_decoder(target, mask_zero=False))
    scores, end = oracle_check(made, [IDS, WORDS])
    assert (scores.shape, end.shape) == ((3, 5, 2), (3, 4))


def test_a_mask_that_is_given_by_hand_too(target, oracle_check):
    if target.name != "keras3":
        pytest.skip("Keras 2 fails in the call of such a model")
    keras = target.keras
    ids, vectors = words(target, "ids")
    h = keras.Input((4,), name="h")
    decode = keras.layers.GRU(4, return_sequences=True)
    made = model(target, [ids, h], decode(vectors, mask=vectors._keras_mask, initial_state=h))
    oracle_check(made, [WORDS, STATES[0]])


def test_states_of_both_directions(target):
    keras = target.keras
    skip_known(target, "keras2-zeros-not-put-out-by-kernels")
    ids, vectors = words(target, "ids")
    states = [keras.Input((4,), name=name) for name in "ab"]
    both = keras.layers.Bidirectional(keras.layers.GRU(4, return_sequences=True), name="both")
    made = model(target, [ids, *states], both(vectors, initial_state=states))
    report = check(made, [WORDS, *STATES])
    assert bool(report.mismatches) == (target.name == "keras3")
    if report.mismatches:
        cause = "as if the mask that is attached to the input were ignored"
        assert report.guesses[0] == f"{cause}: {LOST}"


@pytest.mark.parametrize("how", ["attached", "argument"])
def test_masks_of_inputs(target, how, oracle_check):
    """A mask that comes with an input goes on in the graph."""
    keras, tf = target.keras, target.tf
    x, y = keras.Input((5, 3)), keras.Input((5, 3))
    gru = keras.layers.GRU(4, return_sequences=True)
    made = model(target, [x, y], [gru(x), keras.layers.LSTM(2)(y)])
    mask = WORDS != 0
    inputs = [keras.layers.Masking()(tf.constant(X * mask[..., None])), tf.constant(X)]
    if how == "attached":
        sequence, _ = oracle_check(made, inputs)
    elif within(target, keras2="<2.2"):
        pytest.skip("the release takes no None for a mask")
    elif within(target, keras3="<3.4"):
        pytest.skip("there a model hands no mask on that is its argument")
    else:
        sequence, _ = oracle_check(made, [X, X], mask=[mask, None])
    np.testing.assert_array_equal(sequence[0, 1], sequence[0, 0])


def test_no_masks_for_a_model_of_several_inputs(target):
    """None takes the place of the mask that is attached, which the copy would have."""
    keras = target.keras
    a, b, x, y = (keras.Input((5, 3)) for _ in range(4))
    inner = keras.Model([a, b], [keras.layers.GRU(4)(a), keras.layers.GRU(4)(b)])
    made = model(target, [x, y], inner([keras.layers.Masking()(x), y], mask=[None, None]))
    with pytest.raises(ValueError, match="cannot be copied: .* is called with `mask`, but"):
        rnn_oracle.from_keras(made)


def shared(target, x):
    layer = target.keras.layers.GRU(3, return_sequences=True, name="shared")
    return [layer(layer(x)), target.keras.layers.GRU(2)(layer(x))]


def nested_models(target, x):
    keras = target.keras
    chain = keras.Sequential([keras.layers.Dense(3), keras.layers.GRU(4, return_sequences=True)])
    inner, state = keras.Input((5, 4)), keras.Input((4,))
    last = keras.layers.GRU(4)(inner, initial_state=state)
    graph = keras.Model([inner, state], [last, keras.layers.Dense(2)(inner)])
    return graph([chain(x), keras.layers.SimpleRNN(4)(x)])


def state_alone(target, x):
    return target.keras.layers.LSTM(4, return_state=True)(x)[2]


def only_one_in_a_dict(target, x):
    return {"end": target.keras.layers.GRU(4)(x)}


GRAPHS = (shared, nested_models, state_alone, only_one_in_a_dict)


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.__name__)
def test_graphs(target, graph, oracle_check):
    x = target.keras.Input((5, 3))
    made = model(target, x, graph(target, x))
    copy = rnn_oracle.from_keras(made)
    assert type(copy) is Functional
    oracle_check(made, X)
    with np.errstate(all="ignore"):
        want, got = nest.flatten(copy(X)), nest.flatten(as_arrays(made(target.tf.constant(X))))
    for ours, real in zip(want, got):
        np.testing.assert_allclose(ours, real, rtol=1e-4, atol=1e-5)


def test_one_output_in_a_tuple(target, oracle_check):
    x = target.keras.Input((5, 3))
    oracle_check(model(target, x, (target.keras.layers.GRU(4)(x),)), X)


def test_an_input_that_nothing_takes(target, oracle_check):
    keras = target.keras
    if within(target, keras3=">=3.10,<3.14"):
        pytest.skip("there Keras refuses such a model")
    x, y = keras.Input((5, 3)), keras.Input((5, 3))
    oracle_check(model(target, [x, y], keras.layers.GRU(4)(x)), [X, X])


def test_a_stateful_graph(target, oracle_check):
    keras = target.keras
    x = keras.Input(batch_shape=(3, 5, 3))
    sequence, state = keras.layers.GRU(4, stateful=True, return_state=True)(x)
    made = model(target, x, [sequence, keras.layers.Dense(2)(state)])
    (first, _), (second, _), (again, _) = oracle_check(made, X)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - second).max() > 1e-3


@pytest.mark.parametrize("policy", ["float64", "mixed_bfloat16"])
def test_other_policies(target, policy, oracle_check):
    if target.dialect == "keras2_v1":
        pytest.skip("it has no such policies")
    if policy == "mixed_bfloat16" and within(target, keras2="<2.13"):
        pytest.skip("there the kernels know no bfloat16")
    if within(target, keras3=">=3.5,<3.10"):
        pytest.skip("there Keras puts an operation between, which cannot be copied")
    layers = target.keras.layers
    x = target.keras.Input((5, 3))
    options = {"dtype": policy, "recurrent_initializer": "zeros"}
    _, state = layers.GRU(4, return_state=True, **options)(x)
    end = layers.GRU(4, **options)(x, initial_state=state)
    oracle_check(model(target, x, [end, layers.Dense(2, dtype=policy)(state)]), X)


def test_a_decoder_that_ignores_its_states(target):
    class Forgetful(target.keras.layers.LSTM):
        def call(self, sequences, *others, initial_state=None, **more):
            sequences = sequences[0] if isinstance(sequences, (list, tuple)) else sequences
            return super().call(sequences)

    made = model(target, *encoder_decoder(target, decoder=Forgetful, mask_zero=False))
    report = check(made, [IDS, WORDS])
    assert [mismatch.name for mismatch in report.mismatches] == ["output 1", "output 2"]
    assert report.guesses[0] == "as if the initial_state were ignored in decoder"


def test_a_known_error_in_a_graph(target, oracle_check):
    made = with_states(target, NESTED["list"])
    report = check(made, [WORDS[:0], *(state[:0] for state in STATES)])
    known = within(target, keras3=">=3.12")
    assert bool(report.mismatches) == known
    assert ("known divergence keras3-lstm-empty-batch, breaks" in str(report)) == known


# What is refused.


def as_a_picture(target, x):
    return target.keras.layers.Conv2D(2, 1)(target.keras.layers.Reshape((1, 5, 3))(x))


def stateful_twice(target, x):
    layer = target.keras.layers.GRU(3, stateful=True, return_sequences=True)
    return layer(layer(x))


def an_input_as_it_is(target, x):
    return [x, target.keras.layers.GRU(4)(x)]


REFUSED = {
    "a layer": (as_a_picture, TypeError, "cannot copy .*Conv2D: it knows"),
    "an operation": (lambda target, x: x + x, (TypeError, ValueError), "cannot copy|cannot be"),
    "twice": (stateful_twice, ValueError, "calls gru.* twice, which is stateful"),
    "an input": (an_input_as_it_is, ValueError, "returns one of its inputs as it is"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(target, what, oracle_check):
    graph, error, message = REFUSED[what]
    x = target.keras.Input(batch_shape=(3, 5, 3))
    made = target.keras.Model(x, graph(target, x))
    with pytest.raises(error, match=message):
        oracle_check(made, X)


WRONG = {
    # how the inputs are nested, what is given instead, the error, and what it says
    "too few": ("list", [WORDS, STATES[0]], ValueError, r"3 inputs \[ids, h, c\], but .* 2$"),
    "bare": ("list", WORDS, TypeError, r"inputs \[ids, h, c\], nested like that, not one array"),
    "deeper": ("list", [WORDS, STATES, STATES], TypeError, r"was given \[\*, \*\] for h"),
    "flat": ("list in list", [WORDS, *STATES], ValueError, r"2 inputs \[ids, \[h, c\]\], but"),
    "a list": ("dict", [WORDS, *STATES], TypeError, r"inputs {c: c, h: h, ids: ids}, nested"),
    "no c": ("dict", {"ids": WORDS, "h": STATES[0]}, ValueError, "names c, h, ids, but was"),
    "name": ("list", {"ids": WORDS, "h": X, "d": X}, ValueError, "of the names ids, h, c, but"),
}


@pytest.mark.parametrize("what", WRONG)
def test_inputs_that_do_not_fit(target, what, oracle_check):
    nested, given, error, message = WRONG[what]
    made = with_states(target, NESTED[nested])
    with pytest.raises(error, match=message) as raised:
        oracle_check(made, given)
    assert isinstance(raised.value, rnn_oracle.reference.errors.OracleError)


@pytest.mark.parametrize("kind", ["chain", "graph"])
def test_a_model_takes_no_initial_state(target, kind, oracle_check):
    x = target.keras.Input((5, 3))
    end = target.keras.layers.GRU(4)(x)
    made = model(target, x, end if kind == "chain" else [end, target.keras.layers.Dense(2)(end)])
    with pytest.raises(TypeError, match="is a model, which has no argument `initial_state`"):
        oracle_check(made, X, initial_state=STATES[:1])


def test_names_of_tensors():
    layer = rnn_oracle.GRU(2)
    for nodes, outputs, message in (
        ([Node(layer, "y", ["z"])], "z", "model has no tensor y where it is taken"),
        ([Node(layer, "x", ["x"])], "x", "model has two tensors of the name x"),
        ([Node(layer, "x", ["z"])], ["z", "y"], "model has no tensor y where it is taken"),
    ):
        with pytest.raises(ValueError, match=message):
            Functional("x", nodes, outputs, name="model")


def test_steps_of_a_graph(target):
    keras = target.keras
    y = keras.Input((3,))
    inner = keras.Model(y, {"only": keras.layers.Dense(2)(y)}, name="inner")
    with pytest.raises((TypeError, ValueError), match="runs inner, a model that is not a chain"):
        rnn_oracle.from_keras(keras.layers.TimeDistributed(inner))
