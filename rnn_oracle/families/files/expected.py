"""What the rules demand of a model that was saved: what it computed where it was saved."""

from ...arithmetic.claims import with_replicas
from ...arithmetic.error_bounds import UNIT_ROUNDOFF, claim, converted
from ...reference.functional import Functional, Node
from ...reference.surrounding import Sequential
from ..classes import Classes
from ..outcome import Outcome, demanded_in
from .kinds import KINDS, inputs, weights
from .outcome import named
from .releases import RELEASES


def expected(case, dialect, sizes, bounded):
    """Return the `Outcome` that the rules demand, whatever the dialect of the release that loads.

    See `rnn_oracle.families.expected`.
    """
    return computed(case, RELEASES[case.saved_by].dialect, bounded)


def computed(case, dialect, bounded=True, passes_masks=True):
    """Return the `Outcome` of a model in a dialect, which need not be that of its release.

    Parameters
    ----------
    case : FileCase
    dialect : str or Dialect
    bounded : bool
        Whether to work out `allowed`.
    passes_masks : bool
        Whether the layers above the lowest pass a mask on.
    """

    def followed(follow, as_array=lambda leaf: leaf):
        model = made(case.kind, dialect, passes_masks)
        outputs = [model.run(x, None, follow)[0] for x in inputs(case.kind)]
        return {f"{call}.output": as_array(y) for call, y in zip(case.calls, outputs)}

    model = made(case.kind, dialect, passes_masks)
    arrays, facts = named(case, [model(x) for x in inputs(case.kind)])
    allowed = {}
    if bounded:
        unit = UNIT_ROUNDOFF[case.dtype]
        bounds = followed(lambda given: converted(given, unit), claim)
        allowed = with_replicas(bounds, arrays, case.dtype, case.batch_axis, followed)
    return Outcome(arrays, demanded_in(case.dtype, facts), allowed, precision=case.dtype)


def made(name, dialect, passes_masks=True):
    """Return the reference's model of a kind, with its weights."""
    kind = KINDS[name]
    layers = kind.layers(Classes(dialect))
    shapes = [
        [[n or width for n in shape] for _, shape, _ in layer.weight_shapes()]
        if hasattr(layer, "weight_shapes")
        else []
        for layer, width in zip(layers, kind.widths)
    ]
    for layer in () if passes_masks else layers[1:]:
        layer.compute_mask = lambda x, mask=None: None
    found = weights(name, [shape for each in shapes for shape in each])
    for layer, each in zip(layers, shapes):
        if each:
            layer.set_weights([found.pop(0) for _ in each])
    if kind.wiring != "states":
        return Sequential(layers)
    encoder, decoder = layers
    nodes = [
        Node(encoder, "question", ["last", "h", "c"]),
        Node(decoder, "answer", ["sequence"], initial_state=["h", "c"]),
    ]
    return Functional(["question", "answer"], nodes, "sequence")
