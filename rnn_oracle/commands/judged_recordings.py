"""What several recordings answered to each case: the verdict, and the answer as text."""

from __future__ import annotations

import functools
import itertools
from typing import Any, NamedTuple

from ..families.facts import container_kinds, without_containers
from ..families.outcome import VALUES, Outcome
from ..reference.dialects import DIALECTS
from ..targets.recorded import Recorded
from ..verdict.compare import compare
from ..verdict.entry import FAMILY, RECORDED
from ..verdict.judge import Claims, judge_answer, same_bits
from ..verdict.known_refusals import ledger_of
from ..verdict.ledger import matching, patterns_on
from .parallel import spread


class Release(NamedTuple):
    """A recording without its answers; a target, as far as the ledger is concerned.

    Attributes
    ----------
    recording, name, dialect, module, version, release : str
        As of `rnn_oracle.targets.recorded.Recorded`.
    """

    recording: str
    name: str
    dialect: str
    module: str
    version: str
    release: str


class Answer(NamedTuple):
    """The answer of one recording to one case.

    Attributes
    ----------
    verdict : str
        One of those of `rnn_oracle.verdict.judge`.
    entries : tuple of str
        Ids of the ledger's entries that explain a known divergence.
    texts : dict of str to str
        The answer as text by the respect, see `texts_of`.
    parted : tuple of str
        The respects in which nothing explains the answer.
    detail : str
        Of the verdict.
    """

    verdict: str
    entries: tuple[str, ...]
    texts: dict
    parted: tuple[str, ...]
    detail: str

    def in_short(self, respect):
        """Return the answer in a respect in a word or two: the verdict where it has no other."""
        text = self.texts.get(respect, self.texts["verdict"])
        return "taken" if text == VALUES else text

    def is_unexplained(self, respect):
        """Tell whether nothing explains the answer in a respect."""
        names = _STRUCTURES if respect.endswith("container") else {respect}
        return bool(names & set(self.parted))


class Answered(NamedTuple):
    """All answers to one case.

    Attributes
    ----------
    case : Case
    answers : dict of str to Answer
        By the name of the recording; those that have the case.
    demanded : dict of str to dict of str to str
        What the rules demand, as of `Answer.texts`, by the dialect.
    """

    case: Any
    answers: dict
    demanded: dict


NUMBERS = "numbers"
_STRUCTURES = {"nesting", "shapes"}
"""The facts that have containers."""
_CHUNK = 50


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
    return [_judge(case, outcomes, targets) for case, outcomes in asked]


def _judge(case, outcomes, targets):
    """Judge the answers to a case, each distinct one once."""
    present = [target for target in targets if target.recording in outcomes]
    claims = {}
    for target in present:
        if target.dialect not in claims:
            claims[target.dialect] = Claims(target, case, others=tuple(claims.values()))
    demanded = {dialect: claim.of() for dialect, claim in claims.items()}
    texts = _writer_of(demanded)
    answers, known = {}, {}
    for target in present:
        outcome = outcomes[target.recording]
        entries = matching(_entries_of(case.family, target), target, case)
        key = target.dialect, tuple(entry.id for entry in entries), _bytes(outcome)
        if key not in known:
            verdict = judge_answer(outcome, entries, claims[target.dialect])
            parted = tuple(dict.fromkeys(_respect(m.name, outcome) for m in verdict.mismatches))
            explaining = tuple(entry.id for entry in verdict.entries)
            known[key] = Answer(verdict.verdict, explaining, texts(outcome), parted, verdict.detail)
        answers[target.recording] = known[key]
    return Answered(case, answers, {d: texts(wanted) for d, wanted in demanded.items()})


@functools.lru_cache(maxsize=None)
def _entries_of(family, target):
    """Return the entries that speak of any case of a family on a target."""
    return [
        entry
        for entry in ledger_of(family)
        if any(p.get(FAMILY, RECORDED) == family for p in patterns_on(entry, target))
    ]


def _bytes(outcome):
    """Return all that an outcome says, as a key."""
    arrays = [(n, a.dtype.str, a.shape, a.tobytes()) for n, a in sorted(outcome.arrays.items())]
    return tuple(arrays), tuple(sorted(outcome.facts.items())), outcome.refusal, outcome.unsupported


def _respect(name, outcome):
    """Return the respect in which an array or fact of that name differs."""
    return name.partition(".")[2] if name in outcome.facts else NUMBERS if "." in name else name


def _writer_of(demanded):
    """Return the function that makes text of an outcome, by the respect.

    Where the dialects demand other numbers of a case, the text says whose they are.
    """
    with_numbers = {d: demanded[d] for d in DIALECTS if d in demanded and demanded[d].arrays}
    differ = any(
        not same_bits(wanted, other) and not _same_numbers(wanted, other)
        for wanted, other in itertools.permutations(with_numbers.values(), 2)
    )

    def texts(outcome):
        found = texts_of(outcome)
        if differ and outcome.arrays:
            fits = (d for d, wanted in with_numbers.items() if _same_numbers(wanted, outcome))
            found[NUMBERS] = f"as {next(fits, 'no dialect')}"
        return found

    return texts


def _same_numbers(wanted, outcome):
    numbers = Outcome(
        wanted.arrays,
        allowed=wanted.allowed,
        batch_axis=wanted.batch_axis,
        precision=wanted.precision,
    )
    return compare(numbers, Outcome(outcome.arrays)).agrees


def texts_of(outcome):
    """Return an outcome as text, all but its numbers, by the respect in which it can differ.

    Returns
    -------
    dict of str to str
        ``"verdict"`` is always there. An outcome with values has besides ``"container"`` (the type
        that holds the results), ``"inner container"`` (the type that holds the states of a cell),
        and all its facts; where the calls of a case differ, the text says which is which.
    """
    found = {}
    for name, fact in outcome.facts.items():
        call, _, thing = name.partition(".")
        for respect, text in _texts_of_fact(thing, fact):
            found.setdefault(respect, {})[call] = text
    texts = {respect: _of_calls(by_call) for respect, by_call in found.items()}
    return dict(texts, verdict=outcome.verdict)


def _texts_of_fact(thing, fact):
    if thing not in _STRUCTURES:
        return [(thing, str(fact))]
    outer, inner = [" and ".join(container_kinds(fact, level)) for level in (0, 1)]
    plain = str(without_containers(fact))
    found = [("container", outer), ("inner container", inner), (thing, plain)]
    return [(respect, text) for respect, text in found if text]


def _of_calls(texts):
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return ", ".join(f"{text} ({call})" for call, text in texts.items())
