"""Measures what SPEC.md says of a release and no recorded case shows.

``python -m rnn_oracle.commands.measure`` does so on what is installed, and puts it beside what was
measured of other releases. ``tests/test_statements.py`` compares SPEC.md with all of it.
"""

from __future__ import annotations

import argparse

from ..targets import INSTALL, installed
from ..targets.measurements import MEASUREMENTS
from .kept_table import add_out, read_table, text_of
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


def main(arguments=None, prog=None):
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(prog, description=__doc__.partition("\n")[0])
    add_out(parser, NAME)
    options = parser.parse_args(arguments)
    targets = installed()
    if not targets:
        return misuse(parser.prog, f"there is nothing to measure; {INSTALL}")
    found = {target.recording: measured(target) for target in targets.values()}
    write_output(options.out, text_of(dict(read_table(options.out), **found)))
    return 0


if __name__ == "__main__":
    run("measure")
