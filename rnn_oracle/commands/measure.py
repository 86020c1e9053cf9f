"""Measures what SPEC.md says of a release and no recorded case shows.

``python -m rnn_oracle.commands.measure`` does so on what is installed, and puts it beside what was
measured of other releases. ``tests/test_statements.py`` compares SPEC.md with all of it.
"""

from __future__ import annotations

import argparse
import json
import os

from ..records.format import default_folder
from ..records.store import in_order_of_releases
from ..targets import INSTALL, installed
from ..targets.measurements import MEASUREMENTS
from .output import write_output
from .program import misuse, run

NAME = "measured.json"


def measured(target):
    """Return what is measured of a target, as plain values.

    Returns
    -------
    dict
        "target", "module", "version", "tensorflow", and "holds": True or False by the name of the
        measurement, without those that say nothing about the target.
    """
    target.load()
    found = {name: measure(target) for name, measure in MEASUREMENTS[target.name].items()}
    return {
        "target": target.name,
        "module": target.module,
        "version": target.version,
        "tensorflow": target.tf.__version__,
        "holds": {name: found[name] for name in sorted(found) if found[name] is not None},
    }


def read(path):
    """Return what was measured, by the name of the recording; nothing where there is no file."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="ascii") as file:
        return json.load(file)


def main(arguments=None):
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--out",
        metavar="FILE",
        default=os.path.join(default_folder(), NAME),
        help="default: %(default)s",
    )
    options = parser.parse_args(arguments)
    targets = installed()
    if not targets:
        return misuse("commands.measure", f"there is nothing to measure; {INSTALL}")
    found = {target.recording: measured(target) for target in targets.values()}
    found = dict(read(options.out), **found)
    ordered = {name: found[name] for name in in_order_of_releases(found)}
    write_output(options.out, json.dumps(ordered, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    run("measure")
