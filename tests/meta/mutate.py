"""Measures the suite by breaking Keras: ``python tests/meta/mutate.py keras3``.

Makes each small wrong change that `mutants.operators` knows to the recurrent code of the installed
Keras, in memory, and looks for a test of the suite that shows it. What came of each is kept in
mutants.json; why some change nothing stands in judged.json. The exit status is 1 if there is a
hole: a change that no test shows and that nobody has judged.
"""

import argparse
import fnmatch
import os
import sys

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
    parser.add_argument("--results", default=results.PATH, help="the file to write")
    parser.add_argument("--executed", help="a file to keep the lines that each test executes in")
    given = parser.parse_args(arguments)
    known = results.read(given.results)
    suite = Worker(serve, given.target)
    known.versions[given.target] = suite.ask("version")
    executed = Executed(*measure(suite, given.executed))
    chosen = _chosen(given, known.found)
    for i, mutant in enumerate(chosen):
        known.found[mutant.name] = found = find(suite, mutant, executed, given.limit)
        print(i + 1, len(chosen), mutant.name, *found, flush=True)
        if i % 100 == 99:
            results.write(known, given.results)
    results.write(known, given.results)
    suite.end()
    judged = results.judgements()
    print(*results.summary(known, judged), sep="\n")
    return int(bool(results.judge(known.found, judged)[1]))


def _chosen(given, found):
    """Return the mutants to try; forget those that this Keras does not have any more."""
    present = mutants(given.target)
    for name in [n for n in found if n.startswith(given.target + ":") and n not in present]:
        del found[name]
    return [
        mutant
        for name, mutant in present.items()
        if fnmatch.fnmatch(name, given.only)
        and not (given.left and name in found and found[name].outcome == CAUGHT)
    ]


if __name__ == "__main__":
    sys.exit(main())
