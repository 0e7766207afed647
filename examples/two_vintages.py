"""Two dated vintages of the embedded panel, to compare an earlier paper's conclusions with today's.

The first holds what had been published by 15 September 2025, by the publishers' usual release lags;
its last six months of import prices are rounded to whole index points, as a first estimate might
be, so that there is something to revise (a stand-in of this script, not a published figure). The
second holds the panel as it is. Then, in the folder that holds `data/vintages`:

    python examples/two_vintages.py data/vintages
    yenloop data list
    yenloop data diff 2025-09-15T000000Z
    yenloop run --vintage 2025-09-15T000000Z
    yenloop run --vintage latest --since RUN     # RUN: the name of the first run

    python examples/two_vintages.py [STORE]
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import yenloop as yl
from yenloop.data.catalog import entry
from yenloop.data.snapshots import write_vintage
from yenloop.data.stored_series import StoredSeries

FIRST, SECOND = datetime(2025, 9, 15, tzinfo=UTC), datetime(2026, 10, 15, tzinfo=UTC)
FIRST_ESTIMATES = ["import_price_yen", "import_price_contract"]


def main(store: Path) -> None:
    panel = yl.load_data().monthly
    known = yl.as_known_on(panel, FIRST.date()).frame
    for name in FIRST_ESTIMATES:
        last = known[name].dropna().index[-6:]
        known.loc[last, name] = known.loc[last, name].round()
    for made_at, frame in ((FIRST, known), (SECOND, panel.frame)):
        vintage = write_vintage(
            store,
            {
                name: StoredSeries(entry(name), frame[name].dropna(), "from the embedded panel", ())
                for name in frame.columns
            },
            missed={},
            findings=(),
            notices=(),
            command="python examples/two_vintages.py",
            made_at=made_at,
        )
        print(f"Wrote {vintage.path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("data") / "vintages")
