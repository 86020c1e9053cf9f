"""What `check` says of its verdicts: as tables and words, and as JSON."""

import math
import platform
from collections import Counter

import numpy as np

from .. import __version__
from ..families import registry
from ..families.layers.case import CoreCase
from ..families.refusals.case import RefusalCase
from ..verdict.compare import share_not_judged
from ..verdict.judge import AGREE, DIVERGES, KNOWN, PARTLY, UNJUDGED, UNSUPPORTED, passes
from ..verdict.known_refusals import ledger_of
from ..verdict.ledger import unmeasured
from ..verdict.patterns import as_text
from .check_plan import NO_TARGET, NOT_MEASURED
from .clusters import clusters
from .output import console
from .reproduce import in_a_line, script
from .selection import in_words, values_of

ORDER = (AGREE, KNOWN, PARTLY, DIVERGES, UNJUDGED, UNSUPPORTED)
_COLUMNS = 4
_TO_PIPES = 140
_PATTERNS = 2


# As JSON.


def as_json(targets, planned, verdicts):
    """Return all verdicts, and which families were judged, as plain data."""
    return {
        "rnn_oracle": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "targets": {name: str(target) for name, target in targets.items()},
        "families": {
            "judged": summary(planned, verdicts),
            "not judged": [one._asdict() for one in planned.left_out],
        },
        "without a verdict": without_verdict(planned, verdicts),
        "divergences": [_cluster_as_json(cluster) for cluster in clusters(verdicts)],
        "results": [
            {
                "id": f"{v.target}.{v.case.id}",
                "target": v.target,
                "family": v.case.family,
                "options": v.case.options,
                "rules": v.case.rules,
                "verdict": v.verdict,
                "worst": _finite(v.worst),
                "numbers": v.numbers,
                "not judged": v.unjudged,
                "detail": v.detail,
                "entries": [entry.id for entry in v.entries],
            }
            for v in verdicts
        ],
    }


def _cluster_as_json(cluster):
    return {
        "target": cluster.target,
        "what": cluster.what,
        "explained": cluster.cause is not None,
        "rules": cluster.rules,
        "patterns": cluster.patterns,
        "entries that show no more": cluster.beside,
        "ids": [f"{v.target}.{v.case.id}" for v in cluster.verdicts],
    }


def without_verdict(planned, verdicts):
    """Return the ids of the cases of a plan that have no verdict, with their targets' names."""
    judged = {(v.target, v.case) for v in verdicts}
    return [
        f"{name}.{case.id}"
        for (name, _), cases in planned.cases.items()
        for case in cases
        if (name, case) not in judged
    ]


def summary(planned, verdicts):
    """Return how each family of a plan fared on each target, as a list of dicts."""
    found = []
    for name, family in planned.cases:
        those = [v for v in verdicts if (v.target, v.case.family) == (name, family)]
        counts = Counter(v.verdict for v in those)
        found.append(
            {
                "target": name,
                "family": family,
                "cases": len(those),
                "verdicts": {word: counts[word] for word in ORDER},
                "worst": _finite(_worst(those)),
                "numbers": sum(v.numbers for v in those),
                "not judged": sum(sum(v.unjudged.values()) for v in those),
            }
        )
    return found


def _worst(verdicts):
    return max((v.worst for v in verdicts if v.verdict in (AGREE, KNOWN, PARTLY)), default=0.0)


def _finite(number):
    return number if math.isfinite(number) else None


# As tables and words.


def show(targets, planned, verdicts, all_tables=False):
    """Print what came of a plan.

    Parameters
    ----------
    targets : dict of str to target
    planned : Plan
    verdicts : list of Verdict
    all_tables : bool, optional
        Whether the options of all families have tables, not those of the core matrix alone.
    """
    terminal = console(_TO_PIPES)
    for name, family in planned.cases:
        if all_tables or family == CoreCase.family:
            those = [v for v in verdicts if (v.target, v.case.family) == (name, family)]
            for table in _tables(str(targets[name]), registry.get(family), those):
                terminal.print(table)
    terminal.print(_summary_table(summary(planned, verdicts)))
    for words in left_out_in_words(targets, planned.left_out):
        print(words)
    for words in filter(None, (unmeasured(targets[name]) for name in _judged(planned))):
        print(words)
    counts = Counter(v.verdict for v in verdicts)
    print("\n" + ", ".join(f"{counts[word]} {word}" for word in ORDER if counts[word]))
    print(f"largest observed error / allowed error: {_worst(verdicts):.3f}")
    print(share_not_judged([(sum(v.unjudged.values()), v.numbers) for v in verdicts]))
    _print_unsupported([v for v in verdicts if v.verdict == UNSUPPORTED])
    _print_known([v for v in verdicts if v.verdict == KNOWN])
    _print_divergences(targets, verdicts)
    for v in verdicts:
        if v.verdict in (PARTLY, UNJUDGED) and not passes(v):
            print(f"\n{v.verdict}, which is a failure: {v.case.id} on {v.target}: {v.detail}")


def _judged(planned):
    return dict.fromkeys(name for name, _ in planned.cases)


def _summary_table(rows):
    from rich.table import Table

    table = Table(title="families", title_justify="left")
    for column in ("target", "family"):
        table.add_column(column, no_wrap=True)
    for column in ORDER + ("largest error / allowed",):
        table.add_column(column, justify="right")
    for i, row in enumerate(rows):
        counts = [str(row["verdicts"][word] or "") for word in ORDER]
        last_of_target = row is rows[-1] or rows[i + 1]["target"] != row["target"]
        worst = "" if row["worst"] is None else f"{row['worst']:.3f}"
        cells = [row["target"], row["family"], *counts, worst]
        table.add_row(*cells, end_section=last_of_target)
    return table


def left_out_in_words(targets, left_out):
    """Return a line for each target and reason for which families were left out."""
    groups = {}
    for one in left_out:
        groups.setdefault((one.target, _reason(targets, one)), []).append(one.family)
    return [
        f"not judged on {target}: {', '.join(families)} ({reason})"
        for (target, reason), families in groups.items()
    ]


def _reason(targets, left_out):
    if left_out.reason == NO_TARGET:
        return f"there is no {left_out.target} here"
    if left_out.reason == NOT_MEASURED:
        version = targets[left_out.target].version
        return f"measured on {left_out.judged_on} only, and this is {version}"
    return left_out.reason


def _tables(title, family, verdicts):
    """Yield tables of verdicts, options by one of them, a few columns each."""
    axes = dict(values_of(family))
    # Where no axis comes first, the one that makes the least tables.
    first = next(iter(family.case.axes), min(axes, key=lambda name: len(axes[name])))
    others = {name: values for name, values in axes.items() if name != first}
    columns = list(dict.fromkeys(v.case.options[first] for v in verdicts))
    for some in (columns[i : i + _COLUMNS] for i in range(0, len(columns), _COLUMNS)):
        chosen = [v for v in verdicts if v.case.options[first] in some]
        yield _table(title, first, some, others, chosen)


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
    return ", ".join(
        f"{counts[word]} {'known' if word == KNOWN else word}" for word in ORDER if counts[word]
    )


def _print_unsupported(verdicts):
    """Print for what reasons cases cannot be run, and whether that is a failure."""
    counts = Counter((not passes(v), v.target, v.detail) for v in verdicts)
    for (is_failure, target, reason), count in counts.items():
        word = "UNSUPPORTED, which is a failure" if is_failure else "unsupported"
        print(f"\n{word}: {in_words(count)} on {target}: {reason}")


def _print_known(verdicts):
    entries = {entry.id: entry for v in verdicts for entry in v.entries}
    found = Counter(entry.id for v in verdicts for entry in v.entries)
    of_refusals = {entry.id for entry in ledger_of(RefusalCase.family)}
    for id, entry in entries.items():
        if id not in of_refusals:
            print(f"\nknown: {id} ({in_words(found[id])}, breaks {entry.rule})")
            print("  " + entry.title)
            print("  " + entry.harm)
            print("  " + entry.links[0])
    refusals = [entry for id, entry in entries.items() if id in of_refusals]
    if refusals:
        _print_known_refusals(refusals, found)


def _print_known_refusals(entries, found):
    """Print one line for all; there are too many to tell of each."""
    passing = sum(found[entry.id] for entry in entries if entry.instead == "values")
    count = sum(found[entry.id] for entry in entries)
    print(
        f"\nknown: {in_words(count)} of {RefusalCase.family}, by {len(entries)} entries of "
        f"rnn_oracle/verdict/refusals.json: {passing} where what is wrong passes, "
        f"{count - passing} where another error is raised than is due"
    )


def _print_divergences(targets, verdicts):
    """Print what happened, cluster by cluster; then a script for each that has one."""
    found = clusters(verdicts)
    holds = Counter(entry.id for v in verdicts for entry in v.entries)
    for cluster in found:
        print("\n".join(_in_lines(cluster, holds)))
    for cluster in found:
        case = cluster.example.case
        if case.family == CoreCase.family:
            print(f"\n# {cluster.what}")
            print(script(targets[cluster.target], case, ledger_of(case.family)))


def _in_lines(cluster, holds):
    """Tell of a cluster; `holds` says how many cases show each entry of the ledger."""
    families = [f"{count} of {name}" for name, count in cluster.families.items()]
    breaks = f", breaks {', '.join(cluster.rules)}" if cluster.rules else ""
    count = in_words(len(cluster.verdicts))
    yield f"\nDIVERGES: {count} on {cluster.target} ({', '.join(families)}), {cluster.what}{breaks}"
    largest = next(iter(cluster.families))
    shown = cluster.patterns[largest][:_PATTERNS]
    more = len(cluster.patterns[largest]) - len(shown)
    where = "; or ".join(map(as_text, shown)) + (f"; and {more} more, see --json" if more else "")
    yield f"  {largest} where {where}"
    for name, number in cluster.beside.items():
        yield (
            f"  {name} shows no more in {in_words(number)} of them; "
            f"it holds in {holds[name] or 'none'} besides"
        )
    example = cluster.example
    yield f"  such as {example.case.id}: {in_a_line(first_detail(example))}"


def first_detail(verdict):
    """Return what a verdict says of the first thing that differs."""
    return verdict.mismatches[0].detail if verdict.mismatches else verdict.detail
