"""The README's Python runs as it stands, and says what it says."""

import re

from rnn_oracle.plugin import LEFT_OUT


def test_the_example(target, pytestconfig, capsys):
    text = (pytestconfig.rootpath / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(program, {})
    printed = capsys.readouterr().out.splitlines()
    assert printed == re.findall(r"\)  # (.*)", program)


def test_what_is_left_out_without_tensorflow_tells_how_to_install_it():
    assert "pip install" in LEFT_OUT
