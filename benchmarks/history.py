"""Results as JSON, one file a run, and what has become slower from one to another."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess
from typing import Any

from .runtimes import FLOOR, ORACLE
from .settings import of_dict

FOLDER = pathlib.Path(__file__).parent / "results"
PACKAGES = ("numpy", "tensorflow", "keras", "jax", "onnx", "onnxruntime", "torch")
SLOWER = 1.2
"""By how much a ratio to the floor may grow before it counts as slower."""


def about() -> dict[str, Any]:
    """Return when, where and with what a run is made."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ"),
        "commit": _commit(),
        "machine": {
            "processor": _processor(),
            "processors": os.cpu_count(),
            "system": platform.system(),
            "load": [round(load, 1) for load in os.getloadavg()],
        },
        "python": platform.python_version(),
        "versions": versions,
    }


def _commit() -> str | None:
    asked = ["git", "-C", str(FOLDER.parent), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _processor() -> str:
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def write(run: dict[str, Any], folder: pathlib.Path = FOLDER) -> pathlib.Path:
    """Write a run into the history, and return its file."""
    path = folder / (run["date"].replace(":", "") + ".json")
    path.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
    return path


def runs(folder: pathlib.Path = FOLDER) -> list[pathlib.Path]:
    """Return the files of all runs, the oldest first."""
    return sorted(folder.glob("*.json"))


def ratio(result: dict[str, Any], name: str = ORACLE, of: str = "") -> float | None:
    """Return how many times the floor a runtime takes, None where it has no time.

    Parameters
    ----------
    result : dict
    name : str
    of : {"median", "fastest", "cpu"}, optional
        Which times. By default those of the processor if there is one thread, which a busy
        machine changes little, and else the median of what passed.
    """
    times = result["times"]
    of = of or ("cpu" if result["setting"]["threads"] == 1 else "median")
    return times[name][of] / times[FLOOR][of] if name in times and FLOOR in times else None


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, float, float]]:
    """Return the settings in which the reference is slower than it was, with both ratios.

    A ratio to the floor is compared, since two machines, or one on two days, differ in speed. It
    is slower if the processor and the clock both say so.
    """
    before = {of_dict(result["setting"]): result for result in old["results"]}
    nothing: dict[str, Any] = {"times": {}}
    slower = []
    for result in new["results"]:
        setting = of_dict(result["setting"])
        grown = [
            [ratio(each, of=of) for each in (before.get(setting, nothing), result)]
            for of in ("cpu", "median")
        ]
        if all(None not in pair and pair[1] > SLOWER * pair[0] for pair in grown):
            slower.append((setting.label, *grown[0]))
    return slower
