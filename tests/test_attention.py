"""The layers of attention, on the installed Keras and in its files (rules L22, L23)."""

import numpy as np
import pytest
from helpers import assert_same, knows, numbers, tensors, within
from test_load_graphs import assert_loads

import rnn_oracle
from rnn_oracle.arithmetic import nest
from rnn_oracle.arithmetic.error_bounds import bounds
from rnn_oracle.reference.attention import AdditiveAttention, Attention
from rnn_oracle.reference.multi_head_attention import MultiHeadAttention

MASKS = [
    np.array([[True, True, False, True], [True, True, True, False]]),
    np.array([[True, True, False, True, False], [True, False, True, True, True]]),
    np.array([[True, False, True, True, True], [True, True, True, False, True]]),
]
QUERY, VALUE, KEY = (
    numbers(*mask.shape, 3, seed=seed) * mask[..., None] for seed, mask in enumerate(MASKS)
)
ARRAYS = [QUERY, VALUE, KEY]
HEADS = ("heads", "keys", "other", "no bias")
WHICH = numbers(2, 4, 5, seed=4) > 0
WHICH[..., 0] = True


def takes_masks(target, name):
    """Tell whether a layer does with masks what the rules say, in a release."""
    if name in HEADS:
        return not within(target, keras2="<2.10")  # which looks at none
    if name in ("scaled", "sums") and within(target, keras2="<2.4"):
        return False  # which takes no third one
    return "back" in name or not within(target, keras3="<3.12")  # which mixes up sequences, see L22


def ends(of, target):
    """Return what makes outputs of layers of attention that the release has, by name."""
    found = {
        "dot": lambda q, v, k: of.Attention()([q, v]),
        "scaled": lambda q, v, k: of.Attention(use_scale=True)([q, v, k]),
        "sums": lambda q, v, k: of.AdditiveAttention()([q, v, k]),
        "bare": lambda q, v, k: of.AdditiveAttention(use_scale=False)([q, v]),
    }
    if "causal" in of.Attention().get_config():  # which later releases forget to write down
        found["causal"] = lambda q, v, k: of.Attention(causal=True)([q, v])
    if knows(of.Attention, score_mode="concat"):
        found["concat"] = lambda q, v, k: of.Attention(True, "concat")([q, v])
    if within(target, keras3=">=3.0", keras2=">=2.10"):
        found["look back"] = lambda q, v, k: of.Attention()([q, v], use_causal_mask=True)
        back = {"use_causal_mask": True}
        found["heads back"] = lambda q, v, k: of.MultiHeadAttention(2, 4)(q, v, **back)
    if within(target, keras3=">=3.0", keras2=">=2.5"):
        found["weights"] = lambda q, v, k: of.Attention()([q, v], return_attention_scores=True)
    if hasattr(of, "MultiHeadAttention"):
        found["heads"] = lambda q, v, k: of.MultiHeadAttention(2, 4)(q, v)
        found["keys"] = lambda q, v, k: of.MultiHeadAttention(3, 2, 4)(q, v, k)
        found["other"] = lambda q, v, k: of.MultiHeadAttention(2, 4, output_shape=(5,))(q, v)
        found["no bias"] = lambda q, v, k: of.MultiHeadAttention(2, 4, use_bias=False)(q, q)
    return found


def flat(outputs):
    """Return outputs of layers that may return several."""
    lists = [output if isinstance(output, (list, tuple)) else [output] for output in outputs]
    return [each for some in lists for each in some]


@pytest.mark.parametrize("format", ["h5", "keras"])
def test_models(target, format, tmp_path):
    """Each layer has masks of its own: Keras 3 takes them away from what it is given (L23)."""
    keras, of = target.keras, target.keras.layers
    x = [keras.Input((length, 3), name=name) for name, length in zip("qvk", (4, 5, 5))]
    outputs = []
    for name, make in ends(of, target).items():
        masked = takes_masks(target, name)
        outputs.append(make(*([of.Masking()(each) for each in x] if masked else x)))
    model = keras.Model(x, flat(outputs))
    loaded = assert_loads(target, model, ARRAYS, format, tmp_path)
    if format == "h5":
        for got, want in zip(rnn_oracle.from_keras(model)(ARRAYS), loaded(ARRAYS)):
            np.testing.assert_array_equal(got, want)


def heads(target, **options):
    """Return a layer of several heads with weights, built on its inputs."""
    of = target.keras.layers
    if not hasattr(of, "MultiHeadAttention"):
        pytest.skip("the release has no such layer")
    if not knows(of.MultiHeadAttention, 2, 4, **options):
        pytest.skip("the release has no such argument")
    layer = of.MultiHeadAttention(2, 4, **options)
    layer(*tensors(target, ARRAYS[:2]))
    weights = layer.get_weights()
    layer.set_weights([0.5 * numbers(*w.shape, seed=i) for i, w in enumerate(weights)])
    return layer


def assert_calls_agree(target, layer, arrays, got, mask=None, **options):
    """Compare what a call returned with what the copy of the layer does."""
    copy = rnn_oracle.from_keras(layer)
    allowed = Bounded(copy, options).bounds(arrays, mask)
    want = copy(arrays, mask=mask, **options)
    assert_same(want, nest.map_structure(np.asarray, got), allowed)


class Bounded:
    """A layer whose call takes options, as `bounds` calls it."""

    def __init__(self, layer, options):
        self.layer, self.options = layer, options

    def __call__(self, x, mask=None):
        return self.layer(x, mask=mask, **self.options)

    def bounds(self, arrays, mask):
        return bounds(self, arrays, "float32", mask=mask)


@pytest.mark.parametrize("what", ["attention_mask", "of_each_head", "window", "gate", "scores"])
def test_heads(target, what):
    options = {"window": {"sliding_window": 2}, "gate": {"use_gate": True}}.get(what, {})
    layer = heads(target, **options)
    named = {}
    if what == "attention_mask":
        named = {"attention_mask": WHICH}
    elif what == "of_each_head":
        named = {"attention_mask": np.stack([WHICH, ~WHICH | np.eye(4, 5, dtype=bool)], axis=1)}
    elif what == "scores":
        named = {"return_attention_scores": True}
    given = {k: tensors(target, v) if k == "attention_mask" else v for k, v in named.items()}
    got = layer(*tensors(target, ARRAYS[:2]), **given)
    assert_calls_agree(target, layer, ARRAYS[:2], got, **named)


def test_axes(target):
    """Steps along two axes, or along the second of them."""
    x = numbers(2, 3, 4, 5)
    for axes in (None, (2,)):
        of = target.keras.layers
        if not hasattr(of, "MultiHeadAttention"):
            pytest.skip("the release has no such layer")
        layer = of.MultiHeadAttention(2, 3, attention_axes=axes, use_bias=False)
        layer(*tensors(target, [x, x]))
        assert_calls_agree(target, layer, [x, x], layer(*tensors(target, [x, x])))


QV = [np.ones((1, 2, 3)), np.ones((1, 4, 3))]
WRONG = {
    "one": (Attention(), [QV[0]], {}, "takes .query, value. or .query, value, key., not 1 arrays"),
    "features": (Attention(), [QV[0], np.ones((1, 4, 2))], {}, "query, value and key have the sh"),
    "keys": (Attention(), [*QV, np.ones((1, 5, 3))], {}, "as many steps of the value as of the"),
    "batch": (Attention(), [QV[0], np.ones((2, 4, 3))], {}, "one batch size"),
    "no step": (
        Attention(),
        QV,
        {"mask": [None, np.zeros((1, 4))]},
        "the masks leave no step for query 0 of row 0, of which Keras",
    ),
    "weights": (AdditiveAttention(), QV, {}, "has no weights yet"),
    "mask": (Attention(), QV, {"mask": [np.ones((1, 3)), None]}, "the mask has shape"),
}


@pytest.mark.parametrize("what", WRONG)
def test_calls_that_are_wrong(what):
    layer, arrays, options, message = WRONG[what]
    with pytest.raises(ValueError, match=message):
        layer(arrays, **options)


def test_masks_of_heads_that_are_wrong():
    layer = MultiHeadAttention(1, 2, use_bias=False)
    layer.set_weights([numbers(3, 1, 2), numbers(3, 1, 2), numbers(3, 1, 2), numbers(1, 2, 3)])
    with pytest.raises(ValueError, match=r"has shape \(2, 4\), but needs .* \(1, 2, 4\)"):
        layer(QV, attention_mask=np.ones((2, 4)))
    with pytest.raises(ValueError, match="must be of booleans, or of 0 and 1"):
        layer(QV, attention_mask=np.full((1, 2, 4), 0.5))
    with pytest.raises(ValueError, match="has several axes of steps"):
        layer([np.ones((1, 2, 2, 3))] * 2, use_causal_mask=True)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Attention(score_mode="sum"), "is neither 'dot' nor 'concat'"),
        (lambda: Attention(causal=True), "has no `causal`: calls take `use_causal_mask`"),
        (lambda: MultiHeadAttention(0, 2), "must be a positive integer"),
        (lambda: MultiHeadAttention(1, 2, heads=3), "does not know the argument heads"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_what_keras2_does_not_know():
    with pytest.raises(TypeError, match="does not know use_gate"):
        MultiHeadAttention(1, 2, use_gate=True, dialect="keras2")
    assert Attention(causal=True, dialect="keras2").causal


def test_a_query_that_is_masked_is_zero_and_goes_on_so():
    layer = Attention()
    masks = [np.array([[True, False]]), np.array([[False] * 4])]
    with pytest.raises(ValueError, match="for query 0 of row 0"):
        layer(QV, mask=masks)
    masks[0][:] = False
    assert not layer(QV, mask=masks).any() and layer.compute_mask(QV, masks) is masks[0]
