"""What each kind of cells rests on, and what stands above its tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yenloop.models.inference.protocol import Inference

from . import projections, proxies, sign_sets
from .cells import BANDS, BLOCKS, DRAWS, KILIAN, KILIAN_BLOCKS, SUP_T, Cell
from .economies import ECONOMIES, Economy
from .instruments import INSTRUMENTED


@dataclass(frozen=True)
class Page:
    """A published page.

    Attributes
    ----------
    introduction : str
        With the fields level, samples, seed, horizon, draws, interior, outer, error and name.
    economies : Mapping[str, Economy]
    inferences : Mapping[str, Inference]
        Of the bands that draw samples.
    draws : int
        Bootstrap draws per sample.
    required : tuple of str
        Bands that are meant to hold their level; the others stand for comparison.
    model : str
        Short name of the model, before its lags.
    """

    introduction: str
    economies: Mapping[str, Economy]
    inferences: Mapping[str, Inference]
    draws: int
    required: tuple[str, ...]
    model: str = "VAR"

    def draws_of(self, band: str) -> int:
        """Bootstrap draws behind a band; none for the delta method and for sets."""
        return getattr(self.inferences.get(band.removesuffix(SUP_T)), "draws", 0)


def page_of(cells: Iterable[Cell]) -> Page:
    """The page of cells of one kind; cells of a scheme without one of its own are of the first."""
    return PAGES.get(next(iter(cells)).scheme, _RECURSIVE)


_COVERAGE = """\
# Coverage of the bands

How often a nominal {level:.0%} band holds the truth: Monte Carlo coverage in {samples:,} samples of
each economy and length, made by `make audit` (seed {seed}) through the package's public path:
`VAR(2).fit(data).identify(scheme, inference=band).irf({horizon})` and `.fevd({horizon})`, with
{draws:,} bootstrap draws for each sample.

- The estimated VAR has a constant and the right number of lags; Sigma's divisor is T minus the
  coefficients of an equation. T counts the periods explained. Coverage with a wrong number of lags
  is another question.
- Shocks have one standard deviation unless a unit is named. An entry is the average over all
  responses to all shocks that are not zero by assumption (Kilian and Kim 2011), in brackets the
  response that is held least often; a whole path is one response to one shock over all horizons.
  Under long-run restrictions the average leaves out, and the brackets do not, responses to a shock
  that explains more than {outer:.0%} of a variable's one-step variance: its impact is at the
  boundary of what it can be, and with a root near one the band lies below it. Variance shares
  are those with a true value between {interior:.0%} and {outer:.0%}: at the boundary no interval
  has its level, and the size of the one-sided test (`above_null`) stands instead.
- The Monte Carlo standard error is at most {error:.1%} (`mc_error` in `{name}.csv`; samples are
  independent, the responses of one sample are not).
- Samples in which the package refuses a band are counted apart ("refused") and are left out of the
  coverage: the identification fails in the estimate or in more than 5% of the draws, or a joint
  band would rest on a few extreme draws.
- Bands that have to reach 87% and do not are listed first; they stay in the table.
- Bands named after their bootstrap alone are equal-tailed percentiles.
"""

_WITH_INSTRUMENTS = """\
# Coverage with an instrument

How often a nominal {level:.0%} band or set holds the response to an instrumented shock: Monte Carlo
coverage in {samples:,} samples of each economy and length, made by `python -m audit --proxy`
(seed {seed}) through the package's public path:
`VAR(2).fit(data).identify(Instruments(z, shock), inference=band)`, then
`.anderson_rubin({horizon})` or `.irf({horizon}, size="unit")`, with {draws:,} bootstrap draws for
each sample.

- The instrument is z = sqrt(F / T) e + v, e the shock and v standard normal: F is that of the first
  stage in the population, T R^2 / (1 - R^2), the same at every T.
- The shock moves its own variable by one unit on impact. An entry is the average over the
  responses of all variables (on impact without the own one, which is one by normalisation), in
  brackets the response that is held least often.
- The Monte Carlo standard error is at most {error:.1%} (`mc_error` in `{name}.csv`).
- `anderson rubin`: the test of Anderson and Rubin inverted (Montiel Olea, Stock and Watson 2021).
  It holds at every strength of the instrument. Like the delta method it takes responses as nearly
  linear in the coefficients: where they have died out (h = 12 in `stationary`) or a root is close
  to one, it covers less, whatever the instrument. `bias-corrected`: with `bias_corrected=True`,
  which mends most of the latter.
- `block bootstrap` and the default of the scheme, `bias corrected bootstrap, blocks`: moving blocks
  of residuals and instrument together (Jentsch and Lunsford 2019, 2022). The package refuses them
  where the effective F is below 10 ("refused"), so that entries for a weak instrument are those of
  the samples in which it seems strong.
- `delta method` stands for comparison; the package shows it as a diagnostic beside the sets.
- `wild bootstrap` is a demonstration made for this page alone: the package refuses it. It keeps the
  product of residual and instrument as it is in every draw, and so does not see the sampling error
  of what identifies the shock: on impact it holds the truth in one sample out of four or five.
- Bands that are meant to hold their level and do not reach 87% are listed first; they stay in the
  tables.
"""

_WITH_SIGNS = """\
# Coverage under sign restrictions

How often the {level:.0%} credible band of one prior over rotations and the {level:.0%} robust
region hold the response to a sign-restricted shock: Monte Carlo coverage in {samples:,} samples of
each economy and length, made by `python -m audit --signs` (seed {seed}) through the package's
public path: `VAR(2).fit(data).identify(SignRestrictions(...), inference=Posterior({draws}))`, then
`.robust_bounds({horizon})`, whose credible band is that of `.irf({horizon})`.

- The economies have the same reduced form and differ in which model of the identified set is true:
  their data have the same distribution. What one band holds in one economy and not in the other it
  holds by its prior.
- The shock has one standard deviation. An entry is the average over the responses of all variables,
  in brackets the response that is held least often.
- `robust region`: the shortest interval that holds the whole identified set with a posterior
  probability of {level:.0%} (Giacomini and Kitagawa 2021). It has to hold the truth, wherever it
  lies in the set, at least about as often as its level, and mostly does more often.
- `posterior, one prior`: equal-tailed percentiles of accepted uniform (Haar) rotations.
- The Monte Carlo standard error is at most {error:.1%} (`mc_error` in `{name}.csv`).
"""

_WITH_PROJECTIONS = """\
# Coverage of local projections

How often a nominal {level:.0%} band holds the truth: Monte Carlo coverage in {samples:,} samples of
each economy and length, made by `python -m audit --projections` (seed {seed}) through the
package's public path: `LocalProjections(2, ...).fit(data).irf(horizon={horizon},
scheme=Cholesky())`, each horizon on its own sample.

- An entry is the average over all responses to all shocks that are not zero by assumption, in
  brackets the response that is held least often; a whole path is one response to one shock over all
  horizons, with a sup-t band. Shocks have one standard deviation, whose size is estimated, unless a
  unit is named.
- The Monte Carlo standard error is at most {error:.1%} (`mc_error` in `{name}.csv`).
- `lag augmented`, the default: errors robust to heteroskedasticity, normal critical values.
  `bias-corrected`: with Herbst and Johannsen's correction. Both hold their level in large samples
  whatever the persistence (Montiel Olea and Plagborg-Møller 2021); with roots near one T has to be
  larger than here.
- `bootstrap`: symmetric percentile-t intervals, from {draws:,} samples of the bias-corrected VAR,
  around the bias-corrected response.
- `newey west`: as many lags as the horizon, normal critical values; `equal weighted cosines`:
  Student's t with 0.4 T^(2/3) degrees of freedom. Both stand for comparison.
- Bands that are meant to hold their level and do not reach 87% are listed first; they stay in the
  tables.
"""

_RECURSIVE = Page(_COVERAGE, ECONOMIES, BANDS, DRAWS, (KILIAN, BLOCKS, KILIAN_BLOCKS))

#: Pages of schemes whose cells are of another kind.
PAGES = {
    proxies.SCHEME: Page(
        _WITH_INSTRUMENTS,
        INSTRUMENTED,
        {**proxies.INFERENCES, proxies.WILD: proxies.INFERENCES[BLOCKS]},
        proxies.PROXY_DRAWS,
        (proxies.SETS, proxies.CORRECTED_SETS, BLOCKS, KILIAN_BLOCKS),
    ),
    sign_sets.SCHEME: Page(
        _WITH_SIGNS,
        sign_sets.SIGN_ECONOMIES,
        {sign_sets.ROBUST: sign_sets.INFERENCE, sign_sets.ONE_PRIOR: sign_sets.INFERENCE},
        sign_sets.SIGN_DRAWS,
        (sign_sets.ROBUST,),
    ),
    projections.SCHEME: Page(
        _WITH_PROJECTIONS,
        ECONOMIES,
        projections.INFERENCES,
        projections.PROJECTION_DRAWS,
        (projections.LAG_AUGMENTED, projections.BOOTSTRAP),
        "LP",
    ),
}
