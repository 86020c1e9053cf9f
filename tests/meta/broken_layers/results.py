"""The results of the measurement: a line a setting, and the tables that are made of them."""

from __future__ import annotations

import json
import os
from collections import Counter

from .breaks import BREAKS, FINE, GROSS
from .judged import SEEN

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def path_of(target):
    """Return where the results of a target are kept."""
    return os.path.join(FOLDER, f"power.{target}.jsonl")


def read(path):
    """Return the results by the number of the setting; none where there is no file."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="ascii") as file:
        lines = [json.loads(line) for line in file]
    return {one["setting"]["number"]: one for one in lines}


def append(path, one):
    """Write the result of a setting down."""
    with open(path, "a", encoding="ascii") as file:
        file.write(json.dumps(one) + "\n")


def false_alarms(one):
    """Return the modes in which the right layer of a setting was failed."""
    return [mode for mode, found in one["right"].items() if found["off"]]


def in_short(one):
    """Return what came of a setting in a few words."""
    drawn = one["setting"]
    missed = [name for name, found in one["broken"].items() if not found["off"]]
    worst = max(found["worst"] or 0 for found in one["right"].values())
    return [
        drawn["number"],
        drawn["kind"],
        f"{drawn['batch']}x{drawn['steps']}x{drawn['features']}->{drawn['units']}",
        f"{one['seconds']} s, worst {worst}, {len(one['broken'])} broken, missed {missed}",
        f"FAILED {false_alarms(one)}" if false_alarms(one) else "",
    ]


def tables(chosen):
    """Return the tables, in Markdown."""
    parts = [_totals(chosen), _by_break(chosen), _by("steps", chosen), _by("units", chosen)]
    parts += [_by("kind", chosen), _by("weights", chosen), _missed(chosen)]
    return "\n\n".join(parts)


PAGE = """# What `oracle_check` finds at real sizes

Measured on Keras {versions} with `python tests/meta/power.py keras3`, which measures what is not
measured yet, and writes this page with `--page docs/power.md`.

Layers are drawn at random: SimpleRNN, LSTM and GRU, a quarter of them in a `Bidirectional`; 16 to
512 units, 10 to 1000 steps, 1 to 128 features, up to 64 sequences; weights as Keras makes them, or
larger and with biases, as a trained layer has them; with and without mask, initial state,
sequences, final states, backwards; float32. Each is run as it is, eagerly, in a `tf.function` and
with XLA, and broken in eight ways that are drawn of those that fit it. *Named* tells in how many
cases a guess explained all that was returned, where guesses were asked for: in one of eight
settings, the smaller ones.

What moves no number by more than {seen} times the largest rounding error of the right layer makes
*no difference*: it is counted apart, for nobody could tell it from rounding. So it is with the
biases that Keras makes, which are zero but for an LSTM's forget gate, and with an initial state or
a step that is masked, or forgotten by the step whose result is returned.

{tables}
"""


def page(chosen):
    """Return the page of the docs."""
    versions = ", ".join(sorted({one["version"] for one in chosen}))
    return PAGE.format(versions=versions, tables=tables(chosen), seen=SEEN)


def _broken(chosen, keep=lambda one, name, found: True):
    return [
        found for one in chosen for name, found in one["broken"].items() if keep(one, name, found)
    ]


def _counts(some):
    """Return how many are broken, detected, and not detected but not judged in full either."""
    detected = sum(bool(found["off"]) for found in some)
    vague = sum(not found["off"] and found["unjudged"] > 0 for found in some)
    return len(some), detected, vague


def _share(some):
    count, detected, vague = _counts(some)
    share = f"{100 * detected / count:.2f} %" if count else ""
    return [str(count), str(detected), str(vague), str(count - detected - vague), share]


def _table(heading, rows):
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


_COUNTS = ["broken", "detected", "not judged in full", "missed", "detected"]


def _totals(chosen):
    rows = []
    for size in (GROSS, FINE):
        some = _broken(chosen, lambda one, name, found, size=size: found["size"] == size)
        rows.append([size, *_share(some)])
    rows.append(["all", *_share(_broken(chosen))])
    right = [found for one in chosen for found in one["right"].values()]
    failed = sum(bool(found["off"]) for found in right)
    vague = sum(found["unjudged"] > 0 for found in right)
    worst = max((found["worst"] or 0 for found in right), default=0)
    without = sum(len(one["no difference"]) for one in chosen)
    told = (
        f"{len(chosen)} layers. Of {len(right)} runs of right layers {failed} were failed, "
        f"{vague} were not judged in full; the largest error was {worst} of what is allowed. "
        f"{without} breaks made no difference, and do not count as broken."
    )
    return told + "\n\n" + _table(["errors", *_COUNTS], rows)


def _by_break(chosen):
    rows = []
    for size, breaks in BREAKS.items():
        for name in breaks:
            some = _broken(chosen, lambda one, n, found, name=name: n == name)
            asked = [found["guesses"] for found in some if "guesses" in found]
            named = f"{sum(map(bool, asked))} of {len(asked)}" if asked else ""
            without = sum(name in one["no difference"] for one in chosen)
            rows.append([size, name, *_share(some), named, str(without)])
    return _table(["errors", "what is broken", *_COUNTS, "named", "no difference"], rows)


def _by(option, chosen):
    values = sorted({one["setting"][option] for one in chosen})
    rows = [
        [str(v), *_share(_broken(chosen, lambda one, n, f, v=v: one["setting"][option] == v))]
        for v in values
    ]
    return _table([option, *_COUNTS], rows)


def _missed(chosen):
    """Return the broken layers that are not detected: how far their numbers are off."""
    rows = [
        [str(one["setting"]["number"]), one["setting"]["kind"], name, f"{found['moved']:.2g}"]
        for one in chosen
        for name, found in one["broken"].items()
        if not found["off"] and not found["unjudged"]
    ]
    count = Counter(row[2] for row in rows)
    rows.sort(key=lambda row: (-count[row[2]], row[2], row[0]))
    return _table(["setting", "kind", "missed", "off by at most"], rows)
