"""The rows of a table by release: what each did about a divergence, a default or a rule."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from ..families.outcome import VALUES
from ..families.spec import first_sentence, rules, sentence_with, without_links
from ..reference.dialects import DIALECTS
from ..verdict.deviations import deviation
from ..verdict.judge import AGREE, DIVERGES, KNOWN, PARTLY, UNJUDGED
from ..verdict.ledger import FAMILY, RECORDED, fits
from ..verdict.patterns import as_text, patterns


class Section(NamedTuple):
    title: Any
    about: Any
    rows: Any


class Row(NamedTuple):
    """One behaviour.

    Attributes
    ----------
    id : str
        Unique among all rows; letters, digits, dots, hyphens and underscores.
    title : str
    rules : list of str
        Ids of the rules that are concerned.
    cells : dict of str to Cell
        By the name of the recording; every release has one.
    details : list of (str, str)
        What there is to say besides: term and description.
    where : list of str
        Which cases are meant, by their options; nothing where that goes without saying.
    examples : list of str
        Ids of some of these cases.
    links : list of str
    """

    id: str
    title: str
    rules: list[str]
    cells: dict
    details: list
    where: list[str]
    examples: list[str]
    links: list[str]


class Cell(NamedTuple):
    """What one release did.

    Attributes
    ----------
    kind : str
        One of `KEPT`, `BROKEN`, `UNEXPLAINED`, `VALUE` and `NONE`.
    text : str
        In a word or two.
    note : str
        In how many cases, or why not.
    """

    kind: str
    text: str
    note: str


KEPT, BROKEN, UNEXPLAINED, VALUE, NONE = "kept", "broken", "unexplained", "value", "none"
NOT_EXPLAINED = "NOT EXPLAINED"
_NOTHING = Cell(NONE, "\N{EM DASH}", "no such case was recorded")
_EXAMPLES = 3
_DIALECTS = [f"`{name}`" for name in DIALECTS]


def differs(row):
    """Tell whether two releases that have something to say in a row say different things."""
    return len({cell.text for cell in row.cells.values() if cell.kind != NONE}) > 1


def sections(answered, columns, ledger):
    """Return the sections that have rows.

    Parameters
    ----------
    answered : list of Answered
    columns : list of Column
    ledger : list of Entry
    """
    rows = _Rows(answered, columns, ledger)
    designed = rows.designed()
    found = [
        Section(
            "Not explained",
            "Answers that are neither what the rules demand nor what the ledger says: something "
            "is wrong with one of the three.",
            rows.unexplained(),
        ),
        Section(
            "Known divergences",
            "The entries of the ledger: which releases break a rule, and in how many cases.",
            rows.known(),
        ),
        Section(
            "Different by design",
            "What the dialects do differently on purpose, as it was recorded.",
            designed,
        ),
        Section(
            "Defaults",
            "Arguments whose default is not the same in all releases, as it was recorded.",
            rows.defaults(),
        ),
        Section(
            "Different by design, but not recorded",
            "Rules that name a dialect, though no recorded case shows the difference.",
            rows.stated({rule for row in designed for rule in row.rules}),
        ),
        Section("Rules", rows.about_rules(), rows.rules()),
    ]
    found = [section._replace(rows=list(filter(_says, section.rows))) for section in found]
    return [section for section in found if section.rows]


def _says(row):
    return any(cell.kind != NONE for cell in row.cells.values())


class _Rows:
    """Makes the rows of each section."""

    def __init__(self, answered, columns, ledger):
        self.answered, self.columns, self.ledger = answered, columns, ledger
        self.texts = rules()
        self.citing = {}
        for a in answered:
            for rule in a.case.rules:
                self.citing.setdefault(rule, []).append(a)

    def unexplained(self):
        """Return a row for each set of respects in which nothing explains an answer."""
        groups = {}
        for a in self.answered:
            for recording, answer in a.answers.items():
                if answer.verdict == DIVERGES:
                    groups.setdefault(_parted(answer), {}).setdefault(recording, []).append(a)
        return [
            self._unexplained(f"unexplained-{number}", parted, diverging)
            for number, (parted, diverging) in enumerate(sorted(groups.items()), 1)
        ]

    def _unexplained(self, name, parted, diverging):
        chosen = list({a.case.id: a for some in diverging.values() for a in some}.values())

        def cell(given):
            others = [g for g in given if g.verdict != DIVERGES or _parted(g) == parted]
            return _verdict(others, {entry.id for entry in self.ledger}) if others else _NOTHING

        recordings = {}
        for recording, some in diverging.items():
            detail = f"{some[0].case.id}: {some[0].answers[recording].detail}"
            recordings.setdefault(detail, []).append(recording)
        details = [(", ".join(names), detail) for detail, names in recordings.items()]
        title = f"{NOT_EXPLAINED}: {', '.join(parted)}"
        return self._row(name, title, [], self._cells(chosen, cell), chosen, details)

    def known(self):
        """Return a row for each entry of the ledger."""
        return [self._known(entry) for entry in self.ledger]

    def _known(self, entry):
        meant = {column.recording for column in self.columns if column.target == entry.target}
        chosen = [
            a
            for a in self.answered
            if meant & set(a.answers) and any(fits(p, a.case) for p in entry.cases)
        ]
        others = {other.id for other in self.ledger if other.rule == entry.rule} - {entry.id}
        details = [
            ("Harm", entry.harm),
            (
                "Returned instead",
                _first_line(deviation(entry.cases[0].get(FAMILY, RECORDED), entry.instead)),
            ),
            ("Ledger", f"{entry.id}: {entry.target} {entry.versions}"),
            ("Mended in", entry.mended or "no release yet"),
        ]
        cells = self._cells(chosen, lambda given: _verdict(given, {entry.id}, others))
        return self._row(entry.id, entry.title, [entry.rule], cells, chosen, details, entry.links)

    def designed(self):
        """Return a row for each respect in which the rules demand other things by the dialect."""
        groups = {}
        for a in self.answered:
            if _is_table(a):
                continue
            for respect in _respects(a.demanded):
                wanted = {d: texts[respect] for d, texts in a.demanded.items() if respect in texts}
                if len(set(wanted.values())) > 1:
                    key = respect, tuple(sorted(wanted.items()))
                    groups.setdefault(key, []).append(a)
        return _distinguished(
            self._designed(f"design-{number}", respect, chosen)
            for number, ((respect, _), chosen) in enumerate(groups.items(), 1)
        )

    def _designed(self, name, respect, chosen):
        cited = self._naming(chosen)
        title = _of_dialects(cited[0]) if cited else f"Not the same {respect}."
        cells = self._cells(chosen, _value_of(respect))
        return self._row(name, title, cited, cells, chosen, [("What differs", respect)])

    def _naming(self, chosen):
        """Return the rules that name a dialect and are cited by all of the chosen cases.

        Those that all other cases cite too say little, and go where others are left.
        """
        common = set.intersection(*[set(a.case.rules) for a in chosen])
        named = [rule for rule in self._dialectal() if rule in common]
        others = [set(case.rules) for case in self._relatives(chosen) - {a.case for a in chosen}]
        special = [rule for rule in named if not all(rule in cited for cited in others)]
        return special or named

    def _dialectal(self):
        """Return the rules that name a generation of Keras."""
        return [
            rule
            for rule, text in self.texts.items()
            if any(dialect in text for dialect in _DIALECTS)
        ]

    def _relatives(self, chosen):
        return {a.case for a in self.answered if a.case.family == chosen[0].case.family}

    def defaults(self):
        """Return a row for each argument that has had several values, with all layers alike."""
        groups = {}
        for a in filter(_is_table, self.answered):
            for respect in _respects(a.answers, lambda answer: answer.texts):
                cells = self._cells([a], _value_of(respect))
                if len({cell.text for cell in cells.values() if cell is not _NOTHING}) > 1:
                    groups.setdefault((respect, tuple(cells.items())), []).append(a)
        return [self._default(*key, chosen) for key, chosen in groups.items()]

    def _default(self, respect, cells, chosen):
        layers = [a.case.layer for a in chosen]
        title = f"`{respect}` of {', '.join(layers)}"
        name = "-".join(["default", respect] + [layer.lower() for layer in layers])
        cited = [r for r in chosen[0].case.rules if f"`{respect}" in self.texts[r]]
        return self._row(name, title, cited, dict(cells), chosen)

    def stated(self, shown):
        """Return a row for each rule that names a dialect and is not shown otherwise."""
        cells = {column.recording: _generation(column.dialect) for column in self.columns}
        return [
            Row("stated-" + rule, _of_dialects(rule), [rule], cells, [], [], [], [])
            for rule in self._dialectal()
            if rule not in shown
        ]

    def about_rules(self):
        """Say what the section of the rules holds, and what it does not."""
        uncited = [rule for rule in self.texts if rule not in self.citing]
        return (
            "Every rule that a recorded case cites: kept in all of these cases, or broken. No "
            f"recorded case cites {', '.join(uncited) or 'any other'}."
        )

    def rules(self):
        """Return a row for each rule that is cited."""
        return [self._rule(rule) for rule in self.texts if rule in self.citing]

    def _rule(self, rule):
        breaking = {entry.id for entry in self.ledger if entry.rule == rule}
        chosen = self.citing[rule]
        details = [("Broken by", f"`{entry}`") for entry in sorted(breaking)]
        cells = self._cells(chosen, lambda given: _verdict(given, breaking))
        title = without_links(first_sentence(rule))
        return Row(rule, title, [rule], cells, details, [], _ids(chosen), [])

    def _cells(self, chosen, cell):
        """Return a cell for each release, made of its answers to the chosen cases."""
        found = {}
        for column in self.columns:
            given = [a.answers[column.recording] for a in chosen if column.recording in a.answers]
            found[column.recording] = cell(given) if given else _NOTHING
        return found

    def _row(self, name, title, cited, cells, chosen, details=(), links=()):
        where = self._where(chosen) if chosen else []
        return Row(name, title, cited, cells, list(details), where, _ids(chosen), list(links))

    def _where(self, chosen):
        """Say which cases are chosen by their options, if they are all of one family."""
        cases = [a.case for a in chosen]
        if len({case.family for case in cases}) > 1:
            return []
        relatives = self._relatives(chosen)
        everything = [a.case for a in self.answered if a.case in relatives]
        return list(map(as_text, patterns(cases, everything)))


def _ids(chosen):
    return [a.case.id for a in chosen[:_EXAMPLES]]


def _of_dialects(rule):
    """Return what a rule says of the dialects, in a sentence."""
    return sentence_with(rule, _DIALECTS)


def _first_line(function):
    return function.__doc__.strip().partition("\n")[0]


def _is_table(answered):
    """Tell whether the answers to a case are a table of facts."""
    return answered.case.family == "defaults"


def _generation(dialect):
    if dialect not in DIALECTS:
        return _NOTHING
    return Cell(VALUE, f"as {DIALECTS[dialect].generation}", "not recorded")


def _respects(found, of=lambda texts: texts):
    """Return the respects in which any of several outcomes says something, in order."""
    return list(dict.fromkeys(respect for each in found.values() for respect in of(each)))


def _parted(answer):
    """Return in what respects an answer is not explained."""
    return answer.parted or (answer.detail,)


def _distinguished(rows):
    """Add to the titles of rows that share one of which cases they speak."""
    rows = list(rows)
    titles = Counter(row.title for row in rows)
    return [
        row._replace(title=f"{row.title} Where {'; or '.join(row.where)}.")
        if titles[row.title] > 1
        else row
        for row in rows
    ]


def _verdict(given, breaking, otherwise=frozenset()):
    """Return the cell that says how a rule fared in some answers.

    Parameters
    ----------
    given : list of Answer
    breaking : set of str
        Ids of the entries of the ledger that are meant.
    otherwise : set of str
        Ids of other entries that break the same rule.
    """
    known = [set(g.entries) for g in given if g.verdict == KNOWN]
    counts = [
        ("broken", sum(bool(ids & breaking) for ids in known)),
        ("otherwise", sum(bool(ids & otherwise) and not ids & breaking for ids in known)),
        (NOT_EXPLAINED, sum(g.verdict == DIVERGES for g in given)),
    ]
    words = [f"{word} {count}" for word, count in counts if count]
    if words:
        note = f"of {len(given)} cases"
        return Cell(UNEXPLAINED if counts[-1][1] else BROKEN, ", ".join(words), note)
    vacuous = sum(g.verdict in (PARTLY, UNJUDGED) for g in given)
    if vacuous:
        return Cell(VALUE, f"not judged in full {vacuous}", f"of {len(given)} cases")
    agreeing = [g for g in given if g.verdict in (AGREE, KNOWN)]
    if not agreeing:
        return Cell(VALUE, "unsupported", given[0].detail)
    note = f"{len(agreeing)} cases"
    if all(g.texts["verdict"] != VALUES for g in agreeing):
        return Cell(KEPT, "refused", f"{note}, as the rules demand")
    return Cell(KEPT, "kept", note)


def _value_of(respect):
    """Return the function that makes a cell of what some answers say in a respect."""

    def cell(given):
        # What the ledger knows of stands elsewhere.
        plain = [g for g in given if g.verdict != KNOWN] or given
        counts = Counter(g.in_short(respect) for g in plain)
        words = [f"{word} {count}" if len(counts) > 1 else word for word, count in counts.items()]
        note = f"{len(given)} cases"
        if any(g.is_unexplained(respect) for g in given):
            return Cell(UNEXPLAINED, ", ".join(words + [NOT_EXPLAINED]), note)
        return Cell(VALUE, ", ".join(words), note)

    return cell
