"""A page for each question of docs/questions.txt, with the answer of `explain` and its drawing."""

from __future__ import annotations

import re

from rnn_oracle.commands.explain import text_of
from rnn_oracle.commands.explained import Explained
from rnn_oracle.commands.explained_page import figure
from rnn_oracle.commands.question import parse
from rnn_oracle.families.spec import first_sentence

from .markdown import ROOT, fenced, raw, with_rules


def questions():
    """Return the questions."""
    return (ROOT / "docs/questions.txt").read_text(encoding="utf-8").splitlines()


def pages():
    """Return the text of each page, by its name."""
    return {name(question): _page(question) for question in questions()}


def name(question):
    """Return the name of the page of a question."""
    return f"questions/{re.sub(r'[^a-z0-9]+', '-', question.lower()).strip('-')}.md"


def _page(question):
    page, explained = name(question), Explained(parse(question))
    brought, others = explained.rules
    parts = [
        f"# {question}",
        f"What does `{explained.made_by()}` of `{explained.asked.dialect}` do? One unit runs over "
        "one sequence of five steps of one feature.",
        answer(question, "question"),
    ]
    if brought:
        told = [f"- {rule}: {first_sentence(rule)}" for rule in brought]
        always = f"And as always: {' '.join(others)}."
        parts += ["## Rules", with_rules("\n".join(told), page), with_rules(always, page)]
    return "\n\n".join(parts) + "\n"


def answer(question, within):
    """Return the answer to a question: its drawings, and below the command and what it prints.

    Parameters
    ----------
    question : str
    within : str
        What the names of the drawings begin with.
    """
    explained = Explained(parse(question))
    drawn = raw(str(figure(explained, f"drawing-{within}")))
    about = (
        "Below the lines are the steps in the order in which they are computed; a step that is "
        "masked is hatched. Choose a step to see what it reads."
    )
    quoted = " ".join(f"'{word}'" if "(" in word else word for word in question.split())
    command = fenced(f"python -m rnn_oracle.explain {quoted}", "sh")
    return "\n\n".join([about, drawn, command, fenced(text_of(explained))])
