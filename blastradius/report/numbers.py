"""Numbers as people read them: one home, so that no two pages round differently.

A rounded number never claims more than the number itself: what is not 0 is not shown as 0,
what is not certain is not shown as 100, and no score is rounded up into the next band.
"""

from __future__ import annotations

import math

from blastradius.analysis.results import Estimate, Score, band_of

_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))
_BYTE_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


def score_text(score: float) -> str:
    """Return a score [points] without decimals.

    >>> score_text(74.9), score_text(0.2), score_text(99.7), score_text(0.0)
    ('74', '<1', '>99', '0')
    """
    if 0 < score < 1:
        return "<1"
    if 99 < score < 100:
        return ">99"
    rounded = round(score)
    return str(rounded if band_of(rounded) == band_of(score) else math.floor(score))


def score_range(score: Score) -> str:
    """Return a score and its range.

    >>> score_range(Score(prior=50, posterior=72, low=55, high=81))
    '72 (55–81)'
    """
    shown = score_text(score.posterior)
    low, high = score_text(score.low), score_text(score.high)
    return shown if low == high == shown else f"{shown} ({low}–{high})"


def change(before: str, after: str) -> str:
    """Return a number before and after the observations, once if they left it alone.

    >>> change("50%", "91%"), change("50%", "50%")
    ('50% → 91%', '50%')
    """
    return after if before == after else f"{before} → {after}"


def percent(probability: float) -> str:
    """Return a probability [1] in percent.

    >>> percent(0.914), percent(0.0004), percent(0.9996), percent(0.0), percent(1.0)
    ('91%', '<1%', '>99%', '0%', '100%')
    >>> percent(0.99 + 1e-16)
    '99%'
    """
    hundredths = canonical(probability * 100)
    if 0 < hundredths < 1:
        return "<1%"
    if 99 < hundredths < 100:
        return ">99%"
    return f"{hundredths:.0f}%"


def percent_of_whole(part: float) -> str:
    """Return a part [1] of a large whole in percent, three digits of it.

    >>> percent_of_whole(0.03406), percent_of_whole(0.00002), percent_of_whole(1e-9)
    ('3.41%', '0.002%', '<0.001%')
    >>> percent_of_whole(0.0), percent_of_whole(1.0), percent_of_whole(0.99999)
    ('0%', '100%', '>99.9%')
    """
    hundredths = part * 100
    if 0 < hundredths < 0.001:
        return "<0.001%"
    if 99.9 < hundredths < 100:
        return ">99.9%"
    return f"{hundredths:.3g}%"


def percent_change(estimate: Estimate) -> str:
    """Return a probability before and after the observations.

    >>> percent_change(Estimate(0.5, 0.914))
    '50% → 91%'
    """
    return change(percent(estimate.prior), percent(estimate.posterior))


def probability_text(value: float) -> str:
    """Return a probability [1] as an input of the model is written.

    >>> probability_text(0.5), probability_text(1.0), probability_text(1 / 3)
    ('0.5', '1', '0.333')
    """
    return f"{value:.3g}"


def probability_range(value: float, low: float, high: float) -> str:
    """Return a probability [1] and the range its author stands behind.

    >>> probability_range(0.5, 0.2, 0.8), probability_range(1, 1, 1)
    ('0.5 (0.2–0.8)', '1')
    """
    shown = probability_text(value)
    return shown if low == high else f"{shown} ({probability_text(low)}–{probability_text(high)})"


def likelihood_ratio(value: float) -> str:
    """Return how strongly an observation speaks, in words.

    >>> likelihood_ratio(9), likelihood_ratio(1 / 9), likelihood_ratio(1)
    ('speaks 9:1 for it', 'speaks 9:1 against it', 'speaks neither for nor against it')
    """
    if value == 1:
        return "speaks neither for nor against it"
    if value > 1:
        return f"speaks {value:.3g}:1 for it"
    return f"speaks {1 / value:.3g}:1 against it"


def decimal(value: float) -> str:
    """Return an expected count with one decimal.

    >>> decimal(4.56), decimal(0.01), decimal(0.0), decimal(1234.5)
    ('4.6', '<0.1', '0', '1,234')
    """
    if 0 < value < 0.1:
        return "<0.1"
    if value == 0 or value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}"


def points(value: float) -> str:
    """Return an effect on a score with three digits [points].

    >>> points(22.7586), points(0.44005), points(1234.56), points(0.0), points(99.96)
    ('22.8', '0.44', '1,235', '0', '100')
    """
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 or value == 0 else "<0.001"


def signed(value: float) -> str:
    """Return a change with one decimal and its sign.

    >>> signed(39.21), signed(-32.0), signed(0.01), signed(0.0)
    ('+39.2', '-32.0', '+<0.1', '0')
    """
    if value == 0:
        return "0"
    return ("+" if value > 0 else "-") + decimal(abs(value))


def amount(count: float) -> str:
    """Return a large count in words.

    >>> amount(55_000_000), amount(2_250_000), amount(1200), amount(0.4)
    ('55 million', '2.25 million', '1,200', 'fewer than 1')
    """
    if 0 < count < 1:
        return "fewer than 1"
    for scale, name in _SCALES:
        if count >= scale:
            return f"{_three_digits(count / scale)} {name}"
    return f"{count:,.0f}"


def byte_amount(count: float) -> str:
    """Return a size in decimal units.

    >>> byte_amount(40 * 10**12), byte_amount(999), byte_amount(1_500_000)
    ('40 TB', '999 bytes', '1.5 MB')
    """
    unit = 0
    while count >= 1000 and unit < len(_BYTE_UNITS) - 1:
        count /= 1000
        unit += 1
    return f"{_three_digits(count)} {_BYTE_UNITS[unit]}"


def _three_digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Return a count with its noun.

    >>> counted(1, "party", "parties"), counted(3, "edge")
    ('1 party', '3 edges')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def canonical(value: float) -> float:
    """Round to the 12 significant digits that a contract keeps, with one kind of zero.

    >>> canonical(0.1 + 0.2), canonical(-0.0)
    (0.3, 0.0)
    """
    return float(f"{value:.12g}") + 0.0
