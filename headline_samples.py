"""Headline numbers of the recursive VAR on the old months and on all months, draw by draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .errors import YenloopError
from .estimates import identified, in_contract_currency
from .headlines import RESPONSE_HORIZONS
from .models.paired_samples import (
    Key,
    drawn_gains,
    drawn_pass_through,
    drawn_responses,
    paired_samples,
)
from .spec import StudySpec

if TYPE_CHECKING:
    from .data.loop_panel import LoopPanel
    from .models.structural import StructuralVAR

#: Threads that estimate simulated paths; the numbers do not depend on it.
THREADS = 2

#: Draws of a number on the old months and on all months, from the same paths.
Draws = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class HeadlineSamples:
    """The VAR of the loop on the old months and on all months, both with the new figures.

    Attributes
    ----------
    spec, longer : StudySpec
        The same study on the old months and on all months.
    short_loop, long_loop : LoopPanel
        Their series.
    """

    spec: StudySpec
    longer: StudySpec
    short_loop: LoopPanel
    long_loop: LoopPanel

    @property
    def spans(self) -> tuple[str, str]:
        """Both samples in words."""
        short, long = self._pair(_base)
        return short.reduced.sample, long.reduced.sample

    @property
    def months(self) -> int:
        """Months that the VAR gains."""
        short, long = self._pair(_base)
        return long.reduced.nobs - short.reduced.nobs

    def drawn(self) -> tuple[dict[Key, Draws], tuple[str, ...]]:
        """Draws of both samples on the same paths, by number; and why there are none."""
        if self.months == 0:
            return {}, ("The VAR of the loop has no new months: nothing is tested.",)
        try:
            base = paired_samples(*self._pair(_base), threads=THREADS)
            found = self._both(base, self._of_base)
            if "import_price_contract" in self.short_loop.roles:
                beside = paired_samples(*self._pair(in_contract_currency), threads=THREADS)
                found |= self._both(beside, self._of_contracts)
        except YenloopError as error:
            return {}, (f"Nothing is tested. {error.problem}",)
        return found, ()

    def _pair(
        self, model: Callable[[StudySpec, LoopPanel], StructuralVAR | None]
    ) -> tuple[StructuralVAR, StructuralVAR]:
        short, long = model(self.spec, self.short_loop), model(self.longer, self.long_loop)
        assert short is not None
        assert long is not None
        return short, long

    def _both(
        self,
        pair: tuple[StructuralVAR, StructuralVAR],
        drawn: Callable[[StructuralVAR], dict[Key, np.ndarray]],
    ) -> dict[Key, Draws]:
        before, after = map(drawn, pair)
        return {key: (before[key], after[key]) for key in before}

    def _of_base(self, svar: StructuralVAR) -> dict[Key, np.ndarray]:
        spec, loop = self.longer, self.long_loop
        yen, price, cpi, jgb = loop.ids(["yen", "import_price", "cpi", "jgb10y"])
        horizons = [h for h in RESPONSE_HORIZONS if h <= spec.var.horizon]
        ratios = [
            ("pass_through", price, yen),
            ("pass_through", cpi, yen),
            (f"pass_through_per_{price}", cpi, price),
        ]
        return {
            **drawn_gains(svar, yen, (yen, price, cpi, jgb), spec.loop.horizons),
            **drawn_responses(svar, yen, spec.var.yen_shock, (price, cpi, jgb), horizons),
            **drawn_pass_through(svar, yen, ratios, spec.pass_through.horizons),
        }

    def _of_contracts(self, svar: StructuralVAR) -> dict[Key, np.ndarray]:
        yen, price = self.long_loop.ids(["yen", "import_price_contract"])
        ratio = ("pass_through", price, yen)
        return drawn_pass_through(svar, yen, [ratio], self.longer.pass_through.horizons)


def _base(spec: StudySpec, loop: LoopPanel) -> StructuralVAR:
    return identified(spec, loop, spec.var.order)
