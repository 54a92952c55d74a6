"""What a learner hears of errors and values where their function has seen the hidden cases."""

import pytest

from anuman.check import check
from anuman.check.call import Outcome
from anuman.check.errors import described

SECRET = 982_451_653


def told(error, source="return flops / bandwith", elsewhere=True):
    if elsewhere:
        error.from_learner = True
    return described(Outcome(error=error, source=source), ("flops",), (7.0,))


@pytest.mark.parametrize(
    "error",
    [
        ValueError(SECRET),
        KeyError(f"name '{SECRET}' is not defined"),
        NameError(f"name 'x{SECRET}' is not defined"),
        AttributeError(f"'int' object has no attribute 'x{SECRET}'"),
        IndexError(f"list index out of range {SECRET}"),
        KeyError(f"{SECRET}"),
        type(f"E{SECRET}", (TypeError,), {})("division by zero"),
    ],
)
def test_no_message_of_a_learners_making_is_told(error):
    said = told(error)
    assert str(SECRET) not in said
    assert said.split(":")[0] in {one.__name__ for one in type(error).__mro__}


@pytest.mark.parametrize(
    ("error", "source"),
    [
        (NameError("name 'bandwith' is not defined"), "return flops / bandwith"),
        (ZeroDivisionError("float division by zero"), "return flops / 0.0"),
        (
            TypeError("unsupported operand type(s) for /: 'float' and 'NoneType'"),
            "return flops / b",
        ),
        (TypeError("'int' object is not iterable"), "for x in 3:"),
        (IndexError("list index out of range"), "return rows[9]"),
        (KeyError("head_dim"), 'size = config["head_dim"]'),
    ],
)
def test_pythons_own_words_about_the_line_are_told(error, source):
    assert told(error, source) == f"{type(error).__name__}: {error}"


def test_in_ones_own_notebook_the_message_stays():
    assert told(KeyError("batch 8, 7.0"), elsewhere=False) == "KeyError: 'batch 8, <flops>'"


def test_a_value_from_elsewhere_is_told_as_a_ratio_of_two_digits(capsys):
    class Elsewhere:
        runs_elsewhere = True

        def __call__(self, flops, bandwidth):
            return 3.2178 * flops / bandwidth

    check("ridge", Elsewhere())
    far, near = (
        capsys.readouterr().out,
        check("ridge", lambda flops, bandwidth: 3.2178 * flops / bandwidth),
    )
    assert near == 0 and "3.22 times too large" in capsys.readouterr().out
    assert "about 3.2 times too large" in far and "3.22" not in far
