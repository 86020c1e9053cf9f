"""Tells what a layer of Keras is that was given no more arguments than it must be."""

from ...families.defaults.outcome import defaults, plain_layer


def run(target, case, sizes):
    """Return the `Outcome` of a case on Keras."""
    layer = plain_layer(case, [target.keras.layers])
    config = layer.get_config()

    def find(name, otherwise):
        # Keras 2 leaves zero_output_for_mask out of the configuration while it is off.
        return config.get(name, getattr(layer, name, otherwise))

    return defaults(case, find)
