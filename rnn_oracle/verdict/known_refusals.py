"""The known divergences about faults, as entries of a ledger, by which they are judged."""

import functools

from ..families.refusals.case import RefusalCase
from ..families.refusals.faults import FAULTS
from . import ledger
from .entry import FAMILY, Entry
from .refusal_table import ANSWERS, load


def entries(table=None):
    """Return an `Entry` for each row and answer of `rnn_oracle.verdict.refusal_table`.

    Their `instead` is the answer itself, which `rnn_oracle.verdict.deviations` knows.
    """
    table = load() if table is None else table
    return [
        _entry(target, fault, number, row, versions)
        for target, faults in table.items()
        for fault, rows in faults.items()
        for number, row in enumerate(rows)
        for versions in row[ANSWERS]
    ]


def _entry(target, fault, number, row, versions):
    answer = row[ANSWERS][versions]
    where = {option: values for option, values in row.items() if option != ANSWERS}
    return Entry(
        id=f"{target}-refusals-{fault}-{number}-{versions}",
        title=f"{fault}: {answer}",
        target=target,
        versions=versions,
        cases=[dict(where, fault=[fault], **{FAMILY: RefusalCase.family})],
        rule=FAULTS[fault].rules[0],
        instead=answer,
        harm=_harm(answer),
        links=[],
        mended=None,
    )


def _harm(answer):
    if answer == "values":
        return "What is wrong passes without a word."
    return "Who catches the error that is due does not catch this one."


@functools.lru_cache(maxsize=None)
def ledger_of(family):
    """Return the entries by which the cases of a family are judged, from its id."""
    return entries() if family == RefusalCase.family else ledger.load()
