"""Measures the suite by breaking Keras: ``python tests/meta/mutate.py keras3``.

Makes each small wrong change that `mutants.operators` knows to the recurrent code of the installed
Keras, in memory, and looks for a test of the suite that shows it. What came of each is kept in
mutants.TARGET.json; why some change nothing stands in judged.json. With ``--together``, those that
no test has shown meet all tests that execute their line; with ``--met FILE`` this goes on where it
was stopped. The exit status is 1 if there is a hole: a change that no test shows and that nobody
has judged.
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
from mutants.search import CAUGHT, SURVIVED, Executed, find  # noqa: E402
from mutants.sources import FILES, mutants  # noqa: E402
from mutants.suite import serve  # noqa: E402
from mutants.together import meet  # noqa: E402
from mutants.worker import Worker  # noqa: E402

OFTEN = 100
"""After how many mutants or tests what was found is written."""


def main(arguments=None):
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=FILES)
    parser.add_argument("--part", type=int, default=5, help="one mutant in so many (5)")
    parser.add_argument("--only", default="*", help="the mutants whose name matches")
    parser.add_argument(
        "--left",
        action="store_true",
        help="the holes, what was not tried yet, and what was shown by a test that is no more",
    )
    parser.add_argument("--limit", type=int, default=40, help="how many tests to try (40)")
    parser.add_argument(
        "--together",
        action="store_true",
        help="try nothing new: those that no test has shown meet all tests, many at once",
    )
    parser.add_argument(
        "--met", help="a file of the tests that were met: they are left out, or added"
    )
    parser.add_argument("--results", help="the file to write")
    parser.add_argument("--executed", help="a file to keep the lines that each test executes in")
    given = parser.parse_args(arguments)
    path = given.results or results.path_of(given.target)
    suite = Worker(serve, given.target)
    known = results.Results(suite.ask("version"), given.part, results.read(path).found)
    executed = Executed(*measure(suite, given.executed))
    search = _all_tests if given.together else _search
    for i, found in enumerate(search(given, suite, executed, known.found)):
        known.found.update(found)
        if i % OFTEN == OFTEN - 1:
            results.write(known, path)
    results.write(known, path)
    suite.end()
    judged = results.judgements()
    print(results.summary(given.target, known, judged))
    return int(bool(results.judge(known.found, judged)[1]))


def _search(given, suite, executed, found):
    """Yield what came of each mutant that is to be tried, by its name."""
    chosen = _chosen(given, found, set(suite.ask("tests")))
    for i, mutant in enumerate(chosen):
        one = find(suite, mutant, executed, given.limit)
        print(i + 1, len(chosen), mutant.name, *one, flush=True)
        yield {mutant.name: one}


def _all_tests(given, suite, executed, found):
    """Yield what came of the mutants that no test has shown, by name, after each test.

    What was judged to need another machine is left out.
    """
    judged = results.judge(found, results.judgements())[0]
    left = [
        name
        for name in sorted(found)
        if found[name].outcome == SURVIVED
        and not (name in judged and judged[name].outcome == results.NOT_HERE)
    ]
    survivors = [mutants(given.target)[name] for name in fnmatch.filter(left, given.only)]
    met, pending = _read(given.met), []
    tests = [one for one in executed.in_turn() if _checksum(*one[:2]) not in met]
    for i, (test, came) in enumerate(zip(tests, meet(suite, survivors, tests))):
        for name in sorted(came):
            if came[name].outcome == CAUGHT:
                print(i + 1, name, *came[name], flush=True)
        yield came  # What came of some is written before they count as met.
        pending.append(_checksum(*test[:2]))
        if len(pending) == OFTEN or i == len(tests) - 1:
            print(i + 1, "of", len(tests), "tests", flush=True)
            _append(given.met, pending)
            pending.clear()


def _read(path):
    """Return the lines of a file, none if it is not there yet."""
    if path is None or not os.path.exists(path):
        return set()
    with open(path, encoding="ascii") as file:
        return set(file.read().split())


def _append(path, lines):
    if path is not None:
        with open(path, "a", encoding="ascii") as file:
            file.writelines(line + "\n" for line in lines)


def _checksum(test, whole):
    return format(zlib.crc32(f"{whole} {test}".encode()), "08x")


def _chosen(given, found, tests):
    """Return the mutants to try; forget those that are not to be tried with these arguments.

    A part is drawn by a checksum of the names, so that it is the same on every machine.
    """
    draws = {name: zlib.crc32(name.encode()) for name in mutants(given.target)}
    drawn = {name for name, draw in draws.items() if draw % given.part == 0}
    for name in set(found) - drawn:
        del found[name]
    wanted = drawn
    if given.left:
        holes = results.judge(found, results.judgements())[1]
        lost = [name for name in found if found[name].test not in tests | {""}]
        wanted = (drawn - set(found)).union(holes, lost)
    return [
        mutants(given.target)[name]
        for name in sorted(fnmatch.filter(wanted, given.only), key=draws.get)
    ]


if __name__ == "__main__":
    sys.exit(main())
