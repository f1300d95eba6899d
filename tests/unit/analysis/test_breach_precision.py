"""A wanted precision, from the question to the note on the engine."""

import pytest

import blastradius as br
from blastradius.errors import QuestionError


def test_precision_decides_the_number_of_worlds():
    rough, fine = (
        br.analyze("automotive", "continental", method="monte-carlo", precision=points)
        for points in (3, 0.6)
    )
    assert rough.engine.n_worlds < fine.engine.n_worlds
    assert fine.provenance.options["precision"] == 0.6
    exact = br.analyze("automotive", "continental")
    for party in exact.ranking:
        # The wanted half-width is 1.96 standard errors; 5 of them are a chance of 1 in 1.7 million.
        difference = fine.parties[party.id].score.posterior - party.score.posterior
        assert abs(difference) <= 0.6 * 5 / 1.96


def test_precision_that_is_not_reached_is_said():
    result = br.analyze(
        "automotive", "continental", method="monte-carlo", precision=0.01, n_worlds=5000
    )
    assert result.engine.n_worlds == 5000
    assert "5,000 worlds do not reach the wanted precision" in result.engine.reason
    assert "do not reach the wanted precision" in result.to_text()


def test_exact_answers_need_no_precision():
    assert br.analyze("automotive", "continental", precision=1).engine.method == "exact"


@pytest.mark.parametrize("precision", [0, -1, 101, float("nan")])
def test_precision_out_of_range_is_refused(precision):
    with pytest.raises(QuestionError, match="precision must be above 0 and at most 100 points"):
        br.analyze("automotive", "continental", precision=precision)
