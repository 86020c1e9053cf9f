"""What lies around the package: its metadata, the CI, and what a wheel and an sdist are to hold."""

import configparser
import re
import subprocess

import pytest

import rnn_oracle
from rnn_oracle.commands.program import EXTRAS
from rnn_oracle.families import fixtures


@pytest.fixture
def text(pytestconfig):
    """Return a function that reads a file of the repository."""
    return lambda *path: pytestconfig.rootpath.joinpath(*path).read_text(encoding="utf-8")


@pytest.mark.parametrize("job, label", [("releases", "upgrade"), ("wheels", "packages")])
def test_the_matrix_of_the_workflow_is_a_label_of_tox(job, label, text):
    tox = configparser.ConfigParser()
    tox.read_string(text("tox.ini"))
    labels = dict(line.split(" = ") for line in tox["tox"]["labels"].strip().splitlines())
    own = re.split(r"^  (?=\w+:$)", text(".github", "workflows", "ci.yml"), flags=re.MULTILINE)
    (found,) = [part for part in own if part.startswith(job + ":")]
    (matrix,) = re.findall(r"environment: \[(.*?)\]", found, re.DOTALL)
    assert re.findall(r"[^\s,]+", matrix) == labels[label].split(", ")


def test_the_version_is_told_alike(text):
    version = rnn_oracle.__version__
    assert f"\nversion: {version}\n" in text("CITATION.cff")
    assert f"\n## {version}" in text("CHANGELOG.md")


def test_an_extra_brings_what_is_said_to_come_with_it(text):
    for module, extra in EXTRAS.items():
        (brought,) = re.findall(rf"^{extra} = \[(.*?)\]", text("pyproject.toml"), re.M | re.S)
        assert f'{module}"' in brought


PAGES = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_to_files_that_are_shipped(page, text, pytestconfig):
    if not (pytestconfig.rootpath / "rnn_oracle").is_dir():
        pytest.skip("the package lies elsewhere")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text(page))
    assert links and not [link for link in links if not (pytestconfig.rootpath / link).exists()]


def test_the_action_names_its_inputs(text):
    action = text(".github", "actions", "check", "action.yml")
    inputs = re.findall(r"^  (\w+):\n    description:", action, re.MULTILINE)
    assert set(re.findall(r"inputs\.(\w+)", action)) == set(inputs) != set()


def test_fixtures_are_found_in_a_wheel_and_written_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(fixtures, "_PACKAGE", str(tmp_path / "rnn_oracle"))
    assert fixtures.checkout() is None
    assert fixtures.default_folder() == str(tmp_path / "rnn_oracle" / "fixtures")
    assert fixtures.folder_to_write() == "./fixtures"
    (tmp_path / "pyproject.toml").touch()
    assert fixtures.default_folder() == fixtures.folder_to_write() == str(tmp_path / "fixtures")


def test_the_manifest_names_all_that_git_keeps(pytestconfig, monkeypatch):
    """`tox run -e sdist` builds it; this is the part that costs nothing."""
    egg_info = pytest.importorskip("setuptools.command.egg_info")
    root = pytestconfig.rootpath
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ).stdout.decode()
    if not (root / ".git").exists():
        pytest.skip("this is no clone")
    monkeypatch.chdir(root)
    found = egg_info.FileList()
    for line in (root / "MANIFEST.in").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            found.process_template_line(line)
    # Which setuptools adds by itself.
    always = {"LICENSE", "MANIFEST.in", "pyproject.toml"}
    assert set(listed.splitlines()) <= set(found.files) | always
