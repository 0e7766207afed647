"""The rules of the validity table: what each band assumes, what to mind, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass

#: Identification schemes. ``generalised`` stands for innovations in the place of shocks.
SCHEMES = (
    "cholesky",
    "ab",
    "long_run",
    "short_long_run",
    "svec",
    "instruments",
    "instruments_and_signs",
    "signs",
    "penalty",
    "heteroskedasticity",
    "generalised",
)

OBJECTS = (
    "irf",
    "cumulative_irf",
    "fevd",
    "historical_decomposition",
    "counterfactual",
    "forecast",
    "gain",
    "pass_through",
    "opened_edge",
    "claim",
    "dynamic_multiplier",
    "long_run_effect",
)

#: What each band rests on, and where it is shown.
BASIS = {
    "residual_bootstrap": (
        "Valid for independent, identically distributed errors and roots away from one "
        "(Runkle 1987)."
    ),
    "wild_bootstrap": (
        "Valid for functions of the coefficients alone, under heteroskedasticity of unknown form "
        "(Goncalves and Kilian 2004)."
    ),
    "block_bootstrap": (
        "Valid under conditional heteroskedasticity too, for roots away from one (Brueggemann, "
        "Jentsch and Trenkler 2016)."
    ),
    "bias_corrected_bootstrap": (
        "Valid for independent, identically distributed errors, in blocks under conditional "
        "heteroskedasticity too; the correction for bias keeps coverage close to nominal for roots "
        "near one (Kilian 1998)."
    ),
    "volatility_bootstrap": (
        "Valid for shocks identified by their variances, if these move as the scheme says (known "
        "regimes, GARCH, hidden states; Lütkepohl and Schlaak 2019), for roots away from one."
    ),
    "delta_method": (
        "Asymptotically normal for roots away from one, with normal errors unless others are asked "
        "for (Lütkepohl 2005, proposition 3.6)."
    ),
    "posterior": (
        "Credible under a diffuse (Jeffreys) prior and normal errors, with roots inside or outside "
        "the unit circle (Uhlig 2005)."
    ),
}
BOOTSTRAPS = tuple(band for band in BASIS if band not in ("delta_method", "posterior"))
INTERVALS = ("percentile", "hall", "percentile_t", "delta")

_STRUCTURAL = tuple(name for name in OBJECTS if name != "dynamic_multiplier")
_INSTRUMENTED = ("instruments", "instruments_and_signs")
_SET_IDENTIFIED = ("signs", "instruments_and_signs")
_RANKED = ("gain", "pass_through", "opened_edge", "claim", "forecast")


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for all combinations of some schemes, bands, objects and intervals.

    An empty tuple stands for all of them. A rule with ``near_unit_root`` refuses only where the
    largest root is close to one, and is something to mind elsewhere.
    """

    reason: str
    schemes: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    intervals: tuple[str, ...] = ()
    near_unit_root: bool = False

    def applies(self, *names: str) -> bool:
        """Whether the combination (scheme, band, object, interval) is one of the rule's."""
        sets = (self.schemes, self.bands, self.objects, self.intervals)
        return all(not some or name in some for name, some in zip(names, sets, strict=True))


REFUSED = (
    Rule(
        "Fieller's interval is for one ratio of two estimates, and many models satisfy the signs; "
        "ask for the ratio in each draw instead (`scheme_curve`).",
        schemes=("signs",),
        objects=("pass_through",),
    ),
    Rule(
        "Residuals drawn without regard to how the variances of the shocks move do not keep what "
        "identifies the shocks, nor its sampling error.",
        schemes=("heteroskedasticity",),
        bands=tuple(
            band for band in BASIS if band not in ("volatility_bootstrap", "wild_bootstrap")
        ),
    ),
    Rule(
        "It draws errors from the variances of the shocks that a scheme has estimated, of which "
        "this scheme has none.",
        schemes=tuple(name for name in SCHEMES if name != "heteroskedasticity"),
        bands=("volatility_bootstrap",),
    ),
    Rule(
        "The fan draws future shocks from all periods alike, while under this scheme their "
        "variances move.",
        schemes=("heteroskedasticity",),
        objects=("forecast",),
    ),
    Rule(
        "The wild bootstrap gives a period's residuals and instruments the same weight, whose "
        "square is one: E[z u] hardly varies over draws (Jentsch and Lunsford 2019), and a nominal "
        "90% band of the impact covers 21 to 27% in simulations.",
        schemes=_INSTRUMENTED,
        bands=("wild_bootstrap",),
        objects=_STRUCTURAL,
    ),
    Rule(
        "It holds no sampling error of the instruments' covariance with the residuals; "
        "svar.anderson_rubin gives delta-method standard errors beside its sets.",
        schemes=_INSTRUMENTED,
        bands=("delta_method",),
        objects=_STRUCTURAL,
    ),
    Rule(
        "The wild bootstrap keeps u_t u_t' as it is, so that its draws of Sigma hardly vary and "
        "bands of what depends on Sigma are far too narrow (Brueggemann, Jentsch and Trenkler "
        "2016).",
        bands=("wild_bootstrap",),
        objects=_STRUCTURAL,
    ),
    Rule(
        "The VECM imposes unit roots, which a correction for bias would move (Kilian 1998 is for "
        "a VAR without such restrictions).",
        schemes=("svec",),
        bands=("bias_corrected_bootstrap",),
    ),
    Rule(
        "The fan draws future shocks one by one, which a bootstrap in blocks says they are not.",
        bands=("block_bootstrap",),
        objects=("forecast",),
    ),
    Rule(
        "Innovations overlap and are not structural shocks, which this object needs.",
        schemes=("generalised",),
        objects=tuple(n for n in _STRUCTURAL if n not in ("irf", "cumulative_irf", "fevd")),
    ),
    Rule(
        "Opening a loop or an edge changes the number of unit roots of a cointegrated system; not "
        "examined.",
        schemes=("svec",),
        objects=("gain", "opened_edge"),
    ),
    Rule(
        "Close to a unit root, long-run quantities and cumulated responses are not normal in any "
        "sample of the usual length: their limit depends on how close the root is (Phillips 1998).",
        schemes=("cholesky", "ab", "generalised"),
        bands=("delta_method",),
        objects=("cumulative_irf", "long_run_effect"),
        near_unit_root=True,
    ),
    Rule(
        "The impact matrix rests on A(1)^-1, which close to a unit root is not normal in any "
        "sample of the usual length (Phillips 1998; Gospodinov 2010).",
        schemes=("long_run", "short_long_run"),
        bands=("delta_method",),
        objects=_STRUCTURAL,
        near_unit_root=True,
    ),
    Rule(
        "Its bands are read from a random sample of joint draws, of which the delta method has "
        "none.",
        bands=("delta_method",),
        objects=_RANKED,
    ),
    Rule(
        "The delta method has normal bounds; its perturbed estimates are no sample.",
        bands=("delta_method",),
        intervals=("percentile", "hall", "percentile_t"),
    ),
    Rule(
        "Normal bounds by differences need the perturbed estimates of the delta method.",
        bands=BOOTSTRAPS,
        intervals=("delta",),
    ),
    Rule(
        "It is bounded, masked in some draws, or a ratio with an interval of its own (Fieller), "
        "and takes the draws as they are.",
        objects=_RANKED,
        intervals=("hall", "percentile_t"),
    ),
    Rule(
        "Standard errors within each draw are derived for responses only.",
        objects=tuple(name for name in OBJECTS if name not in ("irf", "cumulative_irf")),
        intervals=("percentile_t",),
    ),
    Rule(
        "Standard errors within each draw are those of an unrestricted VAR by least squares.",
        schemes=("svec",),
        intervals=("percentile_t",),
    ),
    Rule(
        "Standard errors within each draw are those of shocks identified from Sigma.",
        schemes=(*_INSTRUMENTED, "heteroskedasticity"),
        intervals=("percentile_t",),
    ),
    Rule(
        "A posterior is no sampling distribution that could be reflected or studentised.",
        bands=("posterior",),
        intervals=("hall", "percentile_t", "delta"),
    ),
    Rule(
        "The posterior is that of a VAR estimated by least squares, without imposed unit roots.",
        schemes=("svec",),
        bands=("posterior",),
    ),
    Rule(
        "The posterior is that of the VAR alone: it does not hold what the scheme estimates beside "
        "it from the sample.",
        schemes=(*_INSTRUMENTED, "heteroskedasticity"),
        bands=("posterior",),
        objects=_STRUCTURAL,
    ),
    Rule(
        "Sign restrictions leave a set of models: there is no one impact matrix to differentiate.",
        schemes=_SET_IDENTIFIED,
        bands=("delta_method",),
        objects=_STRUCTURAL,
    ),
    Rule(
        "The penalised shock has kinks where a sign begins or ceases to bind.",
        schemes=("penalty",),
        bands=("delta_method",),
        objects=_STRUCTURAL,
    ),
    Rule(
        "The point is one model of a set, and draws are not centred on it.",
        schemes=_SET_IDENTIFIED,
        objects=_STRUCTURAL,
        intervals=("hall", "percentile_t"),
    ),
    Rule(
        "Standard errors within each draw are those of impact matrices that are smooth in Sigma.",
        schemes=("penalty",),
        objects=_STRUCTURAL,
        intervals=("percentile_t",),
    ),
    Rule(
        "Draws are centred on the corrected coefficients and the point is the uncorrected "
        "estimate: measured from it, the correction would be made twice.",
        bands=("bias_corrected_bootstrap",),
        intervals=("hall", "percentile_t"),
    ),
)

TO_MIND = (
    Rule(
        "Shocks are of an average period: one standard deviation, and shares in the forecast error "
        "variance, are those of the average over the sample, not of a regime. Bands are "
        "conditional on dates of change that were estimated.",
        schemes=("heteroskedasticity",),
    ),
    Rule(
        "Draws are not corrected for the small-sample bias of the coefficients: near a unit root "
        "bands cover too little at longer horizons.",
        bands=("volatility_bootstrap",),
    ),
    Rule(
        "Inside the identified set the bands show the uniform (Haar) prior over rotations, which "
        "the data never revise and which is informative about responses (Baumeister and Hamilton "
        "2015); robust bounds do without it.",
        schemes=_SET_IDENTIFIED,
        objects=tuple(n for n in _STRUCTURAL if n != "forecast"),
    ),
    Rule(
        "Reduced forms are drawn from a sampling distribution and rotations from a prior: the "
        "band is neither a confidence set for the identified set (Moon and Schorfheide 2012) nor "
        "a credible one.",
        schemes=_SET_IDENTIFIED,
        bands=BOOTSTRAPS,
        objects=tuple(n for n in _STRUCTURAL if n != "forecast"),
    ),
    Rule(
        "The penalty function picks one model of a set, which restricts more than the signs do: "
        "bands are those of that choice (Arias, Rubio-Ramirez and Waggoner 2018).",
        schemes=("penalty",),
        objects=tuple(n for n in _STRUCTURAL if n != "forecast"),
    ),
    Rule(
        "Needs all the shocks whose equations it uses; shocks without restrictions have none.",
        schemes=(*_SET_IDENTIFIED, "penalty"),
        objects=("opened_edge",),
    ),
    Rule(
        "A posterior under a flat prior: close to a unit root its coverage in repeated samples is "
        "not its probability (Sims and Uhlig 1991).",
        bands=("posterior",),
    ),
    Rule(
        "Refused where the effective F is below 10: only the Anderson-Rubin set holds (Montiel "
        "Olea, Stock and Watson 2021).",
        schemes=_INSTRUMENTED,
        objects=tuple(n for n in _STRUCTURAL if n != "forecast"),
    ),
    Rule(
        "State shocks in units of their variable: one standard deviation cannot be more than that "
        "of the variable's residual, and where the shock is nearly all of it the band of its size "
        "covers less than its level.",
        schemes=_INSTRUMENTED,
        objects=("irf", "cumulative_irf"),
    ),
    Rule(
        "Residuals and instruments are drawn together one by one, which is right only if the "
        "variances of neither move over time; blocks allow for it (Jentsch and Lunsford 2022).",
        schemes=_INSTRUMENTED,
        bands=("residual_bootstrap",),
        objects=_STRUCTURAL,
    ),
    Rule(
        "Least squares understates persistence and these draws do so twice: near a unit root a "
        "nominal 90% band covers 61% at h = 12, T = 100, a bias-corrected one 91% (coverage "
        "audit). It is not the default.",
        schemes=tuple(name for name in SCHEMES if name != "svec"),
        bands=("residual_bootstrap", "block_bootstrap"),
        intervals=("percentile",),
    ),
    Rule(
        "In blocks, percentiles are expanded for their number. Under strongly moving variances "
        "the size of a shock of one standard deviation, and shares that depend on it, still cover "
        "less than their level: state shocks in units of their variable.",
        bands=("block_bootstrap",),
        objects=("irf", "cumulative_irf", "fevd"),
        intervals=("percentile",),
    ),
    Rule(
        "In small samples less accurate than bias-corrected percentiles where a root is close to "
        "one (Kilian 1999).",
        intervals=("hall", "percentile_t"),
    ),
    Rule(
        "In short samples it covers less than a bias-corrected bootstrap: near a unit root 71% of "
        "nominal 90% at h = 12, T = 100 (coverage audit).",
        bands=("delta_method",),
    ),
    Rule(
        "The band is that of the cumulated draws, not the sum of the bounds.",
        objects=("cumulative_irf",),
    ),
    Rule(
        "A share is bounded below: near zero the null band tests, not this one.",
        objects=("fevd",),
        intervals=("percentile",),
    ),
    Rule(
        "Bounds may leave the range from 0 to 1, and at a zero share the normal and the reflected "
        "limits fail.",
        objects=("fevd",),
        intervals=("hall", "delta"),
    ),
    Rule(
        "Each draw decomposes the observed data with its own parameters.",
        objects=("historical_decomposition", "counterfactual"),
    ),
    Rule(
        "The fan holds parameter and shock uncertainty, not that of the model.",
        (),
        (),
        ("forecast",),
    ),
    Rule(
        "Draws in which the opened system is unstable are masked and counted.",
        objects=("gain", "opened_edge"),
    ),
    Rule(
        "The interval is Fieller's from the joint draws; a percentile of the ratio is only a "
        "diagnostic.",
        objects=("pass_through",),
    ),
    Rule(
        "A(1)^-1 is badly determined in short samples whatever the band (Faust and Leeper 1997); "
        "with a root near one, a response to a shock that explains almost all of its variable's "
        "one-step variance is held in far fewer samples than the others.",
        schemes=("long_run", "short_long_run"),
        objects=_STRUCTURAL,
    ),
    Rule(
        "Conditional on the rank of cointegration, which is not tested again in each draw.",
        schemes=("svec",),
    ),
    Rule(
        "Shown for stable VARs; with unit roots imposed it is used by analogy.",
        schemes=("svec",),
        bands=("block_bootstrap",),
    ),
)

#: What each joint band rests on.
JOINT = {
    "sup_t": ("As exact as the draws or the normal limit (Montiel Olea and Plagborg-Møller 2019)."),
    "sidak": "Conservative for normal errors whatever their correlation (Sidak 1967).",
    "bonferroni": "Conservative whatever the distribution; needs many draws beyond each bound.",
}
#: Objects that joint bands are made for.
JOINT_OBJECTS = ("irf", "cumulative_irf")
