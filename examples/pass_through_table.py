"""Table: how much of a fall of the yen reaches prices, two approaches side by side.

The structural rows follow one yen shock with everything else moving as it does after it: ratios of
cumulated responses with Fieller's sets. The regressions average over all the shocks that moved the
yen in the sample: sums of distributed-lag coefficients with HAC errors. They need not agree.

    python examples/pass_through_table.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import yenloop as yl
from yenloop.models.passthrough import PERCENTILE
from yenloop.reports.interval_tables import interval_table
from yenloop.reports.latex import table_latex

ORDER = ["oil", "us10y", "yen", "import_price", "cpi", "jgb10y"]
IN_CONTRACT_CURRENCY = ["oil", "us10y", "yen", "import_price_contract", "cpi", "jgb10y"]
PRICES = ["import_price", "import_price_contract", "cpi"]


def main(folder: Path) -> None:
    loop = yl.loop_panel(yl.load_data())
    yen, oil = loop.ids(["yen", "oil"])
    model = yl.VAR(lags=3, seasonal=True)
    svar, contract = (
        model.fit(loop.select(order)).identify(
            yl.Cholesky(), inference=yl.BlockBootstrap(draws=2000), rng=1
        )
        for order in (ORDER, IN_CONTRACT_CURRENCY)
    )
    regressions = tuple(
        yl.distributed_lag(loop.panel, price, exchange_rate=yen, lags=24, controls=[oil])
        for price in loop.ids(PRICES)
    )
    table = yl.PassThroughTable(yl.pass_through_stages(svar, contract), regressions)

    folder.mkdir(parents=True, exist_ok=True)
    table.frame.to_csv(folder / "pass_through.csv", index=False)
    tidy = table.tidy()
    tidy = tidy[tidy["band"] != PERCENTILE].assign(statistic="pass-through")
    latex = table_latex(
        interval_table(
            "pass-through",
            "Pass-through of a fall of the yen by approach and horizon",
            tidy,
            horizons=table.horizons,
            labels=table.labels,
            notes=table.notes(),
        )
    )
    (folder / "pass_through.tex").write_text(latex, encoding="utf-8")
    for name in ("pass_through.csv", "pass_through.tex"):
        print(f"Wrote {folder / name}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "output"))
