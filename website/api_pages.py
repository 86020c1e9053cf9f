"""A page for each public name of the package, made of its docstring."""

from __future__ import annotations

import importlib
import inspect

import rnn_oracle

from .markdown import toctree

MORE = {
    "rnn_oracle.dropout": ["Masks", "dropped"],
    "rnn_oracle.tf1": None,
    "rnn_oracle.models.model": ["Model"],
    "rnn_oracle.reference.functional": ["Node"],
    "rnn_oracle.reference.trace": ["trace", "Step"],
    "rnn_oracle.commands.question": ["parse"],
}
"""By module: what is public and not in `rnn_oracle.__all__`; None is all that it lists itself."""

METHODS = (
    "__call__",
    "predict",
    "layer_outputs",
    "summary",
    "compute_mask",
    "compute_output_shape",
    "get_initial_state",
    "reset_states",
    "reset_state",
    "zero_state",
    "get_weights",
    "set_weights",
    "get_config",
)
"""Those that are shown of a class."""


def pages():
    """Return the text of each page, by its name."""
    modules = {"rnn_oracle": rnn_oracle.__all__}
    for module, names in MORE.items():
        modules[module] = names or importlib.import_module(module).__all__
    found, tables = {}, []
    for module, names in modules.items():
        rows = []
        for name in names:
            page = name if module == "rnn_oracle" else f"{module}.{name}"
            found[f"api/{page}.md"] = _page(module, name)
            rows.append(f"| [`{name}`]({page}.md) | {_summary(module, name)} |")
        table = "\n".join(["| name | what it does |", "|---|---|", *rows])
        tables.append(f"## `{module}`\n\n{table}")
    names = [page[len("api/") : -len(".md")] for page in found]
    words = "What the package offers to Python. Importing any of it imports no runtime."
    found["api/index.md"] = "\n\n".join(["# API", words, *tables, toctree(names)]) + "\n"
    return found


def _find(module, name):
    return getattr(importlib.import_module(module), name)


def _summary(module, name):
    text = inspect.getdoc(_find(module, name)).split("\n\n")[0]
    return " ".join(text.split()).replace("``", "`").replace("|", r"\|")


def _page(module, name):
    found = _find(module, name)
    if not isinstance(found, type):
        directive = [f".. autofunction:: {name}"]
    else:
        shown = [method for method in METHODS if inspect.getdoc(getattr(found, method, None))]
        own = [method for method in shown if inspect.isfunction(getattr(found, method))]
        directive = [f".. autoclass:: {name}", f"   :members: {', '.join(own)}"]
        directive += ["   :inherited-members:"] if own else []
        directive = directive if own else directive[:1]
    lines = [f".. currentmodule:: {module}", "", *directive]
    return "\n".join([f"# {name}", "", "```{eval-rst}", *lines, "```", ""])
