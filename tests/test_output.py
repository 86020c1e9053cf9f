"""Where commands write: a reader that has left, a full disk, and files that are no files."""

import errno
import json
import os
import resource
import subprocess
import sys

import pytest
from fakes import Right, let_check_find
from helpers import needs

from rnn_oracle.commands import check, dump, history
from rnn_oracle.commands.output import write_output
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.records import disk, vectors
from rnn_oracle.records.format import MANIFEST
from rnn_oracle.records.manifest import VECTORS
from rnn_oracle.records.reader import read

PLAIN = "gru.one.last.nostate.batch_major.forwards.nomask"
KNOWN = "gru.one.*.nostate.batch_major.forwards.*"
SOME = "gru.one.last.nostate.batch_major.forwards.*"

CHECK = f"""
import sys
sys.path.insert(0, {os.path.dirname(__file__)!r})
from fakes import Right, let_check_find
from rnn_oracle.commands import check

class Patch:
    setattr = staticmethod(lambda where, name, value: setattr(where, name, value))

let_check_find(Patch, Right())
sys.exit(check.main(["--only", {SOME!r}]))
"""
"""`check` where a target is installed that keeps all rules."""

COVER = """
import os, sys
from rnn_oracle.commands import cover

cover.checkout = os.getcwd
cover._kinds = lambda family: []
cover.table = lambda: "the table"
sys.exit(cover.main(["--check"]))
"""
"""`cover --check` in a folder that has no table."""

COMMANDS = {
    "cases": (["-m", "rnn_oracle.cases", "--family", "defaults"], 0),
    "check": (["-c", CHECK], 0),
    "cover": (["-c", COVER], 1),
    "diff": (["-m", "rnn_oracle.diff", "oracle", "tf2.21", "--only", KNOWN], 1),
    "dump": (["-m", "rnn_oracle.dump", "--vectors", "--only", PLAIN, "--out", "."], 0),
    "explain": (["-m", "rnn_oracle.explain", "LSTM", "mask=left"], 0),
    "help": (["-m", "rnn_oracle", "--help"], 0),
    "history": (["-m", "rnn_oracle.history", "--only", PLAIN], 0),
}


def start(command, tmp_path, pytestconfig, **streams):
    arguments, status = COMMANDS[command]
    if command == "check":
        pytest.importorskip("rich")
    # Compiled modules would be cut off on a full disk too.
    own = dict(os.environ, PYTHONPATH=str(pytestconfig.rootpath), PYTHONDONTWRITEBYTECODE="1")
    own.pop("PYTHONUNBUFFERED", None)  # with it, argparse is deaf to what cannot be written
    process = subprocess.Popen([sys.executable] + arguments, cwd=str(tmp_path), env=own, **streams)
    return process, status


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_has_left_is_no_failure(command, tmp_path, pytestconfig):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process, status = start(command, tmp_path, pytestconfig, **pipes)
    process.stdout.close()
    told = process.stderr.read().decode()
    process.stderr.close()
    assert (process.wait(), told) == (status, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_standard_output_is_told(command, tmp_path, pytestconfig):
    with open("/dev/full", "wb") as full:
        process, _ = start(command, tmp_path, pytestconfig, stdout=full, stderr=subprocess.PIPE)
    told = process.communicate()[1].decode()
    name = "python -m rnn_oracle" + f".{command}" * (command != "help")
    words = f"{name}: [Errno 28] No space left on device: 'the standard output'\n"
    assert (process.returncode, told) == (2, words)


def test_what_is_dumped_does_not_hang_on_who_reads(tmp_path, pytestconfig):
    process, _ = start("dump", tmp_path, pytestconfig, stdout=subprocess.PIPE)
    process.stdout.close()
    process.wait()
    assert list(read(str(tmp_path / "vectors"), VECTORS).entries) == [PLAIN]


def test_misuse_that_nobody_hears_has_its_status(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "rnn_oracle.cases", "--rule", "X9"], stderr=subprocess.PIPE
    )
    process.stderr.close()
    assert process.wait() == 2


# A full disk.


def be_full(descriptor):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@needs("rich")
@pytest.mark.parametrize("there", [None, "old"])
def test_a_full_disk_costs_neither_the_table_nor_the_old_file(there, tmp_path, monkeypatch, capsys):
    let_check_find(monkeypatch, Right())
    path = tmp_path / "verdicts.json"
    if there:
        path.write_text(there)
    monkeypatch.setattr(disk.os, "fsync", be_full)
    assert check.main(["--only", PLAIN, "--json", str(path)]) == 2
    printed = capsys.readouterr()
    assert "1 agree" in printed.out
    assert f"No space left on device: '{path}'" in printed.err
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [(path.name, there)] * bool(
        there
    )


@needs("rich")
def test_a_standard_output_that_fails_does_not_cost_the_json(tmp_path, monkeypatch, capsys):
    let_check_find(monkeypatch, Right())

    def show(*_):
        raise OSError(errno.EIO, "lost")

    monkeypatch.setattr(check, "show", show)
    monkeypatch.setattr("rnn_oracle.commands.output._give_up", lambda: None)
    path = tmp_path / "verdicts.json"
    assert check.main(["--only", PLAIN, "--json", str(path)]) == 2
    assert "lost: 'the standard output'" in capsys.readouterr().err
    assert [result["verdict"] for result in json.loads(path.read_text())["results"]] == ["agree"]


@pytest.mark.parametrize("kilobytes", [0, 1, 2])
def test_a_dump_onto_a_full_disk(kilobytes, tmp_path, pytestconfig):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1000, kilobytes * 1000))

    pipe = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE}
    process, _ = start("dump", tmp_path, pytestconfig, preexec_fn=limit, **pipe)
    out, told = process.communicate()
    assert (process.returncode, out) == (2, b"")
    assert b"File too large: './vectors/" in told and b"Traceback" not in told
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# Files that the caller names.


@needs("rich")
def test_the_json_takes_the_place_of_what_a_link_points_to(tmp_path, monkeypatch, capsys):
    let_check_find(monkeypatch, Right())
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(os.path.join("deep", "real.json"))
    (tmp_path / "link.json.new").write_text("mine")
    assert check.main(["--only", PLAIN, "--json", str(tmp_path / "link.json")]) == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "deep" / "real.json").read_text())["results"]
    assert (tmp_path / "link.json.new").read_text() == "mine"


@needs("rich")
def test_a_device_stays_a_device(monkeypatch, capsys):
    let_check_find(monkeypatch, Right())
    assert check.main(["--only", PLAIN, "--json", os.devnull]) == 0
    assert not os.path.isfile(os.devnull)


@needs("rich")
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_device_that_is_full_is_named(monkeypatch, capsys):
    let_check_find(monkeypatch, Right())
    assert check.main(["--only", PLAIN, "--json", "/dev/full"]) == 2
    assert "No space left on device: '/dev/full'" in capsys.readouterr().err


def test_nothing_is_left_of_a_file_that_ctrl_c_has_stopped(tmp_path, monkeypatch):
    def interrupt(descriptor):
        raise KeyboardInterrupt

    path = tmp_path / "pairs.md"
    path.write_text("old")
    monkeypatch.setattr(disk.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_output(str(path), "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [(path.name, "old")]


@needs("jinja2")
def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch, capsys):
    path = tmp_path / "history.html"
    path.write_text("old")
    monkeypatch.setattr(disk.os, "fsync", be_full)
    assert history.main(["--only", PLAIN, "--html", str(path)]) == 2
    assert f"No space left on device: '{path}'" in capsys.readouterr().err
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [(path.name, "old")]


def test_a_page_where_none_can_be(capsys):
    assert history.main(["--html", "/nowhere/at/all.html"]) == 2
    assert "cannot write /nowhere/at/all.html" in capsys.readouterr().err


# Two dumps into one folder.


@pytest.fixture
def gathered(monkeypatch):
    """Let a dump work nothing out; return a function that lets something happen meanwhile."""
    entries = [vectors.vector(CoreCase("gru"))]

    def meanwhile(happen):
        def gather(*_, **__):
            happen()
            return dump.Gathered(entries, {}, 0.0, 1)

        monkeypatch.setattr(dump, "gather", gather)

    return meanwhile


@pytest.mark.skipif(disk.fcntl is None, reason="there is no flock here")
def test_a_dump_writes_while_all_others_are_kept_out(tmp_path, monkeypatch, gathered):
    locked = []

    def replace(folder, files):
        descriptor = os.open(str(tmp_path), os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            disk.fcntl.flock(descriptor, disk.fcntl.LOCK_EX | disk.fcntl.LOCK_NB)
        os.close(descriptor)
        locked.append(folder)

    gathered(lambda: None)
    monkeypatch.setattr(dump, "replace", replace)
    assert dump.main(["--vectors", "--out", str(tmp_path)]) == 0
    assert locked == [str(tmp_path / "vectors")]


def test_a_dump_of_some_cases_does_not_replace_what_came_meanwhile(tmp_path, gathered, capsys):
    manifest = tmp_path / "vectors" / MANIFEST
    gathered(lambda: manifest.write_text("whole"))
    assert dump.main(["--vectors", "--only", PLAIN, "--out", str(tmp_path)]) == 2
    assert "would lose the cases that --only" in capsys.readouterr().err
    assert manifest.read_text() == "whole"
