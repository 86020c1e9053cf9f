"""Writes the table of the runtimes beside Keras: how the cases fared on each.

``python -m rnn_oracle.commands.tabulate_runtimes REPORT ...`` adds what `check --json` has written,
each of one target, to the table. Of a target of which no report is given the row stays as it was.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter

from ..families import registry
from ..families.layers.case import CoreCase
from ..records.format import default_folder
from ..targets.conversions import GATES, KERAS, KERAS_NOTES, RUNTIMES
from ..verdict.judge import AGREE, DIVERGES, KNOWN, UNSUPPORTED
from ..verdict.ledger import load
from .kept_table import add_out, add_page, markdown, read_table
from .output import write_output
from .program import misuse, run

NAME = "runtimes.json"
SCRIPTS = os.path.join("docs", "runtimes")
"""Where there is a script for each entry, under its id."""

_PAGE = """# Runtimes beside Keras

What `python -m rnn_oracle.check --target NAME` finds on runtimes that are no Keras, each with the
extra of its name, as in `pip install 'rnn-oracle[torch]'`. What they cannot do they say beforehand,
and what they say that they can do, has to agree.

- `torch` and `onnxruntime` are given the weights of the cases, converted as told
  [below](#conversions), one recurrent layer at a time; stacks are made by the oracle.
- `tf2onnx` and `litert` are given a functional model of Keras 3 that is built from the case, and
  convert it; `tf2onnx-keras2` and `litert-keras2` are given one of `tf_keras`. What the ledger says
  of that Keras is known of its models.

`python -m rnn_oracle.commands.tabulate_runtimes` makes this page of what `check --json` writes. The
core matrix has {count} cases; where a row has fewer, no others were asked. The time is that of the
processors, for all that `check` did.

{table}

{more}
## Conversions

The adapters of `torch` and `onnxruntime` lay weights out by this table, and take it from
[conversions.py](../rnn_oracle/targets/conversions.py).

{conversions}
"""


def found_in(report):
    """Return what a report says, by the name of its target, as plain values.

    Parameters
    ----------
    report : dict
        What `check --json` has written.

    Raises
    ------
    ValueError
        If it is no such report, of one target.
    """
    try:
        ((name, title),) = report["targets"].items()
        results, seconds = report["results"], report["seconds"]
        verdicts = Counter(result["verdict"] for result in results)
        entries = Counter(entry for result in results for entry in result["entries"])
        lacks = Counter(reason for result in results for reason in result["lacks"])
        worst = max(summary["worst"] or 0.0 for summary in report["families"]["judged"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"expected what check --json writes, of one target: {error}") from None
    return {
        name: {
            "title": title,
            "cases": len(results),
            "verdicts": dict(sorted(verdicts.items())),
            "entries": dict(sorted(entries.items())),
            "lacks": dict(sorted(lacks.items())),
            "worst": worst,
            "seconds": seconds,
        }
    }


def page(table):
    """Return the text of the page of a table."""
    columns = (AGREE, KNOWN, DIVERGES, UNSUPPORTED)
    heads = ["target", "measured", "cases", *columns, "largest error / allowed", "minutes"]
    rows = [
        [f"`{name}`", row["title"].partition(" ")[2].strip("()"), row["cases"]]
        + [row["verdicts"].get(word, 0) for word in columns]
        + [f"{row['worst']:.3f}", f"{row['seconds'] / 60:.1f}"]
        for name, row in table.items()
    ]
    more = [line for pair in table.items() for line in _about(*pair)]
    return _PAGE.format(
        count=len(registry.get(CoreCase.family).cases("keras3")),
        table=_markdown(heads, rows),
        more="\n".join(more),
        conversions=_markdown(["", "Keras", *[one.title for one in RUNTIMES]], conversions()),
    )


def _markdown(heads, rows):
    return markdown(heads, [list(map(str, row)) for row in rows])


def _about(name, row):
    """Yield the lines on what a target cannot do, and what it does otherwise."""
    yield f"## {name}\n"
    if row["lacks"]:
        yield "Cases that it cannot run, each counted with all its reasons:\n"
        yield from (f"- {count}: {reason}" for reason, count in row["lacks"].items())
        yield ""
    for entry in load():
        if entry.id in row["entries"]:
            yield f"`{entry.id}`, {row['entries'][entry.id]} cases, breaks {entry.rule}: "
            yield f"{entry.title} {entry.harm} {' '.join(entry.links)}\n"
            yield from _script(entry)


def _script(entry):
    """Yield the script that shows an entry, where there is one."""
    path = os.path.join(os.path.dirname(default_folder()), SCRIPTS, entry.id + ".py")
    if os.path.isfile(path):
        with open(path, encoding="utf-8") as file:
            yield f"```py\n{file.read()}```\n"


def conversions():
    """Return the rows of the table of conversions: what it is about, Keras, and each runtime."""
    rows = []
    for kind, gates in KERAS.items():
        rows.append([f"gates of `{kind}`", _gates(kind, gates)])
        rows[-1] += [
            f"`{one.kinds[kind].into}`: {_gates(kind, one.kinds[kind].gates)}" for one in RUNTIMES
        ]
    for number, (what, shape) in enumerate([("kernel", "features"), ("recurrent_kernel", "units")]):
        rows.append([f"`{what}`", f"({shape}, gates × units)"])
        for one in RUNTIMES:
            axes = "directions, " * one.has_directions + f"gates × units, {shape}"
            rows[-1].append(f"`{one.weights[number].format(layer=0)}` ({axes})")
    rows.append(["`bias`", "(gates × units), of `reset_after=True` (2, gates × units)"])
    rows[-1] += [_biases(one) for one in RUNTIMES]
    rows += [[what, text, *[one.notes[what] for one in RUNTIMES]] for what, text in KERAS_NOTES]
    return rows


def _gates(kind, gates):
    return ", ".join(f"{GATES[kind][gate]} {gate}" for gate in gates)


def _biases(one):
    names = " and ".join(f"`{name.format(layer=0)}`" for name in one.weights[2:])
    axes = "directions, " * one.has_directions + "2 × gates × units" * one.are_biases_joined
    how = f" ({axes}), one behind the other" if one.are_biases_joined else " (gates × units)"
    return f"{names}{how}; the second is zero where Keras has one"


def main(arguments=None, prog=None):
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(prog, description=__doc__.partition("\n")[0])
    parser.add_argument("reports", nargs="*", metavar="REPORT")
    add_out(parser, NAME)
    add_page(parser)
    options = parser.parse_args(arguments)
    table = read_table(options.out)
    for path in options.reports:
        try:
            with open(path, encoding="utf-8") as file:
                table.update(found_in(json.load(file)))
        except ValueError as error:
            return misuse(parser.prog, f"{path}: {error}")
    write_output(options.out, json.dumps(table, indent=1) + "\n")
    if options.page:
        write_output(options.page, page(table))
    return 0


if __name__ == "__main__":
    run("tabulate_runtimes")
