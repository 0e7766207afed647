"""What a reader of instrumented responses must know, in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ..estimation.anderson_rubin import EMPTY
from .identification.instruments import STRONG
from .projection_errors import LagAugmented

if TYPE_CHECKING:
    from .instrumented_responses import InstrumentedResponses

#: Level at which instruments are said to contradict each other.
DISAGREE = 0.05


def quantity(result: InstrumentedResponses) -> tuple[str, ...]:
    """What is estimated, and how the sets are made."""
    errors = (
        "robust to heteroskedasticity (HC3); the instruments are of one period, and "
        "unpredictable given the controls, so that scores are not autocorrelated"
        if isinstance(result.errors, LagAugmented)
        else result.errors.describe(np.array(result.observations))
    )
    return (
        f"{result.title}.",
        *_sums(result),
        "Sets: Anderson and Rubin's test inverted horizon by horizon, which holds at every "
        f"strength of the instruments; {errors}.",
    )


def bands(result: InstrumentedResponses) -> str:
    """How the Wald bands are made."""
    rows = np.array(result.observations)
    return f"Bands: {result.errors.describe(rows)}, residuals at the actual regressor."


def open_sets(result: InstrumentedResponses) -> tuple[str, ...]:
    """Where sets are not bounded, or empty."""
    found = []
    for level, sets in result.sets.items():
        endless = np.flatnonzero((~sets.bounded).any(axis=1))
        if len(endless):
            found.append(
                f"The {level:.0%} set is not bounded at horizons {spans(endless)}: there the data "
                "do not say how large the estimate is, however exact it looks."
            )
        empty = np.flatnonzero((sets.kind == EMPTY).any(axis=1))
        if len(empty):
            found.append(
                f"The {level:.0%} set is empty at horizons {spans(empty)}: there the instruments "
                "contradict each other, whatever the estimate."
            )
    return tuple(found)


def strength(result: InstrumentedResponses) -> tuple[str, ...]:
    """How strong the instruments are, and whether they agree."""
    f = result.strength.effective_f
    if np.isinf(f).all():  # the shock's variable is its own instrument
        return ()
    first, least = int(np.isfinite(f).argmax()), int(f.argmin())
    words = (
        f"Effective F of {'the instruments' if result.instruments else 'the first stage'} "
        f"{f[first]:.1f} at h = {first}, lowest {f[least]:.1f} at h = {least}"
    )
    weak = np.flatnonzero(~result.strong)
    if len(weak):
        words += (
            f"; below {STRONG:g} at horizons {spans(weak)}, where estimates lean towards least "
            "squares and only the Anderson-Rubin sets hold"
        )
    apart = np.flatnonzero((result.strength.p_value < DISAGREE).any(axis=1))
    if len(apart):
        words += (
            f"; Hansen's J rejects at {DISAGREE:.0%} that the instruments agree at horizons "
            f"{spans(apart)}"
        )
    return (f"{words}.",)


def spans(horizons: Iterable[int]) -> str:
    """Horizons in words, runs joined: 3, 7-9."""
    runs: list[list[int]] = []
    for h in map(int, horizons):
        if runs and h == runs[-1][-1] + 1:
            runs[-1].append(h)
        else:
            runs.append([h])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def _sums(result: InstrumentedResponses) -> tuple[str, ...]:
    """What is summed over horizons."""
    summed = [result.columns[name].label for name in result.names if name in result.cumulated]
    if result.per:
        return (
            "Estimate at horizon h: sum of the response from t to t + h on the sum of "
            f"{result.columns[result.shock].label} over the same periods, in one regression; "
            f"per {result.per}.",
        )
    if not summed:
        return ()
    which = "All responses are" if len(summed) == len(result.names) else ", ".join(summed)
    return (f"{which} cumulated: response of the level, not of the change.",)
