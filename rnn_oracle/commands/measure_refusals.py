"""Writes down what the installed Keras does about every fault, one file a release, into a folder.

``python -m rnn_oracle.commands.measure_refusals FOLDER`` writes; with ``--table`` it works the
table of `rnn_oracle.verdict.refusal_table` out of all files in the folder, which needs no Keras.
"""

import argparse
import glob
import json
import os

from ..families.refusals.case import cases
from ..reference.dialects import generation
from ..targets import installed
from ..verdict import refusal_table as table
from .output import write_output
from .program import run


def measured(target):
    """Return the verdict of a target on each case, by the id of the case."""
    return {case.id: target.run(case).verdict for case in cases(generation(target.dialect))}


def write(folder):
    """Measure every Keras that is installed; write a file for each."""
    os.makedirs(folder, exist_ok=True)
    for target in installed().values():
        if target.name != "tf1":
            record = dict(name=target.name, dialect=target.dialect, version=target.version)
            record["verdicts"] = measured(target)
            path = os.path.join(folder, target.recording + ".json")
            write_output(path, json.dumps(record, indent=1))


def read(folder):
    """Return all that was measured into a folder."""
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        with open(path, encoding="ascii") as file:
            found.append(json.load(file))
    return found


def main(arguments=None):
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument(
        "--table",
        metavar="FILE",
        nargs="?",
        const=table.PATH,
        help="work out the table and write it there, by default where it is read",
    )
    options = parser.parse_args(arguments)
    if options.table:
        write_output(options.table, table.text(table.tabulate(read(options.folder))))
    else:
        write(options.folder)
    return 0


if __name__ == "__main__":
    run("measure_refusals")
