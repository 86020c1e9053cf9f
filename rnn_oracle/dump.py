"""`python -m rnn_oracle.dump`: write the vectors, and the recording of the installed TensorFlow."""

import argparse
import fnmatch
import functools
import os
import sys
import time
from collections import namedtuple

from .changes import MEANING, ROUNDING, describe
from .fixtures import recordings, vectors
from .fixtures.check import recording_changes, vector_changes
from .fixtures.format import MANIFEST, FixtureError, default_folder
from .fixtures.manifest import RECORDING, VECTORS
from .fixtures.reader import read
from .fixtures.writer import replace
from .matrix import BLOCK, core
from .parallel import cores, spread
from .targets import INSTALL, installed

Gathered = namedtuple("Gathered", "vectors recorded seconds")
Gathered.__doc__ = """What a dump is made of.

vectors : list of Entry
recorded : dict of str to (provenance, list of Entry)
    By the name of the target.
seconds : float
    How long all processes together were inside Keras.
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
    cases = [case for case in core() if fnmatch.fnmatch(case.id, options.only)]
    targets = installed() if options.recording else {}
    problem = _problem(options, cases, targets)
    if problem:
        return _misuse(problem)
    started = time.perf_counter()
    try:
        gathered = gather(targets, cases, options.vectors, options.processes)
    except ImportError as error:
        return _misuse("{}; install what is missing with\n\n    {}".format(error, INSTALL))
    took = time.perf_counter() - started
    status = (_check if options.check else _write)(options, gathered)
    if targets:
        print(_speed(took, options.processes or cores(), gathered.seconds))
    return status


def _misuse(message):
    print("rnn_oracle.dump: " + message, file=sys.stderr)
    return 2


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m rnn_oracle.dump", description=__doc__)
    parser.add_argument("--vectors", action="store_true", help="the vectors; needs no TensorFlow")
    parser.add_argument("--recording", action="store_true", help="the recording (default: both)")
    parser.add_argument(
        "--out", metavar="FOLDER", default=default_folder(), help="default: %(default)s"
    )
    parser.add_argument(
        "--only",
        metavar="PATTERN",
        default="*",
        help="the cases whose id matches, such as 'lstm.*'",
    )
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
    folders = _folders(options, targets)
    there = [folder for folder in folders if os.path.exists(os.path.join(folder, MANIFEST))]
    if options.check and there != folders:
        missing = [folder for folder in folders if folder not in there]
        return "there is no fixture in {} to compare with".format(" or ".join(missing))
    if not options.check and options.only != "*" and there:
        return "{} would lose the cases that --only leaves out; choose another --out".format(
            there[0]
        )
    if not options.check and not _writable(options.out):
        return "cannot write to {}".format(options.out)
    return None


def _writable(folder):
    """Tell whether a folder can be written to, or made."""
    while not os.path.exists(folder):
        folder = os.path.dirname(os.path.abspath(folder))
    return os.path.isdir(folder) and os.access(folder, os.W_OK)


def _folders(options, targets):
    folders = [_vectors_folder(options)] if options.vectors else []
    return folders + [_recording_folder(options, target.recording) for target in targets.values()]


def _vectors_folder(options):
    return os.path.join(options.out, "vectors")


def _recording_folder(options, name):
    return os.path.join(options.out, "recordings", name)


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
    return Gathered([found[i] for i in sorted(found)], recorded, seconds)


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


def _write(options, gathered):
    for folder, _, entries, files in _fixtures(options, gathered):
        replace(folder, files)
        size = sum(map(len, files.values()))
        print("{}: {} cases, {:,} bytes".format(folder, len(entries), size))
    return 0


def _check(options, gathered):
    return max(
        _compare(folder, kind, entries, files, whole=options.only == "*")
        for folder, kind, entries, files in _fixtures(options, gathered)
    )


def _fixtures(options, gathered):
    """Yield folder, kind, entries and files of each fixture."""
    if gathered.vectors:
        files = vectors.files(gathered.vectors)
        yield _vectors_folder(options), VECTORS, gathered.vectors, files
    for about, entries in gathered.recorded.values():
        folder = _recording_folder(options, about["recording"])
        yield folder, RECORDING, entries, recordings.files(about, entries)


def _compare(folder, kind, entries, files, whole):
    """Print what has moved in a fixture; return the status."""
    try:
        fixture = read(folder, kind)
    except FixtureError as error:
        print("{}\n{}: not whole".format(error, folder))
        return 1
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
    _summarize(folder, len(entries), real + gone, [c for _, c in found if c.kind == ROUNDING])
    return 1 if real or gone or other else 0


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


def _summarize(folder, count, real, rounded):
    words = ["{} cases".format(count), "{} changes".format(len(real) or "no")]
    if rounded:
        words.append(
            "{} arrays moved by rounding alone, at most {} ULP, {:.3f} of the tolerance".format(
                len(rounded), max(c.ulps for c in rounded), max(c.share for c in rounded)
            )
        )
    print("{}: {}".format(folder, ", ".join(words)))


def _speed(took, processes, seconds):
    each = seconds / processes
    return "{:.0f} s with {} processes, each {:.0f} s inside Keras: {:.2f} times its calls".format(
        took, processes, each, took / each
    )


if __name__ == "__main__":
    sys.exit(main())
