"""The target PyTorch: `nn.RNN`, `nn.LSTM` and `nn.GRU`, with the weights of Keras."""

import importlib
import itertools

import numpy as np

from ..conversions import TORCH, converted
from ..distributions import version_of
from ..layer_level import LayerTarget
from ..padding import lengths_of, turned, turned_back
from ..runtime import usable


class TorchTarget(LayerTarget):
    """PyTorch's layers, packed where sequences are padded at their ends."""

    name = module = "torch"
    dialect = "keras3"
    needs = ("torch",)
    features = ("simple_rnn", "lstm", "gru", "go_backwards", "stacked_cells", "mask_right")
    features += ("initial_state",)
    reasons = {
        "gru_reset_before": "nn.GRU resets after the product alone",
        "lstm_hard_sigmoid": "the gates of nn.LSTM have sigmoid alone",
        "gru_hard_sigmoid": "the gates of nn.GRU have sigmoid alone",
        "mask": "pack_padded_sequence takes the length of each sequence, not a mask",
        "mask_row": "pack_padded_sequence takes no length of zero",
    }
    # Cells of a list, and layers upon each other, may be one module.
    stacks_layers = True
    version = property(lambda self: version_of("torch"))
    torch = property(lambda self: importlib.import_module("torch"))

    def load(self):
        """Import PyTorch, and see whether it can call a layer.

        Raises
        ------
        BrokenTargetError
            If it cannot.
        """
        with usable(self):
            self.torch.nn.RNN(1, 1)(self.torch.zeros(1, 1, 1))

    def call(self, layer, x, mask, initial_state):
        """Run a layer, see `rnn_oracle.targets.layer_level.LayerTarget.call`."""
        lengths = lengths_of(x, mask)
        if layer.go_backwards:
            x = turned(x, lengths)
        x, states, first = self.torch.from_numpy(np.ascontiguousarray(x)), [], 0
        rnn = self.torch.nn.utils.rnn
        if mask is not None:
            lengths_here = self.torch.from_numpy(lengths)
            x = rnn.pack_padded_sequence(x, lengths_here, True, enforce_sorted=False)
        with self.torch.no_grad():
            for cells in modules(layer.cells):
                own = initial_state and initial_state[first : first + len(cells)]
                first += len(cells)
                x, final = self.module_of(cells)(x, own and self._stacked(own))
                states += self._of_cells(final)
        if not layer.return_sequences:
            return states[-1][0], states
        if mask is not None:
            x, _ = rnn.pad_packed_sequence(x, True, total_length=mask.shape[1])
        return turned_back(x.numpy(), lengths, layer.go_backwards), states

    def module_of(self, cells):
        """Return the module for cells of as many units, with their weights."""
        kind, features = cells[0].kind, len(cells[0].weights[0])
        make = getattr(self.torch.nn, TORCH.kinds[kind].into.partition(".")[2])
        module = make(features, cells[0].units, num_layers=len(cells), batch_first=True)
        for number, cell in enumerate(cells):
            for name, array in zip(TORCH.weights, converted(cell, TORCH)):
                getattr(module, name.format(layer=number)).copy_(self.torch.from_numpy(array))
        return module

    def _stacked(self, states):
        """Return states, a list for each cell, as a module takes them: bare if single."""
        stacked = [self.torch.from_numpy(np.stack(layers)) for layers in zip(*states)]
        return tuple(stacked) if len(stacked) > 1 else stacked[0]

    @staticmethod
    def _of_cells(final):
        """Return the states that a module returns as a list for each cell."""
        letters = final if isinstance(final, tuple) else (final,)
        return [[state.numpy() for state in own] for own in zip(*letters)]


def modules(cells):
    """Gather cells into modules, each of which has cells of as many units."""
    return [list(group) for _, group in itertools.groupby(cells, key=lambda cell: cell.units)]
