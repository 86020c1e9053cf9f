"""Measures the suite by breaking Keras: ``python tests/meta/mutate.py keras3``.

Makes each small wrong change that `mutants.operators` knows to the recurrent code of the installed
Keras, in memory, and looks for a test of the suite that shows it. What came of each is kept in
mutants.TARGET.json; why some change nothing stands in judged.json. The exit status is 1 if there
is a hole: a change that no test shows and that nobody has judged.
"""

import argparse
import fnmatch
import os
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.dirname(os.path.dirname(HERE))]

from mutants import results  # noqa: E402
from mutants.executed import measure  # noqa: E402
from mutants.search import CAUGHT, Executed, find  # noqa: E402
from mutants.sources import FILES, mutants  # noqa: E402
from mutants.suite import serve  # noqa: E402
from mutants.worker import Worker  # noqa: E402


def main(arguments=None):
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=FILES)
    parser.add_argument("--only", default="*", help="the mutants whose name matches")
    parser.add_argument("--left", action="store_true", help="those that no test has shown yet")
    parser.add_argument("--limit", type=int, default=200, help="how many tests to try (200)")
    parser.add_argument("--results", help="the file to write")
    parser.add_argument("--executed", help="a file to keep the lines that each test executes in")
    given = parser.parse_args(arguments)
    path = given.results or results.path_of(given.target)
    suite = Worker(serve, given.target)
    known = results.Results(suite.ask("version"), results.read(path).found)
    executed = Executed(*measure(suite, given.executed))
    chosen = _chosen(given, known.found)
    for i, mutant in enumerate(chosen):
        known.found[mutant.name] = found = find(suite, mutant, executed, given.limit)
        print(i + 1, len(chosen), mutant.name, *found, flush=True)
        if i % 100 == 99:
            results.write(known, path)
    results.write(known, path)
    suite.end()
    judged = results.judgements()
    print(results.summary(given.target, known, judged))
    return int(bool(results.judge(known.found, judged)[1]))


def _chosen(given, found):
    """Return the mutants to try, in no order; forget those that this Keras does not have any more.

    A run that is interrupted has then tried a fair sample.
    """
    present = mutants(given.target)
    for name in set(found) - set(present):
        del found[name]
    return [
        present[name]
        for name in sorted(present, key=lambda name: zlib.crc32(name.encode()))
        if fnmatch.fnmatch(name, given.only)
        and not (given.left and name in found and found[name].outcome == CAUGHT)
    ]


if __name__ == "__main__":
    sys.exit(main())
