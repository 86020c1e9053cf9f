"""What can be changed in a function: each operator proposes small wrong changes to its syntax tree.

Nothing that only a message, a name of an operation or the speed depends on is changed.
"""

from __future__ import annotations

import ast
import copy
import itertools
from typing import Any, NamedTuple


class Change(NamedTuple):
    """One change: another node in one place of a syntax tree.

    Attributes
    ----------
    operator : str
        What kind of change it is.
    parent, field, index : ast.AST, str, int or None
        The place, an element of a list if there is an index.
    original, replacement : ast.AST
    lines : range
        Those of the statement that is changed, without what stands inside a loop or branch.
    """

    operator: str
    parent: Any
    field: Any
    index: Any
    original: Any
    replacement: Any
    lines: Any


NEGATED = [(ast.Eq, ast.NotEq), (ast.Lt, ast.GtE), (ast.Gt, ast.LtE)]
NEGATED += [(ast.Is, ast.IsNot), (ast.In, ast.NotIn)]
EDGES = [(ast.Lt, ast.LtE), (ast.Gt, ast.GtE)]
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
ARITHMETIC[ast.FloorDiv] = ast.Mult
ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.MatMult, ast.Pow, ast.Mod)

STRINGS = {"concat": "sum", "sum": "mul", "mul": "ave", "ave": "concat", "sigmoid": "tanh"}
STRINGS.update(tanh="sigmoid", zeros="ones", ones="zeros", training="mask", mask="training")
STRINGS.update(gru="lstm", lstm="gru", stateful="unroll", bool="int32", output_size="state_size")
STRINGS.update(state_size="output_size")

_PAIRS = [("kernel", "recurrent_kernel"), ("activation", "recurrent_activation")]
_PAIRS += [("forward_layer", "backward_layer"), ("forward_state", "backward_state")]
_PAIRS += [("dropout", "recurrent_dropout"), ("return_sequences", "return_state")]
_PAIRS += [("get_dropout_mask", "get_recurrent_dropout_mask"), ("y", "y_rev")]
_PAIRS += [("state_size", "output_size"), ("last_output", "outputs"), ("states", "new_states")]
_PAIRS += [("reset_dropout_mask", "reset_recurrent_dropout_mask"), ("bias", "kernel")]
_PAIRS += [("input_bias", "recurrent_bias"), ("output", "prev_output"), ("h_tm1", "c_tm1")]
_PAIRS += [("reduce_max", "reduce_min"), ("zeros_like", "ones_like"), ("less", "greater")]
_PAIRS += [("logical_and", "logical_or"), ("reduce_all", "reduce_any")]
SIBLINGS = dict(pair[::-1] for pair in _PAIRS)
SIBLINGS.update(_PAIRS)
"""Names and attributes that are easily taken for each other."""

UNSEEN = "name tensor_array_name parallel_iterations swap_memory maximum_iterations seed"
UNSEEN += " kernel_initializer recurrent_initializer bias_initializer kernel_regularizer"
UNSEEN += " recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint"
UNSEEN += " recurrent_constraint bias_constraint caching_device shared_name trainable"
UNSEEN += " initializer regularizer constraint custom_objects embeddings_initializer"
UNSEEN += " embeddings_regularizer embeddings_constraint"
UNSEEN = frozenset(UNSEEN.split())
"""Arguments that no forward pass depends on (rule R4), apart from `maximum_iterations`, which only
guards a loop that ends by itself."""

_SILENT = ("logging", "warnings")
_UNSEEN_MODULES = ("initializers", "regularizers", "constraints")
"""Their functions only say something, or make what no forward pass depends on, unless it is
made of a name that stands in the source."""

_EVEN = ("min", "max", "add", "logical_and", "logical_or", "equal", "not_equal")
"""Functions that do not mind the order of their arguments."""

_PREDICATES = ("isinstance", "hasattr", "getattr", "issubclass")
_ITERATORS = ("len", "zip", "enumerate", "range", "super", "type", "dir", "ValueError", "TypeError")


def changes(function):
    """Yield each `Change` of a function, in the order of its source.

    Parameters
    ----------
    function : ast.FunctionDef
        It stays as it is; who applies a change takes it back.
    """
    whole = range(function.lineno, function.end_lineno + 1)
    for i, value in enumerate(function.args.defaults):
        for change in _in_expression(value, function.args, "defaults", i, whole):
            if isinstance(change.replacement, ast.Constant):
                yield change._replace(operator="default-" + change.operator)
    known = _bound_in(function) | {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
    for change in _in_block(function, "body", _parameters(function)):
        if change.operator != "name" or change.replacement.id in known:
            yield change


def _parameters(function):
    given = function.args.args + function.args.kwonlyargs
    return {a.arg for a in given + [function.args.vararg, function.args.kwarg] if a is not None}


def _in_block(owner, field, bound):
    """Yield the changes in a list of statements; `bound` names what has a value before it."""
    bound = set(bound)
    for i, statement in enumerate(getattr(owner, field)):
        lines = _own_lines(statement)
        if _can_be_dropped(statement, bound):
            never = ast.If(test=_constant(False, statement), body=[statement], orelse=[])
            yield _change("statement-dropped", owner, field, i, never, statement, lines)
        yield from _in_statement(statement, lines, bound)
        bound |= _bound_by(statement)


def _own_lines(statement):
    """Return the lines of a statement, of one with a body those in front of the body."""
    body = getattr(statement, "body", None)
    end = body[0].lineno if body else statement.end_lineno + 1
    return range(statement.lineno, max(end, statement.lineno + 1))


def _can_be_dropped(statement, bound):
    if isinstance(statement, ast.Assign):
        return all(_has_value_without(target, bound) for target in statement.targets)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call) and not _is_silent(statement.value)
    return isinstance(statement, (ast.AugAssign, ast.Raise, ast.Delete))


def _has_value_without(target, bound):
    if isinstance(target, (ast.Tuple, ast.List)):
        return all(_has_value_without(element, bound) for element in target.elts)
    return not isinstance(target, ast.Name) or target.id in bound


def _bound_by(statement):
    """Return the names that have a value after a statement, if it takes the right branches."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return {statement.name}
    return _bound_in(statement)


def _bound_in(statement):
    """Return the names that are given a value in a statement, wherever in it."""
    stored = (n for n in ast.walk(statement) if isinstance(n, ast.Name))
    return {name.id for name in stored if isinstance(name.ctx, ast.Store)}


def _is_silent(call):
    """Tell whether no result of a forward pass depends on a call."""
    function = call.func
    while isinstance(function, ast.Attribute):
        function = function.value
    owner = getattr(function, "id", "")
    named = any(isinstance(argument, ast.Constant) for argument in call.args)
    return owner in _SILENT or (owner in _UNSEEN_MODULES and not named)


def _in_statement(statement, lines, bound):
    if isinstance(statement, ast.Raise):
        return  # its expressions only make a message
    if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Call):
        return  # a docstring
    if isinstance(statement, (ast.If, ast.While)):
        yield from _of_condition(statement, "test", lines)
    if isinstance(statement, ast.For):
        yield from _reversed_loop(statement, lines)
    for field, value in ast.iter_fields(statement):
        if field in ("decorator_list", "returns", "annotation", "msg"):
            continue
        if field in ("body", "orelse", "finalbody"):
            inner = bound | _names_of_function(statement)
            yield from _in_block(statement, field, inner)
        elif field == "handlers":
            for handler in value:
                yield from _in_block(handler, "body", bound)
        elif field == "args":
            for i, default in enumerate(value.defaults):
                yield from _in_expression(default, value, "defaults", i, lines)
        elif isinstance(value, list):
            for i, element in enumerate(value):
                yield from _in_expression(element, statement, field, i, lines)
        elif isinstance(value, ast.AST):
            yield from _in_expression(value, statement, field, None, lines)


def _names_of_function(statement):
    return _parameters(statement) if isinstance(statement, ast.FunctionDef) else set()


def _in_expression(node, parent, field, index, lines):
    """Yield the changes of a node of an expression, and of all below it."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Call) and _is_silent(node)):
        return
    if isinstance(node, ast.keyword) and node.arg in UNSEEN:
        return
    if not (isinstance(node, ast.Call) and isinstance(parent, ast.Expr)):
        for operator, replacement in _bypassed(node):
            yield _change(operator, parent, field, index, replacement, node, lines)
    if isinstance(parent, ast.Call) and _name_of(parent) in ("isinstance", "issubclass") and index:
        return  # types are asked for in any order
    for operator, replacement in _proposals(node):
        yield _change(operator, parent, field, index, replacement, node, lines)
    if isinstance(node, ast.IfExp):
        yield from _of_condition(node, "test", lines)
    if isinstance(node, ast.comprehension):
        for i in range(len(node.ifs)):
            yield from _of_condition(node, "ifs", lines, i)
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            for i, element in enumerate(value):
                if isinstance(element, ast.AST):
                    yield from _in_expression(element, node, name, i, lines)
        elif isinstance(value, ast.AST) and not isinstance(node, ast.Constant):
            yield from _in_expression(value, node, name, None, lines)


def _change(operator, parent, field, index, replacement, node, lines):
    place = getattr(parent, field)
    original = place if index is None else place[index]
    if replacement not in ast.walk(original):
        ast.fix_missing_locations(ast.copy_location(replacement, node))
    return Change(operator, parent, field, index, original, replacement, lines)


def _of_condition(parent, field, lines, index=None):
    node = getattr(parent, field) if index is None else getattr(parent, field)[index]
    proposals = [("condition-false", _constant(False, node))]
    if not isinstance(parent, ast.While):  # it would run for ever
        proposals.append(("condition-true", _constant(True, node)))
    if not isinstance(node, (ast.Compare, ast.UnaryOp)):
        proposals.append(("condition-negated", ast.UnaryOp(op=ast.Not(), operand=node)))
    for operator, replacement in proposals:
        yield _change(operator, parent, field, index, replacement, node, lines)


def _reversed_loop(loop, lines):
    everything = ast.Call(func=ast.Name(id="list", ctx=ast.Load()), args=[loop.iter], keywords=[])
    back = ast.Slice(step=ast.UnaryOp(op=ast.USub(), operand=_constant(1, loop)))
    turned = ast.Subscript(value=everything, slice=back, ctx=ast.Load())
    yield _change("loop-reversed", loop, "iter", None, turned, loop.iter, lines)


def _name_of(call):
    """Return the name of what is called, without that of its owner."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _bypassed(node):
    """Propose the first argument of a call in place of the call."""
    if not isinstance(node, ast.Call) or _name_of(node) in _PREDICATES + _ITERATORS:
        return
    if node.args and not isinstance(node.args[0], ast.Starred):
        yield "call-bypassed", node.args[0]


def _proposals(node):
    for kind, propose in _PROPOSE.items():
        if isinstance(node, kind):
            yield from propose(node)


def _comparison(node):
    if len(node.ops) == 1:
        for name, pairs in (("comparison-negated", NEGATED), ("comparison-edge", EDGES)):
            for other in _other(type(node.ops[0]), pairs):
                yield name, _with(node, ops=[other()])


def _other(kind, pairs):
    return [b for a, b in pairs + [pair[::-1] for pair in pairs] if a is kind]


def _with(node, **fields):
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _constant(value, node):
    return ast.copy_location(ast.Constant(value=value), node)


def _logic(node):
    yield "and-or", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for i in range(len(node.values)):
        left = node.values[:i] + node.values[i + 1 :]
        yield "operand-dropped", left[0] if len(left) == 1 else _with(node, values=left)


def _binary(node):
    if type(node.op) in ARITHMETIC:
        yield "arithmetic", _with(node, op=ARITHMETIC[type(node.op)]())
    if isinstance(node.op, ORDERED):
        yield "operands-swapped", _with(node, left=node.right, right=node.left)
    yield "operand-dropped", node.right
    yield "operand-dropped", node.left


def _unary(node):
    yield ("not-dropped" if isinstance(node.op, ast.Not) else "minus-dropped"), node.operand


def _constants(node):
    value = node.value
    if isinstance(value, bool):
        yield "constant", _constant(not value, node)
    elif isinstance(value, (int, float)):
        yield "constant", _constant(type(value)({0: 1, 1: 0}.get(value, value + 1)), node)
    elif isinstance(value, str) and value in STRINGS:
        yield "string", _constant(STRINGS[value], node)


def _call(node):
    if _name_of(node) not in _PREDICATES + _EVEN:
        for swapped in _swaps(node.args):
            yield "arguments-swapped", _with(node, args=swapped)
    for i, keyword in enumerate(node.keywords):
        if keyword.arg is not None and keyword.arg not in UNSEEN:
            left = node.keywords[:i] + node.keywords[i + 1 :]
            yield "keyword-dropped", _with(node, keywords=left)


def _swaps(nodes):
    """Return the list with each two neighbours swapped."""
    if any(isinstance(node, ast.Starred) for node in nodes):
        return []
    return [
        nodes[:i] + [nodes[i + 1], nodes[i]] + nodes[i + 2 :]
        for i in range(len(nodes) - 1)
        if ast.dump(nodes[i]) != ast.dump(nodes[i + 1])
    ]


def _sequence(node):
    if not all(isinstance(element, ast.Constant) for element in node.elts):
        stored = isinstance(node.ctx, ast.Store)
        for swapped in _swaps(node.elts):
            name = "targets-swapped" if stored else "elements-swapped"
            yield name, _with(node, elts=swapped)


def _dict(node):
    for i, key in enumerate(node.keys):
        if isinstance(key, ast.Constant) and key.value not in UNSEEN:
            keys, values = (kept[:i] + kept[i + 1 :] for kept in (node.keys, node.values))
            yield "entry-dropped", _with(node, keys=keys, values=values)


def _slice(node):
    if node.step is not None:
        yield "slice-step-dropped", _with(node, step=None)
    if node.lower is not None and node.upper is not None:
        yield "slice-opened", _with(node, lower=None)
        yield "slice-opened", _with(node, upper=None)
    elif node.lower is not None or node.upper is not None:
        yield "slice-turned", _with(node, lower=node.upper, upper=node.lower)


def _attribute(node):
    if isinstance(node.ctx, ast.Load) and node.attr in SIBLINGS:
        yield "attribute", _with(node, attr=SIBLINGS[node.attr])


def _name(node):
    if isinstance(node.ctx, ast.Load) and node.id in SIBLINGS:
        yield "name", _with(node, id=SIBLINGS[node.id])


_PROPOSE = {
    ast.Compare: _comparison,
    ast.BoolOp: _logic,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Constant: _constants,
    ast.Call: _call,
    ast.Tuple: _sequence,
    ast.List: _sequence,
    ast.Dict: _dict,
    ast.Slice: _slice,
    ast.Attribute: _attribute,
    ast.Name: _name,
}


def numbered(function):
    """Return the changes of a function by name: the operator and its number among its like."""
    counts = {}
    named = {}
    for change in changes(function):
        number = counts.setdefault(change.operator, itertools.count(1))
        named[f"{change.operator}:{next(number)}"] = change
    return named
