"""What both kinds of fixtures are read with: nothing is trusted before it is looked at."""

import os

import numpy as np

from ..families.facts import parse
from ..families.outcome import Outcome, Refusal
from .format import (
    ALIGNMENT,
    DTYPES,
    LARGEST_BINARY,
    LARGEST_JSON,
    MANIFEST,
    FixtureError,
    content,
    crc32,
    sha256,
)

_MOST_AXES, _MOST_EMPTY_ROWS = 8, 4096
_MOST_TEXT = 2**26


def require(right, message, *about):
    """Raise FixtureError with a message about something unless it is right."""
    if not right:
        raise FixtureError(message.format(*about))


def item(table, index, what):
    """Return what an index stands for."""
    require(0 <= index < len(table), "there is no {} {} of {}", what, index, len(table))
    return table[index]


def of_cases(ids):
    """Name the cases that something belongs to, in short."""
    more = f" and of {len(ids) - 1} more" if len(ids) > 1 else ""
    return f"of {ids[0]}{more}" if ids else "of no case"


def _own(kind, option, value):
    """Return the value of an axis that is written so: a manifest has 0 for 0.0 too."""
    is_bool = isinstance(value, bool)
    alike = (own for own in kind.axes.get(option, ()) if isinstance(own, bool) is is_bool)
    return next((own for own in alike if own == value), value)


def case_of(kind, options, name):
    """Return the case of a class with these options, if it has that id."""
    try:
        found = kind(**{option: _own(kind, option, value) for option, value in options.items()})
        found_id = found.id
    except (TypeError, ValueError) as error:
        raise FixtureError(f"no such case: {error}") from None
    require(found_id == name, "its options are those of {}", found_id)
    return found


def file_bytes(folder, name, claimed=None):
    """Return the bytes of a file, after a look at where it lies and at its size.

    Parameters
    ----------
    folder : str
        That of the manifest.
    name : str
        As in the manifest; its form was checked.
    claimed : int, optional
        The size that the manifest tells.
    """
    path = os.path.normpath(os.path.join(os.path.realpath(folder), name))
    try:
        there = os.path.isfile(path)
    except ValueError:  # in Python 3.7, for a name that no file can have
        there = False
    require(there, "there is no file {}, which {} names", name, MANIFEST)
    require(
        os.path.dirname(os.path.realpath(path)) == os.path.dirname(path),
        "{} points outside the folder",
        name,
    )
    size = os.path.getsize(path)
    require(
        claimed in (None, size), "{} has {} bytes, but {} says {}", name, size, MANIFEST, claimed
    )
    return content(path, name, LARGEST_BINARY if name.endswith(".bin") else LARGEST_JSON)


def check_sha256(fields, data):
    """Raise FixtureError unless the bytes of a file have the sum that the manifest tells."""
    require(
        sha256(data) == fields["sha256"],
        "{} and {} do not match: its sha256 is another",
        fields["file"],
        MANIFEST,
    )


def refuse_twice(names, what):
    """Raise FixtureError where a name is there twice."""
    names = sorted(names)
    for earlier, later in zip(names, names[1:]):
        require(earlier != later, "{}{} is there twice", what, later)


class Entries:
    """Compares entries of a manifest with their crc32, as far as they refer to so much together."""

    def __init__(self):
        self._left = _MOST_TEXT

    def has_crc32(self, entry, text, *about):
        """Tell whether an entry has the crc32 of ``text(entry, *about)``."""
        try:
            data = text(entry, *about)
        except IndexError:  # of something that is not there
            return False
        self._left -= len(data)
        require(self._left >= 0, "its entries refer to more than {} bytes in all", _MOST_TEXT)
        return crc32(data) == entry["crc32"]


class ArraysFile:
    """The bytes of a file of arrays, no two of which overlap.

    Attributes
    ----------
    data : bytes
    left : int
        How many bytes there are for the arrays that were not looked at yet.
    """

    def __init__(self, data):
        self.data, self.left = data, len(data)


def check_form(form):
    """Raise FixtureError unless there is the dtype, and the shape may be that of an array."""
    shape = form["shape"]
    require(form["dtype"] in DTYPES, "unknown dtype {!r}", form["dtype"])
    right = len(shape) <= _MOST_AXES and all(n >= 0 for n in shape)
    require(right, "{:.60} is no shape", str(shape))


def array_at(binary, form, begin, sum_of, checksum):
    """Return a view of an array in the bytes of a file, after a look at its extent and checksum.

    Parameters
    ----------
    binary : ArraysFile
    form : dict
        ``"dtype"`` and ``"shape"``.
    begin : int
        The offset.
    sum_of : callable
        `sha256` or `crc32`.
    checksum : str
    """
    check_form(form)
    shape, size = form["shape"], len(binary.data)
    require(0 <= begin <= size, "its offset is outside the file")
    dtype, count, rows = DTYPES[form["dtype"]], 1, 1
    for n in shape:
        count *= n
        rows *= max(n, 1)  # an axis of 0 must not hide how many rows the others tell of
    require(rows <= max(size, _MOST_EMPTY_ROWS), "{:.60} is no shape of so few bytes", str(shape))
    end = begin + count * dtype.itemsize
    require(
        begin % ALIGNMENT == 0 and end <= size,
        "it cannot be bytes {} to {} of {}",
        begin,
        end,
        size,
    )
    binary.left -= end - begin
    require(binary.left >= 0, "it overlaps another")
    array = np.frombuffer(binary.data, dtype, count, begin).reshape(shape)
    require(sum_of(array.tobytes()) == checksum, "its {} is another", sum_of.__name__)
    if form["dtype"] == "bool":
        require((array.view(np.uint8) < 2).all(), "it has a bool that is neither")
    return array


def outcome(fields, tables, arrays):
    """Return the `Outcome` that an answer stands for.

    Parameters
    ----------
    fields : dict
        Of the answer.
    tables : dict
        With the tables ``"layouts"`` and ``"refusals"``.
    arrays : list of array
        To which the answer's indices refer.
    """
    given = sorted(name for name in ("layout", "refusal", "unsupported") if name in fields)
    require(
        len(given) == 1 and ("arrays" in fields) == (given == ["layout"]),
        "an answer is one of values, a refusal and unsupported, not {}",
        sorted(fields),
    )
    if "unsupported" in fields:
        require(fields["unsupported"], "it does not tell what is unsupported")
        return Outcome(unsupported=fields["unsupported"])
    if "refusal" in fields:
        return Outcome(refusal=Refusal(**item(tables["refusals"], fields["refusal"], "refusal")))
    layout = item(tables["layouts"], fields["layout"], "layout")
    names, indices = layout["arrays"], fields["arrays"]
    require(
        len(names) == len(indices),
        "has {} arrays instead of {}: {}",
        len(indices),
        len(names),
        ", ".join(names),
    )
    refuse_twice(names, "the array ")
    found = {name: item(arrays, index, "array") for name, index in zip(names, indices)}
    return Outcome(found, {name: _fact(name, text) for name, text in layout["facts"].items()})


def _fact(name, text):
    """Return the fact of a name that a text stands for."""
    try:
        return parse(name, text)
    except ValueError as error:
        raise FixtureError(str(error)) from None
