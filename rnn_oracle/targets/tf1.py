"""The target TensorFlow 1: graphs and sessions, as every release up to now can still run them."""

import functools
import importlib
import time
from dataclasses import replace

from ..arithmetic import nest
from ..families.facts import Shape, Structures, structure
from ..families.outcome import Outcome, in_phases
from ..families.tf1.outcome import observe
from ..families.tf1.problem import SIZES, problem
from .runtime import recorded_as, sound, tensorflow, usable
from .target import Target

_CELLS_OF_TF_KERAS = "tf_keras.api._v1.keras.__internal__.legacy.rnn_cell"


class Tf1Target(Target):
    """The cells and functions of TensorFlow 1 as they are installed. Imports them at first use.

    Parameters
    ----------
    module : str
        Where the cells are found. With TensorFlow 2.16 and later, `tf.compat.v1.nn.rnn_cell`
        is that of `tf_keras` under TF_USE_LEGACY_KERAS=1 and refuses to work without; the
        very same classes are taken from `tf_keras` here, whatever that variable says.
    version : str
        Of TensorFlow, also where the cells come from `tf_keras`: the functions that carry a
        cell over a sequence are TensorFlow's own in every release.
    """

    name = dialect = "tf1"
    backend = "tensorflow"

    def __init__(self, module, version=None):
        self.module = module
        self._version = version
        self._is_usable = False
        # Cases that differ in the lengths alone stand together and share a graph.
        self._graph = functools.lru_cache(maxsize=1)(functools.partial(_Graph, self))

    @property
    def version(self):
        """The release of TensorFlow, asked of TensorFlow itself if it was not given."""
        return self._version or self.tf.__version__

    @property
    def recording(self):
        """The name of this target's recording, such as ``"tf1.15-v1"``."""
        return recorded_as("tf", self.version) + "-v1"

    def load(self):
        """Import the runtime, which takes seconds the first time, and see whether it works.

        Raises
        ------
        BrokenTargetError
            If it cannot be imported or call a cell.
        """
        if not self._is_usable:
            with usable(self), self.tf.Graph().as_default():
                zeros = self.tf.zeros((1, 1))
                self.rnn_cell.BasicRNNCell(1)(zeros, zeros)
            self._is_usable = True
        return self.rnn_cell

    tf = property(lambda self: tensorflow())

    @property
    def rnn_cell(self):
        """The module of the cells, such as `tf.compat.v1.nn.rnn_cell`."""
        if self.module == "tf_keras":
            self.tf  # noqa: B018, it has to come first
            return importlib.import_module(_CELLS_OF_TF_KERAS)
        return self.tf.compat.v1.nn.rnn_cell

    @property
    def keras(self):
        """The Keras whose cells the functions of TensorFlow 1 can carry."""
        return importlib.import_module("tf_keras") if self.module == "tf_keras" else self.tf.keras

    def build(self, case, sizes=SIZES):
        """Return the case's cell, or its stack of cells."""
        made = [self._cell(case, units) for units in sizes.units[: case.depth]]
        if case.depth == 1:
            return made[0]
        return self.rnn_cell.MultiRNNCell(made, state_is_tuple=case.stacking == "two")

    def _cell(self, case, units):
        name, arguments = case.arguments(units)
        return getattr(self.keras.layers if case.is_keras else self.rnn_cell, name)(**arguments)

    def run(self, case, sizes=SIZES):
        """Return the `Outcome` of a case."""
        given = problem(case, sizes)
        self.load()
        started = time.perf_counter()
        try:
            return sound(self, self._outcome(case, sizes, given))
        finally:
            self.seconds += time.perf_counter() - started

    def _outcome(self, case, sizes, given):
        shared = replace(case, lengths="none" if case.lengths == "none" else "mixed")

        def call(graph):
            arrays, facts = graph.call("default", given)
            more_arrays, more_facts = graph.call("given", given)
            return Outcome(dict(arrays, **more_arrays), dict(facts, **more_facts))

        return in_phases(lambda: self._graph(shared, sizes), call)


class _Graph:
    """The cells of a case in a graph of their own, with a session and placeholders."""

    def __init__(self, target, case, sizes):
        self.v1, self.case, self.sizes = target.tf.compat.v1, case, sizes
        self.graph, self.results = self.v1.Graph(), {}
        with self.graph.as_default():
            self.cells = [target.build(case, sizes) for _ in case.directions]
            self.inputs = self._inputs()
            self.lengths = None
            if case.lengths != "none":
                self.lengths = self.v1.placeholder("int32", [None])
            self.states = [
                self.v1.nest.map_structure(self._placeholder, cell.state_size)
                for cell in self.cells
            ]
        config = self.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        # Each graph runs a few times only: optimizing it would take most of the time.
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        self.session = self.v1.Session(graph=self.graph, config=config)

    def _placeholder(self, *shape):
        return self.v1.placeholder(self.case.dtype, [None] + list(shape))

    def _inputs(self):
        if self.case.driver == "static":
            return [self._placeholder(self.sizes.features) for _ in range(self.sizes.steps)]
        return self._placeholder(None, self.sizes.features)

    def call(self, call, given):
        """Run the cells from zero states or those given; return arrays and facts."""
        if call not in self.results:
            with self.graph.as_default(), self.v1.variable_scope(call):
                self.results[call] = self._carry(call == "given")
            if len(self.results) == 1:
                self._set_weights(given.weights)
        result = self.results[call]
        x = given.x.swapaxes(0, 1) if self.case.driver == "static" else [given.x]
        feeds = dict(zip(nest.flatten(self.inputs), x))
        if self.lengths is not None:
            feeds[self.lengths] = given.lengths
        for places, states in zip(self.states, given.states):
            feeds.update(zip(self.v1.nest.flatten(places), states))
        leaves = nest.flatten(result)
        arrays, facts = observe(call, self.case, result, self.session.run(leaves, feeds))
        facts[call + ".shapes"] = Structures.of(
            structure(result, lambda t: Shape(tuple(t.shape.as_list())))
        )
        return arrays, facts

    def _carry(self, given):
        case, nn = self.case, self.v1.nn
        call = {"sequence_length": self.lengths}
        if case.driver != "static":
            call["time_major"] = case.time_major
        if not given:
            call["dtype"] = case.dtype
        if case.driver == "bidirectional":
            if given:
                call.update(initial_state_fw=self.states[0], initial_state_bw=self.states[1])
            return nn.bidirectional_dynamic_rnn(*self.cells, self.inputs, **call)
        if given:
            call["initial_state"] = self.states[0]
        carry = nn.static_rnn if case.driver == "static" else nn.dynamic_rnn
        return carry(self.cells[0], self.inputs, **call)

    def _set_weights(self, weights):
        for cell, values in zip(self.cells, weights):
            setters = [weight.initializer for weight in cell.weights]
            feeds = {setter.inputs[1]: value for setter, value in zip(setters, values)}
            self.session.run(setters, feeds)
