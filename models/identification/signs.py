"""Identification by the signs of responses, with zeros and narratives beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...data.panel import Column
from ...errors import InvalidInferenceError, SpecError
from ...estimation.median_target import median_target
from ...estimation.narrative import Narrative
from ...estimation.responses import impulse_responses
from ...estimation.streams import BLOCK, seed_from
from ..options import require_choice, require_count
from .joint_search import joint_draws
from .long_run import require_long_run
from .narrative import NarrativeRestriction, narrative_of
from .rotation_record import Weighting
from .rotation_search import Search, conditional_draws, equally_weighted
from .sign_restrictions import (
    OwnLike,
    RestrictedShocks,
    Restriction,
    as_own,
    as_restrictions,
    restricted_shocks,
)

if TYPE_CHECKING:
    from ..inference.protocol import Inference
    from ..reduced_form.base import ReducedForm
    from ..structural import StructuralVAR
    from ..structural_draws import StructuralDraws
    from .sign_conflicts import Conflicts


@dataclass(frozen=True, slots=True)
class SignRestrictions:
    """Shocks known by the signs of what they do; a set of models satisfies them, not one.

    With Sigma = F F' the impact matrix is B = F Q. Q is drawn from the uniform (Haar) distribution
    over orthogonal matrices until the responses have the signs and zeros that are asked for.
    Shocks without restrictions are not identified. A shock raises its own variable on impact; where
    its signs do not speak of that, this is one restriction more.

    Parameters
    ----------
    restrictions : sequence of Sign and ZeroResponse
        Shocks are named freely.
    own : mapping of shock to variable, optional
        The variable that a shock belongs to, in whose units its size is stated. Needed for shocks
        that are not named after a variable.
    narrative : sequence of ShockSign and LargestContribution
        What is known about the shocks of certain dates.
    weighting : {"conditional", "joint"}
        ``conditional``: each draw of the reduced form gets one of its rotations, however few it
        has. Draws keep the weight that their posterior, or the bootstrap, gives them; those
        without any rotation are dropped and counted. ``joint``: reduced form and rotation are drawn
        anew in every attempt, so that a reduced form counts in proportion to the share of rotations
        that it admits (Arias, Rubio-Ramirez and Waggoner 2018); for a ``Posterior`` only. The
        bands differ where the admissible share varies over draws, that is where the restrictions
        are informative about the reduced form.
    rotations : int
        Accepted rotations of the estimated reduced form from which the point is chosen.
    target_horizon : int
        Last horizon of the responses that the choice looks at.
    max_attempts : int
        Rotations tried for each one that is wanted.
    candidates : int
        With zeros, or narratives that rank shocks, accepted rotations have importance weights,
        which choose among this many for each draw.

    Notes
    -----
    The point is the median target of Fry and Pagan (2011): the accepted rotation of the estimated
    reduced form whose responses are closest to the medians. It is a model; the pointwise median of
    the draws is not.

    Rotations as in Rubio-Ramirez, Waggoner and Zha (2010), zeros as in Arias, Rubio-Ramirez and
    Waggoner (2018), narratives as in Antolin-Diaz and Rubio-Ramirez (2018). A uniform distribution
    of Q is not uniform for the responses, and the data never revise it inside the identified set
    (Baumeister and Hamilton 2015): ``robust_bounds`` does without it.

    No rotation is ever replaced by another scheme's: where none is found for the estimate, the
    error names the restrictions in conflict.
    """

    restrictions: Sequence[Restriction]
    own: OwnLike = None
    narrative: Sequence[NarrativeRestriction] = ()
    weighting: Weighting = "conditional"
    rotations: int = 1000
    target_horizon: int = 24
    max_attempts: int = 100_000
    candidates: int = 50

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]] = (
        "rubio_waggoner_zha2010",
        "arias_rubio_waggoner2018",
        "fry_pagan2011",
        "baumeister_hamilton2015",
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "restrictions", as_restrictions(self.restrictions))
        object.__setattr__(self, "own", as_own(self.own))
        object.__setattr__(self, "narrative", tuple(self.narrative))
        require_choice("weighting", self.weighting, ("conditional", "joint"))
        require_count("rotations", self.rotations, 1)
        require_count("target_horizon", self.target_horizon, 0)
        require_count("max_attempts", self.max_attempts, 1)
        require_count("candidates", self.candidates, 1)
        if not self.restrictions and not self.narrative:
            raise SpecError(
                "SignRestrictions without restrictions identify nothing.",
                remedy="Pass Sign(...), ZeroResponse(...) or narrative restrictions.",
            )

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        return "signs"

    def shocks(self, names: Sequence[str]) -> RestrictedShocks:
        """The shocks among the variables; see ``restricted_shocks`` for what is refused."""
        others = [one.shock for one in self.narrative]
        return restricted_shocks(self.restrictions, as_own(self.own), names, others)

    def shock_names(self, names: Sequence[str]) -> tuple[str, ...]:
        """Name of each shock; see ``NamesShocks.shock_names``."""
        return self.shocks(names).shock_names

    def estimate(self, reduced: ReducedForm, seed: int) -> tuple[ReducedForm, np.ndarray]:
        """The reduced form as it is, with the median target; see ``ReadsSample.estimate``.

        Raises
        ------
        SpecError, NotIdentifiedError
            If the restrictions do not fit the VAR or contradict one another.
        NoRotationError
            If no rotation of the estimate was found.
        """
        shocks = self.shocks(reduced.names)
        if self.imposed_long_run_zeros(reduced.names):
            require_long_run(reduced.lag_coefficients, reduced.names)
        search = self.search(reduced, seed)
        if not search.of_estimate(min(BLOCK, self.rotations)).found.any():
            from .sign_conflicts import no_rotation

            raise no_rotation(search, shocks)
        found = search.of_estimate(self.rotations)
        accepted = equally_weighted(search, reduced.lag_coefficients, found.impact[found.found])
        identified = shocks.identified
        responses = impulse_responses(
            reduced.lag_coefficients, accepted[..., identified], self.target_horizon
        )
        chosen = accepted[median_target(responses)]
        return reduced, np.where(identified, chosen, np.nan)

    def draw(self, svar: StructuralVAR) -> StructuralDraws:
        """An accepted rotation for each draw of the reduced form; see ``ReadsSample.draw``.

        Raises
        ------
        InvalidInferenceError
            If the bands rest on no sample of reduced forms, or joint weighting on no posterior.
        NoRotationError
            If no draw has a rotation.
        """
        from dataclasses import replace

        from .sign_conflicts import none_in_draws

        reduced, inference = svar.reduced, svar.inference
        if inference.interval.reads_pairs:
            raise InvalidInferenceError(
                f"{inference.describe()}: perturbed estimates are no sample of reduced forms to "
                "find rotations for.",
                remedy="Use Posterior or a bootstrap.",
            )
        search = self.search(reduced, svar.seed, getattr(inference, "threads", 1))
        if self.weighting == "joint":
            from ..inference.posterior import Posterior

            if not isinstance(inference, Posterior):
                raise InvalidInferenceError(
                    "Joint weighting needs a new draw of the reduced form in every attempt, which "
                    f"a {inference.name.replace('_', ' ')} is too slow for.",
                    remedy="Use Posterior, or weighting='conditional'.",
                )
            drawn = joint_draws(search, inference.moments(reduced), inference.draws)
        else:
            drawn = conditional_draws(search, reduced.draws(inference, svar.seed))
        if not len(drawn):
            raise none_in_draws(search)
        identified = self.shocks(reduced.names).identified
        return replace(drawn, impact=np.where(identified, drawn.impact, np.nan))

    def search(self, reduced: ReducedForm, seed: int, threads: int = 1) -> Search:
        """The search for rotations in a sample."""
        shocks = self.shocks(reduced.names)
        narrative = Narrative(())
        if self.narrative:
            narrative = narrative_of(
                self.narrative, shocks.shock_names, reduced.names, reduced.columns, reduced.dates
            )
        return Search(
            shocks.arrays(), narrative, reduced, self.max_attempts, self.candidates, seed, threads
        )

    def conflicts(
        self, reduced: ReducedForm, *, rng: int | np.random.Generator | None = 0
    ) -> Conflicts:
        """How restrictive the restrictions are at the estimate, together and one by one.

        Shares of rotations that are accepted with all of them and without each, and which of them
        contradict one another: what ``identify`` says where it finds no rotation.
        """
        from .sign_conflicts import examine

        return examine(self.search(reduced, seed_from(rng)), self.shocks(reduced.names))

    def default_inference(self, reduced: ReducedForm) -> Inference:
        """The posterior; for a model that is not plain least squares, its own default."""
        from ..inference.posterior import Posterior

        return Posterior() if reduced.plain_least_squares else reduced.default_inference

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Zero restrictions at horizon 0."""
        return self.shocks(names).imposed_zeros(0)

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Zero restrictions in the long run."""
        return self.shocks(names).imposed_zeros("long_run")

    def imposed_signs(self, names: Sequence[str]) -> frozenset[tuple[str, str, int]]:
        """Sign restrictions by horizon; see ``RestrictsSigns.imposed_signs``."""
        return self.shocks(names).imposed_signs()

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """The restrictions shock by shock, how rotations are drawn, and what the point is."""
        shocks = self.shocks(names)
        told = "; ".join(one.describe() for one in self.narrative)
        drawn = (
            "one rotation for each reduced form"
            if self.weighting == "conditional"
            else "reduced form and rotation drawn together"
        )
        parts = [
            f"Restrictions on responses (+ up, - down, 0 none): {shocks.in_words(columns)}",
            *([f"narratives: {told}"] if told else []),
            "a positive shock raises its own variable on impact",
            f"rotations uniform (Haar), {drawn}",
            f"the point is the median target of {self.rotations:,} rotations of the estimate",
        ]
        return "; ".join(parts)
