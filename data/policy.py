"""Dates of the Bank of Japan's policy that charts mark and samples leave out, by month."""

from __future__ import annotations

#: First and last month of yield-curve control, which pinned the 10-year yield.
YIELD_CURVE_CONTROL = ("2016-09", "2024-03")

#: Months in which the band of yield-curve control was widened.
BAND_WIDENINGS = ("2021-03", "2022-12", "2023-07", "2023-10")

#: First and last month of a negative policy rate.
NEGATIVE_RATES = ("2016-01", "2024-03")
