"""`python -m rnn_oracle.check`: judge the installed TensorFlow, or other targets."""

import functools
import json
import logging

from ..targets import INSTALL, available, get, installed
from ..targets.program.target import PREFIX
from ..targets.runtime import BrokenTargetError
from ..testing.causes import judge_and_explain
from ..verdict.known_refusals import ledger_of
from .check_plan import NOT_SELECTED, plan
from .check_report import as_json, left_out_in_words, passes, show, without_verdict
from .command_line import parser_of
from .errors import FORESEEN
from .output import printing, writable, write_output
from .parallel import spread, workers
from .program import misuse
from .selection import Selection, add_selectors, in_words

EXAMPLES = (
    "--only 'lstm.*' --where mask=left,right",
    "--family layers --tables --json verdicts.json",
    "--target keras-jax --rule M6",
)


class PartlyJudgedError(Exception):
    """Some cases have no verdict, since processes ended or a target could not be used any more.

    Attributes
    ----------
    verdicts : list of Verdict
        Those that came.
    """

    def __init__(self, message, verdicts):
        super().__init__(message)
        self.verdicts = verdicts


def main(arguments=None, prog=None):
    """Run the command.

    Returns
    -------
    int
        0 where all agree or are known, or are crossed cases that the release cannot run; 1 on a
        divergence, or another case that the release cannot run; 2 on misuse, with no TensorFlow or
        one that cannot be used, and where a verdict is missing or cannot be written.
    """
    options = make_parser(prog).parse_args(arguments)
    if options.json is not None and not writable(options.json):
        return misuse(options.prog, f"cannot write {options.json}")
    problems = []
    try:
        targets = {name: get(name) for name in options.target} or installed()
        if not targets:
            return misuse(options.prog, _no_target())
        selection = Selection(options)
        planned = plan(targets, selection, alone=bool(options.target))
        if not planned.cases:
            return misuse(options.prog, _nothing(targets, selection, planned))
        verdicts = judge_all(planned)
    except PartlyJudgedError as error:
        verdicts = error.verdicts
        problems.append(error)
    except FORESEEN as error:
        return misuse(options.prog, error, INSTALL)
    # What cannot be told in one way is told in the other.
    for tell in (_write_json, _show):
        try:
            tell(options, targets, planned, verdicts)
        except FORESEEN as error:
            problems.append(error)
    if problems:
        return max(misuse(options.prog, problem, INSTALL) for problem in problems)
    return 0 if all(map(passes, verdicts)) else 1


def _write_json(options, targets, planned, verdicts):
    if options.json is not None:
        written = as_json(targets, planned, verdicts)
        write_output(options.json, json.dumps(written, indent=1, allow_nan=False) + "\n")


def _show(options, targets, planned, verdicts):
    with printing():
        show(targets, planned, verdicts, options.tables)


def make_parser(prog=None):
    """Return the parser of the command line."""
    parser = parser_of("check", prog, EXAMPLES)
    parser.add_argument(
        "--target",
        metavar="NAME",
        action="append",
        default=[],
        help="judge this target in place of what is found, such as keras-jax; may be repeated",
    )
    parser.add_argument(
        "--target-program",
        metavar="COMMAND",
        action="append",
        dest="target",
        type=lambda command: PREFIX + command,
        help="judge a program that speaks JSON lines, see docs/implementing.md; may be repeated",
    )
    parser.add_argument("--json", metavar="FILE", help="write every verdict to FILE")
    parser.add_argument(
        "--tables",
        action="store_true",
        help="print how each value of each option fared too",
    )
    add_selectors(parser)
    return parser


def _no_target():
    """Say what to install, and what there is beside."""
    named = " or ".join(f"--target {name}" for name in available())
    beside = f"; or say {named}" if named else ""
    return f"there is no TensorFlow here; install it with\n\n    {INSTALL}\n{beside}".rstrip()


def _nothing(targets, selection, planned):
    """Say why there is nothing to judge."""
    selected = [one for one in planned.left_out if one.reason != NOT_SELECTED]
    if selected:
        return "\n".join(left_out_in_words(targets, selected))
    return selection.nothing([target.dialect for target in targets.values()])


def judge_all(planned):
    """Judge the cases of a plan with every core, and return their verdicts in its order.

    Each process finds the targets by itself, which cannot be handed over.

    Raises
    ------
    BrokenTargetError
        If a target cannot be used, or a process ends when it tries; nothing is judged then.
    PartlyJudgedError
        If either comes later on. All others work to the end.
    """
    verdicts, lost = [], []
    for names in _together(dict.fromkeys(name for name, _ in planned.cases)):
        verdicts += _judge_together(names, planned, lost)
    if lost:
        reasons = "; ".join(dict.fromkeys(map(str, lost)))
        missing = in_words(len(without_verdict(planned, verdicts)))
        raise PartlyJudgedError(f"there is no verdict on {missing}: {reasons}", verdicts)
    return verdicts


def _judge_together(names, planned, lost):
    """Return the verdicts on targets that processes can share; add to `lost` why some have none."""
    own = [(name, cases) for name, cases in planned.chunks if name in names]
    chunks = [(name, []) for name in names] + own
    sizes = [len(cases) for _, cases in chunks]
    verdicts, missing = [], []
    results = spread(_judge_chunk, chunks, sizes, "checking", workers(own), missing)
    for (name, cases), found in zip(chunks, results):
        if missing and not cases:
            if isinstance(missing[0], BrokenTargetError):
                raise missing[0]
            raise BrokenTargetError(f"{name} cannot be used here: {missing[0]}")
        verdicts += found or []
    lost += missing
    return verdicts


def _together(names):
    """Gather the names of targets by processes: a process has one Keras 3, on one backend."""
    groups = []
    for name in names:
        needed = get(name).environment
        for group, environment in groups:
            if all(environment.get(key, value) == value for key, value in needed.items()):
                group.append(name)
                environment.update(needed)
                break
        else:
            groups.append(([name], dict(needed)))
    return [group for group, _ in groups]


def _judge_chunk(chunk):
    """Judge some cases on a target; without any, see whether it can be used."""
    name, cases = chunk
    target = _prepared(name)
    if not cases:
        target.load()
    return [judge_and_explain(target, case, ledger_of(case.family)) for case in cases]


@functools.lru_cache(maxsize=None)
def _prepared(name):
    """Return a target; do once what a process needs that is there for it alone."""
    # Cases call layers in ways that runtimes log, and wrongly on purpose.
    logging.disable(logging.ERROR)
    return get(name)
