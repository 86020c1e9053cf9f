"""The page of an explained call: its drawings say what the steps say, and it needs nothing else."""

import builtins
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from helpers import needs
from test_explain import QUESTIONS

from rnn_oracle.commands import drawing, explain
from rnn_oracle.commands.explained import Explained, observed
from rnn_oracle.commands.explained_page import figure
from rnn_oracle.commands.question import parse

pytestmark = [needs("packaging"), needs("jinja2")]


def texts(svg, kind):
    return [
        each.text for each in ElementTree.fromstring(svg).iter("text") if kind in each.get("class")
    ]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_drawing_has_the_numbers_of_the_steps(question):
    explained = Explained(parse(question))
    for steps in explained.sides.values():
        svg = drawing.of_steps(steps, explained.mask, "drawing")
        in_order = sorted(steps, key=lambda step: step.time)
        rows = [[f"{step.x.item():.3f}" for step in in_order]]
        if explained.mask is not None:
            rows.append([str(bool(step.valid[0])) for step in in_order])
        rows += [[f"{array.item():.3f}" for array in arrays] for _, arrays in observed(steps)]
        assert texts(svg, "number") == [number for row in rows for number in row]
        lines = ElementTree.fromstring(svg).iter("line")
        places = [float(line.get("x1")) for line in lines]
        assert np.argsort(places).tolist() == np.argsort([step.time for step in steps]).tolist()


def test_a_masked_step_is_hatched_in_the_order_of_the_steps():
    (steps,) = Explained(parse("LSTM go_backwards mask=right")).sides.values()
    root = ElementTree.fromstring(drawing.of_steps(steps, np.ones((1, 5), bool), "drawing"))
    tall = [
        each.get("x")
        for each in root.iter("rect")
        if each.get("class") == "hatch" and float(each.get("height")) > 30
    ]
    frames = [each.get("x") for each in root.iter("rect") if "frame" in each.get("class", "")]
    assert [float(x) - 1 for x in tall] == [float(x) for x in frames[:2]]


def test_the_output_and_the_mask_that_goes_on_are_drawn_as_they_are_returned():
    explained = Explained(parse("LSTM go_backwards mask=right"))
    ((output, mask),) = drawing.outputs_of(explained)
    shown = texts(drawing.of_sequence(output, mask, "drawing"), "number")
    assert shown[5:] == ["True", "True", "True", "False", "False"]
    assert shown[:5] == [f"{number:.3f}" for number in explained.results[0].ravel()]


def test_both_outputs_are_drawn_where_they_are_left_apart():
    explained = Explained(parse("Bidirectional GRU merge_mode=none initial_state=argument"))
    html = str(figure(explained, "both"))
    assert "Returned: forward output" in html and "Returned: backward output" in html
    assert "initial state: h forward: " in html and "h backward: " in html


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_page_needs_nothing_else(question, tmp_path):
    path = tmp_path / "page.html"
    assert explain.main([question, "--html", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    names = re.findall(r' id="([^"]+)"', text)
    assert len(set(names)) == len(names) > 0
    assert not re.search(r'(src|<link[^>]*href)="(?!data:)', text) and "<script" not in text
    assert "url(http" not in text and "@import" not in text
    for step in range(1, 6):
        assert f'class="pick-{step}"> Step {step} reads x[' in text


@pytest.mark.parametrize(
    "question, words",
    [
        (
            "LSTM mask=left",
            "Step 1 reads x[0] = -0.300, which is masked: every state stays as it was; the output "
            "is 0.000",
        ),
        ("GRU mask=holes", "every state stays as it was; the output before is repeated"),
        ("GRU mask=holes zero_output_for_mask", "every state stays as it was; the output is 0.000"),
        ("SimpleRNN", "Step 5 reads x[4] = -0.400: h = "),
    ],
)
def test_what_is_said_of_a_step(question, words):
    assert words in str(figure(Explained(parse(question)), "drawing"))


def test_a_page_that_cannot_be_written(tmp_path, capsys):
    assert explain.main(["LSTM", "--html", str(tmp_path / "nowhere" / "page.html")]) == 2
    assert "cannot write " in capsys.readouterr().err


def test_without_jinja2_it_says_how_to_install_it(tmp_path, capsys, monkeypatch):
    there = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "jinja2":
            raise ImportError("No module named 'jinja2'")
        return there(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    path = tmp_path / "page.html"
    assert explain.main(["LSTM", "--html", str(path)]) == 2
    assert "rnn-oracle[html]" in capsys.readouterr().err and not path.exists()
