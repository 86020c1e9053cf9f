"""Tries what goes wrong, and counts the answers: ``python tests/meta/robustness.py --count 300``.

Edits fixtures, interrupts dumps, gives arguments and makes calls of any kind, and runs the commands
where TensorFlow cannot be used (`attacks.kinds`). What came of each kind is kept in robustness.json
in place of what was there. The exit status is 1 where an attempt was answered in a way that it may
not be.
"""

import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.dirname(os.path.dirname(HERE))]

from attacks import results  # noqa: E402
from attacks.kinds import KINDS, can_be_tried, tried  # noqa: E402

from rnn_oracle.commands.output import write_output  # noqa: E402


def main(arguments=None):
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"{', '.join(KINDS)} (all)")
    parser.add_argument("--count", type=int, default=300, help="how many attempts a kind (300)")
    parser.add_argument("--results", default=results.PATH, help="the file to write")
    parser.add_argument("--page", help="a page of the docs to write the table to")
    given = parser.parse_args(arguments)
    unknown = set(given.kinds) - set(KINDS)
    if unknown:
        parser.error(f"no kind {sorted(unknown)[0]!r}, only {', '.join(KINDS)}")
    kept, failed = results.read(given.results), False
    for name in given.kinds or KINDS:
        if not can_be_tried(name):
            print(f"{name}: left out, there is no {KINDS[name].needs} here")
            continue
        kept[name] = results.fields(name, tried(name, given.count))
        results.write(given.results, kept)
        print(name, *kept[name]["answers"].items(), *kept[name]["failures"], sep="\n  ", flush=True)
        failed = failed or bool(kept[name]["failures"])
    if given.page:
        write_output(given.page, results.page(kept))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
