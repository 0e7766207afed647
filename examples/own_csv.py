"""Your own figures: a CSV file, a mapping that says what its columns are, a table and a chart.

The figures of own_data.csv are SIMULATED: nobody published them, and what comes out says nothing
about Japan. own_data.toml says how they were made. Put your own file and its mapping in their
place (docs/data.md).

    python examples/own_csv.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import yenloop as yl

DATA = Path(__file__).parent / "own_data.csv"

#: Part in the loop: the series that plays it, in the recursive order.
PARTS = {
    "oil": ["sim_oil"],
    "us10y": ["sim_us10y"],
    "yen": ["sim_yen"],
    "import_price": ["sim_import_price"],
    "cpi": ["sim_cpi"],
    "jgb10y": ["sim_jgb10y"],
}


def main(folder: Path) -> None:
    data = yl.load_data(DATA)
    print("\n".join(data.report), "\n")  # what each column was taken for: read it first

    panel = yl.loop_panel(data, PARTS).select(PARTS)
    svar = yl.VAR(lags="bic").fit(panel).identify(yl.Cholesky(), rng=1)
    irf = svar.irf(24, size={"sim_yen": 10})
    print(irf.summary(), "\n")

    folder.mkdir(parents=True, exist_ok=True)
    irf.tidy().to_csv(folder / "own_irf.csv", index=False)
    figure, _ = irf.plot()
    figure.savefig(folder / "own_irf.png", dpi=150)
    for name in ("own_irf.csv", "own_irf.png"):
        print(f"Wrote {folder / name}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "output"))
