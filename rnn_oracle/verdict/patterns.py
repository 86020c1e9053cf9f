"""Says which cases a set holds by their options, as short as it can: not 400 ids for one cause."""

import numpy as np


def patterns(chosen, all_cases):
    """Return patterns that together fit the chosen cases and none of the others.

    Each begins with all values that occur, gives up the value with the largest share of cases
    that were not chosen until none of these is left, and takes back what does no harm.

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
    found, missing = [], right.copy()
    while missing.any():
        box = {n: [v for v, fits in has[n].items() if (fits & missing).any()] for n in has}
        _peel(box, has, right, missing)
        _paste(box, has, right)
        missing &= ~_inside(box, has)
        found.append(_telling(box, has))
    return found


def as_text(pattern):
    """Write a pattern down: ``cell = lstm or gru, mask = none``."""
    return ", ".join(
        f"{name} = {' or '.join(map(str, values))}" for name, values in pattern.items()
    )


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
