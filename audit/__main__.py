"""Run the audit, or go on with it, and write ``docs/audit``.

The figures are those of 1,000 samples for each economy and length, whatever the number of processes
and however often the audit was interrupted. An edit of the package starts it anew.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

# Two BLAS threads on small matrices only double the work; set before numpy is imported.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Read the options, simulate, write the tables."""
    from .cells import BEYOND, HEADLINE
    from .projections import PROJECTIONS
    from .proxies import PROXY
    from .report import write
    from .run import run
    from .sign_sets import SIGNS
    from .store import WorkFile

    parser = argparse.ArgumentParser(prog="python -m audit", description=__doc__)
    parser.add_argument("--samples", type=int, default=1000, help="of each economy and length")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--beyond",
        dest="name",
        action="store_const",
        const="beyond",
        default="coverage",
        help="audit the further cells instead",
    )
    parser.add_argument(
        "--proxy",
        dest="name",
        action="store_const",
        const="proxy",
        help="audit the bands of instrumented shocks instead",
    )
    parser.add_argument(
        "--signs",
        dest="name",
        action="store_const",
        const="signs",
        help="audit credible bands and robust regions under sign restrictions instead",
    )
    parser.add_argument(
        "--projections",
        dest="name",
        action="store_const",
        const="projections",
        help="audit the bands of local projections instead",
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "audit")
    options = parser.parse_args()

    pages = {
        "coverage": HEADLINE,
        "beyond": BEYOND,
        "proxy": PROXY,
        "signs": SIGNS,
        "projections": PROJECTIONS,
    }
    cells = pages[options.name]
    work = WorkFile.below(ROOT / "build" / "audit")
    found = run(cells, options.samples, work, options.processes)
    for path in write(found, options.out, options.name):
        print(path)


if __name__ == "__main__":
    main()
