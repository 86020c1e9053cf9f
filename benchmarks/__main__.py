"""``python -m benchmarks``: measure, compare two runs, or write the page of the newest."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

from . import history, page
from .measuring import Worker, measured, memory
from .runtimes import FLOOR, ORACLE, RUNTIMES
from .settings import GATES, GROWING, SHAPES, Setting, crossed


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks, and return the exit code."""
    options = _parser().parse_args(arguments)
    return options.do(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.set_defaults(do=run)
    several: dict[str, Any] = {"nargs": "+", "metavar": "ONE"}
    parser.add_argument("--kinds", choices=list(GATES), default=list(GATES), **several)
    parser.add_argument("--shapes", type=_shape, default=list(SHAPES), **several)
    parser.add_argument("--dtypes", choices=["float32", "float64"], **several)
    parser.add_argument("--masks", choices=["no", "yes"], default=["no", "yes"], **several)
    parser.add_argument("--threads", type=int, default=[1, 2], **several)
    parser.add_argument("--runtimes", choices=list(RUNTIMES), default=list(RUNTIMES), **several)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each setting")
    parser.add_argument("--no-growth", action="store_true", help="measure no growth")
    parser.add_argument("--out", type=pathlib.Path, default=history.FOLDER, help="a folder")
    parser.set_defaults(dtypes=["float32", "float64"])
    commands = parser.add_subparsers(title="other commands")
    compared = commands.add_parser("compare", help="say what is slower than in the run before")
    compared.add_argument("files", nargs="*", type=pathlib.Path, help="by default the newest two")
    compared.set_defaults(do=compare)
    commands.add_parser("page", help="write docs/benchmarks.md").set_defaults(do=write_page)
    return parser


def _shape(text: str) -> tuple[int, ...]:
    sizes = tuple(map(int, text.split(",")))
    if len(sizes) != 4 or min(sizes) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not batch,steps,features,units")
    return sizes


def run(options: argparse.Namespace) -> int:
    """Measure, and write a file into the history."""
    about = dict(history.about(), seconds=options.seconds)
    if len(options.threads) > 1:
        found = [_in_own_process(options, threads) for threads in options.threads]
        parts = [part[name] for part in found for name in ("results", "growth", "memory")]
        results, growth, used = (sum(parts[i::3], []) for i in range(3))
    else:
        results, growth, used = _measure(options)
    made = dict(about, results=results, growth=growth, memory=used)
    print(history.write(made, options.out))
    return 0


def _in_own_process(options: argparse.Namespace, threads: int) -> dict[str, Any]:
    """Measure with so many threads in a process that has begun with them, as TensorFlow needs."""
    first = threads == options.threads[0]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks", "--threads", str(threads), "--out", folder]
        for name in ("kinds", "dtypes", "masks", "runtimes"):
            command += ["--" + name, *getattr(options, name)]
        command += ["--shapes", *(",".join(map(str, shape)) for shape in options.shapes)]
        command += ["--seconds", str(options.seconds)]
        command += [] if first and not options.no_growth else ["--no-growth"]
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), TF_CPP_MIN_LOG_LEVEL="3")
        subprocess.run(command, check=True, env=environment, stdout=sys.stderr)
        (made,) = history.runs(pathlib.Path(folder))
        return json.loads(made.read_text(encoding="utf-8"))


def _measure(options: argparse.Namespace) -> tuple[list[Any], list[Any], list[Any]]:
    masks = [mask == "yes" for mask in options.masks]
    settings = crossed(options.kinds, options.shapes, options.dtypes, masks, options.threads[0])
    workers: dict[str, Worker] = {}
    results = []
    try:
        for number, setting in enumerate(settings, 1):
            print(f"{number} of {len(settings)}: {setting.label}", file=sys.stderr, flush=True)
            results.append(measured(setting, options.runtimes, options.seconds, workers))
    finally:
        for worker in workers.values():
            worker.close()
    if options.no_growth:
        return results, [], []
    growth = [
        dict(measured(Setting(kind, shape), [FLOOR, ORACLE], options.seconds, {}), axis=axis)
        for axis, kind in itertools.product(GROWING, options.kinds)
        for shape in GROWING[axis]
    ]
    used = [
        memory(Setting(kind, shape, dtype))
        for shape in options.shapes
        for dtype in options.dtypes
        for kind in options.kinds
    ]
    return results, growth, used


def compare(options: argparse.Namespace) -> int:
    """Print the settings in which the reference has become slower; 1 if there is one."""
    files = options.files or history.runs()[-2:]
    if len(files) != 2:
        print(f"two runs can be compared, not {len(files)}", file=sys.stderr)
        return 2
    old, new = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    slower = history.compare(old, new)
    for label, before, after in slower:
        print(f"{label}: {before:.2f} -> {after:.2f} times the bare products")
    print(f"{len(slower)} of {len(new['results'])} settings are slower than in {files[0].name}")
    return 1 if slower else 0


def write_page(options: argparse.Namespace) -> int:
    """Write the page of the newest run."""
    page.written(json.loads(history.runs()[-1].read_text(encoding="utf-8")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
