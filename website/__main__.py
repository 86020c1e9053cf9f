"""`python -m website`: build the site into a folder; a warning is an error."""

import argparse
import sys
import tempfile
from pathlib import Path

from .markdown import ROOT
from .source import EXTRA, STATIC, lay_out


def build(out):
    """Build the site.

    Returns
    -------
    int
        0, or another status where Sphinx warns of something.
    """
    from sphinx.cmd.build import main as sphinx

    with tempfile.TemporaryDirectory() as folder:
        source, trees = Path(folder, "source"), Path(folder, "trees")
        source.mkdir()
        lay_out(source)
        options = [
            f"-Dhtml_static_path={source / STATIC}",
            f"-Dhtml_extra_path={source / EXTRA}",
            f"-Dexclude_patterns={EXTRA}",
        ]
        where = ["-c", str(ROOT / "website"), "-d", str(trees), str(source), str(out)]
        return sphinx(["-b", "html", "-q", "-W", "--keep-going", *options, *where])


def main():
    parser = argparse.ArgumentParser(prog="python -m website", description=__doc__)
    parser.add_argument("out", nargs="?", default=ROOT / "build/site", help="default: %(default)s")
    return build(parser.parse_args().out)


if __name__ == "__main__":
    sys.exit(main())
