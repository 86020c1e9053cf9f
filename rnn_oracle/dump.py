"""`python -m rnn_oracle.dump`: write the vectors, and the recording of the installed TensorFlow."""

import argparse
import functools
import os
import sys
import time
from collections import namedtuple

from .changes import MEANING, ROUNDING, describe, in_short
from .commands import add_only, misuse, selected
from .fixtures import recordings, vectors
from .fixtures.check import recording_changes, vector_changes
from .fixtures.format import MANIFEST, FixtureError, default_folder
from .fixtures.manifest import RECORDING, VECTORS
from .fixtures.reader import read
from .fixtures.writer import replace
from .matrix import BLOCK, core
from .parallel import spread, workers
from .targets import INSTALL, installed

Gathered = namedtuple("Gathered", "vectors recorded seconds processes")
Gathered.__doc__ = """What a dump is made of.

vectors : list of Entry
recorded : dict of str to (provenance, list of Entry)
    By the name of the target.
seconds : float
    How long all processes together were inside Keras.
processes : int
"""


def main(arguments=None):
    """Run the command.

    Returns
    -------
    int
        0 where all is written, or with ``--check`` nothing has changed but by rounding;
        1 where ``--check`` finds a change or a damaged fixture; 2 on misuse.
    """
    options = _parse(arguments)
    cases = selected(options.only)
    targets = installed() if options.recording else {}
    problem = _problem(options, cases, targets)
    if problem:
        return misuse("dump", problem)
    folders = _folders(options, targets)
    started = time.perf_counter()
    try:
        old = [_read(*folder) for folder in folders] if options.check else None
        for folder, _ in folders:
            os.makedirs(folder, exist_ok=True)
        gathered = gather(targets, cases, options.vectors, options.processes)
    except FixtureError as error:
        print(error)
        return 1
    except ImportError as error:
        return misuse("dump", "{}; install what is missing with\n\n    {}".format(error, INSTALL))
    except OSError as error:
        return misuse("dump", str(error))
    took = time.perf_counter() - started
    made = [_made(kind, folder, gathered) for folder, kind in folders]
    if options.check:
        status = max(_compare(*sides, whole=len(cases) == len(core())) for sides in zip(old, made))
    else:
        status = _write([folder for folder, _ in folders], made)
    if targets:
        print(_speed(took, gathered))
    return status


def _read(folder, kind):
    fixture = read(folder, kind)
    name = fixture.about.get("provenance", {}).get("recording")
    if kind == RECORDING and name != os.path.basename(folder):
        raise FixtureError("{}: it is a recording of {}".format(folder, name))
    return fixture


def _write(folders, made):
    for folder, (_, entries, files) in zip(folders, made):
        replace(folder, files)
        size = sum(map(len, files.values()))
        print("{}: {} cases, {:,} bytes".format(folder, len(entries), size))
    return 0


def _speed(took, gathered):
    each = gathered.seconds / gathered.processes
    return "{:.0f} s with {} processes, each {:.0f} s inside Keras: {:.2f} times its calls".format(
        took, gathered.processes, each, took / each
    )


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m rnn_oracle.dump", description=__doc__)
    parser.add_argument("--vectors", action="store_true", help="the vectors; needs no TensorFlow")
    parser.add_argument("--recording", action="store_true", help="the recording (default: both)")
    parser.add_argument(
        "--out", metavar="FOLDER", default=default_folder(), help="default: %(default)s"
    )
    add_only(parser)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; compare with what is in FOLDER"
    )
    parser.add_argument("--processes", type=int, metavar="N", help="default: one for each core")
    options = parser.parse_args(arguments)
    if not (options.vectors or options.recording):
        options.vectors = options.recording = True
    return options


def _problem(options, cases, targets):
    """Return what is wrong with a call of the command, or None."""
    if not cases:
        return "no case matches --only {!r}".format(options.only)
    if options.processes is not None and options.processes < 1:
        return "--processes must be at least 1, not {}".format(options.processes)
    if options.recording and not targets:
        advice = "say --vectors for the vectors alone, or " if options.vectors else ""
        return "there is no TensorFlow here to record; {}install it with\n\n    {}".format(
            advice, INSTALL
        )
    folders = [folder for folder, _ in _folders(options, targets)]
    there = [folder for folder in folders if os.path.exists(os.path.join(folder, MANIFEST))]
    if options.check and there != folders:
        missing = [folder for folder in folders if folder not in there]
        return "there is no fixture in {} to compare with".format(" or ".join(missing))
    if not options.check and len(cases) < len(core()) and there:
        return "{} would lose the cases that --only leaves out; choose another --out".format(
            there[0]
        )
    return None


def _folders(options, targets):
    """Return the folder and kind of each fixture that is asked for."""
    vectors_there = [(os.path.join(options.out, "vectors"), VECTORS)] if options.vectors else []
    return vectors_there + [
        (os.path.join(options.out, "recordings", target.recording), RECORDING)
        for target in targets.values()
    ]


def _made(kind, folder, gathered):
    """Return provenance (None for vectors), entries and files of a fixture that was gathered."""
    if kind == VECTORS:
        return None, gathered.vectors, vectors.files(gathered.vectors)
    made = {about["recording"]: (about, entries) for about, entries in gathered.recorded.values()}
    about, entries = made[os.path.basename(folder)]
    return about, entries, recordings.files(about, entries)


def gather(targets, cases, with_vectors, processes=None):
    """Work out the vectors and run the targets, with several processes.

    Returns
    -------
    Gathered
    """
    blocks = [cases[i : i + BLOCK] for i in range(0, len(cases), BLOCK)]
    jobs = [("provenance", name, ()) for name in targets]
    jobs += [("recording", name, block) for name in targets for block in blocks]
    families = vectors.families(cases) if with_vectors else []
    jobs += [("vectors", None, [cases[i] for i in family]) for family in families]
    sizes = [len(job[2]) for job in jobs]
    results = spread(_work, jobs, sizes, "dumping", processes)
    abouts = {name: next(results) for name in targets}
    recorded, seconds = {name: (about, []) for name, about in abouts.items()}, 0.0
    for name in targets:
        for _ in blocks:
            entries, spent = next(results)
            recorded[name][1].extend(entries)
            seconds += spent
    found = {i: v for family, made in zip(families, results) for i, v in zip(family, made)}
    made = [found[i] for i in sorted(found)]
    return Gathered(made, recorded, seconds, workers(jobs, processes))


def _work(job):
    what, name, cases = job
    if what == "vectors":
        return [vectors.vector(case) for case in cases]
    target = _targets()[name]
    if what == "provenance":
        return recordings.provenance(target)
    before = target.seconds
    return [recordings.entry(target, case) for case in cases], target.seconds - before


@functools.lru_cache(maxsize=None)
def _targets():
    return installed()


def _compare(fixture, made, whole):
    """Print what has moved in a fixture; return the status."""
    folder, kind, (about, entries, files) = fixture.folder, fixture.about["format"], made
    if kind == RECORDING:
        _tell_provenance(folder, fixture.about["provenance"], about)
    compared = {VECTORS: vector_changes, RECORDING: recording_changes}[kind](fixture, entries)
    found = [(case.id, change) for case, moved in compared for change in moved]
    real = [(name, change) for name, change in found if change.kind == MEANING]
    for name, change in real:
        print("{}: {}: {}".format(folder, name, describe(change)))
    gone = sorted(set(fixture.entries) - {entry.case.id for entry in entries}) if whole else []
    for name in gone:
        print("{}: {}: there is no such case any more".format(folder, name))
    unmoved = whole and not (real or gone)
    other = kind == VECTORS and unmoved and not _on_disk(folder, files)
    if other:
        print("{}: the same vectors would be written in other bytes".format(folder))
    words = ["{} cases, {} changes".format(len(entries), len(real) + len(gone) or "no")]
    rounded = [change for _, change in found if change.kind == ROUNDING]
    print("{}: {}".format(folder, ", ".join(words + in_short(rounded))))
    return 1 if real or gone or other else 0


def _tell_provenance(folder, old, new):
    for name in sorted(new):
        if old[name] != new[name]:
            print("{}: recorded with {} {}, now {}".format(folder, name, old[name], new[name]))


def _on_disk(folder, files):
    """Tell whether a folder holds just these bytes."""
    for name, data in files.items():
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            return False
        with open(path, "rb") as file:
            if file.read() != data:
                return False
    return True


if __name__ == "__main__":
    sys.exit(main())
