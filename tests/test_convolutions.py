"""Depthwise and separable convolutions of a sequence, on the installed Keras (rule L21)."""

import numpy as np
import pytest
from helpers import assert_agrees, give_weights, knows, numbers, tensors, within

import rnn_oracle
from rnn_oracle.reference.depthwise import DepthwiseConv1D, SeparableConv1D
from rnn_oracle.targets.runtime import plain_shape

X = numbers(2, 9, 3)
LAYERS = {
    "depthwise": lambda of, **more: of.DepthwiseConv1D(3, depth_multiplier=2, **more),
    "separable": lambda of, **more: of.SeparableConv1D(4, 3, depth_multiplier=2, **more),
}
OPTIONS = {
    "channels_first": {"data_format": "channels_first", "strides": 2, "padding": "same"},
    "far_strides": {"strides": 2, "dilation_rate": 2},
    "causal": {"padding": "causal", "dilation_rate": 2},
}


def made(target, kind, options):
    """Return a layer with weights, and what it is given; skip what the release does not have."""
    of = target.keras.layers
    shape = (2, 3, 9) if "data_format" in options else X.shape
    if kind == "depthwise" and not hasattr(of, "DepthwiseConv1D"):
        pytest.skip("the release has no such layer")
    if not knows(LAYERS[kind], of, **options):
        pytest.skip("the release has no such padding")
    layer = give_weights(LAYERS[kind](of, **options), (None, *shape[1:]))
    return layer, X.swapaxes(1, 2).copy() if "data_format" in options else X


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", LAYERS)
def test_options(target, kind, options):
    layer, x = made(target, kind, OPTIONS[options])
    if options == "far_strides" and target.name == "keras2":
        with pytest.raises(ValueError, match="strides=2 with dilation_rate=2: one of them must"):
            rnn_oracle.from_keras(layer)
        return  # early releases compute other windows
    try:
        layer(tensors(target, x))
    except Exception as error:  # no CPU can compute it in this release, which says so in many ways
        assert not within(target, keras3=">=3.15"), error
        pytest.skip("the release computes it on no CPU")
    copy = assert_agrees(target, layer, x)
    want = plain_shape(layer.compute_output_shape((None, *x.shape[1:])))
    assert copy.compute_output_shape((None, *x.shape[1:])) == want
    assert copy.compute_mask(x, np.ones((2, 9), bool)) is None


REFUSED = {
    "padding": (DepthwiseConv1D, (2,), {"padding": "causal"}, "padding='causal' is none of"),
    "keras3": (SeparableConv1D, (2, 2), {"padding": "causal"}, "padding='causal' is none of"),
    "format": (DepthwiseConv1D, (2,), {"data_format": "first"}, "is neither 'channels_last' nor"),
    "multiplier": (DepthwiseConv1D, (2,), {"depth_multiplier": 0}, "must be a positive integer"),
    "filters": (SeparableConv1D, (0, 2), {}, "must be a positive integer"),
    "unknown": (SeparableConv1D, (2, 2), {"groups": 2}, "does not know the argument groups"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(what):
    kind, arguments, options, message = REFUSED[what]
    with pytest.raises(ValueError, match=message):
        kind(*arguments, **options)


def test_weights_that_do_not_fit_one_another():
    layer = DepthwiseConv1D(2, depth_multiplier=2)
    with pytest.raises(ValueError, match=r"bias has shape \(3,\), but needs \(6,\)"):
        layer.set_weights([numbers(2, 3, 2), numbers(3)])
    with pytest.raises(ValueError, match="pointwise_kernel has 5 rows, but needs 6"):
        SeparableConv1D(4, 2, depth_multiplier=2).set_weights(
            [numbers(2, 3, 2), numbers(1, 5, 4), numbers(4)]
        )
    layer.set_weights([numbers(2, 3, 2), numbers(6)])
    with pytest.raises(ValueError, match=r"takes 3 features, but the input has shape \(2, 9, 4\)"):
        layer(numbers(2, 9, 4))
