"""Loads on Keras the models that releases have saved, and calls them."""

import os
import re
import tempfile
import warnings
import zipfile

from ...arithmetic import nest
from ...families.files.kinds import inputs
from ...families.files.outcome import named
from ...families.files.releases import SAVED_MODEL, path
from ...families.outcome import Outcome, in_phases

_INSIDE = "Exception encountered: "


def run(target, case, sizes):
    """Return the `Outcome` of a model that is loaded and called, in the phases build and call."""

    def call(model):
        given = nest.map_structure(target.tensors.make, inputs(case.kind))
        return Outcome(*named(case, [model(x) for x in given]))

    with tempfile.TemporaryDirectory() as folder:
        file = _unpacked(path(case.saved_by, case.format, case.kind), case, folder)
        load = target.keras.models.load_model
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of arguments that came from the file
            outcome = in_phases(lambda: load(file, compile=False), call)
    if outcome.refusal:
        message = in_short(outcome.refusal.message, os.path.dirname(file) + os.sep)
        outcome = Outcome(refusal=outcome.refusal._replace(message=message))
    return outcome


def _unpacked(file, case, folder):
    """Return what Keras loads: the file itself, or the folder that is in it."""
    if case.format != SAVED_MODEL:
        return file
    inside = os.path.join(folder, f"{case.kind}.{case.format}")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(inside)
    return inside


def in_short(message, folder):
    """Return a message without the folder of the file, and the whole configurations it quotes.

    Examples
    --------
    >>> in_short("Could not read /a/b.h5, config={'units': 4}. Exception encountered: no", "/a/")
    'Could not read b.h5, config={...}. Exception encountered: no'
    """
    parts = message.replace(folder, "").split(_INSIDE)
    quoted = re.compile(r"(config[:=] ?)\{.*\}", re.DOTALL)
    return _INSIDE.join(quoted.sub(r"\1{...}", part) for part in parts)
