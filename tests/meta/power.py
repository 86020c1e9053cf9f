"""Measures `oracle_check` at real sizes: ``python tests/meta/power.py keras3 --settings 700``.

Draws layers (`broken_layers.settings`), runs each as it is, eagerly, in a `tf.function` and with
XLA, and broken in all ways that fit it (`broken_layers.breaks`). Prints how many of the broken ones
are detected and how many of the right ones are failed. What came of each setting is kept in
power.TARGET.jsonl, a line each, and is not measured again. The exit status is 1 where a right layer
was failed.
"""

import argparse
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(os.path.dirname(HERE))]

from broken_layers import results  # noqa: E402
from broken_layers.judged import judged  # noqa: E402
from broken_layers.settings import live, setting  # noqa: E402

from rnn_oracle.commands.output import write_output  # noqa: E402
from rnn_oracle.targets import installed  # noqa: E402


def main(arguments=None):
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=("keras3", "keras2"))
    parser.add_argument("--settings", type=int, default=700, help="how many layers to draw (700)")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes")
    parser.add_argument("--results", help="the file to write")
    parser.add_argument("--page", help="a page of the docs to write the tables to")
    given = parser.parse_args(arguments)
    path = given.results or results.path_of(given.target)
    target = installed()[given.target]
    known, started = results.read(path), time.monotonic()
    for number in range(given.settings):
        if number in known:
            continue
        if given.minutes and time.monotonic() - started > 60 * given.minutes:
            break
        drawn = setting(number)
        known[number] = dict(judged(live(drawn, target.keras), target), version=target.version)
        results.append(path, known[number])
        print(*results.in_short(known[number]), flush=True)
    chosen = [known[number] for number in sorted(known) if number < given.settings]
    print(results.tables(chosen))
    if given.page:
        write_output(given.page, results.page(chosen))
    return int(any(results.false_alarms(one) for one in chosen))


if __name__ == "__main__":
    sys.exit(main())
