"""`python -m rnn_oracle.explain`: what a layer does with a short sequence, step by step."""

from __future__ import annotations

import json
import textwrap

import numpy as np

from ..families.spec import first_sentence
from ..reference.errors import OracleError
from .command_line import parser_of
from .errors import MisuseError
from .explained import STEPS, Explained, observed, row
from .explained_page import page
from .output import printing, writable, write_output
from .program import misuse
from .question import CHOICES, FLAGS, LAYERS, parse

INSTALL = "pip install 'rnn-oracle[html]'"
_WIDTH = 80

_ABOUT = """a question is the name of a layer ({layers}), perhaps after
Bidirectional, and options by Keras's names. A flag alone means True:
{flags}.
Others take a value:
{choices}.
Unless return_sequences=False is asked for, the layer returns its sequence.
"""
EXAMPLES = (
    "LSTM go_backwards mask=right",
    "Bidirectional GRU merge_mode=sum dialect=keras2 --json",
    "SimpleRNN activation=relu initial_state=argument --script",
)


def main(arguments=None, prog=None):
    """Run the command.

    Returns
    -------
    int
        0 where the question is answered, 2 where it cannot be.
    """
    options = make_parser(prog).parse_args(arguments)
    if options.html and not writable(options.html):
        return misuse(options.prog, f"cannot write {options.html}")
    try:
        explained = Explained(parse(" ".join(options.question)))
        if options.html:
            write_output(options.html, page(explained, text_of(explained)))
        else:
            with printing():
                print(_printed(explained, options), end="")
    except (MisuseError, OracleError, ImportError) as error:
        return misuse(options.prog, error, INSTALL)
    return 0


def _printed(explained, options):
    if options.script:
        return explained.script()
    if options.json:
        return json.dumps(as_json(explained), indent=1, allow_nan=False) + "\n"
    return text_of(explained)


def make_parser(prog=None):
    """Return the parser of the command line."""
    choices = [f"{name}={' | '.join(map(str, values))}" for name, values in CHOICES.items()]
    about = _ABOUT.format(
        layers=", ".join(LAYERS),
        flags=textwrap.fill(", ".join(FLAGS), _WIDTH - 2),
        choices="\n".join(textwrap.fill(choice, _WIDTH - 2) for choice in choices),
    )
    parser = parser_of("explain", prog, EXAMPLES, about)
    parser.add_argument("question", nargs="+", metavar="QUESTION")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--script", action="store_true", help="write a program of Keras that shows it")
    how.add_argument("--json", action="store_true", help="write JSON, with all numbers")
    how.add_argument("--html", metavar="FILE", help="write a page for the browser, with drawings")
    return parser


def text_of(explained):
    """Return the answer as text, of at most 80 columns."""
    about = f"{explained.asked.dialect}; one sequence of {STEPS} steps of one feature"
    blocks = [[*textwrap.wrap(explained.made_by(), _WIDTH), about]]
    for name, steps in explained.sides.items():
        blocks.append([f"{name}:"] * (len(explained.sides) > 1) + _table(steps))
    blocks += [_returned(explained), _of_rules(explained), _elsewhere(explained)]
    known = _known(explained)
    if known:
        blocks.append(["known divergences:", *known])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _table(steps):
    shown = [("x", [step.x for step in steps]), *observed(steps)]
    rows = [["step", "reads", "mask", *(name for name, _ in shown)]]
    for number, step in enumerate(steps, 1):
        first = [str(number), f"x[{step.time}]", str(bool(step.valid[0]))]
        rows.append(first + [row(arrays[number - 1]) for _, arrays in shown])
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join(map(str.rjust, cells, widths)) for cells in rows]


def _returned(explained):
    """Tell what the call returns, and the mask that goes with it."""
    lines = []
    for name, array in zip(explained.names, explained.results):
        lines += _wrapped(f"{name} {array.shape}: ", row(array))
    if explained.mask is not None:
        lines.append(f"mask: {_of_mask(explained.mask)}")
        lines.append(f"mask that goes on with the output: {_of_mask(explained.mask_of_output)}")
    return lines


def _of_mask(mask):
    return "none" if mask is None else " ".join(map(str, np.ravel(mask)))


def _of_rules(explained):
    if explained.case is None:
        return ["no case of the suite asks the same: no rule is cited, and no entry of the ledger"]
    brought, others = explained.rules
    lines = [line for rule in brought for line in _wrapped(f"{rule:<4}", first_sentence(rule))]
    return lines + _wrapped("and as always ", " ".join(others))


def _elsewhere(explained):
    return [
        line
        for dialect, words in explained.elsewhere.items()
        for line in _wrapped(f"{dialect}: ", words)
    ]


def _known(explained):
    return [
        line
        for entry in explained.known
        for line in _wrapped(f"{entry.target} {entry.versions}: ", f"{entry.title} ({entry.rule})")
    ]


def _wrapped(first, text):
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent="    ")


def as_json(explained):
    """Return the answer as plain values."""

    def plain(array):
        return None if array is None else np.asarray(array).tolist()

    def of_step(step):
        return {
            "time": step.time,
            "valid": plain(step.valid),
            "gates": {name: plain(array) for name, array in step.gates.items()},
            "states": list(map(plain, step.states)),
            "output": plain(step.output),
        }

    brought, others = explained.rules
    return {
        "layer": explained.made_by(),
        "dialect": explained.asked.dialect,
        "case": explained.case and explained.case.id,
        "weights": list(map(plain, explained.weights)),
        "x": plain(explained.x),
        "mask": plain(explained.mask),
        "initial_state": explained.states and list(map(plain, explained.states)),
        "steps": {name: list(map(of_step, steps)) for name, steps in explained.sides.items()},
        "results": dict(zip(explained.names, map(plain, explained.results))),
        "mask_of_output": plain(explained.mask_of_output),
        "rules": brought + others,
        "dialects": explained.elsewhere,
        "known": [entry.id for entry in explained.known],
    }
