"""The rules of SPEC.md by their ids."""

import os
import re

PATH = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "SPEC.md")


LINK = re.compile(r"\[([^\]]*)\]\((https?://[^)\s]+)\)")
"""A link as the rules write it: its words, and where it leads."""


def rules():
    """Return the text of each rule by its id, on one line."""
    pattern = r"^- \*\*([A-Z]\d+)\*\* (.*?)(?=^- |^#|\Z)"
    found = re.findall(pattern, _text(), re.MULTILINE | re.DOTALL)
    return {name: " ".join(words.split()) for name, words in found}


def chapters():
    """Return the heading under which the rules of each letter begin."""
    found, heading = {}, None
    for line in _text().splitlines():
        rule = re.match(r"- \*\*([A-Z])\d+\*\* ", line)
        if line.startswith("## "):
            heading = line[len("## ") :]
        elif rule:
            found.setdefault(rule.group(1), heading)
    return found


def _text():
    with open(PATH, encoding="utf-8") as file:
        return file.read()


def first_sentence(rule):
    """Return the first sentence of a rule."""
    found = re.split(r"(?<=[a-z`)]{2})[.:;] ", rules()[rule])[0]
    return found if found.endswith(".)") else found.rstrip(".") + "."


def sentence_with(rule, words):
    """Return the first sentence of a rule that holds one of some words, up to the end of a clause.

    Links are left out.
    """
    sentences = re.split(r"(?<=[\w`)])\. ", without_links(rules()[rule]))
    found = next(sentence for sentence in sentences if _holds(sentence, words))
    clauses = re.split(r"(?<=[;:]) ", found.lstrip("("))
    count = next(i for i in range(1, len(clauses) + 1) if _holds(" ".join(clauses[:i]), words))
    found = " ".join(clauses[:count]).rstrip(":;.")
    # The last one in brackets ends with one that was opened before it.
    return found[: -1 if found.endswith(")") and "(" not in found else None].rstrip(".") + "."


def _holds(text, words):
    return any(word in text for word in words)


def without_links(text):
    """Leave the words of each link."""
    return LINK.sub(r"\1", text)
