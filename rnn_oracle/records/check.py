"""Compares a fixture with what would be written now: which cases and arrays have moved."""

import functools

from ..families.expected import expected
from ..families.outcome import Outcome
from ..targets.recorded import Recorded
from ..verdict.changes import MEANING, changes, claimed_changes
from ..verdict.judge import changed_by, tolerance_between
from ..verdict.known_refusals import ledger_of
from ..verdict.ledger import matching
from .format import compact
from .vectors import ABOUT, allowed_by, in_units
from .writer import Writer


def head_changes(fixture):
    """Return what vectors say about all cases, and what would be said now, where it is not that.

    Parameters
    ----------
    fixture : Fixture

    Returns
    -------
    list of (name, old, new)
        The values as JSON.
    """
    now = {name: compact(value) for name, value in Writer(ABOUT).head.items()}
    found = [(name, compact(fixture.about[name]), new) for name, new in now.items()]
    return [(name, old, new) for name, old, new in found if old != new]


def vector_changes(fixture, entries):
    """Yield each case with the list of `Change` from the vectors of old to those of now.

    Parameters
    ----------
    fixture : Fixture
    entries : list of Entry
        What would be written now. No number may move; the share that a change tells is that of
        the tolerance for the dtype of the case.
    """
    for new in entries:
        old = fixture.entries.get(new.case.id)
        if old is None:
            yield new.case, changes(None, _inputs(new))
            continue
        found = changes(_inputs(old), _inputs(new))
        for dialect in sorted(new.answers):
            sides = old.answers.get(dialect), new.answers[dialect]
            for change in changes(*sides, tolerance=lambda new=new: _allowed(new)):
                name = f"{dialect}.{change.name}"
                found.append(change._replace(name=name, kind=MEANING))
        yield new.case, found


def _allowed(entry):
    return {name: allowed_by(t, entry.case.dtype) for name, t in entry.tolerances.items()}


def _inputs(entry):
    """Return all of a vector but its answers as an `Outcome`."""
    arrays = {"x": entry.problem.x}
    if entry.problem.mask is not None:
        arrays["mask"] = entry.problem.mask
    for what in ("weights", "states"):
        for i, layer in enumerate(getattr(entry.problem, what)):
            for j, cell in enumerate(layer):
                names = [f"{what}[{i}][{j}][{k}]" for k in range(len(cell))]
                arrays.update(zip(names, cell))
    for name, tolerance in entry.tolerances.items():
        arrays["tolerance of " + name] = in_units(tolerance)
    return Outcome(arrays, {"rules": entry.rules, "features": entry.features})


def recording_changes(fixture, entries):
    """Yield each case with the list of `Change` from a recording to what is done now."""
    recorded = Recorded(fixture)

    def claimed(case):
        demanded = expected(case, recorded.dialect)
        return changed_by(
            matching(ledger_of(case.family), recorded, case), demanded, recorded, case
        )

    for new in entries:
        old, after = fixture.entries.get(new.case.id), new.answers[recorded.dialect]
        if old is None:
            yield new.case, changes(None, after)
            continue
        before = recorded.run(new.case)
        demanded = functools.partial(claimed, new.case)
        yield new.case, claimed_changes(before, after, demanded, tolerance_between)
