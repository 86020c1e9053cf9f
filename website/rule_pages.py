"""A page for each rule, and one for each chapter of them, made of SPEC.md and what cites it."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections import defaultdict

from rnn_oracle.commands.cases import Listed, line
from rnn_oracle.commands.selection import DIALECTS
from rnn_oracle.families import registry
from rnn_oracle.families.citations import WITHOUT_CASES
from rnn_oracle.families.spec import first_sentence, rules
from rnn_oracle.verdict import known_refusals, ledger

from .markdown import ROOT, fenced, link, toctree, with_rules
from .question_pages import answer
from .rule_table import RULES, find

SPEC = "rnn_oracle/SPEC.md"
SHOWN = 10
"""How many of the cases of a rule are listed."""


def pages(links):
    """Return the text of each page, by its name."""
    introduction, chapters = _chapters()
    cited, broken, refused = cases_by_rule(), _by_rule(ledger.load()), _by_rule(_refusals())
    rows = set(re.findall(r' id="([^"]+)"', (ROOT / "docs/history.html").read_text("utf-8")))
    found = {"rules/index.md": _index(introduction, chapters, links)}
    for heading, (words, ids) in chapters.items():
        name = f"rules/{slug(heading)}.md"
        found[name] = _chapter(heading, links.rewritten(words, SPEC, name), ids, name)
        for rule in ids:
            page = f"rules/{rule}.md"
            parts = [
                f"# {title(rule)}",
                with_rules(links.rewritten(rules()[rule], SPEC, page), page, but=rule),
                _code(rule),
                _example(rule),
                _cases(rule, cited.get(rule, {})),
                _breaches(rule, broken.get(rule, []), refused.get(rule, []), rows, page),
            ]
            found[page] = "\n\n".join(filter(None, parts)) + "\n"
    return found


def title(rule):
    return f"{rule}: {RULES[rule].title}"


def slug(heading):
    return heading.lower().replace(" ", "-")


def _chapters():
    """Return what SPEC.md begins with, and by heading its words before the rules, and their ids."""
    text = (ROOT / SPEC).read_text(encoding="utf-8")
    introduction, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    found = {}
    for part in parts:
        heading, _, rest = part.partition("\n")
        words = re.split(r"^- \*\*[A-Z]\d+\*\* ", rest, maxsplit=1, flags=re.MULTILINE)[0]
        found[heading] = words, re.findall(r"^- \*\*([A-Z]\d+)\*\* ", rest, re.MULTILINE)
    return introduction.partition("\n")[2], found


def _index(introduction, chapters, links):
    page = "rules/index.md"
    rows = [
        f"| [{heading}]({slug(heading)}.md) | {' '.join(f'[{i}]({i}.md)' for i in ids)} |"
        for heading, (_, ids) in chapters.items()
    ]
    parts = [
        "# Rules",
        links.rewritten(introduction, SPEC, page).strip(),
        "\n".join(["| chapter | rules |", "|---|---|", *rows]),
        toctree(map(slug, chapters)),
    ]
    return "\n\n".join(parts) + "\n"


def _chapter(heading, words, ids, page):
    rows = [
        f"| [{rule}]({rule}.md) | {RULES[rule].title} | {_cell(first_sentence(rule), page)} |"
        for rule in ids
    ]
    table = "\n".join(["| rule | about | in short |", "|---|---|---|", *rows])
    parts = [f"# {heading}", words.strip(), table, toctree(ids)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _cell(text, page):
    return with_rules(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text), page).replace("|", r"\|")


def _code(rule):
    """Show where the package computes a rule, or checks it."""
    paths = RULES[rule].code.split()
    if not paths:
        return ""
    shown = [
        f"`rnn_oracle.{path.replace(':', '.')}`\n\n{fenced(source(path), 'python')}"
        for path in paths
    ]
    return "\n\n".join(["## As code", *shown])


def source(path):
    """Return the source of a function or a class of the package, without its docstrings."""
    text = textwrap.dedent(inspect.getsource(find(path)))
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            told = node.body[0]
            if len(node.body) > 1:
                lines[told.lineno - 1 : told.end_lineno] = [None] * (
                    told.end_lineno - told.lineno + 1
                )
    return "\n".join(each for each in lines if each is not None)


def _example(rule):
    question = RULES[rule].question
    return "\n\n".join(["## Example", answer(question, rule)]) if question else ""


def cases_by_rule():
    """Return the cases that cite each rule, as `Listed` by id, in the order of `cases`."""
    found = defaultdict(dict)
    for dialect in DIALECTS:
        for case in registry.cases(dialect):
            for rule in case.rules:
                found[rule].setdefault(case.id, Listed(case, [])).dialects.append(dialect)
    return {rule: in_order(listed) for rule, listed in found.items()}


def in_order(listed):
    return sorted(listed.values(), key=lambda one: registry.IDS.index(one.case.family))


def _cases(rule, listed):
    if rule in WITHOUT_CASES:
        return f"## Cases\n\nNo case cites it. {WITHOUT_CASES[rule]}"
    first = "\n".join(line(*one) for one in listed[:SHOWN])
    count = len(listed)
    told = f"{count} cases cite it" if count > 1 else "One case cites it"
    which = f", of which these are the first {SHOWN}" if count > SHOWN else ""
    command = f"python -m rnn_oracle.cases --rule {rule}"
    return f"## Cases\n\n{told}{which}; `{command}` lists them all.\n\n{fenced(first)}"


def _by_rule(entries):
    found = defaultdict(list)
    for entry in entries:
        found[entry.rule].append(entry)
    return found


def _refusals():
    return known_refusals.entries()


def _breaches(rule, entries, refusals, rows, page):
    """Tell what breaks a rule in which release, and where the page of history has it."""
    lines = ["## What breaks it"]
    if not entries and not refusals:
        lines.append("Nothing that is known.")
    lines += [_entry(entry, page) for entry in entries]
    if refusals:
        told = [
            f"| {entry.target} | `{entry.versions or 'all'}` | {entry.title} |"
            for entry in refusals
        ]
        lines.append(
            "What must be refused and is not, or with another error than is due (`values`: it "
            "passes):"
        )
        lines.append("\n".join(["| target | releases | fault: answer |", "|---|---|---|", *told]))
    row = next((name for name in (rule, f"stated-{rule}") if name in rows), None)
    if row:
        lines.append(link(f"{rule} by release", f"history.html#{row}", page))
    return "\n\n".join(lines)


def _entry(entry, page):
    also = "".join(f"; {target} `{versions}`" for target, versions in entry.also.items())
    mended = f" Mended in {entry.mended}." if entry.mended else ""
    links = " ".join(f"[{_short(url)}]({url})" for url in entry.links)
    return (
        f"### {entry.target} {entry.versions.replace('<', chr(92) + '<') or 'in all releases'}\n\n"
        f"{entry.title}{mended}\n\n**What to know:** {entry.harm}\n\n"
        f"`{entry.id}`: {entry.target} `{entry.versions or 'all'}`{also}. {links}"
    )


def _short(url):
    """Return the words of a link: an issue by its number, else where it leads."""
    issue = re.fullmatch(r"https://github\.com/[^/]+/([^/]+)/(?:issues|pull)/(\d+)", url)
    if issue:
        return f"{issue[1]}#{issue[2]}"
    return url[len("https://") :].partition("/")[0] + "/…/" + url.rstrip("/").rpartition("/")[2]
