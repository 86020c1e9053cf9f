"""The target that is a program: what it is told and asked, and how its answers are taken."""

import atexit
import json

from ...families.outcome import Outcome, Refusal
from ...reference.dialects import DIALECTS
from ..layer_level import FEATURES, AnswerError, LayerTarget
from ..runtime import BrokenTargetError
from .arrays import as_json, from_json
from .process import Process, ProgramEndedError

PROTOCOL, LEVEL = 1, "layer"
PREFIX = "program:"
SECONDS = 60.0
"""How long a program may take to start, and for each layer."""

_MOST_IN_WORDS = 60


class ReportedError(Exception):
    """An error that the program reports, by its type and message."""


class UnsupportedError(Exception):
    """What the program says that it cannot do."""


class ProgramTarget(LayerTarget):
    """A program that speaks JSON lines on its standard input and output.

    It is started when it is first needed, and again after it has ended.

    Parameters
    ----------
    command : str
    seconds_to_answer : float
    """

    def __init__(self, command, seconds_to_answer=SECONDS):
        self.command, self.name = command, PREFIX + command
        self._seconds = seconds_to_answer
        self._process = self._told = None
        self._number = 0

    dialect = property(lambda self: self.told["dialect"])
    version = property(lambda self: self.told["version"])
    module = property(lambda self: self.told["name"])
    features = property(lambda self: tuple(self.told["features"]))

    @property
    def told(self):
        """What the program says of itself, as a dict; it is asked once."""
        if self._told is None:
            self.load()
        return self._told

    def load(self):
        """Start the program, if it does not run, and ask what it is.

        Raises
        ------
        BrokenTargetError
            If it cannot be started, or does not say what it is.
        """
        if self._process is not None:
            return
        self._process = Process(self.command)
        atexit.register(self._process.end)
        try:
            self._told = _about(self._ask({"do": "start", "protocol": PROTOCOL, "level": LEVEL}))
        except (TimeoutError, ProgramEndedError, AnswerError) as error:
            self.end()
            raise BrokenTargetError(f"{self.command!r} cannot be used: {error}") from None

    def end(self):
        """End the program, if it runs."""
        if self._process is not None:
            self._process.end()
            atexit.unregister(self._process.end)
            self._process = None

    def call(self, layer, x, mask, initial_state):
        """Have the program run a layer, see `rnn_oracle.targets.layer_level.LayerTarget.call`."""
        self.load()
        states = initial_state and [[as_json(a) for a in own] for own in initial_state]
        self._number += 1
        answer = self._ask(
            {
                "do": "call",
                "id": self._number,
                "layer": _layer(layer),
                "x": as_json(x),
                "mask": None if mask is None else as_json(mask),
                "initial_state": states,
            }
        )
        if answer.get("id") != self._number:
            self.end()  # what it answers next may be an answer to this
            raise AnswerError(f"the id is {_short(answer.get('id'))}, expected {self._number}")
        if "error" in answer:
            raise ReportedError(*_error(answer["error"]))
        if "unsupported" in answer:
            raise UnsupportedError(_short(answer["unsupported"]))
        output = from_json(answer.get("output"), "output")
        return output, _nested_states(answer.get("states"))

    def answered(self, case, sizes, prepared):
        try:
            return super().answered(case, sizes, prepared)
        except ReportedError as error:
            type_, message = error.args
            return Outcome(refusal=Refusal("call", type_, message))
        except UnsupportedError as error:
            return Outcome(unsupported=f"{self} says that it has what it lacks: {error}")

    def _ask(self, question):
        """Return the answer to a question; a program that gives none is ended."""
        line = json.dumps(question).encode("ascii") + b"\n"
        try:
            return _parsed(self._process.ask(line, self._seconds))
        except (TimeoutError, ProgramEndedError, AnswerError):
            self.end()
            raise


def _parsed(line):
    try:
        answer = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise AnswerError(f"an answer is no JSON: {_short(line)}") from None
    if not isinstance(answer, dict):
        raise AnswerError(f"an answer is {_short(answer)}, expected an object")
    return answer


def _layer(layer):
    cells = [dict(cell._asdict(), weights=list(map(as_json, cell.weights))) for cell in layer.cells]
    return dict(layer._asdict(), cells=cells)


def _about(answer):
    """Return what a program says of itself, checked."""
    for field in ("name", "version", "dialect"):
        if not isinstance(answer.get(field), str) or not answer[field].isprintable():
            raise AnswerError(f"{field} is {_short(answer.get(field))}, expected a text")
    if answer["dialect"] not in DIALECTS:
        known = ", ".join(DIALECTS)
        raise AnswerError(f"dialect is {_short(answer['dialect'])}, expected one of {known}")
    features = answer.get("features")
    if not isinstance(features, list) or not all(word in FEATURES for word in features):
        raise AnswerError(f"features are {_short(features)}, expected some of {list(FEATURES)}")
    return answer


def _error(error):
    """Return type and message of an error that is reported."""
    if not isinstance(error, dict) or not all(
        isinstance(error.get(field), str) for field in ("type", "message")
    ):
        raise AnswerError(f"error is {_short(error)}, expected an object with type and message")
    if not error["type"].isidentifier():
        raise AnswerError(f"the type of an error is {_short(error['type'])}, expected a name")
    return error["type"], error["message"]


def _nested_states(states):
    if not isinstance(states, list) or not all(isinstance(own, list) for own in states):
        raise AnswerError(f"states are {_short(states)}, expected a list of lists, one a cell")
    return [[from_json(state, "a state") for state in own] for own in states]


def _short(value):
    text = repr(value)
    return text if len(text) <= _MOST_IN_WORDS else text[:_MOST_IN_WORDS] + "..."
