"""All that may have gone wrong in a call: each guess with its text.

A guess is worth telling only where the changed oracle returns all that the layer did.
"""

from __future__ import annotations

import copy
import functools
from typing import Callable, NamedTuple

from ...families.stacks.deviations import ARGUMENT, NOT_PASSED_ON
from ...reference.bidirectional import Bidirectional
from ...reference.functional import Functional
from ...reference.recurrent import RNN
from ...reference.surrounding import Dense, Masking, TimeDistributed
from ..layer_call import LayerCall, links, recurrent_layers
from .cells import changes_of_dense
from .directions import bidirectional_layers, changes_of_both
from .layers import changes_of_layer, has_mask

MASKS_END = "the mask did not go on from any recurrent layer"


class Hypothesis(NamedTuple):
    """One thing that may have gone wrong.

    Attributes
    ----------
    text : str
        Goes on after "as if".
    given : LayerCall
        The call as it should be.
    change : callable
        Returns a `LayerCall` as it would then be, of one as it should be.
    instead : tuple of str
        The deviations of `rnn_oracle.verdict.deviations` that say the same of cases.
    """

    text: str
    given: LayerCall
    change: Callable
    instead: tuple[str, ...] = ()

    def layer_call(self):
        """Return the call as it would then be."""
        return self.change(self.given)

    def outcome(self):
        """Return the `Outcome` that would then be returned."""
        return self.layer_call().outcome()


def hypotheses(layer_call):
    """Yield each `Hypothesis` about a call that fits its layer and its arguments.

    Parameters
    ----------
    layer_call : LayerCall
        The call as it should be.
    """
    for parts_of, changes_of in (
        (recurrent_layers, changes_of_layer),
        (bidirectional_layers, changes_of_both),
        (_dense_layers, changes_of_dense),
    ):
        yield from _of_parts(layer_call, parts_of, changes_of)
    if has_mask(layer_call):
        yield from _of_masks_that_go_on(layer_call)


def _dense_layers(layer):
    return [link for link in links(layer) if isinstance(link, Dense)]


def _of_parts(layer_call, parts_of, changes_of):
    """Yield what may be wrong with the layer, or with all parts of a kind and with each of them."""
    parts = parts_of(layer_call.layer)
    is_whole = parts == [layer_call.layer]
    fitting = [changes_of(part, layer_call) for part in parts]
    for text in sorted(set().union(*fitting)):
        owners = [i for i, known in enumerate(fitting) if text in known]
        # What a release is known to do, it does in all parts that it concerns.
        known = {i: fitting[i][text].instead for i in owners if fitting[i][text].instead}
        chosen = [owners] if len(owners) > 1 or is_whole else []
        chosen += [list(known)] if 1 < len(known) < len(owners) else []
        chosen += [] if is_whole else [[i] for i in owners]
        for some in chosen:
            names = " and ".join(_name(parts, i) for i in some)
            yield Hypothesis(
                text if some is owners else f"{text} in {names}",
                layer_call,
                functools.partial(_changed, parts_of, changes_of, text, some),
                (known[some[0]],) if some == list(known) else (),
            )


def _changed(parts_of, changes_of, text, chosen, layer_call):
    layer_call = layer_call._replace(layer=_copied(layer_call.layer))
    for i, part in enumerate(parts_of(layer_call.layer)):
        if i in chosen:
            changes_of(part, layer_call)[text].apply()
    return layer_call


def _copied(layer):
    """Return a copy of a layer that shares its weights: no change changes an array."""
    arrays = [a for link in links(layer) for a in getattr(link, "weights", None) or []]
    return copy.deepcopy(layer, {id(array): array for array in arrays})


def _name(parts, i):
    """Name one of several parts."""
    names = [part.name for part in parts]
    if names.count(names[i]) == 1:
        return names[i]
    return f"{names[i]}, number {i + 1} of its kind"


# What is said of the mask that goes on.


def _of_masks_that_go_on(layer_call):
    parts, is_graph = links(layer_call.layer), isinstance(layer_call.layer, Functional)
    over_steps = _over_steps(parts)
    for i, link in enumerate(parts):
        if not getattr(link, "return_sequences", True):
            if is_graph:
                continue
            break
        if isinstance(link, Masking):  # its output depends on the mask that it makes
            continue
        is_argument = i == 0 and layer_call.mask is not None and not layer_call.attached
        is_last = link is parts[-1] and not is_graph
        on = "with the output" if is_last else f"from {_name(parts, i)}"
        yield Hypothesis(
            f"the mask did not go on {on}",
            layer_call,
            functools.partial(_going_no_further, [i]),
            (ARGUMENT,) * is_argument + (NOT_PASSED_ON,) * (over_steps == [i]),
        )
    if len(over_steps) > 1:
        yield masks_that_end(layer_call)


def masks_that_end(layer_call):
    """Return the `Hypothesis` that no layer over steps lets a mask go on."""
    over_steps = _over_steps(links(layer_call.layer))
    change = functools.partial(_going_no_further, over_steps)
    return Hypothesis(MASKS_END, layer_call, change, (NOT_PASSED_ON,))


def _over_steps(parts):
    """Return which layers go over steps and would let a mask go on."""
    return [
        i
        for i, part in enumerate(parts)
        if isinstance(part, (RNN, Bidirectional, TimeDistributed))
        and getattr(part, "return_sequences", True)
    ]


def _going_no_further(which, layer_call):
    layer = _copied(layer_call.layer)
    parts = links(layer)
    for i in which:
        parts[i].compute_mask = _no_mask
    return layer_call._replace(layer=layer)


def _no_mask(x, mask=None):
    return None
