"""What an estimated VAR can be asked about itself: causality, breaks, single periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ...estimation.breaks import Change
    from ...estimation.coefficient_covariance import ErrorKind
    from .break_design import Breaking
    from .breaks import BreakTest
    from .causality import Denominator
    from .causality_results import CausalityTable, CausalityTest
    from .influence import CoefficientInfluence
    from .multiple_breaks import Selection
    from .multiple_breaks_result import MultipleBreaks
    from .system_breaks import Bootstrap, Statistic, SystemBreakTest


class Examined:
    """The tests of ``VARResults``; options are those of the function named in each method."""

    def granger(
        self: Any,
        cause: str | Sequence[str],
        effect: str | Sequence[str] | None = None,
        *,
        errors: ErrorKind | None = None,
        extra_lags: int = 0,
        denominator: Denominator = "system",
    ) -> CausalityTest:
        """Granger causality from some variables to others; see ``causality.granger_test``."""
        from .causality import granger_test

        return granger_test(
            self, cause, effect, errors=errors, extra_lags=extra_lags, denominator=denominator
        )

    def granger_table(
        self: Any,
        *,
        errors: ErrorKind | None = None,
        extra_lags: int = 0,
        denominator: Denominator = "system",
    ) -> CausalityTable:
        """Granger causality between all pairs; see ``causality.granger_table``."""
        from .causality import granger_table

        return granger_table(self, errors=errors, extra_lags=extra_lags, denominator=denominator)

    def instantaneous(
        self: Any,
        cause: str | Sequence[str],
        effect: str | Sequence[str] | None = None,
        *,
        errors: ErrorKind | None = None,
    ) -> CausalityTest:
        """Instantaneous causality between two groups; see ``causality.instantaneous_test``."""
        from .causality import instantaneous_test

        return instantaneous_test(self, cause, effect, errors=errors)

    def break_test(
        self: Any,
        equation: str,
        *,
        breaking: Breaking = "all",
        errors: ErrorKind = "HC3",
        trimming: float = 0.15,
        draws: int = 999,
        levels: Sequence[float] = (0.68, 0.90),
        rng: int | np.random.Generator | None = 0,
    ) -> BreakTest:
        """One break in one equation; see ``breaks.equation_break_test``."""
        from .breaks import equation_break_test

        return equation_break_test(
            self,
            equation,
            breaking=breaking,
            errors=errors,
            trimming=trimming,
            draws=draws,
            levels=levels,
            rng=rng,
        )

    def multiple_breaks(
        self: Any,
        equation: str,
        *,
        breaking: Breaking = "all",
        max_breaks: int = 5,
        errors: ErrorKind = "HC3",
        trimming: float = 0.15,
        selection: Selection = "sequential",
        draws: int = 499,
        levels: Sequence[float] = (0.68, 0.90),
        rng: int | np.random.Generator | None = 0,
    ) -> MultipleBreaks:
        """Several breaks in one equation; see ``multiple_breaks.equation_breaks``."""
        from .multiple_breaks import equation_breaks

        return equation_breaks(
            self,
            equation,
            breaking=breaking,
            max_breaks=max_breaks,
            errors=errors,
            trimming=trimming,
            selection=selection,
            draws=draws,
            levels=levels,
            rng=rng,
        )

    def system_break_test(
        self: Any,
        *,
        change: Change = "coefficients",
        breaking: Breaking = "all",
        statistic: Statistic = "lr",
        bootstrap: Bootstrap | None = None,
        trimming: float = 0.15,
        draws: int = 499,
        levels: Sequence[float] = (0.68, 0.90),
        rng: int | np.random.Generator | None = 0,
    ) -> SystemBreakTest:
        """One break in all equations; see ``system_breaks.system_break_test``."""
        from .system_breaks import system_break_test

        return system_break_test(
            self,
            change=change,
            breaking=breaking,
            statistic=statistic,
            bootstrap=bootstrap,
            trimming=trimming,
            draws=draws,
            levels=levels,
            rng=rng,
        )

    def influence(self: Any, *, whole: bool = False) -> CoefficientInfluence:
        """Coefficients and covariance without each period; see ``influence.coefficient_influence``.

        Parameters
        ----------
        whole : bool
            Leave a period out as a lag too.
        """
        from .influence import coefficient_influence

        return coefficient_influence(self, whole=whole)
