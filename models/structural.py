"""The structural VAR: an identified impact matrix and joint draws, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..data.panel import Column, response_scales
from ..errors import SpecError
from ..estimation.partial_identification import completed, identified_columns
from .identification.joint_draws import identify_draws, implied_covariance
from .identification.named_shocks import names_of_shocks, which_shocks
from .identification.protocol import ExaminesSample, ReadsSample, RestrictsSigns
from .inference.validity import require_valid
from .results import Summary
from .structural_answers import Answers
from .structural_draws import StructuralDraws

if TYPE_CHECKING:
    from .identification.protocol import Identification
    from .inference.intervals.protocol import Interval
    from .inference.protocol import Inference
    from .reduced_form.base import ReducedForm


@dataclass(frozen=True, eq=False)
class StructuralVAR(Answers):
    """A reduced form with an identification: u_t = B e_t, e_t of unit variance.

    Attributes
    ----------
    reduced : ReducedForm
        The VAR or the VECM.
    scheme : Identification
    inference : Inference
        Source of the joint draws.
    seed : int
    impact : ndarray, shape (K, K)
        B as [response, shock]; NaN in the columns of shocks that are not identified.
    """

    reduced: ReducedForm
    scheme: Identification
    inference: Inference
    seed: int
    impact: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, in the order of the arrays."""
        return self.reduced.names

    @property
    def shock_names(self) -> tuple[str, ...]:
        """All shocks; shock j belongs to variable j, whose name it has unless it has its own."""
        return names_of_shocks(self.scheme, self.names)

    @cached_property
    def known(self) -> np.ndarray:
        """Which columns of ``impact`` are identified, shape (K,), bool."""
        return identified_columns(self.impact)

    @property
    def identified(self) -> tuple[str, ...]:
        """The shocks that are identified, in the order of their variables."""
        return tuple(name for name, known in zip(self.shock_names, self.known) if known)

    def shock_of(self, variable: str) -> str:
        """The shock that belongs to a variable and raises it on impact, identified or not.

        Raises
        ------
        SpecError
            If there is no such variable.
        """
        if variable not in self.names:
            raise SpecError(
                f"'{variable}' is not in the VAR.", remedy=f"Available: {', '.join(self.names)}."
            )
        return self.shock_names[self.names.index(variable)]

    @property
    def set_identified(self) -> bool:
        """Whether the draws hold different rotations of a reduced form beside sampling error."""
        return self.draws.rotations is not None

    @property
    def columns(self) -> Mapping[str, Column]:
        """What each variable is."""
        return self.reduced.columns

    @property
    def interval(self) -> Interval:
        """How the joint draws become an interval in this sample."""
        return self.inference.interval_for(self.reduced)

    @property
    def band(self) -> str:
        """Name of the inference, with the interval where it has a choice and is not percentiles."""
        interval = self.inference.interval.name
        return self.inference.name + (
            "" if interval in ("percentile", "delta") else f", {interval}"
        )

    @cached_property
    def draws(self) -> StructuralDraws:
        """Joint draws of the reduced form, each identified by the same scheme.

        Raises
        ------
        DrawError
            If more than five per cent of the draws failed.
        """
        if isinstance(self.scheme, ReadsSample):
            return self.scheme.draw(self)
        found = self.reduced.draws(self.inference, self.seed)
        impact, kept = identify_draws(self, found)
        some = slice(None) if kept.all() else kept
        return StructuralDraws(
            found.lags[some],
            found.deterministic[some],
            implied_covariance(self.scheme, impact, found.covariance)[some],
            impact[some],
            found.failed + int((~kept).sum()),
            found.refitted,
            found.adjusted,
        )

    @property
    def covariance(self) -> np.ndarray:
        """Sigma of the structural model, (K, K): B B' where the scheme can restrict it."""
        return implied_covariance(self.scheme, self.impact, self.reduced.covariance)

    def shocks(self) -> pd.DataFrame:
        """The J identified shocks e_j = b_j' Sigma^-1 u_t in standard deviations, dated, (T, J).

        Where all are identified this is B^-1 u_t. Standard deviations are those of normal months:
        where the reduced form has ``scales``, the shocks of such months are larger than one on
        average, as what they did to the data was.
        """
        innovations = self.reduced.innovations
        impact = completed(self.impact, self.covariance, self.known)
        values = np.linalg.solve(impact, innovations.to_numpy().T)[self.known].T
        return pd.DataFrame(values, index=innovations.index, columns=list(self.identified))

    def imposes_zero(self, response: str, shock: str) -> bool:
        """Whether the scheme sets the response on impact to zero."""
        return (response, shock) in self.scheme.imposed_zeros(self.names)

    def imposes_sign(self, response: str, shock: str, horizon: int) -> bool:
        """Whether the scheme restricts the sign of the response at the horizon, or its sum."""
        return isinstance(self.scheme, RestrictsSigns) and (
            (response, shock, horizon) in self.scheme.imposed_signs(self.names)
        )

    def summary(self) -> Summary:
        """The impact matrix, with what identifies it."""
        scale = response_scales(self.names, self.columns)[:, None]
        matrix = pd.DataFrame(
            (self.impact * scale)[:, self.known],
            index=[self.columns[n].label_with_unit for n in self.names],
            columns=list(self.identified),
        )
        caption = "Responses within the period (rows) to shocks of one standard deviation (columns)"
        return Summary(
            f"Structural {self.reduced.model} of {', '.join(self.names)}",
            [(caption, matrix)],
            self.point_notes(),
        )

    def require_valid(self, quantity: str, *, joint: str | None = None) -> None:
        """Refuse a band that is not valid for this identification, object and sample.

        Raises
        ------
        InvalidInferenceError
        """
        # What holds for an error-correction model holds whatever identifies its shocks.
        schemes = [self.scheme.name, *(["svec"] if self.reduced.unit_roots else [])]
        for scheme in dict.fromkeys(schemes):
            require_valid(
                scheme,
                self.inference.name,
                quantity,
                interval=self.inference.interval.name,
                joint=joint,
                near_unit_root=self.reduced.near_unit_root,
            )
        if isinstance(self.scheme, ExaminesSample):
            self.scheme.require_valid(self.reduced, quantity)

    def notes(self) -> tuple[str, ...]:
        """Identification, bands and sample in words, for the note under a figure."""
        from .structural_notes import caveats, what_was_drawn

        identification, *sample = self.point_notes()
        return (
            identification,
            f"Bands: {self.inference.describe()}{what_was_drawn(self)}.",
            *sample,
            *caveats(self),
        )

    def point_notes(self) -> tuple[str, ...]:
        """Identification and sample in words, where nothing was drawn."""
        shocks = ", ".join(which_shocks(self))
        found: tuple[str, ...] = ()
        if isinstance(self.scheme, ExaminesSample):
            found = self.scheme.sample_notes(self.reduced)
        return (
            f"{self.scheme.describe(self.names, self.columns)}."
            + (f" Identified shocks: {shocks}." if shocks else ""),
            f"{self.reduced.model}, {self.reduced.terms_in_words}; {self.reduced.sample}, "
            f"T = {self.reduced.nobs}.",
            *found,
        )
