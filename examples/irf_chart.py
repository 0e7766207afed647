"""Figure: responses of the loop to a fall of the yen by 10 log points, for a paper.

Figures: the embedded official panel, monthly changes from 1999-02 on. Model: VAR(3) with a constant
and seasonal dummies. Identification: recursive in the order oil, US 10-year yield, yen, import
prices, core CPI, JGB 10-year yield. Bands: a bootstrap that is corrected for the bias of least
squares and draws residuals in blocks, valid where the variance of the shocks moves over time, as it
does here.

    python examples/irf_chart.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import yenloop as yl
from yenloop.reports.figures.style import paper_style


def main(folder: Path) -> None:
    panel = yl.load_loop_panel()
    reduced = yl.VAR(lags=3, seasonal=True).fit(panel)
    svar = reduced.identify(
        yl.Cholesky(), inference=yl.BiasCorrectedBootstrap(draws=2000, block_length=None), rng=1
    )
    irf = svar.irf(24, size={"usdjpy_tokyo": 10}, levels=(0.68, 0.90))

    figure, _ = irf.plot()
    folder.mkdir(parents=True, exist_ok=True)
    with paper_style():  # fonts are embedded as journals ask for them
        for name, options in {"irf_yen.pdf": {}, "irf_yen.png": {"dpi": 130}}.items():
            figure.savefig(folder / name, **options)
            print(f"Wrote {folder / name}")
    irf.tidy().to_csv(folder / "irf_yen.csv", index=False)
    print(f"Wrote {folder / 'irf_yen.csv'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "output"))
