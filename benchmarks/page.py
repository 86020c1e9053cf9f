"""The page of a run: tables in Markdown, and a plot."""

from __future__ import annotations

import itertools
import pathlib
from typing import Any, Iterable

import numpy as np

from .history import ratio
from .runtimes import FLOOR, ORACLE, RUNTIMES
from .settings import GROWING

DOCS = pathlib.Path(__file__).parent.parent / "docs"

SHAPE = "batch, steps, features, units"
HEAD = """# Benchmarks

How long one call of a layer takes that returns its last output, beside the bare matrix products of
the layer (one for the inputs of all steps, one for each state) through the same BLAS, and beside
other runtimes. A runtime is timed after it has computed what the reference computes.

- Rounds are interleaved: in each round every runtime is called, one after the other, and for 2 ms
  if one call takes less. A slow runtime has fewer rounds. Keras on NumPy and on JAX have processes
  of their own, which wait while others run.
- A cell of a table is the median over the rounds as a multiple of that of the bare products. With
  one thread, of the time that the processor worked, which a busy machine changes little, and in
  parentheses of the time that passed; with more threads the other way round.
- Masked sequences are padded at their end, and show half of their steps or more.

`python -m benchmarks` measures, and adds a file to `benchmarks/results`. With `page` it writes this
page from the newest file; with `compare` it says in which settings the newest run is slower than
the one before, as a multiple of the bare products. A runtime that is not installed is left out;
`pip install -e .[benchmarks]` installs all.

"""


def written(run: dict[str, Any], folder: pathlib.Path = DOCS) -> None:
    """Write the page of a run, and its plot where matplotlib is installed."""
    plotted = _plot(run, folder / "benchmarks.svg")
    page = HEAD + "\n".join(_parts(run, plotted)) + "\n"
    (folder / "benchmarks.md").write_text(page, encoding="utf-8")


def _parts(run: dict[str, Any], plotted: bool) -> Iterable[str]:
    machine, versions = run["machine"], run["versions"]
    have = ", ".join(f"{name} {found}" for name, found in versions.items() if found)
    yield (
        f"Measured {run['date']} at commit {run['commit']} on {machine['processor']}, "
        f"{machine['processors']} processors, {machine['system']}, Python {run['python']}, {have}."
    )
    load = machine["load"][0]
    if load > machine["processors"] / 2:
        yield (
            f"**The machine was busy with other work**: its load was {load}, on "
            f"{machine['processors']} processors. Ratios of processor time are usable; the time "
            "that passed says little, least where a call takes long."
        )
    if plotted:
        yield "\n![Time of a call as a multiple of the bare products](benchmarks.svg)"

    def group(result: dict[str, Any]) -> tuple[Any, ...]:
        setting = result["setting"]
        return setting["threads"], setting["dtype"], setting["masked"]

    for key, results in itertools.groupby(sorted(run["results"], key=group), key=group):
        threads, dtype, masked = key
        plural = "" if threads == 1 else "s"
        yield f"\n## {dtype}, {'masked' if masked else 'no mask'}, {threads} thread{plural}\n"
        yield from table(list(results))
    if run.get("growth"):
        yield "\n## Growth\n"
        yield from _growth(run["growth"])
    if run.get("memory"):
        yield "\n## Memory\n"
        yield from _memory(run["memory"])
    yield from _missing(run)


def table(results: list[dict[str, Any]]) -> list[str]:
    """Return the lines of a table: a line for each layer and shape, a column for each runtime."""
    names = [name for name in RUNTIMES if any(name in each["times"] for each in results)]
    others = [name for name in names if name != FLOOR]
    lines = [
        "| layer | batch, steps, features, units | bare products, ms of processor | "
        + " | ".join(others)
        + " |",
        "|---" * (3 + len(others)) + "|",
    ]
    for result in results:
        setting, times = result["setting"], result["times"]
        milliseconds = f"{1000 * times[FLOOR]['cpu']:.3g}" if FLOOR in times else ""
        cells = [setting["kind"], ", ".join(map(str, setting["shape"])), milliseconds]
        cells += [_cell(result, name) for name in others]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _cell(result: dict[str, Any], name: str) -> str:
    one = result["setting"]["threads"] == 1
    first, second = (ratio(result, name, "cpu" if cpu else "median") for cpu in (one, not one))
    return "" if first is None else f"{first:.3g} ({second:.3g})"


def _growth(results: list[dict[str, Any]]) -> Iterable[str]:
    yield "The exponent e, where a call takes time in proportion to the axis to the power of e:\n"
    yield "| layer | axis | from | to | rnn_oracle | bare products |"
    yield "|---|---|---|---|---|---|"
    for axis, results_of_axis in itertools.groupby(results, key=lambda each: each["axis"]):
        for kind, each in itertools.groupby(results_of_axis, lambda r: r["setting"]["kind"]):
            found = list(each)
            sizes = [_size(axis, result) for result in found]
            slopes = [
                np.polyfit(np.log(sizes), np.log([r["times"][n]["cpu"] for r in found]), 1)[0]
                for n in (ORACLE, FLOOR)
            ]
            cells = [kind, axis, str(sizes[0]), str(sizes[-1])] + [f"{s:.2f}" for s in slopes]
            yield "| " + " | ".join(cells) + " |"


def _size(axis: str, result: dict[str, Any]) -> int:
    return result["setting"]["shape"][{"batch": 0, "steps": 1, "units": 3}[axis]]


def _memory(results: list[dict[str, Any]]) -> Iterable[str]:
    yield (
        "What a call takes at most besides inputs and weights, as a share of these; "
        "the last output alone is returned:\n"
    )
    yield f"| layer | {SHAPE} | dtype | inputs and weights, MB | share |"
    yield "|---|---|---|---|---|"
    for result in results:
        setting, held = result["setting"], result["held"]
        cells = [setting["kind"], ", ".join(map(str, setting["shape"])), setting["dtype"]]
        cells += [f"{held / 1e6:.1f}", f"{result['peak'] / held:.2f}"]
        yield "| " + " | ".join(cells) + " |"


def _missing(run: dict[str, Any]) -> Iterable[str]:
    reasons: dict[tuple[str, str], int] = {}
    for result in run["results"]:
        for why in result["cannot"].items():
            reasons[why] = reasons.get(why, 0) + 1
    if reasons:
        yield "\n## Not measured\n"
        yield "| runtime | why | settings |"
        yield "|---|---|---|"
        yield from (f"| {name} | {why} | {count} |" for (name, why), count in reasons.items())


def _plot(run: dict[str, Any], path: pathlib.Path) -> bool:
    """Plot ratios of the first group of settings, and growth; False without matplotlib."""
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.hashsalt"] = "benchmarks"
    growth = run.get("growth", [])
    kinds = list(dict.fromkeys(result["setting"]["kind"] for result in run["results"]))
    columns = len(kinds) + (len(GROWING) if growth else 0)
    figure, axes = pyplot.subplots(
        1, columns, figsize=(3.4 * columns, 4), layout="constrained", squeeze=False
    )
    for kind, axis in zip(kinds, axes[0]):
        _plot_ratios(axis, kind, run["results"])
    for name, axis in zip(GROWING if growth else (), axes[0][len(kinds) :]):
        _plot_growth(axis, name, growth)
    axes[0][0].set_ylabel("time as a multiple of the bare products")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize="small")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return True


def _plot_ratios(axis: Any, kind: str, results: list[dict[str, Any]]) -> None:
    first = results[0]["setting"]
    same = ("dtype", "masked", "threads")
    chosen = [
        result
        for result in results
        if result["setting"]["kind"] == kind
        and all(result["setting"][name] == first[name] for name in same)
    ]
    labels = [", ".join(map(str, result["setting"]["shape"])) for result in chosen]
    for number, name in enumerate(RUNTIMES):
        ratios = [ratio(result, name) or np.nan for result in chosen]
        bold = {"linewidth": 3, "color": "black"} if name == ORACLE else {"color": f"C{number}"}
        axis.plot(labels, ratios, label=name, marker="o", markersize=3, **bold)
    axis.set_yscale("log")
    axis.tick_params(axis="x", rotation=30, labelsize="x-small")
    axis.set_title(f"{kind}, {first['dtype']}, {first['threads']} thread(s)", fontsize="medium")


def _plot_growth(axis: Any, name: str, results: list[dict[str, Any]]) -> None:
    kinds = dict.fromkeys(result["setting"]["kind"] for result in results)
    for kind in kinds:
        chosen = [r for r in results if r["axis"] == name and r["setting"]["kind"] == kind]
        sizes = [_size(name, result) for result in chosen]
        milliseconds = [1000 * result["times"][ORACLE]["cpu"] for result in chosen]
        axis.loglog(sizes, milliseconds, marker="o", markersize=3, label=kind)
    axis.legend(fontsize="small")
    axis.set_title(f"rnn_oracle, ms by {name}", fontsize="medium")
