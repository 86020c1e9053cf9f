"""Opens the files that Keras saves models in, and hands out what is in them, within limits.

A file is data from a stranger: nothing in it is run or unpickled, nothing is unpacked to the disk,
and no more is read into memory than the file has bytes for.
"""

from __future__ import annotations

import functools
import io
import json
import operator
import os
import zipfile
import zlib
from typing import Any

import numpy as np

from .errors import ModelFileError

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
SAVED_MODEL = "keras_metadata.pb"
LARGEST_TEXT = 64 * 2**20
"""How many bytes a configuration may have."""
SMALL = 2**20
RATIO = 100
"""What is larger than `SMALL` may not be this many times as large as the bytes that it is in."""
KNOWN_FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32", 4: "szip", 32000: "lzf"}
"""Those that the HDF5 library brings along: no plug-in is loaded for a file."""
MOST_STRINGS = 100_000
_HDF5, _ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"


def kind_of(path: str) -> str:
    """Return ``"hdf5"`` or ``"keras"``, by how the file begins, or ``"saved_model"``.

    Raises
    ------
    ModelFileError
        For any other file, and for a folder that is no SavedModel with metadata of Keras.
    """
    if os.path.isdir(path):
        if os.path.isfile(os.path.join(path, SAVED_MODEL)):
            return "saved_model"
        raise ModelFileError(
            f"{path} is a folder without {SAVED_MODEL}, in which Keras 2 writes the configuration "
            "of a SavedModel: load the model in the release that saved it, and save it as .keras "
            "or .h5"
        )
    with open(path, "rb") as file:
        begins = file.read(len(_HDF5))
    if begins == _HDF5:
        return "hdf5"
    if begins.startswith(_ZIP):
        return "keras"
    raise ModelFileError(f"{path} begins neither as an HDF5 file nor as a .keras archive does")


def parsed(text: str | bytes, path: str, what: str) -> dict[str, Any]:
    """Return the object that a text of JSON holds.

    Raises
    ------
    ModelFileError
        For what is no object in JSON, too long, or nested too deeply.
    """
    if len(text) > LARGEST_TEXT:
        raise ModelFileError(f"{path}: {what} has more than {LARGEST_TEXT} bytes")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{path}: {what} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise ModelFileError(f"{path}: {what} must be an object, not {type(found).__name__}")
    return found


_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class Archive:
    """A ``.keras`` file: an archive of two texts and a file of weights.

    Parameters
    ----------
    path : str

    Raises
    ------
    ModelFileError
        For what is no such archive.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(path) as archive:
                self._members = archive.infolist()
                self._bytes = {name: self._read(archive, name) for name in (METADATA, CONFIG)}
                self._bytes[WEIGHTS] = self._read(archive, WEIGHTS)
        except _BROKEN as error:
            raise ModelFileError(f"{path} is no .keras archive: {error}") from error

    def _read(self, archive: zipfile.ZipFile, name: str) -> bytes:
        found = [member for member in self._members if member.filename == name]
        if len(found) != 1:
            there = ", ".join(member.filename[:80] for member in self._members[:10])
            raise ModelFileError(
                f"{self.path} must hold one {name}, not {len(found)}; it holds {there or 'nothing'}"
            )
        if found[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ModelFileError(f"{self.path}: {name} is compressed in a way that is not known")
        size = found[0].file_size
        if name != WEIGHTS and size > LARGEST_TEXT:
            raise ModelFileError(f"{self.path}: {name} has more than {LARGEST_TEXT} bytes")
        _check_ratio(size, found[0].compress_size, f"{self.path}: {name}")
        with archive.open(found[0]) as member:  # which stops at the size that is declared
            return member.read(size)

    def text(self, name: str) -> dict[str, Any]:
        """Return the object that a text in the archive holds."""
        return parsed(self._bytes[name], self.path, name)

    def weights(self) -> Group:
        """Return the file of weights in it."""
        return opened(io.BytesIO(self._bytes[WEIGHTS]), f"{self.path}: {WEIGHTS}")


def _count(shape: tuple[int, ...]) -> int:
    """Return how many elements there are in a shape, however many."""
    return functools.reduce(operator.mul, shape, 1)


def _check_ratio(size: int, stored: int, what: str) -> None:
    if size > SMALL and size > RATIO * stored:
        raise ModelFileError(
            f"{what} would have {size} bytes, but only {stored} are stored: no weights are "
            "compressed so much"
        )


def opened(file: Any, path: str) -> Group:
    """Open an HDF5 file.

    Parameters
    ----------
    file : str or file object
    path : str
        What errors call it.

    Raises
    ------
    ImportError
        Where there is no h5py.
    ModelFileError
        For what is no HDF5 file.
    """
    try:
        import h5py
    except ImportError as error:
        raise ImportError("rnn_oracle.load needs h5py: pip install 'rnn-oracle[models]'") from error
    try:
        return Group(h5py.File(file, "r"), path, "")
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelFileError(f"{path} is no HDF5 file that can be read: {error}") from error


class Group:
    """A group of an HDF5 file, of which only hard links are followed.

    Parameters
    ----------
    group : h5py.Group
    path : str
        What errors call the file.
    where : str
        The path of the group in it.
    """

    def __init__(self, group: Any, path: str, where: str) -> None:
        self._group, self.path, self.where = group, path, where

    def close(self) -> None:
        """Close the file."""
        self._group.file.close()

    def __len__(self) -> int:
        return len(self._group)

    def has(self, name: str) -> bool:
        """Tell whether something of that name is in the group."""
        return name in self._group

    def has_attribute(self, name: str) -> bool:
        """Tell whether there is an attribute of that name, whole or in parts."""
        return name in self._group.attrs or f"{name}0" in self._group.attrs

    def group(self, name: str) -> Group:
        """Return a group in the group, ``a/b`` being one that is in another.

        Raises
        ------
        ModelFileError
            Where there is none.
        """
        found = self._followed(name)
        if not hasattr(found, "keys"):
            raise self._error(name, "is no group")
        return Group(found, self.path, f"{self.where}/{name}")

    def array(self, name: str) -> np.ndarray:
        """Return a dataset in the group, ``a/b`` being one in a group that is in it.

        Raises
        ------
        ModelFileError
            Where there is none, for what lies outside of the file, for what is no array of real
            numbers, and for one that has fewer bytes in the file than its shape needs.
        """
        dataset = self._followed(name)
        if not hasattr(dataset, "shape"):
            raise self._error(name, "is no dataset")
        try:
            if dataset.external or dataset.is_virtual:
                raise self._error(name, "lies in other files, which are not read")
            if dataset.dtype.kind not in "fiu" or dataset.shape is None:
                raise self._error(name, f"must be real numbers, not {dataset.dtype}")
            self._check_storage(dataset, name)
            return np.asarray(dataset[()])
        except (OSError, RuntimeError, TypeError, MemoryError, KeyError) as error:
            raise self._error(name, f"cannot be read: {error}") from error

    def _check_storage(self, dataset: Any, name: str) -> None:
        made = dataset.id.get_create_plist()
        for index in range(made.get_nfilters()):
            number = made.get_filter(index)[0]
            if number not in KNOWN_FILTERS:
                raise self._error(name, f"needs the filter {number}, which is not known")
        size = _count(dataset.shape) * dataset.dtype.itemsize
        _check_ratio(size, dataset.id.get_storage_size(), self._named(name))

    def strings(self, name: str) -> list[str]:
        """Return an attribute of several strings, which Keras parts where it is too long.

        Raises
        ------
        ModelFileError
            Where there is none, and for what is none.
        """
        attributes = self._group.attrs
        if name in attributes:
            return self._strings(name)
        found: list[str] = []
        part = 0
        while f"{name}{part}" in attributes:
            found += self._strings(f"{name}{part}")
            part += 1
        if not part:
            raise self._error(name, "is missing among the attributes")
        return found

    def _strings(self, name: str) -> list[str]:
        return [self._text(name, value) for value in np.ravel(self._attribute(name)).tolist()]

    def string(self, name: str) -> str | None:
        """Return an attribute that is a string, None where there is none."""
        if name not in self._group.attrs:
            return None
        value = self._attribute(name)
        return self._text(name, value.item() if isinstance(value, np.ndarray) else value)

    def _attribute(self, name: str) -> Any:
        try:
            shape = self._group.attrs.get_id(name).shape
            if _count(shape) > MOST_STRINGS:
                raise self._error(name, f"has the shape {shape}, which is too large")
            return self._group.attrs[name]
        except (OSError, RuntimeError, TypeError, ValueError, KeyError) as error:
            if isinstance(error, ModelFileError):
                raise
            raise self._error(name, f"cannot be read: {error}") from error

    def _text(self, name: str, value: Any) -> str:
        value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if not isinstance(value, str):
            raise self._error(name, "must be a string")
        return value

    def _followed(self, name: str) -> Any:
        import h5py

        found = self._group
        try:
            for part in name.split("/"):
                link = found.get(part, getlink=True) if hasattr(found, "keys") else None
                if not isinstance(link, h5py.HardLink):
                    is_link = isinstance(link, (h5py.SoftLink, h5py.ExternalLink))
                    wrong = "is a link to elsewhere, which is not followed"
                    raise self._error(name, wrong if is_link else "is missing")
                found = found[part]
        except (OSError, RuntimeError, KeyError, TypeError) as error:
            raise self._error(name, f"cannot be read: {error}") from error
        return found

    def _named(self, name: str) -> str:
        return f"{self.path}: {self.where}/{name}"

    def _error(self, name: str, wrong: str) -> ModelFileError:
        return ModelFileError(f"{self._named(name)} {wrong}")
