"""One number on the way from an old run to a new one: what moved it, and whether sampling would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: The stages between which a number moves, in order, with what each is in words.
STAGES = {
    "old": "the old run",
    "repeated": "the old run, with the present software",
    "revised": "the old months, with the new figures",
    "extended": "all months, with the new figures",
    "respecified": "the new study file",
    "new": "the new run",
}

#: What a move is made of, by the name of the property of ``Move``.
PARTS = {
    "revision": "revisions",
    "new_months": "new months",
    "study_file": "the study file",
    "software": "the software",
}

#: Units that a sentence need not name.
PLAIN = ("ratio", "probability")

#: Coverage of the range of moves by sampling alone.
RANGE = 0.90


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and its interval; NaN where there is none."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Noise:
    """What a number moves by when months are added and no parameter changes.

    Attributes
    ----------
    low, high : float
        Equal-tailed 90% range of such moves.
    std_error : float
        Their standard deviation.
    p_value : float
        Two-sided: twice the share of such moves beyond the one that was seen, on its side.
    draws : int
        Simulated paths on which the number exists in both samples.
    """

    low: float
    high: float
    std_error: float
    p_value: float
    draws: int


def sampling_noise(before: np.ndarray, after: np.ndarray, move: float) -> Noise | None:
    """The distribution of a move under no change, from draws of both samples on the same paths.

    Parameters
    ----------
    before, after : ndarray, shape (R,)
        NaN where the number does not exist.
    move : float
        The one that was seen.

    Returns
    -------
    Noise or None
        None where the number exists on fewer than half of the paths, or the move does not.
    """
    difference = after - before
    kept = difference[~np.isnan(difference)]
    if 2 * len(kept) < len(difference) or np.isnan(move):
        return None
    low, high = np.quantile(kept, [(1 - RANGE) / 2, (1 + RANGE) / 2])
    beyond = min(int((kept <= move).sum()), int((kept >= move).sum()))
    p_value = min(2 * (beyond + 1) / (len(kept) + 1), 1.0)
    return Noise(float(low), float(high), float(kept.std(ddof=1)), p_value, len(kept))


def together(differences: np.ndarray, moves: np.ndarray) -> float:
    """P-value of all moves at once: of the largest, each relative to its range under no change.

    Parameters
    ----------
    differences : ndarray, shape (R, n)
        Of the draws of both samples, joint over the n numbers; rows with NaN are left out.
    moves : ndarray, shape (n,)

    Returns
    -------
    float
        NaN where nothing moves under no change, or is left.
    """
    drawn = differences[~np.isnan(differences).any(axis=1)]
    if not drawn.size:
        return float("nan")
    low, middle, high = np.quantile(drawn, [(1 - RANGE) / 2, 0.5, (1 + RANGE) / 2], axis=0)
    varying = high > low
    if not varying.any():
        return float("nan")

    def largest(values: np.ndarray) -> np.ndarray:
        relative = np.abs(values - middle)[..., varying] / (high - low)[varying]
        return np.asarray(relative.max(axis=-1))

    beyond = int((largest(drawn) >= largest(moves)).sum())
    return (beyond + 1) / (len(drawn) + 1)


@dataclass(frozen=True, slots=True)
class Move:
    """A headline number in both runs and at the stages between them.

    Attributes
    ----------
    table, statistic, shock, response, horizon : str
        Which row of ``numbers.csv`` it is.
    group, label : str
        Where it stands in the report, and what it is, in words.
    unit : str
    leads : bool
        Whether it belongs to the short list.
    old, repeated, revised, extended, respecified, new : Estimate
        See ``STAGES``.
    noise : Noise or None
        For the part of new months; None where it was not tested.
    samples, methods : (str, str)
        In the old and in the new run.
    """

    table: str
    statistic: str
    shock: str
    response: str
    horizon: str
    group: str
    label: str
    unit: str
    leads: bool
    old: Estimate
    repeated: Estimate
    revised: Estimate
    extended: Estimate
    respecified: Estimate
    new: Estimate
    noise: Noise | None
    samples: tuple[str, str]
    methods: tuple[str, str]

    @property
    def total(self) -> float:
        """From the old run to the new one: the sum of the parts."""
        return self.new.value - self.old.value

    @property
    def revision(self) -> float:
        """By other figures for the old months."""
        return self.revised.value - self.repeated.value

    @property
    def new_months(self) -> float:
        """By months that the old run did not have."""
        return self.extended.value - self.revised.value

    @property
    def study_file(self) -> float:
        """By other settings."""
        return self.respecified.value - self.extended.value

    @property
    def software(self) -> float:
        """By other versions, in the old run and in the new one, than the present ones."""
        return (self.repeated.value - self.old.value) + (self.new.value - self.respecified.value)

    @property
    def relative(self) -> float:
        """The move over half the width of the old interval."""
        half = (self.old.high - self.old.low) / 2
        return abs(self.total) / half if half > 0 and np.isfinite(half) else float("nan")

    @property
    def decimals(self) -> int:
        """Decimals that show two digits of the range by sampling, or else of the interval."""
        ranges = [(self.noise.low, self.noise.high)] if self.noise else []
        ranges += [(one.low, one.high) for one in (self.old, self.new)]
        widths = [high - low for low, high in ranges if np.isfinite(high - low) and high > low]
        return int(np.clip(1 - np.floor(np.log10(widths[0])), 0, 6)) if widths else 3

    def sentence(self, months: int, parts: Sequence[str] = tuple(PARTS)) -> str:
        """The move, its parts, and what sampling alone gives.

        Parameters
        ----------
        months : int
            New months of the VAR behind tested moves.
        parts : sequence of str
            Parts that can differ from zero.
        """
        what = f"{self.label} ({self.group[0].lower()}{self.group[1:]})"
        old, new = self.text(self.old.value), self.text(self.new.value)
        unit = "" if self.unit in PLAIN else f" {self.unit}"
        if np.isnan(self.total):
            return f"{what}: {old}, now {new}{unit}."
        if not parts:
            return f"{what} did not move: {new}{unit}."
        words = {**PARTS, "new_months": _months(months) if self.noise else PARTS["new_months"]}
        made_of = [f"{self.text(getattr(self, p), signed=True)} by {words[p]}" for p in parts]
        found = f"{what} moved from {old} to {new}{unit}: {', '.join(made_of)}"
        if self.noise is None:
            return f"{found}."
        return (
            f"{found}; sampling alone gives {self.range_text()} in {100 * RANGE:.0f} of 100 "
            f"samples (p = {self.noise.p_value:.2f})."
        )

    def text(self, value: float, *, signed: bool = False) -> str:
        """A value of this number with the decimals that its moves need."""
        if np.isnan(value):
            return "no estimate"
        rounded = round(value, self.decimals) + 0.0  # no minus before a zero
        sign = "+" if signed and rounded else ""
        return f"{rounded:{sign}.{self.decimals}f}"

    def range_text(self) -> str:
        """The range of moves by sampling alone."""
        if self.noise is None:
            return "not tested"
        low, high = (self.text(limit, signed=True) for limit in (self.noise.low, self.noise.high))
        return f"{low} to {high}"

    def rows(self, level: float) -> Iterator[dict[str, Any]]:
        """Tidy rows: the stages with their intervals, the parts, the range under no change."""
        same = {
            "model": f"{self.table}: {self.statistic}",
            "shock": self.shock,
            "response": self.response,
            "horizon": int(self.horizon) if self.horizon.isdigit() else self.horizon or None,
            "unit": self.unit,
        }
        for stage in STAGES:
            one: Estimate = getattr(self, stage)
            limits = {"level": level, "conf_low": one.low, "conf_high": one.high}
            yield {**same, "statistic": stage, "estimate": one.value, **limits}
        for part in ("total", *PARTS):
            yield {**same, "statistic": f"move_{part}", "estimate": getattr(self, part)}
        if self.noise is not None:
            yield {
                **same,
                "statistic": "move_by_sampling",
                "std_error": self.noise.std_error,
                "level": RANGE,
                "conf_low": self.noise.low,
                "conf_high": self.noise.high,
                "band": "paired bootstrap under no change of parameters",
            }
            yield {**same, "statistic": "move_p_value", "estimate": self.noise.p_value, "unit": ""}


def _months(count: int) -> str:
    return "1 new month" if count == 1 else f"{count} new months"
