"""What `check` says of its verdicts: as tables and words, and as JSON."""

import math
import os
import platform
from collections import Counter

import numpy as np

from .. import __version__
from ..families import registry
from ..families.layers.case import CoreCase
from ..families.refusals.case import RefusalCase
from ..verdict.compare import share_not_judged
from ..verdict.judge import AGREE, KNOWN, PARTLY, UNJUDGED, UNSUPPORTED, passes
from ..verdict.known_refusals import ledger_of
from ..verdict.ledger import unmeasured
from ..verdict.patterns import as_text
from .check_plan import NO_TARGET, NOT_MEASURED
from .check_tables import ORDER, SHORT, table_of, tables
from .clusters import clusters
from .output import console
from .reproduce import in_a_line, script
from .selection import in_words

_TO_PIPES = 80
_PATTERNS = 2


# As JSON.


def as_json(targets, planned, verdicts):
    """Return all verdicts, and which families were judged, as plain data."""
    return {
        "rnn_oracle": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        # Of this process and of those that have judged, on all cores together.
        "seconds": round(sum(os.times()[:4]), 1),
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
                "lacks": list(v.lacks),
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


def show(targets, planned, verdicts, with_options=False):
    """Print what came of a plan: a summary, then what is not judged, known, or diverges.

    Parameters
    ----------
    targets : dict of str to target
    planned : Plan
    verdicts : list of Verdict
    with_options : bool, optional
        Whether to print too how each value of each option fared.
    """
    terminal = console(_TO_PIPES)
    counts = Counter(v.verdict for v in verdicts)
    print(", ".join(f"{counts[word]} {word}" for word in ORDER if counts[word]))
    print(f"largest observed error / allowed error: {_worst(verdicts):.3f}")
    print(share_not_judged([(sum(v.unjudged.values()), v.numbers) for v in verdicts]) + "\n")
    for name in _judged(planned):
        rows = [row for row in summary(planned, verdicts) if row["target"] == name]
        terminal.print(_summary_table(str(targets[name]), rows))
    for words in left_out_in_words(targets, planned.left_out):
        print(words)
    for words in filter(None, (unmeasured(targets[name]) for name in _judged(planned))):
        print(words)
    for name, family in planned.cases if with_options else ():
        those = [v for v in verdicts if (v.target, v.case.family) == (name, family)]
        for table in tables(targets[name], registry.get(family), those, terminal):
            terminal.print(table)
    _print_unsupported([v for v in verdicts if v.verdict == UNSUPPORTED])
    _print_known([v for v in verdicts if v.verdict == KNOWN])
    _print_divergences(targets, verdicts)
    for v in verdicts:
        if v.verdict in (PARTLY, UNJUDGED) and not passes(v):
            print(f"\n{v.verdict}, which is a failure: {v.case.id} on {v.target}: {v.detail}")


def _judged(planned):
    return dict.fromkeys(name for name, _ in planned.cases)


def _summary_table(title, rows):
    """Return a table of the families of a target, with those columns that say something."""
    table = table_of(title)
    table.add_column("family", no_wrap=True)
    words = [word for word in ORDER if any(row["verdicts"][word] for row in rows)]
    for column in [*map(SHORT.get, words), "error / allowed"]:
        table.add_column(column, justify="right")
    for row in rows:
        counts = [str(row["verdicts"][word] or "") for word in words]
        worst = "" if row["worst"] is None else f"{row['worst']:.3f}"
        table.add_row(row["family"], *counts, worst)
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


def _print_unsupported(verdicts):
    """Print for what reasons cases cannot be run, and whether that is a failure.

    A case may have several reasons, and is counted with each.
    """
    counts = Counter(
        (not passes(v), v.target, reason) for v in verdicts for reason in v.lacks or [v.detail]
    )
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
