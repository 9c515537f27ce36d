"""Quantiles of distributions from SciPy: what tests/golden/random.test.ts counts draws against.

Run by hand when a case is added, with Debian's python3-scipy (1.10): /usr/bin/python3 tests/golden/make_random.py
Writes random.json beside this file: for each case the values below which the given shares of draws lie (of discrete distributions:
the share at or below each value). The tests need neither Python nor SciPy.
"""
import json
from pathlib import Path

from scipy import stats

SHARES = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]

CONTINUOUS = {
    "exponential 2.5": stats.expon(scale=1 / 2.5),
    "laplace 1 2": stats.laplace(1, 2),
    "gumbel -1 0.5": stats.gumbel_r(-1, 0.5),
    "logistic 2 3": stats.logistic(2, 3),
    "cauchy 0 1": stats.cauchy(0, 1),
    "logNormal 0.3 0.7": stats.lognorm(0.7, scale=2.718281828459045**0.3),
    "gamma 0.05": stats.gamma(0.05),
    "gamma 0.7": stats.gamma(0.7),
    "gamma 1": stats.gamma(1),
    "gamma 3.5 2": stats.gamma(3.5, scale=0.5),
    "gamma 200": stats.gamma(200),
    "beta 0.3 0.2": stats.beta(0.3, 0.2),
    "beta 2 5": stats.beta(2, 5),
    "chiSquare 3": stats.chi2(3),
    "studentT 4": stats.t(4),
    "truncatedNormal 0 1 -2 2": stats.truncnorm(-2, 2),
    "truncatedNormal 0 1 4 8": stats.truncnorm(4, 8),
    "truncatedNormal 1 2 -1 1.5": stats.truncnorm(-1, 0.25, 1, 2),
}

DISCRETE = {
    "poisson 0.1": stats.poisson(0.1),
    "poisson 3": stats.poisson(3),
    "poisson 9.5": stats.poisson(9.5),
    "poisson 12": stats.poisson(12),
    "poisson 1000": stats.poisson(1000),
    "poisson 3000000": stats.poisson(3000000),
}


def discrete(distribution):
    values = sorted({int(distribution.ppf(share)) for share in SHARES})
    return {"values": values, "shares": [float(distribution.cdf(value)) for value in values]}



result = {name: {"values": [float(each.ppf(p)) for p in SHARES], "shares": SHARES} for name, each in CONTINUOUS.items()}
result.update({name: discrete(each) for name, each in DISCRETE.items()})
Path(__file__).with_name("random.json").write_text(json.dumps(result, indent=1) + "\n")
