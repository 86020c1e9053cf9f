"""`python -m rnn_oracle.diff A B`: what changed from one recording to another, and why."""

import json
import os

from ..families.expected import expected
from ..families.outcome import Outcome
from ..families.spec import first_sentence
from ..records.manifest import RECORDING
from ..records.reader import read
from ..records.store import recordings_in
from ..reference.dialects import generation
from ..targets import INSTALL, installed
from ..verdict.changes import as_json as change_as_json
from ..verdict.changes import describe, in_short
from ..verdict.judge import UNSUPPORTED
from ..verdict.ledger import load
from ..verdict.patterns import as_text
from .command_line import parser_of
from .dump import gather
from .errors import FORESEEN, MisuseError
from .explained_changes import DEFAULT, TABLE, Side, compare_sides
from .history_rows import NOT_EXPLAINED
from .output import printing
from .program import misuse
from .reach import as_json as reach_as_json
from .reach import in_words as reach_in_words
from .selection import EVERYTHING, add_choice, add_fixtures, choice, in_words, no_recordings

ORACLE, INSTALLED, LEGACY, V1 = "oracle", "installed", "installed-legacy", "installed-v1"
SIDES = """\
A and B are each the name of a recording, such as tf2.21, the folder of one,
`installed` for the tf.keras that is installed, `installed-legacy` for the
tf_keras beside it, `installed-v1` for the cells of TensorFlow 1, or `oracle`
for what the rules demand. What rounding alone can have moved is the same."""
EXAMPLES = (
    "tf2.15 tf2.21 --family layers --family defaults",
    "tf2.21 installed --only 'lstm.*'",
    "oracle keras3.15 --json",
)


def main(arguments=None, prog=None):
    """Run the command.

    Returns
    -------
    int
        0 where nothing but rounding sets the two apart, 1 where more does, 2 on misuse, with a
        TensorFlow that cannot be used, and where a process ends or nothing can be printed.
    """
    options = make_parser(prog).parse_args(arguments)
    try:
        old, new = _sides(options)
        chosen = choice(options)
        asked = [case for side in (old, new) for case in chosen.cases(side.dialect)]
        comparison = compare_sides(old, new, asked)
        with printing():
            _print(comparison, options)
    except FORESEEN as error:
        return misuse(options.prog, error, INSTALL)
    return 1 if comparison.groups else 0


def _print(comparison, options):
    if options.json:
        print(json.dumps(_as_json(comparison), indent=1, allow_nan=False))
    else:
        print("\n".join(_lines(comparison, _MARKDOWN if options.markdown else _TEXT)))


def make_parser(prog=None):
    """Return the parser of the command line."""
    parser = parser_of("diff", prog, EXAMPLES, SIDES)
    parser.add_argument("old", metavar="A")
    parser.add_argument("new", metavar="B")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="write Markdown")
    form.add_argument("--json", action="store_true", help="write JSON")
    add_choice(parser)
    add_fixtures(parser)
    return parser


def _sides(options):
    names = [options.old, options.new]
    if names == [ORACLE, ORACLE]:
        raise MisuseError("the oracle has nothing to differ from: name a recording or `installed`")
    sides = [None if name == ORACLE else _side(name, options) for name in names]
    for side in sides:
        if side is not None and not side.outcomes:
            raise MisuseError(f"{side.title} has no case that matches {choice(options)}")
    if None not in sides and not set(sides[0].outcomes) & set(sides[1].outcomes):
        raise MisuseError("{} and {} have no case in common".format(*[s.title for s in sides]))
    real = sides[0] or sides[1]
    return [side or _oracle(real) for side in sides]


def _side(name, options):
    if name in (INSTALLED, LEGACY, V1):
        return _installed(name, choice(options))
    is_path = os.path.basename(name) != name or name in (os.curdir, os.pardir)
    folder = name if is_path else os.path.join(options.fixtures, "recordings", name)
    if not os.path.isdir(folder):
        recorded = recordings_in(os.path.join(options.fixtures, "recordings"))
        others = ", ".join((INSTALLED, LEGACY, V1, ORACLE))
        there = no_recordings(options.fixtures)
        if recorded:
            there = f"there are {', '.join(recorded)} in {options.fixtures}"
        raise MisuseError(f"{name} is no recording; {there}; and {others}, and folders as ./{name}")
    fixture = read(folder, RECORDING)
    side = recorded_side(fixture.about["provenance"], fixture.entries.values(), choice(options))
    return side._replace(title=f"{side.title} in {folder}") if is_path else side


def recorded_side(about, entries, chosen=EVERYTHING):
    """Return the `Side` of a recording, given its provenance and its entries."""
    title = f"{about['recording']} ({about['module']} {about['keras']})"
    outcomes = {
        entry.case: entry.answers[about["dialect"]] for entry in entries if chosen.holds(entry.case)
    }
    name = generation(about["dialect"])
    versions = about["keras"], about["tensorflow"]
    return Side(title, name, about["dialect"], *versions, True, outcomes)


def _installed(name, chosen):
    targets = installed()
    found = {_called(target): key for key, target in targets.items()}
    # Where tf.keras was told to be tf_keras, that is what is installed.
    found.setdefault(INSTALLED, found.get(LEGACY))
    if found.get(name) is None:
        raise MisuseError(f"{name}: there is none here; install it with\n\n    {INSTALL}")
    key = found[name]
    named, cases = chosen.cases_for({key: targets[key]})
    if not cases:
        raise MisuseError(f"no case matches {chosen}")
    return recorded_side(*gather(named, cases).recorded[key])


def _called(target):
    """Return the word by which a target is asked for."""
    if target.dialect == "tf1":
        return V1
    return LEGACY if target.module == "tf_keras" else INSTALLED


def _oracle(other):
    outcomes = {}
    for case in other.outcomes:
        demanded = expected(case, other.dialect, bounded=False)
        arrays = {
            name: _like(array, other.outcomes[case].arrays.get(name))
            for name, array in demanded.arrays.items()
        }
        outcomes[case] = Outcome(arrays, demanded.facts, refusal=demanded.refusal)
    title = f"the oracle, dialect {other.dialect}"
    return other._replace(title=title, real=False, outcomes=outcomes)


def _like(array, other):
    """Return the oracle's numbers in the dtype of those that they are compared with."""
    both_float = other is not None and array.dtype.kind == other.dtype.kind == "f"
    return array.astype(other.dtype) if both_float else array


# How a report is written.

_TEXT = {
    "title": "{}",
    "reach": "\nWhat was compared:",
    "group": "\n{}. {}",
    "item": "   {}",
    "code": "{}",
}
_MARKDOWN = {
    "title": "# {}\n",
    "reach": "\n## What was compared\n",
    "group": "\n## {}. {}\n",
    "item": "- {}",
    "code": "`{}`",
}
_LONGEST = 200


def _lines(comparison, form):
    old, new = comparison.old.title, comparison.new.title
    changed = cases_of(comparison.groups)
    rounded = {case for case, _ in comparison.rounded}.difference(changed)
    yield form["title"].format(f"{old} -> {new}")
    yield (
        f"{comparison.compared} cases compared: {comparison.same} the same, {len(rounded)} moved "
        f"by rounding alone, {len(changed)} changed"
    )
    yield from in_short([change for _, change in comparison.rounded])
    if comparison.reworded:
        yield f"{comparison.reworded} of the same are refused in other words"
    yield form["reach"]
    for line in reach_in_words(comparison.reached):
        yield form["item"].format(line)
    entries = {entry.id: entry for entry in load()}
    for number, (group, *others) in enumerate(sections(comparison.groups), 1):
        yield form["group"].format(number, headline([group]))
        for line in _details(group, entries, form["code"]):
            yield form["item"].format(line)
        for line in _besides(others, form["code"]):
            yield form["item"].format(line)


def sections(groups):
    """Return groups in lists: those that the same entries of the ledger explain in one of them.

    Parameters
    ----------
    groups : list of Group

    Returns
    -------
    list of list of Group
        The one of most cases first.
    """
    found = {}
    for group in groups:
        has_entries = group.ledger not in ((), (TABLE,))
        found.setdefault(group.ledger if has_entries else len(found), []).append(group)
    return sorted(found.values(), key=lambda section: -len(cases_of(section)))


def cases_of(groups):
    """Return the distinct cases of some groups, in their order."""
    return list(dict.fromkeys(d.case for group in groups for d in group.differences))


def headline(section):
    """Return a line that says what differs, in how many cases, and what kind of cause it has."""
    words = ", ".join(dict.fromkeys(map(_words, section)))
    return f"{words}: {in_words(len(cases_of(section)))}, {_cause(section[0])}"


def _words(group):
    words = " -> ".join(group.verdicts) or group.what
    if group.what.startswith(DEFAULT):
        words = f"{group.what}: {words}"
    if any(group.calls) and group.what != "symbolic shapes":
        words += f" of the call{'s' * (len(group.calls) > 1)} {', '.join(group.calls)}"
    return words


def _besides(groups, code):
    """Return lines about groups whose cause was told: one for each respect, whatever the calls."""
    alike = {}
    for group in groups:
        alike.setdefault((group.what, group.verdicts), []).append(group)
    for some in alike.values():
        cases, first = cases_of(some), some[0]
        words = _words(first) if len(some) == 1 else " -> ".join(first.verdicts) or first.what
        where = " or where ".join(map(as_text, first.patterns)) if len(some) == 1 else ""
        within = f"where {where}" if where else "in " + ", ".join({c.family: 0 for c in cases})
        such = _such_as(first.differences[0], code)
        yield f"besides {words}: {in_words(len(cases))} {within}; {such}"


def _such_as(difference, code):
    return f"such as {code.format(difference.case.id)}: {code.format(describe(difference.change))}"


def _cause(group):
    if UNSUPPORTED in group.verdicts:
        return "there in one of the two alone"
    if group.ledger:
        return "a known divergence"
    if group.by_design:
        return "as the dialects differ"
    return "numbers of which nothing is claimed" if group.unclaimed else NOT_EXPLAINED


def _details(group, entries, code):
    for pattern in group.patterns:
        yield "where " + as_text(pattern)
    for entry in [entries[name] for name in group.ledger if name != TABLE]:
        yield f"ledger {code.format(entry.id)}, breaks {entry.rule}: {entry.title}"
        yield entry.harm
        yield entry.links[0]
    if group.ledger in ((), (TABLE,)):
        for rule in group.rules:
            yield f"rule {rule}: {first_sentence(rule)}"
    first = group.differences[0]
    yield _such_as(first, code)
    if first.message:
        message = " ".join(first.message.split())[:_LONGEST]
        yield "with the message {}".format(code.format(message.replace("`", "'")))


def _as_json(comparison):
    return {
        "old": comparison.old.title,
        "new": comparison.new.title,
        "compared": comparison.compared,
        "same": comparison.same,
        "reach": reach_as_json(comparison.reached),
        "rounded": [
            {"id": case.id, "array": change.name, "ulps": change.ulps, "share": change.share}
            for case, change in comparison.rounded
        ],
        "groups": [
            {
                "what": group.what,
                "calls": list(group.calls),
                "verdicts": list(group.verdicts),
                "cause": _cause(group).lower(),
                "ledger": list(group.ledger),
                "rules": group.rules,
                "patterns": [{n: list(v) for n, v in p.items()} for p in group.patterns],
                "cases": [
                    {"id": d.case.id, "change": change_as_json(d.change)} for d in group.differences
                ],
            }
            for group in comparison.groups
        ],
    }
