"""The tables of `check`: how each value of each option fared, in as many columns as there is room.

They need `rich`.
"""

from collections import Counter

from ..verdict.judge import AGREE, DIVERGES, KNOWN, PARTLY, UNJUDGED, UNSUPPORTED
from .selection import values_of

ORDER = (AGREE, KNOWN, PARTLY, DIVERGES, UNJUDGED, UNSUPPORTED)
SHORT = dict(dict(zip(ORDER, ORDER)), **{KNOWN: "known", PARTLY: "partly"})
"""What a verdict is called where there is little room."""
_COLUMNS = 4


def table_of(title):
    """Return a table without rows."""
    from rich import box
    from rich.table import Table

    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))


def tables(target, family, verdicts, terminal):
    """Return tables of verdicts on the cases of a family: all options by one of them.

    Parameters
    ----------
    target : Target
    family : Family
    verdicts : list of Verdict
    terminal : rich.console.Console
        Whose width none of them exceeds, unless one column with a word a line does.

    Returns
    -------
    list of rich.table.Table
    """
    axes = dict(values_of(family))
    # Where no axis comes first, the one that makes the least tables.
    first = next(iter(family.case.axes), min(axes, key=lambda name: len(axes[name])))
    others = {name: values for name, values in axes.items() if name != first}
    columns = list(dict.fromkeys(v.case.options[first] for v in verdicts))
    for size, between in [*((size, ", ") for size in range(_COLUMNS, 0, -1)), (1, "\n")]:
        found = [
            _table(
                f"{target}, {family.id}", first, columns[i : i + size], others, verdicts, between
            )
            for i in range(0, len(columns), size)
        ]
        if all(terminal.measure(table).maximum <= terminal.width for table in found):
            break
    return found


def _table(title, first, columns, axes, verdicts, between):
    verdicts = [v for v in verdicts if v.case.options[first] in columns]
    table = table_of(title)
    table.add_column("option", no_wrap=True)
    for column in columns:
        table.add_column(str(column))

    def add(label, chosen):
        if chosen:
            cells = [
                _tally((v for v in chosen if v.case.options[first] == c), between) for c in columns
            ]
            table.add_row(label, *cells)

    add("all", verdicts)
    table.add_section()
    for axis, values in axes.items():
        for value in values:
            label = f"{axis} = {value}"
            add(label, [v for v in verdicts if v.case.options[axis] == value])
        table.add_section()
    return table


def _tally(verdicts, between):
    counts = Counter(v.verdict for v in verdicts)
    return between.join(f"{counts[word]} {SHORT[word]}" for word in ORDER if counts[word])
