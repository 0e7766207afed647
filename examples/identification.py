"""Figures: what a rise of JGB yields does, without assuming who reacts to whom within the month.

Figures: the embedded official panel, monthly changes from 1999-02 on. Model: VAR(3) of the US
10-year yield, the yen, import prices and the JGB 10-year yield, with oil as an exogenous column, a
constant and seasonal dummies.

1. Three identifications side by side: recursive with the JGB yield last, which sets its effects
   within the month to zero; the signs of what a tightening and a fall of the yen do; variances that
   changed with the crisis of 2008 and with quantitative easing in 2013.
2. Robust bounds of the sign-restricted responses: what holds for every prior over the models with
   these signs.
3. The prior that uniform rotations imply, beside the posterior.
4. The variances by regime, and the test that they tell the shocks apart.

Shocks are of one standard deviation: among the models with the right signs some hardly move the JGB
yield, and a response to 10 basis points has no bound.

    python examples/identification.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import yenloop as yl
from yenloop.models.results import Result
from yenloop.reports.figures.style import paper_style

US, YEN, IMPORTS, JGB = "us10y", "usdjpy_tokyo", "import_price_yen", "jgb10y"

#: Nothing is said about US yields, nor about JGB yields after a fall of the yen.
SIGNS = [
    yl.Sign(JGB, JGB, "+"),
    yl.Sign(JGB, YEN, "-"),
    yl.Sign(JGB, IMPORTS, "-", (0, 1)),
    yl.Sign(YEN, YEN, "+"),
    yl.Sign(YEN, IMPORTS, "+", (0, 1)),
]


def main(folder: Path) -> None:
    panel = yl.load_loop_panel().select([US, YEN, IMPORTS, JGB, "brent"])
    reduced = yl.VAR(lags=3, seasonal=True, exog=["brent"], exog_lags=3).fit(panel)
    recursive = reduced.identify(
        yl.Cholesky(), inference=yl.BiasCorrectedBootstrap(draws=1000, block_length=None), rng=1
    )
    signs = reduced.identify(yl.SignRestrictions(SIGNS), inference=yl.Posterior(draws=1000), rng=1)
    variances = reduced.identify(
        yl.VarianceRegimes(breaks=["2008-09", "2013-04"]),
        inference=yl.VolatilityBootstrap(draws=200),
        rng=1,
    )
    models = {"Recursive": recursive, "Signs": signs, "Variances": variances}
    irfs = {label: model.irf(24).select(shock=JGB) for label, model in models.items()}

    write(folder, "identifications", yl.overlay(irfs))
    write(folder, "robust_bounds", signs.robust_bounds(24, shock=JGB))
    write(folder, "prior_and_posterior", signs.prior_impact(), shock=JGB)
    ratios = variances.variance_ratios()
    write(folder, "variances", ratios)

    print(f"{signs.draws.rotations.in_words()} (VAR(3), {reduced.sample})")
    print(f"p-value that another shock cannot be told apart: {ratios.weakest.round(3).to_dict()}")


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
