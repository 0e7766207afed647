"""Figures and tables of a short paper: what a fall of the yen does under three identifications.

Figures: the embedded official panel, monthly changes from 1999-02 on. Model: VAR(3) with a constant
and seasonal dummies.

1. Three identifications side by side, with what differs: recursive within the month; an AB model,
   whose further zeros are tested; recursive in the long run, which leaves the month free.
2. Responses with joint bands: a statement about a whole path needs a band that holds it.
3. Variance shares, with what sampling error alone would give.
4. The history of prices and yields without the yen shocks since 2022.
5. Forecasts out of sample against an autoregression and a random walk: few origins, for a first
   look.

Bands: bias-corrected bootstrap in blocks, since the variance of the shocks moves over time.

    python examples/structural_var.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import yenloop as yl
from yenloop.models.results import Result
from yenloop.reports.figures.style import paper_style

YEN = "usdjpy_tokyo"
SHOWN = [YEN, "import_price_yen", "cpi_core", "jgb10y"]
FALL_OF_THE_YEN = {YEN: 10}  # log points, on impact

#: Who reacts to whom within the month; a recursive order has six reactions more.
WITHIN_THE_MONTH = {
    "us10y": ["brent"],
    YEN: ["us10y"],
    "import_price_yen": ["brent", YEN],
    "cpi_core": ["brent", "import_price_yen"],
    "jgb10y": ["us10y", YEN, "cpi_core"],
}


def main(folder: Path) -> None:
    panel = yl.load_loop_panel()
    model = yl.VAR(lags=3, seasonal=True)
    reduced = model.fit(panel)
    bands = yl.BiasCorrectedBootstrap(draws=2000, block_length=None)
    schemes = {
        "Recursive": yl.Cholesky(),
        "AB": yl.AB(a=WITHIN_THE_MONTH),
        "Long run": yl.LongRun(),
    }
    models = {
        label: reduced.identify(scheme, inference=bands, rng=1) for label, scheme in schemes.items()
    }
    recursive, ab = models["Recursive"], models["AB"]
    irfs = {label: svar.irf(24, size=FALL_OF_THE_YEN) for label, svar in models.items()}

    compared = yl.overlay(irfs)
    write(folder, "identifications", compared, response=SHOWN)

    # The paths shown lie in these bands together with the probability stated. A joint band lies far
    # out in the tails, which takes more draws.
    many = yl.BiasCorrectedBootstrap(draws=12_000, block_length=None)
    whole = reduced.identify(schemes["Recursive"], inference=many, rng=1)
    shown = whole.irf(24, size=FALL_OF_THE_YEN).select(shock=YEN, response=SHOWN)
    write(folder, "joint_bands", shown.joint(yl.SupT(), over="shown"))

    write(folder, "variance_shares", recursive.fevd(24), response=SHOWN)

    without = recursive.counterfactual(shocks_off=[YEN], start="2022-01")
    write(folder, "without_yen_shocks", without, response=SHOWN)

    evaluation = yl.evaluate_forecasts(
        model,
        panel,
        first_origin="2023-06",
        horizons=(1, 3, 6),
        autoregression=yl.VAR(lags=2, seasonal=True),
        draws=100,
        rng=1,
    )
    write(folder, "forecasts", evaluation)

    coefficients = ab.structural_coefficients()
    table = folder / "ab_model.tex"
    table.write_text(coefficients.summary().to_latex(), encoding="utf-8")
    print(f"Wrote {table}")
    print(
        f"Zeros of the AB model: LR = {coefficients.lr:.2f}, {coefficients.df} degrees of freedom, "
        f"p = {coefficients.p_value:.3f} (VAR(3), {reduced.sample})"
    )


def write(folder: Path, name: str, result: Result, **options: object) -> None:
    """The chart as PDF and PNG, its numbers as CSV."""
    figure, _ = result.plot(**options)
    folder.mkdir(parents=True, exist_ok=True)
    with paper_style():  # fonts are embedded as journals ask for them
        figure.savefig(folder / f"{name}.pdf")
        figure.savefig(folder / f"{name}.png", dpi=130)
    result.tidy().to_csv(folder / f"{name}.csv", index=False)
    for ending in ("pdf", "png", "csv"):
        print(f"Wrote {folder / f'{name}.{ending}'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "output"))
