"""Works the table of `rnn_oracle.verdict.refusal_table` out of recordings.

``python -m rnn_oracle.commands.tabulate_refusals [FOLDER ...]`` reads all recordings in each
folder, by default those of the repository, and needs no Keras. With those of more releases, the
versions in the table are closer to where an answer came up.
"""

import argparse

from ..families.refusals.case import RefusalCase
from ..records.store import read_all
from ..targets.recorded import Recorded
from ..verdict import refusal_table as table
from .output import write_output
from .program import run
from .selection import add_folders


def measured(folder):
    """Return what each recording in a folder says of the faults, see `tabulate` of the table."""
    found = []
    for fixture in read_all(folder):
        target = Recorded(fixture)
        cases = [entry.case for entry in fixture.entries.values()]
        faults = [case for case in cases if case.family == RefusalCase.family]
        if faults:
            verdicts = {case.id: target.run(case).verdict for case in faults}
            about = dict(name=target.name, dialect=target.dialect, version=target.version)
            found.append(dict(about, verdicts=verdicts))
    return found


def main(arguments=None, prog=None):
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(prog, description=__doc__.partition("\n")[0])
    add_folders(parser)
    parser.add_argument("--out", metavar="FILE", default=table.PATH, help="default: %(default)s")
    options = parser.parse_args(arguments)
    measurements = [one for folder in options.folders for one in measured(folder)]
    write_output(options.out, table.text(table.tabulate(measurements)))
    return 0


if __name__ == "__main__":
    run("tabulate_refusals")
