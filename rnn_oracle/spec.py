"""The rules of SPEC.md by their ids."""

import os
import re

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "SPEC.md")


def rules():
    """Return the text of each rule by its id, on one line."""
    with open(PATH, encoding="utf-8") as file:
        text = file.read()
    found = re.findall(r"^- \*\*([A-Z]\d+)\*\* (.*?)(?=^- |^#|\Z)", text, re.MULTILINE | re.DOTALL)
    return {name: " ".join(words.split()) for name, words in found}


def first_sentence(rule):
    """Return the first sentence of a rule."""
    return re.split(r"(?<=[a-z`)]{2})[.:;] ", rules()[rule])[0].rstrip(".") + "."
