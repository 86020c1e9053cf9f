"""`python -m rnn_oracle.dump`: write the vectors, and the recording of the installed TensorFlow."""

from __future__ import annotations

import functools
import itertools
import json
import os
import time
from typing import NamedTuple

from ..families.fixtures import folder_to_write
from ..families.layers.matrix import core
from ..records import recordings, vectors
from ..records.disk import alone_in
from ..records.format import MANIFEST, FixtureError, default_folder
from ..records.manifest import RECORDING, VECTORS
from ..records.reader import read
from ..records.store import in_order, others, store
from ..records.writer import replace
from ..targets import INSTALL, installed
from ..targets.runtime import BrokenTargetError
from .command_line import parser_of
from .dump_results import (
    Damaged,
    Written,
    as_json,
    compare_recording,
    compare_vectors,
    lines,
    status_of,
)
from .errors import FORESEEN, MisuseError
from .output import printing
from .parallel import LostError, spread, workers
from .program import misuse
from .selection import add_choice, blocks, choice

EXAMPLES = (
    "--vectors --out fixtures",
    "--recording --family options --out fixtures",
    "--check --only 'lstm.*'",
)


class Gathered(NamedTuple):
    """What a dump is made of.

    Attributes
    ----------
    vectors : list of Entry
    recorded : dict of str to (provenance, list of Entry)
        By the name of the target.
    seconds : float
        How long all processes together were inside Keras.
    processes : int
    """

    vectors: list
    recorded: dict
    seconds: float
    processes: int


def main(arguments=None, prog=None):
    """Run the command.

    Returns
    -------
    int
        0 where all is written, or with ``--check`` nothing has changed but by rounding;
        1 where ``--check`` finds a change or a damaged fixture; 2 on misuse, with no TensorFlow or
        one that cannot be used, where a process ends or a file cannot be written, and where what
        is there is damaged.
    """
    options = _parse(arguments, prog)
    try:
        return _run(options)
    except FixtureError as error:
        if not options.check:
            return misuse(options.prog, error)
        _say([Damaged(str(error))], options)
        return 1
    except FORESEEN as error:
        return misuse(options.prog, error, INSTALL)


def _run(options):
    there = installed() if options.recording else {}
    targets, cases = options.chosen.cases_for(there)
    numbers = _of_vectors(options.chosen.cases()) if options.vectors else []
    problem = _problem(options, there, targets, cases, numbers)
    if problem:
        raise MisuseError(problem)
    found, speed = (_check if options.check else _write)(options, targets, cases, numbers)
    _say(found, options, [speed] * bool(targets))
    return max(map(status_of, found), default=0)


def _say(found, options, more=()):
    with printing():
        if options.json:
            print(json.dumps([as_json(one) for one in found], indent=1, allow_nan=False))
        else:
            print("\n".join([line for one in found for line in lines(one)] + list(more)))


def _read(folder, kind):
    fixture = read(folder, kind)
    name = fixture.about.get("provenance", {}).get("recording")
    if kind == RECORDING and name != os.path.basename(folder):
        raise FixtureError(f"{folder}: it is a recording of {name}")
    return fixture


def _check(options, targets, cases, numbers):
    """Compare what would be written with what is there; return what moved, and the speed."""
    with alone_in(options.out):
        old = [_read(*folder) for folder in _folders(options, targets)]
    gathered, speed = _gather(options, targets, cases, numbers)
    made = _by_recording(gathered)
    return [_compared(fixture, gathered, made, options.chosen) for fixture in old], speed


def _compared(fixture, gathered, made, chosen):
    if fixture.about["format"] == VECTORS:
        return compare_vectors(fixture, gathered.vectors, chosen)
    return compare_recording(fixture, *made[os.path.basename(fixture.folder)], chosen)


def _write(options, targets, cases, numbers):
    """Write what is asked for; return what was written, and the speed."""
    vectors_folder = os.path.join(options.out, "vectors")
    recordings_folder = os.path.join(options.out, "recordings")
    # What could not be stored in the end is found out before all the work.
    for folder in [vectors_folder] * options.vectors + [recordings_folder] * bool(targets):
        os.makedirs(folder, exist_ok=True)
    if targets:
        with alone_in(options.out):
            others(recordings_folder, [target.recording for target in targets.values()])
    begun = functools.partial(_refuse_mixture, recordings_folder, options.chosen)
    gathered, speed = _gather(options, targets, cases, numbers, begun=begun)
    made = _by_recording(gathered)
    with alone_in(options.out):
        # Another process may have written here in the meantime.
        problem = _loss(options, targets)
        if problem:
            raise MisuseError(problem)
        if options.vectors:
            files = vectors.files(gathered.vectors)
            replace(vectors_folder, files)
        if targets:
            for name, (about, entries) in made.items():
                kept = _kept(recordings_folder, name, options.chosen)
                made[name] = about, in_order(kept + entries, about["dialect"])
            sizes = store(recordings_folder, made)
    written = [
        Written(os.path.join(recordings_folder, name), len(entries), sizes[name])
        for name, (_, entries) in made.items()
    ]
    if options.vectors:
        size = sum(map(len, files.values()))
        written.insert(0, Written(vectors_folder, len(gathered.vectors), size))
    return written, speed


def _refuse_mixture(folder, chosen, abouts):
    """Raise MisuseError where a recording would keep cases that were recorded elsewhere."""
    for about in abouts.values():
        path = os.path.join(folder, about["recording"])
        if chosen.is_all or not _is_made(path):
            continue
        before = _read(path, RECORDING).about["provenance"]
        # Older recordings do not tell all of it.
        differ = [name for name in sorted(before) if before[name] != about[name]]
        if differ:
            raise MisuseError(
                f"{path} would hold cases of two machines or releases: {', '.join(differ)} differ; "
                f"record all its cases, without {chosen}, or choose another --out"
            )


def _kept(folder, name, chosen):
    """Return the entries of a recording that stay, as they are not of those to be recorded."""
    path = os.path.join(folder, name)
    if chosen.is_all or not _is_made(path):
        return []
    return [e for e in _read(path, RECORDING).entries.values() if not chosen.holds(e.case)]


def _by_recording(gathered):
    return {about["recording"]: (about, entries) for about, entries in gathered.recorded.values()}


def _gather(options, *wanted, begun=None):
    started = time.perf_counter()
    gathered = gather(*wanted, processes=options.processes, begun=begun)
    took = time.perf_counter() - started
    each = gathered.seconds / gathered.processes
    words = "{:.0f} s with {} processes, each {:.0f} s inside Keras: {:.2f} times its calls"
    timed = each > 0
    return gathered, words.format(took, gathered.processes, each, took / each) if timed else ""


def make_parser(prog=None):
    """Return the parser of the command line."""
    parser = parser_of("dump", prog, EXAMPLES)
    parser.add_argument("--vectors", action="store_true", help="the vectors; needs no TensorFlow")
    parser.add_argument("--recording", action="store_true", help="the recording (default: both)")
    parser.add_argument(
        "--out", metavar="FOLDER", help=f"of fixtures; default: {folder_to_write()}"
    )
    add_choice(parser)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; compare with what is in FOLDER"
    )
    parser.add_argument("--json", action="store_true", help="write JSON: what came of each folder")
    parser.add_argument("--processes", type=int, metavar="N", help="default: one for each core")
    return parser


def _parse(arguments, prog):
    options = make_parser(prog).parse_args(arguments)
    options.chosen = choice(options)
    if options.out is None:
        options.out = default_folder() if options.check else folder_to_write()
    if not (options.vectors or options.recording):
        options.vectors = options.recording = True
    return options


def _problem(options, there, targets, cases, numbers):
    """Return what is wrong with a call of the command, or None."""
    if options.vectors and not numbers:
        return f"no vector matches {options.chosen}"
    if there and not targets:
        return f"no case matches {options.chosen}"
    if options.processes is not None and options.processes < 1:
        return f"--processes must be at least 1, not {options.processes}"
    if options.recording and not there:
        advice = "say --vectors for the vectors alone, or " if options.vectors else ""
        return f"there is no TensorFlow here to record; {advice}install it with\n\n    {INSTALL}"
    missing = [folder for folder, is_made in _made(options, targets) if not is_made]
    if options.check and missing:
        return f"there is no fixture in {' or '.join(missing)} to compare with"
    return None if options.check else _loss(options, targets)


def _loss(options, targets):
    """Return what would be lost by writing vectors, or None."""
    folder = os.path.join(options.out, "vectors")
    if options.vectors and not options.chosen.is_all and _is_made(folder):
        return (
            f"{folder} would lose the cases that {options.chosen} leaves out; choose another --out"
        )
    return None


def _made(options, targets):
    """Return each folder that is asked for, and whether there is a fixture in it."""
    folders = [folder for folder, _ in _folders(options, targets)]
    return [(folder, _is_made(folder)) for folder in folders]


def _is_made(folder):
    """Tell whether there is a fixture in a folder."""
    return os.path.exists(os.path.join(folder, MANIFEST))


def _folders(options, targets):
    """Return the folder and kind of each fixture that is asked for."""
    vectors_there = [(os.path.join(options.out, "vectors"), VECTORS)] if options.vectors else []
    return vectors_there + [
        (os.path.join(options.out, "recordings", target.recording), RECORDING)
        for target in targets.values()
    ]


def gather(targets, cases, numbers=(), processes=None, begun=None):
    """Work out the vectors and run the targets, with several processes.

    Parameters
    ----------
    targets : dict of str to target
    cases : dict of str to list
        The cases of each target.
    numbers : list of Case
        Those to work out vectors of.
    processes : int, optional
        By default one for each core.
    begun : callable, optional
        ``begun(abouts)`` is called before the cases are run, with the provenance of each target by
        its name; what it raises ends all.

    Returns
    -------
    Gathered

    Raises
    ------
    BrokenTargetError
        If a target cannot be used, or a process ends when it tries.
    LostError
        If a process ends later on.
    """
    jobs = [("provenance", name, ()) for name in targets]
    runs = [("recording", name, block) for name in targets for block in blocks(cases[name])]
    families = vectors.families(numbers)
    jobs += runs + [("vectors", None, [numbers[i] for i in family]) for family in families]
    sizes = [len(job[2]) for job in jobs]
    results = spread(_work, jobs, sizes, "dumping", processes)
    try:
        abouts = dict(zip(targets, itertools.islice(results, len(targets))))
    except LostError as error:
        raise BrokenTargetError(f"{', '.join(targets)} cannot be used here: {error}") from None
    if begun:
        begun(abouts)
    recorded, seconds = {name: (about, []) for name, about in abouts.items()}, 0.0
    for _, name, _ in runs:
        entries, spent = next(results)
        recorded[name][1].extend(entries)
        seconds += spent
    found = {i: v for family, made in zip(families, results) for i, v in zip(family, made)}
    made = [found[i] for i in sorted(found)]
    return Gathered(made, recorded, seconds, workers(jobs, processes))


def _of_vectors(cases):
    """Return the cases that vectors are for: where the dialects differ in no number."""
    numbers = set(core())
    return [case for case in cases if case in numbers]


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
