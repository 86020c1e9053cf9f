"""What pyproject.toml cannot say: the fixtures of a wheel, and the license as SPDX writes it."""

import os
import shutil

import setuptools
from setuptools.command.build_py import build_py

FIXTURES = "fixtures"
KNOWS_SPDX = int(setuptools.__version__.partition(".")[0]) >= 77
"""Those before, the last for Python 3.7 and 3.8 among them, refuse what these want."""


class BuildWithFixtures(build_py):
    """Puts the fixtures, which lie beside the package in a clone, into the package of a wheel."""

    def run(self):
        super().run()
        if not getattr(self, "editable_mode", False):
            folder = os.path.join(self.build_lib, "rnn_oracle", FIXTURES)
            # An earlier build may have left what is no fixture any more.
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(FIXTURES, folder)


setuptools.setup(
    cmdclass={"build_py": BuildWithFixtures},
    **{"license_expression" if KNOWS_SPDX else "license": "Apache-2.0"},
)
