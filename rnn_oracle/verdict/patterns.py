"""Says which cases a set holds by their options, as short as it can: not 400 ids for one cause."""

import numpy as np


def patterns(chosen, all_cases):
    """Return patterns that together fit the chosen cases and none of the others.

    They are found in two ways, of which the shorter is taken. The one begins with all values that
    occur and takes away, which is short where all combinations of values are there; the other
    begins with no option and adds those that tell most, which is short where few of them are.

    Parameters
    ----------
    chosen, all_cases : list of Case
        The first are some of the second; all of one family.

    Returns
    -------
    list of dict
        For each pattern the values of the options that matter to it, as tuples, one option at
        least; a case fits where each of these has one of the values. Patterns may overlap.
    """
    wanted = set(chosen)
    right = np.array([case in wanted for case in all_cases], bool)
    columns = {name: [getattr(case, name) for case in all_cases] for name in all_cases[0].options}
    has = {
        name: {value: np.array([v == value for v in column]) for value in dict.fromkeys(column)}
        for name, column in columns.items()
    }
    return min((_cover(way, has, right) for way in (_taken_away, _added)), key=_length)


def as_text(pattern):
    """Write a pattern down: ``cell = lstm or gru, mask = none``."""
    return ", ".join(
        f"{name} = {' or '.join(map(str, values))}" for name, values in pattern.items()
    )


def _length(found):
    return sum(1 + len(values) for pattern in found for values in pattern.values())


def _cover(way, has, right):
    """Return patterns, each made in a way, until none of the right cases is missing."""
    found, missing = [], right.copy()
    while missing.any():
        box = way(has, right, missing)
        missing &= ~_inside(box, has)
        found.append(_telling(box, has))
    return found


def _occurring(has, some):
    """Return the values of each option that occur in some cases."""
    return {
        n: [v for v, fits in values.items() if (fits & some).any()] for n, values in has.items()
    }


def _taken_away(has, right, missing):
    """Return a box of all values, less the most wrong ones, and what then does no harm."""
    box = _occurring(has, missing)
    _peel(box, has, right, missing)
    _paste(box, has, right)
    return box


def _peel(box, has, right, missing):
    """Take values out of a box until all in it are right; leave some of the missing in."""
    inside = _inside(box, has)
    while not right[inside].all():
        wrong = {}
        for name, values in box.items():
            for value in values:
                fits = inside & has[name][value]
                if (inside & ~fits & missing).any():
                    wrong[name, value] = 1 - right[fits].mean() if fits.any() else 1.0
        name, value = max(wrong, key=wrong.get)
        box[name].remove(value)
        inside = _inside(box, has)


def _paste(box, has, right):
    """Put values into a box as long as that gains cases, all of them right."""
    for name in box:
        for value in has[name]:
            gained = _inside(dict(box, **{name: [value]}), has)
            if value not in box[name] and gained.any() and right[gained].all():
                box[name] = [v for v in has[name] if v in box[name] + [value]]


def _added(has, right, missing):
    """Return a box of the values of few options, each time that which shuts out most wrong cases.

    Where none shuts out any without a loss, it is the value whose cases are right most often.
    """
    box, inside = {}, np.ones_like(right)
    while not right[inside].all():
        kept = _occurring(has, inside & missing)
        fits = {name: inside & _inside({name: values}, has) for name, values in kept.items()}
        name = min(fits, key=lambda name: (fits[name] & ~right).sum())
        if (inside & ~fits[name]).any():
            box[name] = kept[name]
        else:
            name, value = max(
                ((n, v) for n, values in kept.items() for v in values if len(values) > 1),
                key=lambda pair: _share(right, inside & has[pair[0]][pair[1]]),
            )
            box[name] = [value]
        inside &= _inside({name: box[name]}, has)
    return box or _occurring(has, missing)


def _share(right, inside):
    """Return the share of cases that are right, and how many there are."""
    return right[inside].mean(), inside.sum()


def _inside(box, has):
    """Tell for each case whether it lies in a box."""
    return np.all([np.any([has[n][v] for v in values], 0) for n, values in box.items()], 0)


def _telling(box, has):
    """Leave out the options that exclude nothing."""
    inside = _inside(box, has)
    for name in reversed(list(has)):
        less = {n: values for n, values in box.items() if n != name}
        if less and (_inside(less, has) == inside).all():
            box = less
    return {name: tuple(values) for name, values in box.items()}
