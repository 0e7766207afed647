"""What the government and the carriers did to consumer prices: energy discounts, mobile fees.

A change of this kind moves the index in one month for reasons that have nothing to do with the
exchange rate. Listed is only what is announced or published month by month:

- Discounts on electricity and city gas, in yen per kWh of low-voltage electricity (households; city
  gas moves in step), by month of *use*, as announced by the Agency for Natural Resources and Energy
  (denkigas-gekihenkanwa.go.jp): January 2023 to May 2024, August to October 2024, January to March
  2025, July to September 2025, January to March 2026. Use of a month is billed in the next one,
  which is where the CPI shows it: the Statistics Bureau found the first discount in the CPI of
  February 2023, and the CPI for electricity turns in the month after each later change.
- Mobile-phone fees: the low-cost plans of March 2021 are in the CPI from April 2021 (Statistics
  Bureau, release of 21 May 2021: -26.5% on the 2015 base). On the 2020 base the index of these fees
  fell by 38.5% in April, 8.5% in August and 16.0% in October 2021 (Statistics Bureau, indices by
  item).

Not listed: subsidies to oil wholesalers, paid since 27 January 2022 (for gasoline until the end of
2025, when a tax was cut by as much) and for most of the time reset week by week against the oil
price: they damp pass-through in every month, and no dummy takes them out.

Assumed: that no discount was in force after March 2026; none was found announced.
"""

from __future__ import annotations

import pandas as pd

from .panel import Column

#: First and last month of use, and the discount in yen per kWh on low-voltage electricity.
ELECTRICITY_DISCOUNTS = (
    ("2023-01", "2023-08", 7.0),
    ("2023-09", "2024-04", 3.5),
    ("2024-05", "2024-05", 1.8),
    ("2024-08", "2024-09", 4.0),
    ("2024-10", "2024-10", 2.5),
    ("2025-01", "2025-02", 2.5),
    ("2025-03", "2025-03", 1.3),
    ("2025-07", "2025-07", 2.0),
    ("2025-08", "2025-08", 2.4),
    ("2025-09", "2025-09", 2.0),
    ("2026-01", "2026-02", 4.5),
    ("2026-03", "2026-03", 1.5),
)

#: Months from use to the bill that the CPI shows.
BILLED_AFTER = 1

#: Months in which the CPI shows a cut of mobile-phone fees.
MOBILE_FEE_CUTS = ("2021-04", "2021-08", "2021-10")

#: What the discount is as a column of a panel.
DISCOUNT = Column(
    id="electricity_discount",
    label="Change of the discount on electricity",
    unit="yen per kWh",
    publisher="Agency for Natural Resources and Energy",
    observed="survey",
    transform="difference",
    differenced=True,
)


def electricity_discount(months: pd.PeriodIndex) -> pd.Series:
    """The discount in the bills of each month, in yen per kWh; zero without one.

    Parameters
    ----------
    months : PeriodIndex
        Monthly.
    """
    discount = pd.Series(0.0, index=months)
    for first, last, rate in ELECTRICITY_DISCOUNTS:
        start, end = (pd.Period(month, "M") + BILLED_AFTER for month in (first, last))
        discount[(months >= start) & (months <= end)] = rate
    return discount


def discount_changes(months: pd.PeriodIndex) -> pd.Series:
    """Change of the discount from the month before, in yen per kWh; the first month's included."""
    longer = pd.period_range(months[0] - 1, months[-1], freq="M")
    return electricity_discount(longer).diff().iloc[1:].set_axis(months)


def subsidy_months(months: pd.PeriodIndex) -> tuple[str, ...]:
    """The months in which the discount changed."""
    changes = discount_changes(months)
    return tuple(str(month) for month in months[changes.to_numpy() != 0])


def mobile_fee_months(months: pd.PeriodIndex) -> tuple[str, ...]:
    """The months of cuts in mobile-phone fees that are among these."""
    inside = set(months.astype(str))
    return tuple(month for month in MOBILE_FEE_CUTS if month in inside)
