"""An explained call as HTML, with drawings: a page of its own, or a part of another page."""

from __future__ import annotations

from ..families.spec import first_sentence
from . import drawing
from .explained import STEPS, row
from .templates import environment

PAGE, FIGURE, STYLE = "explained.html", "explained_figure.html", "explained.css"


def page(explained, text):
    """Return a page for the browser, which asks no other host for anything.

    Parameters
    ----------
    explained : Explained
    text : str
        The answer as text, which is folded away below.

    Raises
    ------
    ImportError
        Where there is no jinja2.
    """
    import markupsafe

    made = environment()
    made.filters.update(first_sentence=first_sentence)
    brought, others = explained.rules
    return made.get_template(PAGE).render(
        explained=explained,
        steps=STEPS,
        figure=figure(explained, "drawing"),
        style=markupsafe.Markup(style()),
        brought=brought,
        others=others,
        text=text,
    )


def figure(explained, name):
    """Return the drawings of a call, and what happens at each step, as a part of a page.

    Parameters
    ----------
    explained : Explained
    name : str
        What the names in it begin with; no other figure on the page may have it. The page needs
        the styles of `style`, which hold within the class ``explained``.

    Raises
    ------
    ImportError
        Where there is no jinja2.
    """
    import markupsafe

    sides = [
        {
            "name": side,
            "id": f"{name}-{side.lower()}",
            "svg": markupsafe.Markup(drawing.of_steps(steps, explained.mask, f"{name}-{side}")),
            "steps": [_in_words(step, before) for step, before in zip(steps, [None, *steps])],
        }
        for side, steps in explained.sides.items()
    ]
    outputs = drawing.outputs_of(explained)
    svgs = [
        markupsafe.Markup(drawing.of_sequence(output, mask, f"{name}-output-{number}"))
        for number, (output, mask) in enumerate(outputs)
    ]
    after = explained.names[len(outputs) :]
    returned = explained.results[len(outputs) :]
    return markupsafe.Markup(
        environment()
        .get_template(FIGURE)
        .render(
            sides=sides,
            outputs=list(zip(explained.names, svgs)),
            begins={
                name[len("final ") :]: row(state)
                for name, state in zip(after, explained.states or [])
            },
            states={name: row(state) for name, state in zip(after, returned)},
            is_both=explained.asked.is_both,
        )
    )


def style():
    """Return the styles of a figure."""
    return environment().get_template(STYLE).render()


def _in_words(step, before):
    """Tell what happens at a step; `before` is the one before it, or None."""
    read = f"reads x[{step.time}] = {row(step.x)}"
    if step.valid[0]:
        names = ["h", "c"][: len(step.states)]
        states = ", ".join(f"{name} = {row(state)}" for name, state in zip(names, step.states))
        return f"{read}: {states}; the output is {row(step.output)}"
    if before is not None and (step.output == before.output).all() and step.output.any():
        output = "the output before is repeated"
    else:
        output = f"the output is {row(step.output)}"
    return f"{read}, which is masked: every state stays as it was; {output}"
