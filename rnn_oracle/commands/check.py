"""`python -m rnn_oracle.check`: judge the installed TensorFlow on the core matrix."""

import argparse
import functools
import json
import math
import os
import platform
import sys
from collections import Counter

import numpy as np

from .. import __version__
from ..families import registry
from ..targets import INSTALL, installed
from ..verdict.judge import AGREE, DIVERGES, KNOWN, UNSUPPORTED, judge
from ..verdict.ledger import load, unmeasured
from .parallel import spread
from .reproduce import script
from .selection import add_only, blocks, misuse, selected_for

ORDER = (AGREE, KNOWN, DIVERGES, UNSUPPORTED)
_COLUMNS = 4


def main(arguments=None):
    """Run the command.

    Returns
    -------
    int
        0 where all agree or are known, 1 on a divergence or a case that the target does
        not support, 2 on misuse or no TensorFlow.
    """
    options = _parse(arguments)
    if options.json and not _writable(options.json):
        return misuse("check", f"cannot write {options.json}")
    there = installed()
    if not there:
        return misuse("check", "there is no TensorFlow here; install it with\n\n    " + INSTALL)
    targets, cases = selected_for(there, options.only)
    if not targets:
        return misuse("check", f"no case matches --only {options.only!r}")
    try:
        verdicts = judge_all(targets, cases)
    except ImportError as error:
        return misuse("check", f"{error}; install what is missing with\n\n    {INSTALL}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(_as_json(targets, verdicts), file, indent=1, allow_nan=False)
            file.write("\n")
    _print(targets, verdicts)
    return 0 if all(v.verdict in (AGREE, KNOWN) for v in verdicts) else 1


def _writable(path):
    folder = os.path.dirname(os.path.abspath(path))
    return os.access(path if os.path.exists(path) else folder, os.W_OK) and not os.path.isdir(path)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m rnn_oracle.check", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write every verdict to FILE")
    add_only(parser)
    return parser.parse_args(arguments)


def judge_all(targets, cases):
    """Judge the cases of all targets with every core."""
    chunks = [(name, block) for name in targets for block in blocks(cases[name])]
    sizes = [len(chunk) for _, chunk in chunks]
    return [v for found in spread(_judge_chunk, chunks, sizes, "checking") for v in found]


def _judge_chunk(chunk):
    name, cases = chunk
    targets, ledger = _prepared()
    return [judge(targets[name], case, ledger) for case in cases]


@functools.lru_cache(maxsize=None)
def _prepared():
    return installed(), load()


def _as_json(targets, verdicts):
    return {
        "rnn_oracle": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "targets": {name: str(target) for name, target in targets.items()},
        "results": [
            {
                "id": f"{v.target}.{v.case.id}",
                "target": v.target,
                "options": v.case.options,
                "rules": v.case.rules,
                "verdict": v.verdict,
                "worst": v.worst if math.isfinite(v.worst) else None,
                "detail": v.detail,
            }
            for v in verdicts
        ],
    }


def _print(targets, verdicts):
    from rich.console import Console

    # A pipe has no width of its own, and the table must not be folded for it.
    console = Console(width=None if sys.stdout.isatty() else 140)
    for name, target in targets.items():
        for table in _tables(target, [v for v in verdicts if v.target == name]):
            console.print(table)
    for words in filter(None, map(unmeasured, targets.values())):
        print(words)
    counts = Counter(v.verdict for v in verdicts)
    print(", ".join(f"{counts[word]} {word}" for word in ORDER if counts[word]))
    print(
        "largest observed error / allowed error: "
        f"{max((v.worst for v in verdicts if v.verdict in (AGREE, KNOWN)), default=0.0):.3f}"
    )
    _print_known(verdicts)
    _print_divergences(targets, [v for v in verdicts if v.verdict == DIVERGES])


def _tables(target, verdicts):
    """Yield tables of verdicts, options by the first axis of the cases, a few columns each."""
    for family in registry.recorded():
        axes = family.case.axes
        first, *others = axes
        of_family = [v for v in verdicts if v.case.family == family.id]
        columns = list(dict.fromkeys(v.case.options[first] for v in of_family))
        for some in (columns[i : i + _COLUMNS] for i in range(0, len(columns), _COLUMNS)):
            chosen = [v for v in of_family if v.case.options[first] in some]
            yield _table(str(target), first, some, {axis: axes[axis] for axis in others}, chosen)


def _table(title, first, columns, axes, verdicts):
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    table.add_column("option", no_wrap=True)
    for column in columns:
        table.add_column(column)

    def add(label, chosen):
        if chosen:
            cells = [_tally(v for v in chosen if v.case.options[first] == c) for c in columns]
            table.add_row(label, *cells)

    add("all", verdicts)
    table.add_section()
    for axis, values in axes.items():
        for value in values:
            label = f"{axis} = {value}"
            add(label, [v for v in verdicts if v.case.options[axis] == value])
        table.add_section()
    return table


def _tally(verdicts):
    counts = Counter(v.verdict for v in verdicts)
    short = {AGREE: "agree", KNOWN: "known", DIVERGES: "DIVERGES", UNSUPPORTED: "unsupported"}
    return ", ".join(f"{counts[word]} {short[word]}" for word in ORDER if counts[word])


def _print_known(verdicts):
    found = Counter(id for v in verdicts if v.verdict == KNOWN for id in _entries(v))
    for entry in load():
        if found[entry.id]:
            print(f"\nknown: {entry.id} ({found[entry.id]} cases, breaks {entry.rule})")
            print("  " + entry.title)
            print("  " + entry.harm)
            print("  " + entry.links[0])


def _entries(verdict):
    return [part.partition(":")[0] for part in verdict.detail.split("; ")]


def _print_divergences(targets, diverging):
    """Print a script for each divergence: the cases of a cell that part in the same things."""
    groups = {}
    for v in diverging:
        names = tuple(m.name for m in v.mismatches) or (v.detail,)
        groups.setdefault((v.target, v.case.options.get("cell"), names), []).append(v)
    for (name, _, what), group in groups.items():
        print(
            "\nDIVERGES: {} on {}, in {} and {} more cases like it".format(
                ", ".join(what), name, group[0].case.id, len(group) - 1
            )
        )
        print(script(targets[name], group[0].case, load()))
