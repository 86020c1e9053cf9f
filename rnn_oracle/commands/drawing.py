"""Drawings of a call of a layer, as SVG: a heat map over its steps, and what it returns.

The colours are those of `explained.css`; a number is the darker, the larger it is. Coordinates are
in pixels at a width of 360, that of a telephone.
"""

from __future__ import annotations

import html

import numpy as np

from .explained import observed

_LABEL, _WIDE, _HIGH, _GAP = 84, 55, 26, 30
"""The widths of the names and of a number, the height of a row, and that of the lines between."""

_LARGEST = 1.5
"""How much larger a drawing may be shown."""

_DARKEST = 0.7
_LARGE = 1.0
"""How dark a number can be, and how large the one that is."""


def of_steps(steps, mask, name):
    """Return the drawing of a call, with the sequence above and its steps, in order, below.

    Parameters
    ----------
    steps : list of Step
    mask : array of bool, or None
        As the layer got it; of one sequence.
    name : str
        Of the drawing: no other on the page may have it.
    """
    count = len(steps)
    by_time = sorted(steps, key=lambda step: step.time)
    drawn = _Drawing(name, count)
    drawn.names([f"x[{time}]" for time in range(count)])
    drawn.row("input", [step.x.item() for step in by_time])
    if mask is not None:
        drawn.flags("mask", [bool(step.valid[0]) for step in by_time])
    drawn.lines([step.time for step in steps])
    drawn.names([f"step {number}" for number in range(1, count + 1)])
    top = drawn.height
    for label, arrays in observed(steps):
        drawn.row(label, [array.item() for array in arrays])
    for column, step in enumerate(steps):
        if not step.valid[0]:
            drawn.hatch(column, top)
        drawn.frame(column, top)
    order = " ".join(f"x[{step.time}]" for step in steps)
    masked = [f"x[{step.time}]" for step in steps if not step.valid[0]]
    about = f"Heat map of {count} steps, which read {order}"
    return drawn.svg(f"{about}; masked: {' '.join(masked) or 'none'}.")


def of_sequence(output, mask, name):
    """Return the drawing of an output, and of the mask that goes on with it.

    Parameters
    ----------
    output : array, shape (steps, units)
    mask : array of bool, shape (steps,), or None
    name : str
    """
    drawn = _Drawing(name, len(output))
    drawn.names([f"[{place}]" for place in range(len(output))])
    units = output.shape[1]
    for unit in range(units):
        label = "output" if units == 1 else f"output, {unit}"
        drawn.row(label, output[:, unit].tolist())
    if mask is not None:
        drawn.flags("mask", mask.tolist())
    return drawn.svg(f"The output, of {len(output)} steps and {units} units.")


class _Drawing:
    """Rows of numbers, from the top down."""

    def __init__(self, name, count):
        self.name, self.count = name, count
        self.height = 0
        self.width = _LABEL + count * _WIDE
        self.parts = []

    def names(self, words):
        self.height += _HIGH
        for column, text in enumerate(words):
            self._text(_middle(column), self.height - 8, text, f"name step-{column + 1}")

    def row(self, label, numbers):
        self._label(label)
        for column, number in enumerate(numbers):
            kind = "minus" if number < 0 else "plus"
            dark = _DARKEST * min(abs(number) / _LARGE, 1.0)
            self._box(column, kind, f' fill-opacity="{dark:.2f}"')
            self._text(_middle(column), self.height + 17, f"{number:.3f}", "number")
        self.height += _HIGH

    def flags(self, label, flags):
        self._label(label)
        for column, flag in enumerate(flags):
            self._box(column, "flag" if flag else "flag off")
            if not flag:
                self._hatched(column, self.height, _HIGH)
            self._text(_middle(column), self.height + 17, str(flag), "number")
        self.height += _HIGH

    def lines(self, times):
        """Draw from each step of the sequence to the one of the call that reads it."""
        for column, time in enumerate(times):
            self.parts.append(
                f'<line class="step-{column + 1}" x1="{_middle(time)}" y1="{self.height + 2}"'
                f' x2="{_middle(column)}" y2="{self.height + _GAP + 6}"/>'
            )
        self.height += _GAP

    def hatch(self, column, top):
        self._hatched(column, top, self.height - top)

    def frame(self, column, top):
        """Draw a frame around a step, which is shown while that is chosen."""
        self.parts.append(
            f'<rect class="frame step-{column + 1}" x="{_left(column)}" y="{top}"'
            f' width="{_WIDE}" height="{self.height - top}"/>'
        )

    def svg(self, about):
        """Return all that was drawn."""
        pattern = (
            f'<pattern id="{self.name}" width="7" height="7" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><rect class="stripe" width="1.5" height="7"/></pattern>'
        )
        return (
            f'<svg viewBox="0 0 {self.width} {self.height + 2}" role="img"'
            f' style="max-width: {_LARGEST * self.width:.0f}px"'
            f' aria-label="{html.escape(about)}"><defs>{pattern}</defs>{"".join(self.parts)}</svg>'
        )

    def _label(self, text):
        self._text(_LABEL - 8, self.height + 17, text, "label")

    def _box(self, column, kind, more=""):
        self.parts.append(
            f'<rect class="{kind}" x="{_left(column) + 1}" y="{self.height + 1}"'
            f' width="{_WIDE - 2}" height="{_HIGH - 2}" rx="3"{more}/>'
        )

    def _hatched(self, column, top, height):
        self.parts.append(
            f'<rect class="hatch" x="{_left(column) + 1}" y="{top + 1}" width="{_WIDE - 2}"'
            f' height="{height - 2}" fill="url(#{self.name})"/>'
        )

    def _text(self, x, y, text, kind):
        self.parts.append(f'<text class="{kind}" x="{x}" y="{y}">{html.escape(text)}</text>')


def _left(column):
    return _LABEL + column * _WIDE


def _middle(column):
    return _left(column) + _WIDE / 2


def outputs_of(explained):
    """Return each output of a call, with the mask that goes on, for `of_sequence`.

    Returns
    -------
    list of (array of shape (steps, units), array of bool or None)
        An output without its sequence is one step.
    """
    both = explained.asked.is_both and explained.layer.merge_mode is None
    mask = explained.mask_of_output
    flags = None if mask is None else np.ravel(mask)
    arrays = explained.results[: 2 if both else 1]
    return [(np.reshape(array, (-1, array.shape[-1])), flags) for array in arrays]
