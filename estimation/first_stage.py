"""How strongly instruments move a residual: first stage, and Montiel Olea and Pflueger's test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .least_squares import least_squares

#: Shares of the worst-case bias whose critical values are given.
BIASES = (0.05, 0.10, 0.20, 0.30)


@dataclass(frozen=True, slots=True, eq=False)
class FirstStage:
    """Regression of a shock's own residual on a constant and its instruments.

    Attributes
    ----------
    nobs : int
        Periods with all instruments.
    intercept : float
    slopes, std_errors : ndarray, shape (m,)
        Standard errors are HC1.
    f, f_hc0, f_hc1 : float
        F of all slopes under errors that are alike, and robust to heteroskedasticity (White 1980)
        without and with T / (T - m - 1).
    r2, adj_r2 : float
    effective_f : float
        Montiel Olea and Pflueger's; with one instrument ``f_hc1``.
    critical_values : dict of float to float
        Of the effective F, by share of the worst-case bias: above it the hypothesis that the bias
        is larger is rejected at 5 per cent.
    """

    nobs: int
    intercept: float
    slopes: np.ndarray
    std_errors: np.ndarray
    f: float
    f_hc0: float
    f_hc1: float
    r2: float
    adj_r2: float
    effective_f: float
    critical_values: dict[float, float]

    @property
    def t(self) -> np.ndarray:
        """Slopes over their standard errors."""
        return np.asarray(self.slopes / self.std_errors)


def first_stage(residual: np.ndarray, instruments: np.ndarray, lost: int = 0) -> FirstStage:
    """Regress a residual on a constant and instruments.

    Parameters
    ----------
    residual : ndarray, shape (T,)
    instruments : ndarray, shape (T, m)
        NaN where not observed; a period counts if it has all of them.
    lost : int
        Numerator degrees of freedom that are lost, where the residual was combined with others so
        as to be least related to the instruments; see ``conditional_first_stage``.
    """
    observed = np.isfinite(instruments).all(axis=1)
    y, z = residual[observed], instruments[observed]
    n, m = z.shape
    x = np.column_stack([np.ones(n), z])
    fit = least_squares(x, y[:, None])
    errors, slopes = fit.residuals[:, 0], fit.coefficients[1:, 0]
    bread = fit.gram_inverse[1:] @ x.T
    hc0 = (bread * errors**2) @ bread.T
    free, unexplained = n - m - 1, float(errors @ errors)
    total = float(((y - y.mean()) ** 2).sum())
    hc1 = hc0 * n / free
    df = m - lost

    def wald(covariance: np.ndarray) -> float:
        return float(slopes @ np.linalg.solve(covariance, slopes) / df)

    effective, moments = effective_f(slopes, hc1, z)
    if lost:  # as if the errors were alike: the weights of the directions that are left are unknown
        effective, moments = effective * m / df, np.eye(df)
    return FirstStage(
        n,
        float(fit.coefficients[0, 0]),
        slopes,
        np.sqrt(np.diag(hc1)),
        (total - unexplained) / df / (unexplained / free),
        wald(hc0),
        wald(hc1),
        1 - unexplained / total,
        1 - (unexplained / free) / (total / (n - 1)),
        effective,
        {bias: critical_value(moments, bias) for bias in BIASES},
    )


def conditional_first_stage(residuals: np.ndarray, j: int, instruments: np.ndarray) -> FirstStage:
    """The first stage of one of several residuals, net of what moves the others too.

    Two shocks can each be moved strongly by the instruments and yet not be told apart. Residual j
    less the others, with coefficients by two-stage least squares, shows what is left for it alone.

    Parameters
    ----------
    residuals : ndarray, shape (T, k)
        Of the shocks' own variables.
    j : int
    instruments : ndarray, shape (T, m), m >= k

    References
    ----------
    Sanderson and Windmeijer (2016), Journal of Econometrics 190.
    """
    observed = np.isfinite(instruments).all(axis=1)
    x = np.column_stack([np.ones(observed.sum()), instruments[observed]])
    u = residuals[observed]
    fitted = u - least_squares(x, u).residuals
    others = np.delete(np.arange(u.shape[1]), j)
    second = np.column_stack([x[:, 0], fitted[:, others]])
    weights = least_squares(second, u[:, [j]]).coefficients[1:, 0]
    return first_stage(residuals[:, j] - residuals[:, others] @ weights, instruments, len(others))


def effective_f(
    slopes: np.ndarray, covariance: np.ndarray, instruments: np.ndarray
) -> tuple[float, np.ndarray]:
    """Montiel Olea and Pflueger's effective F, and W_2 for its critical values.

    Parameters
    ----------
    slopes : ndarray, shape (m,)
        Of the first stage.
    covariance : ndarray, shape (m, m)
        Of the slopes, robust to whatever the errors of the second stage may be.
    instruments : ndarray, shape (n, m)
        They are brought to a unit second moment.
    """
    centred = instruments - instruments.mean(axis=0)
    factor = np.linalg.cholesky(centred.T @ centred / len(centred))
    on_unit = factor.T @ slopes
    moments = factor.T @ covariance @ factor
    return float(on_unit @ on_unit / np.trace(moments)), moments


def critical_value(moments: np.ndarray, bias: float, level: float = 0.05) -> float:
    r"""Critical value of the effective F for a share of the worst-case bias.

    A weighted sum of noncentral chi-squared variables with the weights of W_2 is approximated by
    one of K_eff degrees of freedom (Patnaik), x = 1 / bias, which bounds the bias of two-stage
    least squares whatever the covariance of the two equations ("simplified"):

    .. math:: K = \frac{(tr W)^2 (1 + 2x)}{tr(W'W) + 2x \, tr(W) \, maxeval(W)}.

    With one instrument: 37.42, 23.11, 15.06 and 12.05 for 5, 10, 20 and 30 per cent.

    Parameters
    ----------
    moments : ndarray, shape (m, m)
        W_2, covariance of the first-stage coefficients on orthonormal instruments.
    bias : float
    level : float
        Size of the test.

    References
    ----------
    Montiel Olea and Pflueger (2013), Journal of Business & Economic Statistics 31, section 4.
    """
    from scipy.stats import ncx2

    trace, x = np.trace(moments), 1 / bias
    largest = np.linalg.eigvalsh(moments)[-1]
    df = trace**2 * (1 + 2 * x) / ((moments**2).sum() + 2 * x * trace * largest)
    return float(ncx2.ppf(1 - level, df, x * df) / df)
