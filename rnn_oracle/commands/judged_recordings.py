"""What several recordings answered to each case: the verdict, and the answer in words."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ..arithmetic import nest
from ..families.outcome import Outcome
from ..reference.dialects import DIALECTS
from ..targets.recorded import Recorded
from ..verdict.compare import compare
from ..verdict.judge import Claims, judge_answer
from ..verdict.ledger import load, matching
from .parallel import spread


class Release(NamedTuple):
    """A recording without its answers; a target, as far as the ledger is concerned.

    Attributes
    ----------
    recording, name, dialect, module, version : str
        As of `rnn_oracle.targets.recorded.Recorded`.
    """

    recording: str
    name: str
    dialect: str
    module: str
    version: str


class Answer(NamedTuple):
    """The answer of one recording to one case.

    Attributes
    ----------
    verdict : str
        One of those of `rnn_oracle.verdict.judge`.
    entries : tuple of str
        Ids of the ledger's entries that speak of the case on this release.
    said : dict of str to str
        The answer in words by the respect, see `in_words`.
    parted : tuple of str
        The respects in which nothing explains the answer.
    detail : str
        Of the verdict.
    """

    verdict: str
    entries: tuple[str, ...]
    said: dict
    parted: tuple[str, ...]
    detail: str


class Answered(NamedTuple):
    """All answers to one case.

    Attributes
    ----------
    case : Case
    answers : dict of str to Answer
        By the name of the recording; those that have the case.
    demanded : dict of str to dict of str to str
        What the rules demand, in words as of `Answer.said`, by the dialect.
    """

    case: Any
    answers: dict
    demanded: dict


NUMBERS = "numbers"
_CHUNK = 50
_SHAPE = re.compile(r"\((?:None|\d+)(?:, (?:None|\d+))*,?\)")
_CONTAINERS = {"(": "tuple", "[": "list"}


def releases(fixtures):
    """Return the `Release` of each recording."""
    return [
        Release(*(getattr(target, name) for name in Release._fields))
        for target in map(Recorded, fixtures)
    ]


def judge_all(fixtures):
    """Judge all that was recorded, with every core.

    Parameters
    ----------
    fixtures : list of Fixture

    Returns
    -------
    list of Answered
        In the order in which the cases first occur.
    """
    targets = [Recorded(fixture) for fixture in fixtures]
    asked = {}
    for fixture, target in zip(fixtures, targets):
        for entry in fixture.entries.values():
            answers = asked.setdefault(entry.case.id, (entry.case, {}))[1]
            answers[target.recording] = target.run(entry.case)
    asked = list(asked.values())
    chunks = [(releases(fixtures), asked[i : i + _CHUNK]) for i in range(0, len(asked), _CHUNK)]
    run = map(_judge_chunk, chunks)
    if len(chunks) > 2:
        run = spread(_judge_chunk, chunks, [len(chunk[1]) for chunk in chunks], "judging")
    return [answered for some in run for answered in some]


def _judge_chunk(chunk):
    targets, asked = chunk
    ledger = load()
    return [_judge(case, outcomes, targets, ledger) for case, outcomes in asked]


def _judge(case, outcomes, targets, ledger):
    """Judge the answers to a case, each distinct one once."""
    present = [target for target in targets if target.recording in outcomes]
    claims = {target.dialect: Claims(target, case) for target in present}
    demanded = {dialect: claim.of() for dialect, claim in claims.items()}
    told = _teller(demanded)
    answers, known = {}, {}
    for target in present:
        outcome, entries = outcomes[target.recording], matching(ledger, target, case)
        key = target.dialect, tuple(entry.id for entry in entries), _bytes(outcome)
        if key not in known:
            verdict = judge_answer(outcome, entries, claims[target.dialect])
            parted = tuple(dict.fromkeys(_respect(m.name, outcome) for m in verdict.mismatches))
            known[key] = Answer(verdict.verdict, key[1], told(outcome), parted, verdict.detail)
        answers[target.recording] = known[key]
    return Answered(case, answers, {dialect: told(wanted) for dialect, wanted in demanded.items()})


def _bytes(outcome):
    """Return all that an outcome says, as a key."""
    arrays = [(n, a.dtype.str, a.shape, a.tobytes()) for n, a in sorted(outcome.arrays.items())]
    return tuple(arrays), tuple(sorted(outcome.facts.items())), outcome.refusal, outcome.unsupported


def _respect(name, outcome):
    """Return the respect in which an array or fact of that name differs."""
    return name.partition(".")[2] if name in outcome.facts else NUMBERS if "." in name else name


def _teller(demanded):
    """Return the function that puts an outcome in words.

    Where the dialects demand other numbers of a case, these words say whose they are.
    """
    with_numbers = {d: demanded[d] for d in DIALECTS if d in demanded and demanded[d].arrays}
    apart = any(
        not _same_numbers(wanted, other)
        for wanted in with_numbers.values()
        for other in with_numbers.values()
    )

    def told(outcome):
        said = in_words(outcome)
        if apart and outcome.arrays:
            fits = (d for d, wanted in with_numbers.items() if _same_numbers(wanted, outcome))
            said[NUMBERS] = "as {}".format(next(fits, "no dialect"))
        return said

    return told


def _same_numbers(wanted, outcome):
    numbers = Outcome(wanted.arrays, allowed=wanted.allowed, batch_axis=wanted.batch_axis)
    return not compare(numbers, Outcome(outcome.arrays)).mismatches


def in_words(outcome):
    """Put an outcome in words, all but its numbers, by the respect in which it can differ.

    Returns
    -------
    dict of str to str
        ``"verdict"`` is always there. An outcome with values has besides ``"container"`` (the type
        that holds the results), ``"inner container"`` (the type that holds the states of a cell),
        and all its facts; where the calls of a case differ, the words say which is which.
    """
    said = {}
    for name, text in outcome.facts.items():
        call, _, thing = name.partition(".")
        for respect, words in _words(thing, text):
            said.setdefault(respect, {})[call] = words
    told = {respect: _of_calls(words) for respect, words in said.items()}
    return dict(told, verdict=outcome.verdict)


def _words(thing, text):
    if thing not in ("nesting", "shapes"):
        return [(thing, text)]
    outer, inner = _containers(_SHAPE.sub("*", text))
    plain = nest.without_containers(text)
    found = [("container", outer), ("inner container", inner), (thing, plain)]
    return [(respect, words) for respect, words in found if words]


def _containers(nesting):
    """Return the types at the first and at the second level of a nesting."""
    levels, depth = ({}, {}), 0
    for letter in nesting:
        if letter in "([":
            if depth < len(levels):
                levels[depth][_CONTAINERS[letter]] = True
            depth += 1
        elif letter in ")]":
            depth -= 1
    return [" and ".join(level) for level in levels]


def _of_calls(words):
    if len(set(words.values())) == 1:
        return next(iter(words.values()))
    return ", ".join(f"{text} ({call})" for call, text in words.items())
