"""Run every benchmark (or those named) and write ``benchmarks/results.json``.

Each module has ``run() -> list[dict]`` with the keys workload, ours_seconds, peer, peer_seconds,
ratio (peer / ours), max_abs_difference and note; times are medians with compiled kernels warm.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path

# Two BLAS threads on small matrices only double the work; set before numpy is imported.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

WORKLOADS = (
    "var_bootstrap",
    "var_bootstrap_gk",
    "sign_rotations",
    "sign_posterior",
    "lp_hac",
    "msar_hamilton",
    "dcc_second_stage",
    "study_end_to_end",
)
RESULTS = Path(__file__).with_name("results.json")


def main(names: list[str]) -> None:
    """Run the named workloads, merge them into the results file and print a table."""
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    for name in names or WORKLOADS:
        rows = import_module(f"benchmarks.{name}").run()
        stored = [row for row in stored if row["workload"] != name] + rows
        for row in rows:
            print(describe(row), flush=True)
    stored.sort(key=lambda row: (row["workload"], row["peer"]))
    RESULTS.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


def describe(row: dict[str, object]) -> str:
    """One line of the table."""
    ours, peer = row["ours_seconds"], row["peer_seconds"]
    beside = "not run" if peer is None else f"{peer:.3f} s, {row['ratio']:.0f}x"
    difference = row["max_abs_difference"]
    same = "" if difference is None else f", largest difference {difference:.1e}"
    return f"{row['workload']:<20} {ours:.3f} s   {row['peer']}: {beside}{same}   {row['note']}"


if __name__ == "__main__":
    main(sys.argv[1:])
