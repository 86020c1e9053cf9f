"""The equations: cells, layers, surrounding layers, activations, dialects, gradients."""
