"""Covering arrays: few cases with all legal pairs of options in them, and triples of some axes."""

import functools
import itertools
import json
import os
from collections import Counter

from ..reference.dialects import generation

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "covering_arrays")
REMEDY = "write it anew with: python -m rnn_oracle.cover"


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
    path = path_of(kind, dialect)
    with open(path, encoding="ascii") as file:
        stored = json.load(file)
    axes = {axis: tuple(values) for axis, values in stored["axes"].items()}
    if axes != kind.axes:
        wrong = [axis for axis in {**axes, **kind.axes} if axes.get(axis) != kind.axes.get(axis)]
        raise ValueError(
            "{} has other axes than {}: {}; {}".format(
                path, kind.__name__, ", ".join(sorted(wrong)), REMEDY
            )
        )
    return [_case(kind, row) for row in stored["rows"]]


def cases_of_dialect(kind, dialect):
    """Return the cases of a family in a dialect, those of its generation; none in `tf1`."""
    return [] if dialect == "tf1" else cases(kind, generation(dialect))


def path_of(kind, dialect):
    """Return where the covering array of a family in a dialect is kept."""
    return os.path.join(FOLDER, f"{kind.family}.{dialect}.json")


def _case(kind, indices):
    return kind(**{axis: values[i] for (axis, values), i in zip(kind.axes.items(), indices)})


def write(kind, dialect):
    """Make the covering array of a family in a dialect, and keep it."""
    indices = [
        [values.index(case.options[axis]) for axis, values in kind.axes.items()]
        for case in make(kind, dialect)
    ]
    rows = ",\n".join(" " + json.dumps(row) for row in sorted(indices))
    os.makedirs(FOLDER, exist_ok=True)
    with open(path_of(kind, dialect), "w", encoding="ascii") as file:
        file.write(f'{{"axes": {json.dumps(kind.axes)},\n"rows": [\n{rows}\n]}}\n')


def make(kind, dialect):
    """Work out the covering array of a family in a dialect; it takes minutes.

    The first value of each axis, its default, fills what is left open.
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
        presets=presets(kind, dialect),
    )
    return [kind(**row) for row in rows]


def presets(kind, dialect):
    """Return the options that must stand together in a case, of those that a dialect has."""
    return [options for options in kind.presets if completable(kind, dialect, options)]


def allowed(kind, dialect, axis):
    """Return the values of an axis that a dialect has at all."""
    alone = [rule for rule in kind.constraints_of(dialect) if rule.axes == (axis,)]
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
    rules = [rule for rule in kind.constraints_of(dialect) if len(rule.axes) > 1]
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
