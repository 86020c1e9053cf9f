"""What is tried, by kind: each draws its attempts by number, and tells how they were answered."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Callable, NamedTuple

import broken_environments
import edits
import model_calls
import wrong_arguments
import wrong_calls
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rnn_oracle.records.format import MANIFEST
from rnn_oracle.targets import installed

from . import interruptions

AT_ONCE = 50
"""How many edits one process of Node looks at."""


class Found:
    """How attempts were answered, with the number of each answer, and what failed."""

    def __init__(self):
        self.answers, self.failures = Counter(), []

    def attempt(self, function, *arguments):
        """Count what a function returns; what it raises is a failure."""
        try:
            self.answers[function(*arguments)] += 1
        except Exception as error:
            told = " ".join(f"{type(error).__name__}: {error}; {arguments!r}".split())
            self.failures.append(told[:500])


class Kind(NamedTuple):
    """Something that goes wrong.

    Attributes
    ----------
    group, tried : str
        As the page says them.
    run : callable
        ``run(found, count)`` makes so many attempts, or all that there are.
    needs : str
        What it cannot do without: ``"Keras"``, or ``"fork"`` where processes are copied.
    """

    group: str
    tried: str
    run: Callable[[Found, int], Any]
    needs: str = ""


def _each(strategy, count, function):
    """Call a function with values that hypothesis draws, the same ones each time."""

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def each(value):
        function(value)

    each()


def _edited(strategy, answer):
    """Return the attempts of edits, each looked at by both readers."""

    def run(found, count):
        made = []
        _each(strategy, count, made.append)
        for start in range(0, len(made), AT_ONCE):
            some = made[start : start + AT_ONCE]
            for edit, told in zip(some, edits.told(some)):
                for reader in told.by:
                    found.attempt(answer, reader, told, edit)

    return run


def _refused(reader, told, edit):
    message = told.by[reader]
    assert message and told.blames(message), message
    return f"refused by the reader in {reader}, naming the file"


def _told(reader, told, edit):
    message = told.by[reader]
    assert len({message is None for message in told.by.values()}) == 1, told.by
    if message is None:
        return f"read in {reader}, as all that it says fits together"
    assert message.startswith(os.path.dirname(told.folder)) and message.isprintable(), message
    assert MANIFEST in message, message
    return f"refused by the reader in {reader}, naming the manifest"


def _numbered(function):
    def run(found, count):
        for number in range(count):
            found.attempt(function, number)

    return run


def _arguments(found, count):
    drawn = st.tuples(
        st.sampled_from(sorted(wrong_arguments.arguments())), wrong_arguments.ANYTHING
    )
    _each(drawn, count, lambda pair: found.attempt(wrong_arguments.answer, *pair))


def _calls(found, count):
    _each(wrong_calls.any_call(), count, lambda call: found.attempt(wrong_calls.answer, *call))


def _of_keras():
    return [target for name, target in sorted(installed().items()) if name != "tf1"]


def _models(found, count):
    drawn = st.tuples(
        st.sampled_from(_of_keras()), st.sampled_from(sorted(model_calls.LAYERS)), model_calls.CALLS
    ).filter(lambda call: not model_calls.in_ledger(call[0], call[2]))
    _each(drawn, count, lambda call: found.attempt(model_calls.answer, *call))


def _environments(found, count):
    every = itertools.product(broken_environments.COMMANDS, broken_environments.BROKEN)
    for command, how in itertools.islice(every, count):
        with tempfile.TemporaryDirectory() as folder:
            found.attempt(broken_environments.answer, command, how, Path(folder))


CORRUPTIONS, INTERRUPTIONS = "corruptions", "interruptions"
INPUTS, ENVIRONMENTS = "bad inputs", "environments"
KINDS = {
    "bytes": Kind(
        CORRUPTIONS,
        "a byte of a manifest or a list of cases changed, put in or left out, or the rest cut off",
        _edited(edits.EDITS["bytes"], _refused),
    ),
    "fields": Kind(
        CORRUPTIONS,
        "a field of a manifest or a list of cases changed, moved, left out or doubled, not its sum",
        _edited(edits.EDITS["fields"], _refused),
    ),
    "arrays": Kind(
        CORRUPTIONS,
        "a byte of a file of arrays changed, put in or left out, or the rest cut off",
        _edited(edits.EDITS["arrays"], _refused),
    ),
    "sealed": Kind(
        CORRUPTIONS,
        "a field of a manifest changed, moved, left out or doubled, with the right sum",
        _edited(edits.with_the_right_sum(), _told),
    ),
    "stopped": Kind(
        INTERRUPTIONS,
        "a dump stopped between two steps of writing",
        _numbered(interruptions.stopped),
    ),
    "killed": Kind(
        INTERRUPTIONS,
        "a process that dumps killed at any time",
        _numbered(interruptions.killed),
        needs="fork",
    ),
    "full disk": Kind(
        INTERRUPTIONS,
        "a dump onto a disk that is full after some files",
        _numbered(interruptions.without_room),
    ),
    "two at once": Kind(
        INTERRUPTIONS,
        "two processes that dump into one folder at once",
        _numbered(interruptions.two_at_once),
        needs="fork",
    ),
    "arguments": Kind(INPUTS, "a value of any kind for an argument of a constructor", _arguments),
    "calls": Kind(INPUTS, "a method of a layer called with values of any kind", _calls),
    "models": Kind(
        INPUTS,
        "a layer of Keras called in a functional model with arguments of any kind, and copied",
        _models,
        needs="Keras",
    ),
    "environments": Kind(
        ENVIRONMENTS,
        "a command where TensorFlow raises, exits, aborts, or has no Keras that fits",
        _environments,
    ),
}


def can_be_tried(name):
    """Tell whether what a kind needs is here."""
    there = {"": True, "Keras": bool(_of_keras()), "fork": hasattr(os, "fork")}
    return there[KINDS[name].needs]


def tried(name, count):
    """Make the attempts of a kind; return what was found."""
    found = Found()
    KINDS[name].run(found, count)
    return found
