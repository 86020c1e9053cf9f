"""Covering arrays: few cases with all legal pairs of options in them, and triples of some axes.

They only grow: a case keeps its id for life, and stays.
"""

import functools
import itertools
import json
import os
from collections import Counter
from typing import NamedTuple

from ..reference.dialects import generation

FOLDER = os.path.dirname(os.path.abspath(__file__))
REMEDY = "let it grow with: python -m rnn_oracle.cover"


class Stored(NamedTuple):
    """What the file of a covering array holds.

    Attributes
    ----------
    axes : dict of str to tuple
        The values of each axis when it was written, the default first.
    cases : dict of str to dict
        Ids, in the order in which they came into the suite, and the options of each.
    """

    axes: dict
    cases: dict


@functools.lru_cache(maxsize=None)
def cases(kind, dialect):
    """Return the cases of a family that cover its options in a dialect, in a fixed order.

    Parameters
    ----------
    kind : class derived from Crossed
    dialect : str

    Raises
    ------
    ValueError
        Where the file was written for other axes than the family has.
    """
    axes, rows = stored(kind, dialect)
    if axes != kind.axes:
        wrong = [axis for axis in {**axes, **kind.axes} if axes.get(axis) != kind.axes.get(axis)]
        raise ValueError(
            f"{path_of(kind, dialect)} has other axes than {kind.__name__}: "
            f"{', '.join(sorted(wrong))}; {REMEDY}"
        )
    return [kind(**options) for options in rows.values()]


def cases_of_dialect(kind, dialect):
    """Return the cases of a family in a dialect, those of its generation; none in `tf1`."""
    return [] if dialect == "tf1" else cases(kind, generation(dialect))


def path_of(kind, dialect):
    """Return where the covering array of a family in a dialect is kept."""
    return os.path.join(FOLDER, kind.family, f"covering.{dialect}.json")


def stored(kind, dialect):
    """Return what the file of a family in a dialect holds, as `Stored`; nothing if there is none.

    An option that the file leaves out has the default that it had when the file was written. An
    axis that the family has no longer is left out where it had its default.
    """
    path = path_of(kind, dialect)
    if not os.path.exists(path):
        return Stored({}, {})
    with open(path, encoding="ascii") as file:
        content = json.load(file)
    axes = {axis: tuple(values) for axis, values in content["axes"].items()}
    defaults = {axis: values[0] for axis, values in axes.items() if axis in kind.axes}
    return Stored(axes, {name: {**defaults, **row} for name, row in content["cases"].items()})


def text(kind, some):
    """Return the text of a file that holds these cases of a family, each in a line of its own."""
    defaults = kind().options
    axes = [(axis, list(values)) for axis, values in kind.axes.items()]
    rows = [
        (one.id, {axis: value for axis, value in one.options.items() if value != defaults[axis]})
        for one in some
    ]
    return f'{{"axes": {_by_line(axes)},\n"cases": {_by_line(rows)}}}\n'


def _by_line(items):
    lines = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in items]
    return "{\n" + ",\n".join(lines) + "\n}"


def holds(path, content):
    """Tell whether there is a file with this text."""
    if not os.path.exists(path):
        return False
    with open(path, encoding="utf-8") as file:
        return file.read() == content


def lost(kind, dialect):
    """Return the ids of stored cases that a family has no longer, each with the reason, a dict.

    A case is lost too if its options have another id now.
    """
    reasons = {
        name: _why_lost(kind, dialect, name, options)
        for name, options in stored(kind, dialect).cases.items()
    }
    return {name: reason for name, reason in reasons.items() if reason}


def _why_lost(kind, dialect, name, options):
    for axis, value in options.items():
        if axis not in kind.axes:
            return f"{kind.__name__} has no axis {axis}"
        if value not in kind.axes[axis]:
            return f"{axis} is never {value!r}"
    found = kind(**options)
    return found.forbidden(dialect) if found.id == name else f"its id has become {found.id}"


def grown(kind, dialect):
    """Return the stored cases of a family in a dialect, then new ones for what these lack.

    None of the stored ones may be lost.
    """
    before = [kind(**options) for options in stored(kind, dialect).cases.values()]
    if not missing(kind, dialect, before):
        return before
    return list(dict.fromkeys(before + make(kind, dialect, before)))


def rebuilt(kind, dialect):
    """Return the cases of a covering array that is made from nothing, by their options."""

    def places(one):
        return [values.index(one.options[axis]) for axis, values in kind.axes.items()]

    return sorted(make(kind, dialect), key=places)


def make(kind, dialect, before=()):
    """Work out cases that cover what a family has in a dialect; it may take minutes.

    The first value of each axis, its default, fills what is left open.

    Parameters
    ----------
    kind : class derived from Crossed
    dialect : str
    before : sequence of Crossed
        Legal cases that are there already; they come first.
    """
    from covertable import make as covering_array

    rules = kind.constraints_of(dialect)
    axes = {axis: list(allowed(kind, dialect, axis)) for axis in kind.axes}
    several = [rule for rule in rules if len(rule.axes) > 1]
    constraints = [
        {
            "operator": "fn",
            "requires": list(rule.axes),
            "evaluate": lambda row, rule=rule: rule.allows(*[row[axis] for axis in rule.axes]),
        }
        for rule in several
    ]
    triples = [{"fields": list(kind.triples), "strength": 3}] if len(kind.triples) > 2 else []
    rows = covering_array(
        axes,
        constraints=constraints,
        sub_models=triples,
        weights={axis: {0: 2} for axis in axes},
        presets=[one.options for one in before] + presets_without(kind, dialect, before),
    )
    return [kind(**row) for row in rows]


def missing(kind, dialect, some):
    """Return what must stand in a case and stands in none of these, as a list of options."""
    return [
        dict(zip(group, combination))
        for group in groups(kind)
        for combination in sorted(legal(kind, dialect, group) - covered(group, some), key=str)
    ] + presets_without(kind, dialect, some)


def presets_without(kind, dialect, some):
    """Return the presets of a dialect that none of these cases has, as a list of options."""
    each = [one.options.items() for one in some]
    return [
        preset
        for preset in presets(kind, dialect)
        if not any(preset.items() <= options for options in each)
    ]


def presets(kind, dialect):
    """Return the options that must stand together in a case, of those that a dialect has."""
    return [options for options in kind.presets if completable(kind, dialect, options)]


@functools.lru_cache(maxsize=None)
def _rules(kind, dialect):
    return kind.constraints_of(dialect)


def allowed(kind, dialect, axis):
    """Return the values of an axis that a dialect has at all."""
    alone = [rule for rule in _rules(kind, dialect) if rule.axes == (axis,)]
    return [value for value in kind.axes[axis] if all(rule.allows(value) for rule in alone)]


def groups(kind):
    """Return the groups of axes of which all legal combinations must occur: pairs, and triples."""
    within = set(kind.triples)
    pairs = [pair for pair in itertools.combinations(kind.axes, 2) if not within.issuperset(pair)]
    return pairs + list(itertools.combinations(kind.triples, 3 if len(kind.triples) > 2 else 2))


@functools.lru_cache(maxsize=None)
def legal(kind, dialect, group):
    """Return the combinations of values of some axes that stand in any legal case, as a set."""
    values = [allowed(kind, dialect, axis) for axis in group]
    return frozenset(
        combination
        for combination in itertools.product(*values)
        if completable(kind, dialect, dict(zip(group, combination)))
    )


def covered(group, some):
    """Return the combinations of values of some axes that stand in these cases, as a set."""
    return {tuple(getattr(case, axis) for axis in group) for case in some}


def completable(kind, dialect, options):
    """Tell whether any legal case has these options, and perhaps others."""
    with_defaults = dict({axis: values[0] for axis, values in kind.axes.items()}, **options)
    if _fill(_rules(kind, dialect), with_defaults, {}):
        return True
    rules = [rule for rule in _rules(kind, dialect) if len(rule.axes) > 1]
    # Only axes that a rule ties to the options, directly or through others, can forbid them.
    tied, before = set(options), None
    while before != tied:
        before = set(tied)
        tied.update(axis for rule in rules if tied & set(rule.axes) for axis in rule.axes)
    values = {axis: allowed(kind, dialect, axis) for axis in tied.difference(options)}
    return _fill([rule for rule in rules if tied & set(rule.axes)], options, values)


def _fill(rules, options, values):
    """Tell whether any of these values, by axis, complete the options by the rules."""
    undecided = []
    for rule in rules:
        if not all(axis in options for axis in rule.axes):
            undecided.append(rule)
        elif not rule.allows(*[options[axis] for axis in rule.axes]):
            return False
    if not undecided:
        return True
    # The axis of which most rules speak comes first, so that a dead end is seen early.
    spoken_of = Counter(axis for rule in undecided for axis in rule.axes if axis not in options)
    [(axis, _)] = spoken_of.most_common(1)
    return any(_fill(undecided, dict(options, **{axis: value}), values) for value in values[axis])


def whole(kind, dialect):
    """Yield the cases that cover the options, then all others of `product`."""
    covering = cases(kind, dialect)
    yield from covering
    before = set(covering)
    yield from (case for case in product(kind, dialect) if case not in before)


def product(kind, dialect):
    """Yield the whole product of the axes that are crossed in triples, or of all.

    The other axes take their values in turn.
    """
    crossed = kind.triples or tuple(kind.axes)
    values = {axis: allowed(kind, dialect, axis) for axis in kind.axes}
    others = [axis for axis in kind.axes if axis not in crossed]
    for index, combination in enumerate(itertools.product(*[values[axis] for axis in crossed])):
        options = dict(zip(crossed, combination))
        if not completable(kind, dialect, options):
            continue
        for step, axis in enumerate(others):
            turned = (index * (2 * step + 1)) % len(values[axis])
            for value in values[axis][turned:] + values[axis][:turned]:
                if completable(kind, dialect, dict(options, **{axis: value})):
                    options[axis] = value
                    break
        yield kind(**options)
