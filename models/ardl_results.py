"""What an autoregressive distributed lag says: long run, adjustment, bounds test, pass-through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ..errors import SpecError
from ..estimation.ardl import autoregression
from ..estimation.companion import companion_roots
from ..estimation.fieller import FiellerSet, ratio_std_error
from .ardl_equation import EstimatedEquation
from .ardl_long_run import ratio_sets, ratios
from .ardl_paths import SYMMETRIC_T, Bands, Side, pass_through, speed
from .bounds_test import BoundsTest, bounds_test
from .equation_passthrough import EquationPassThrough
from .inference.intervals.protocol import Interval
from .passthrough import PER_YEN, describe_set
from .results import Result, Summary, normal_bounds, tidy_frame


@dataclass(frozen=True, eq=False, kw_only=True)
class ARDLResults(EstimatedEquation, Result):
    """What an estimated autoregressive distributed lag says.

    Attributes are those of ``EstimatedEquation``.
    """

    methods: ClassVar[tuple[str, ...]] = (
        "pesaran_shin1999",
        "pesaran_shin_smith2001",
        "fieller1954",
    )
    name: ClassVar[str] = "ARDL"

    @property
    def model(self) -> str:
        """Name of the approach in tables."""
        orders = ",".join(map(str, self.orders))
        return f"{self.name}({orders}) of {'log levels' if self.form == 'levels' else 'changes'}"

    # -- long run and adjustment -------------------------------------------------------------------

    @property
    def error_correction(self) -> tuple[float, float]:
        """Coefficient of the price's lagged level, and its standard error."""
        place = self.layout.own_level
        error = np.sqrt(self.equation.covariance[place, place])
        return float(self.equation.parameters[place]), float(error)

    @property
    def largest_root(self) -> float:
        """Modulus of the largest root of the price's own lags; below one where it converges."""
        phi = autoregression(self.equation.parameters, self.layout)
        return float(np.abs(companion_roots(phi[:, None, None]))[0])

    @property
    def converges(self) -> bool:
        """Whether the effect of a lasting change of the exchange rate comes to rest."""
        return self.error_correction[0] < 0 and self.largest_root < 1

    @property
    def long_run_names(self) -> tuple[str, ...]:
        """Regressors in levels, then constant and trend."""
        return (*self.regressors, *(term for term in self.terms if term in ("const", "trend")))

    @cached_property
    def long_run(self) -> pd.DataFrame:
        """Long-run multipliers: ``estimate`` and delta-method ``s.e.``.

        They are ratios of coefficients to that of the price's level, so the interval to use is
        ``long_run_sets``. They mean something only where the price adjusts (``converges``).
        """
        above, below, covariance = ratios(self, self._numerators())
        columns = {
            "estimate": above / below,
            "s.e.": ratio_std_error(above, below, covariance),
        }
        return pd.DataFrame(columns, index=list(self.long_run_names))

    def long_run_sets(
        self,
        level: float = 0.90,
        *,
        bands: Bands = "bootstrap",
        draws: int = 1000,
        rng: int | np.random.Generator | None = 0,
    ) -> FiellerSet:
        """Fieller's sets of the long-run multipliers, in the order of ``long_run``.

        See ``ardl_long_run.ratio_sets``.
        """
        return ratio_sets(self, self._numerators(), level, bands=bands, draws=draws, rng=rng)

    def bounds_test(self, level: float = 0.05, *, replications: int = 20_000) -> BoundsTest:
        """Test that there is no relation in levels.

        Parameters
        ----------
        level : float
        replications : int
            Of the simulated limits; the same size of sample and equation is simulated once.

        Raises
        ------
        SpecError
            The equation is in changes.
        """
        if self.form == "changes":
            raise SpecError(
                "The bounds test asks for a relation in levels, and the equation is in changes.",
                remedy="Pass the series in 100 x log.",
            )
        return bounds_test(
            self.bounds_f,
            self.bounds_t,
            price=self.price.id,
            case=self.case,
            counts=self.counts,
            nobs=self.nobs,
            sample=self.sample,
            level=level,
            replications=replications,
        )

    @property
    def bounds_f(self) -> float:
        """Joint statistic of the levels and of the terms inside the relation, over their number."""
        inside = {2: ["const"], 4: ["trend"]}.get(self.case, [])
        levels = range(self.layout.own_level, self.layout.own_level + 1 + len(self.regressors))
        places = [*(self.terms.index(term) for term in inside), *levels]
        # Levels that are tied count once.
        _, first = np.unique(self.expansion[places].argmax(axis=1), return_index=True)
        tested = np.array(places)[first]
        values = self.equation.parameters[tested]
        covariance = self.equation.classical[np.ix_(tested, tested)]
        return float(values @ np.linalg.solve(covariance, values) / len(tested))

    @property
    def bounds_t(self) -> float:
        """Classical t statistic of the price's lagged level (Banerjee, Dolado and Mestre)."""
        place = self.layout.own_level
        error = np.sqrt(self.equation.classical[place, place])
        return float(self.equation.parameters[place] / error)

    @property
    def counts(self) -> tuple[tuple[int, str], ...]:
        """Numbers of regressors in levels with which the test compares."""
        return ((len(self.regressors), "regressors in levels"),)

    def speed(
        self,
        levels: Sequence[float] = (0.68, 0.90),
        *,
        draws: int = 2000,
        rng: int | np.random.Generator | None = 0,
    ) -> pd.DataFrame:
        """How fast the price adjusts, in periods of the data; see ``ardl_paths.speed``."""
        return speed(self, levels, draws=draws, rng=rng)

    def pass_through(
        self,
        horizon: int = 24,
        *,
        bands: Bands = "bootstrap",
        interval: Interval = SYMMETRIC_T,
        levels: Sequence[float] = (0.68, 0.90),
        draws: int = 2000,
        rng: int | np.random.Generator | None = 0,
    ) -> EquationPassThrough:
        """Change of the price up to each horizon after a lasting fall of the yen by 1%.

        See ``ardl_paths.pass_through``.
        """
        return pass_through(
            self, horizon, bands=bands, interval=interval, levels=levels, draws=draws, rng=rng
        )

    def tidy(self, level: float = 0.90) -> pd.DataFrame:
        """Long-run multipliers (Fieller's sets), error correction, and the bounds statistics."""
        return tidy_frame(self._rows(level))

    def summary(self) -> Summary:
        """Fit, long run, coefficients, and the bounds test in words."""
        sets = self.long_run_sets()
        words = [describe_set(sets, i) for i in range(len(self.long_run))]
        fit = {
            "Observations": self.nobs,
            "R2 of changes": self.r_squared,
            "Residual s.e.": self.residual_std_error,
            "AIC": self.aic,
            "Largest root": self.largest_root,
        }
        errors = "classical" if self.hac_lags is None else f"HAC, {self.hac_lags} lags"
        return Summary(
            f"{self.model}: {self.price.label} on {self.exchange_rate.label}",
            [
                ("Fit", pd.DataFrame({"value": pd.Series(fit, dtype=object)})),
                (
                    "Long-run multipliers",
                    self.long_run.assign(**{"90% set (Fieller, bootstrap)": words}),
                ),
                (f"Error correction (s.e.: {errors})", self.coefficients),
            ],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """The equation in words, whether it adjusts, cautions, sample."""
        chosen = f" (by {self.ic.upper()})" if self.selection is not None else ""
        lags = ", ".join(f"{q} of {name}" for q, name in zip(self.orders, self._groups()))
        terms = [term for term in self.terms if term in ("const", "trend")]
        terms += ["seasonal dummies"] if self.seasonal else []
        terms += self.fixed
        return (
            f"{self.model}: lags {lags}{chosen}; terms: {', '.join(terms) or 'none'}.",
            self._rest(),
            *self.cautions,
            f"Sample {self.sample}, T = {self.nobs}.",
        )

    # -- parts that the asymmetric equation changes ------------------------------------------------

    def sides(self) -> tuple[Side, ...]:
        """Kinds of moves of the exchange rate that the equation tells apart."""
        return (Side("", {0: 1.0}),)

    def _groups(self) -> tuple[str, ...]:
        """Names of the series that have lags of their own."""
        return (self.price.id, *self.regressors)

    # -- helpers -----------------------------------------------------------------------------------

    def _rest(self) -> str:
        """Whether effects come to rest, in words."""
        value, error = self.error_correction
        if self.form == "changes":
            sums = f"Coefficients of past changes add up to {1 + value:.3f} (s.e. {error:.3f})"
            return f"{sums}: effects {'die out' if self.converges else 'do not die out'}."
        said = f"Coefficient of the lagged price {value:.4f} (s.e. {error:.4f})"
        if self.converges:
            return f"{said}: the price adjusts."
        return f"{said}: multipliers do not converge, and there is no long run."

    def _numerators(self) -> np.ndarray:
        """What the long-run multipliers are ratios of, as weights of the parameters."""
        places = [self.layout.level(j) for j in range(len(self.regressors))]
        places += [self.terms.index(term) for term in self.long_run_names[len(places) :]]
        return np.asarray(np.eye(self.layout.size)[places])

    def _rows(self, level: float) -> Iterator[dict[str, Any]]:
        same = {"model": self.model, "response": self.price.id, "level": level}
        sets = self.long_run_sets(level)
        low, high = sets.hull
        for i, (name, row) in enumerate(self.long_run.iterrows()):
            of_yen = str(name) not in self.long_run_names[self._yen_regressors() :]
            yield {
                **same,
                "statistic": "long_run_pass_through" if of_yen else "long_run_multiplier",
                "shock": str(name),
                "estimate": row["estimate"],
                "std_error": row["s.e."],
                "conf_low": low[i],
                "conf_high": high[i],
                "band": "Fieller, bootstrap" + ("" if sets.bounded[i] else f" ({sets.kind[i]})"),
                "unit": f"% per {PER_YEN}" if of_yen else "",
            }
        if self.form == "changes":
            return
        value, error = self.error_correction
        lower, upper = normal_bounds(value, error, level)
        yield {
            **same,
            "statistic": "error_correction",
            "estimate": value,
            "std_error": error,
            "conf_low": lower,
            "conf_high": upper,
            "band": "normal",
            "unit": "share of the gap a period",
        }
        yield {"model": self.model, "statistic": "bounds F", "estimate": self.bounds_f}
        yield {"model": self.model, "statistic": "bounds t", "estimate": self.bounds_t}

    def _yen_regressors(self) -> int:
        """How many of the first regressors are made of the exchange rate."""
        return 1
