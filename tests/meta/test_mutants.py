"""The tool that makes small wrong changes to Keras, ``python tests/meta/mutate.py keras3``."""

import ast
import os
import sys
import textwrap
import threading
import types

import pytest

if sys.version_info < (3, 9):
    pytest.skip("the tool needs ast.unparse", allow_module_level=True)

from mutants import sources
from mutants.executed import Lines, in_turn
from mutants.live import Living
from mutants.operators import numbered
from mutants.search import CAUGHT, NOT_RUN, SURVIVED, Executed, Found, find
from mutants.sources import Mutant, Source
from mutants.suite import Judged
from mutants.worker import GoneError, Worker, answer


def changed(source):
    """Return the text of a function under each change, by the name of the change."""
    tree = ast.parse(textwrap.dedent(source))
    found = {}
    for name, change in numbered(tree.body[0]).items():
        with sources._applied(change):
            found[name] = ast.unparse(tree.body[0])
    assert ast.unparse(tree) == ast.unparse(ast.parse(textwrap.dedent(source)))
    return found


@pytest.mark.parametrize(
    "statement, name, wanted",
    [
        ("return a == b", "comparison-negated:1", "return a != b"),
        ("return a < b", "comparison-negated:1", "return a >= b"),
        ("return a < b", "comparison-edge:1", "return a <= b"),
        ("return a is None", "comparison-negated:1", "return a is not None"),
        ("return a and b", "and-or:1", "return a or b"),
        ("return a and b", "operand-dropped:1", "return b"),
        ("return not a", "not-dropped:1", "return a"),
        ("return -a", "minus-dropped:1", "return a"),
        ("return a + b", "arithmetic:1", "return a - b"),
        ("return a * b", "arithmetic:1", "return a / b"),
        ("return a + b", "operand-dropped:2", "return a"),
        ("return a - b", "operands-swapped:1", "return b - a"),
        ("return 1 - a", "constant:1", "return 0 - a"),
        ("return a[0]", "constant:1", "return a[1]"),
        ("return a[2:]", "constant:1", "return a[3:]"),
        ("return a is True", "constant:1", "return a is False"),
        ("return 0.5 * a", "constant:1", "return 1.5 * a"),
        ("return a == 'concat'", "string:1", "return a == 'sum'"),
        ("return a[b:]", "slice-turned:1", "return a[:b]"),
        ("return a[1:b]", "slice-opened:2", "return a[1:]"),
        ("return a[::-1]", "slice-step-dropped:1", "return a[:]"),
        ("return g(a, b)", "arguments-swapped:1", "return g(b, a)"),
        ("return g(a, b)", "call-bypassed:1", "return a"),
        ("return g(a, axis=b)", "keyword-dropped:1", "return g(a)"),
        ("return (a, b)", "elements-swapped:1", "return (b, a)"),
        ("return {'a': a, 'b': b}", "entry-dropped:2", "return {'a': a}"),
        ("i, f = a", "targets-swapped:1", "f, i = a"),
        ("return a if b else 0", "condition-true:1", "return a if True else 0"),
        ("return a if b else 0", "condition-negated:1", "return a if not b else 0"),
        ("return [x for x in a if b]", "condition-false:1", "return [x for x in a if False]"),
        ("for x in a: g(x)", "loop-reversed:1", "for x in list(a)[::-1]:"),
        ("return a.kernel", "attribute:1", "return a.recurrent_kernel"),
        ("y, y_rev = a, y", "name:1", "y, y_rev = (a, y_rev)"),
        ("a = b", "statement-dropped:1", "if False:\n        a = b"),
        ("a.x = b", "statement-dropped:1", "if False:\n        a.x = b"),
        ("g(a)", "statement-dropped:1", "if False:\n        g(a)"),
        ("raise a", "statement-dropped:1", "if False:\n        raise a"),
    ],
)
def test_operators(statement, name, wanted):
    found = changed("def f(a, b):\n    " + statement)
    assert found[name].split("\n", 1)[1].strip().startswith(wanted)


def test_defaults_are_changed():
    found = changed("def f(a, b=True, c='tanh', d=None): return a")
    assert found["default-constant:1"].startswith("def f(a, b=False,")
    assert found["default-string:1"].startswith("def f(a, b=True, c='sigmoid',")


@pytest.mark.parametrize(
    "statement",
    [
        "'A docstring of 1 + 1.'",
        "raise ValueError(1 + 1)",
        "logging.warning(1 + 1)",
        "return f'{1 + 1}'",
        "return g(name=1 + 1)",
        "x: 1 + 1 = a",
        "return y",
    ],
)
def test_what_no_result_depends_on_stays(statement):
    found = changed("def f(a, b):\n    " + statement)
    assert not {"arithmetic:1", "constant:1", "name:1"} & set(found)


@pytest.mark.parametrize("before, is_there", [("", False), ("x = 1; ", True)])
def test_an_assignment_is_dropped_where_its_name_has_a_value(before, is_there):
    dropped = [
        name
        for name, text in changed(f"def f(a):\n    {before}x = a\n    return x").items()
        if name.startswith("statement-dropped") and "if False:\n        x = a" in text
    ]
    assert bool(dropped) is is_there


def test_names_survive_changes_elsewhere():
    one = changed("def f(a):\n    return a + 1")
    other = changed("def f(a):\n    '''Said.'''\n\n    # more\n    return (a + 1)")
    assert list(one) == list(other)


TOY = """
import functools


def wrapped(function):
    def wrapper(*arguments):
        return function(*arguments)

    return wrapper


class Base:
    def scale(self, x):
        return 10 * x


class Toy(Base):
    @wrapped
    def scale(self, x, by=2):
        def inner(y):
            return y + by

        return super().scale(inner(x))

    def idle(self):
        if self is None:
            return 1
        return 2
"""


@pytest.fixture
def toy(tmp_path):
    """Return a module, and its mutants by name."""
    path = str(tmp_path / "toy.py")
    with open(path, "w", encoding="ascii") as file:
        file.write(TOY)
    module = types.ModuleType("toy")
    exec(compile(TOY, path, "exec"), module.__dict__)
    source = Source(path)
    found = {}
    for function, (*_, node) in source.functions.items():
        for label, change in numbered(node).items():
            name = f"{function}:{label}"
            found[name] = Mutant(name, source, function, change)
    return module, found


@pytest.mark.parametrize(
    "name, value",
    [
        ("Toy.scale:call-bypassed:1", 3),
        ("Toy.scale:arithmetic:1", -10),
        ("Toy.scale:default-constant:1", 40),
        ("Toy.scale:call-bypassed:2", 10),
        ("Base.scale:constant:1", 33),
    ],
)
def test_a_mutant_lives_for_a_while(toy, name, value):
    module, found = toy
    living = Living()
    with living.broken([found[name]]):
        assert module.Toy().scale(1) == value
    assert module.Toy().scale(1) == 30
    with pytest.raises(RuntimeError), living.broken([found[name]]):
        raise RuntimeError
    assert module.Toy().scale(1) == 30


def test_what_nobody_has_loaded_is_not_there(toy):
    _, found = toy
    mutant = found["Base.scale:constant:1"]
    assert Living().of(mutant)
    mutant.path += ".other"
    with pytest.raises(KeyError):
        Living().of(mutant)


def test_lines_that_are_executed(toy):
    module, found = toy
    with Lines([module.Toy.idle.__code__.co_filename]) as lines:
        module.Toy().idle()
    seen = {line for _, line in lines.seen}
    first, last = found["Toy.idle:constant:1"], found["Toy.idle:constant:2"]
    assert seen.isdisjoint(first.lines) and not seen.isdisjoint(last.lines)


def test_cases_that_do_other_things_come_first():
    lines = {"a": frozenset("xyz"), "b": frozenset("x"), "c": frozenset("x"), "d": frozenset("xy")}
    names = {test: f"t.py::f[keras3-core.{test}]" for test in lines}
    kept = {names[test]: lines[test] for test in lines}
    ordered = in_turn(kept)
    assert sorted(ordered) == sorted(kept)
    assert ordered[3] in (names["b"], names["c"])


def test_other_families_come_first():
    tests = [f"t.py::f[keras3-{family}.{case}]" for family, case in ("aw", "ax", "ay", "bx")]
    first, second = in_turn({test: frozenset(test) for test in tests})[:2]
    assert first.split(".")[1] != second.split(".")[1]


class Fragile:
    """What lives in a process of its own, in a test."""

    def say(self, word):
        return word

    def crash(self):
        os._exit(1)

    def hang(self):
        threading.Event().wait()


def serve_fragile(pipe):
    answer(pipe, Fragile())


def test_a_worker_that_crashes_or_hangs_is_replaced():
    worker = Worker(serve_fragile, seconds=0.2)
    assert worker.ask("say", "one") == "one"
    for method, words in (("crash", "crashes"), ("hang", "hangs")):
        with pytest.raises(GoneError, match=words):
            worker.ask(method)
        assert worker.ask("say", "again") == "again"
    worker.end()


class Scripted:
    """A suite whose answers are known: in order, for each call of `judge`."""

    def __init__(self, *answers):
        self.answers, self.ended = list(answers), 0

    def ask(self, method, *arguments):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Judged(bool(answer), answer, None)

    def end(self):
        self.ended += 1


@pytest.mark.parametrize(
    "answers, wanted, ended",
    [
        (["default.output", ""], Found(CAUGHT, 0, "default.output"), 0),
        (["", "default.h1", ""], Found(CAUGHT, 1, "default.h1"), 0),
        (["", "", ""], Found(SURVIVED, "", "3"), 0),
        ([GoneError("hangs")], Found(CAUGHT, 0, "hangs"), 0),
        # Left something broken behind, and was seen again in a process of its own, or was not.
        (["x", "x", "default.h1"], Found(CAUGHT, 0, "default.h1"), 2),
        (["x", "x", "", "", ""], Found(SURVIVED, "", "3"), 2),
    ],
)
def test_find(toy, answers, wanted, ended):
    _, found = toy
    mutant = found["Toy.idle:constant:2"]
    line = frozenset([(mutant.path, mutant.lines[0])])
    executed = Executed({"a": line, "b": line, "c": frozenset()}, {"a": line})
    suite = Scripted(*answers)
    if wanted.outcome == CAUGHT:
        wanted = wanted._replace(test=executed.by(mutant, 9)[wanted.test][0])
    assert find(suite, mutant, executed, 9) == wanted
    assert suite.ended == ended and not suite.answers


def test_a_line_that_no_test_executes(toy):
    _, found = toy
    executed = Executed({"c": frozenset()}, {})
    assert find(None, found["Toy.idle:constant:2"], executed, 9) == Found(NOT_RUN, "", "0")
