"""Methods that test and examine an estimated VAR."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .breaks import BreakTest
    from .causality_results import CausalityTable, CausalityTest
    from .influence import CoefficientInfluence
    from .multiple_breaks_result import MultipleBreaks
    from .system_breaks import SystemBreakTest


class Examined:
    """What ``VARResults`` can be asked; options are those of the function named in each method."""

    def granger(
        self: Any,
        cause: str | Sequence[str],
        effect: str | Sequence[str] | None = None,
        **options: Any,
    ) -> CausalityTest:
        """Granger causality from some variables to others; see ``causality.granger_test``."""
        from .causality import granger_test

        return granger_test(self, cause, effect, **options)

    def granger_table(self: Any, **options: Any) -> CausalityTable:
        """Granger causality between all pairs; see ``causality.granger_table``."""
        from .causality import granger_table

        return granger_table(self, **options)

    def instantaneous(
        self: Any,
        cause: str | Sequence[str],
        effect: str | Sequence[str] | None = None,
        **options: Any,
    ) -> CausalityTest:
        """Instantaneous causality between two groups; see ``causality.instantaneous_test``."""
        from .causality import instantaneous_test

        return instantaneous_test(self, cause, effect, **options)

    def break_test(self: Any, equation: str, **options: Any) -> BreakTest:
        """One break in one equation; see ``breaks.equation_break_test``."""
        from .breaks import equation_break_test

        return equation_break_test(self, equation, **options)

    def multiple_breaks(self: Any, equation: str, **options: Any) -> MultipleBreaks:
        """Several breaks in one equation; see ``multiple_breaks.equation_breaks``."""
        from .multiple_breaks import equation_breaks

        return equation_breaks(self, equation, **options)

    def system_break_test(self: Any, **options: Any) -> SystemBreakTest:
        """One break in all equations; see ``system_breaks.system_break_test``."""
        from .system_breaks import system_break_test

        return system_break_test(self, **options)

    def influence(self: Any, *, whole: bool = False) -> CoefficientInfluence:
        """Coefficients and covariance without each period; see ``influence.coefficient_influence``.

        Parameters
        ----------
        whole : bool
            Leave a period out as a lag too.
        """
        from .influence import coefficient_influence

        return coefficient_influence(self, whole=whole)
