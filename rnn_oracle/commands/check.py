"""`python -m rnn_oracle.check`: judge the installed TensorFlow by the cases of all families."""

import argparse
import functools
import json
import logging
import os
import warnings

from ..targets import INSTALL, installed
from ..verdict.judge import judge
from .check_plan import NOT_SELECTED, ledger_of, plan
from .check_report import as_json, left_out_in_words, passes, show
from .parallel import spread
from .selection import Selection, SelectionError, add_selectors, misuse


def main(arguments=None):
    """Run the command.

    Returns
    -------
    int
        0 where all agree or are known, or are crossed cases that the release cannot run; 1 on a
        divergence, or another case that the release cannot run; 2 on misuse or no TensorFlow.
    """
    options = _parse(arguments)
    if options.json and not _writable(options.json):
        return misuse("check", f"cannot write {options.json}")
    targets = installed()
    if not targets:
        return misuse("check", "there is no TensorFlow here; install it with\n\n    " + INSTALL)
    try:
        selection = Selection(options)
        planned = plan(targets, selection)
        if not planned.cases:
            return misuse("check", _nothing(targets, selection, planned))
        verdicts = judge_all(planned)
    except SelectionError as error:
        return misuse("check", error)
    except ImportError as error:
        return misuse("check", f"{error}; install what is missing with\n\n    {INSTALL}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(as_json(targets, planned, verdicts), file, indent=1, allow_nan=False)
            file.write("\n")
    show(targets, planned, verdicts, options.tables)
    return 0 if all(map(passes, verdicts)) else 1


def _writable(path):
    folder = os.path.dirname(os.path.abspath(path))
    return os.access(path if os.path.exists(path) else folder, os.W_OK) and not os.path.isdir(path)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m rnn_oracle.check", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write every verdict to FILE")
    parser.add_argument(
        "--tables",
        action="store_true",
        help="print how each value of each option fared in all families, not in layers alone",
    )
    add_selectors(parser)
    return parser.parse_args(arguments)


def _nothing(targets, selection, planned):
    """Say why there is nothing to judge."""
    selected = [one for one in planned.left_out if one.reason != NOT_SELECTED]
    if selected:
        return "\n".join(left_out_in_words(targets, selected))
    return selection.nothing([target.dialect for target in targets.values()])


def judge_all(planned):
    """Judge the cases of a plan with every core, and return their verdicts in its order.

    Each process finds the targets by itself, which cannot be handed over.
    """
    chunks = planned.chunks
    sizes = [len(cases) for _, cases in chunks]
    return [v for found in spread(_judge_chunk, chunks, sizes, "checking") for v in found]


def _judge_chunk(chunk):
    name, cases = chunk
    targets = _prepared()
    return [judge(targets[name], case, ledger_of(case.family)) for case in cases]


@functools.lru_cache(maxsize=None)
def _prepared():
    """Return the targets; do once what a process needs that is there for them alone."""
    # Cases call layers in ways that runtimes warn of, and wrongly on purpose.
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    return installed()
