#!/usr/bin/env python3
"""Makes special.json: hard sweeps of the special functions, at numbers that f32 holds. Values are computed in 40 digits and
rounded to doubles once; SciPy, where it has the function, has to agree to 1e-9, or the script stops. Needs mpmath, numpy, scipy.
"""
import json
import mpmath as mp
import numpy as np
import scipy.special as sp

mp.mp.dps = 40


def single(values):
    return sorted({float(np.float32(v)) for v in values})


def around(*centres):
    return [c + s * d for c in centres for d in (0, 2.0**-20, 2.0**-10, 2.0**-5, 0.07) for s in (1, -1)]


magnitudes = [10.0**k * m for k in range(-30, 31, 3) for m in (1.0, 3.7)]
both = [s * m for m in magnitudes for s in (1, -1)]
unit = single([*np.linspace(-1, 1, 81), *(s * (1 - 2.0**-k) for k in range(1, 25) for s in (1, -1)), *(s * 10.0**-k for k in range(1, 30, 4) for s in (1, -1))])
inside = [v for v in unit if abs(v) < 1]
half = single([*np.linspace(0.001, 0.999, 60), *(1 - 2.0**-k for k in range(1, 25)), *(2.0**-k for k in range(1, 100, 5))])
gammas = single([*np.linspace(0.05, 20, 200), *around(1, 2, 1.4616321, 8, 3), *(10.0**k for k in range(-30, 31, 3))])
below = single(v for v in np.linspace(-6.93, -0.03, 60) if abs(v - round(v)) > 0.01)


def log_ndtr(x):
    return mp.log(mp.erfc(-x / mp.sqrt(2)) / 2) if x < 2 else mp.log1p(-mp.erfc(x / mp.sqrt(2)) / 2)


functions = {
    "atan": (single([*np.linspace(-3, 3, 61), *both, *around(0.41421356)]), mp.atan, np.arctan),
    "asin": (unit, mp.asin, np.arcsin),
    "acos": (unit, mp.acos, np.arccos),
    "erfc": (single([*np.linspace(-4, 9, 200), *around(0.5)]), mp.erfc, sp.erfc),
    "erfinv": (inside, mp.erfinv, sp.erfinv),
    "ndtr": (single(np.linspace(-12, 6, 120)), mp.ncdf, sp.ndtr),
    "ndtri": (half, lambda p: mp.sqrt(2) * -mp.erfinv(1 - 2 * p) if p > 0.25 else inverse(p), sp.ndtri),
    "logNdtr": (single([*np.linspace(-60, 5, 150), -1e3, -1e6]), log_ndtr, sp.log_ndtr),
    "lgamma": ([*below, *gammas], lambda x: mp.re(mp.loggamma(x)), sp.gammaln),
    "digamma": ([*below, *gammas], mp.digamma, sp.digamma),
    "trigamma": ([*below, *single(np.linspace(0.05, 40, 120)), 1e6], lambda x: mp.polygamma(1, x), lambda x: sp.polygamma(1, x)),
    "polygamma4": ([*below, *single(np.linspace(0.05, 40, 120)), 1e3], lambda x: mp.polygamma(4, x), None),
    "i0": (single([*np.linspace(-30, 30, 121), 80, -90, 1e-20]), lambda x: mp.besseli(0, x), sp.i0),
    "i1": (single([*np.linspace(-30, 30, 121), 80, -90, 1e-20]), lambda x: mp.besseli(1, x), sp.i1),
}


def inverse(p):
    """Newton's iteration on ln Φ, for small p."""
    target = mp.log(p)
    x = -mp.sqrt(-2 * target)
    for _ in range(60):
        value = mp.erfc(-x / mp.sqrt(2)) / 2
        step = (mp.log(value) - target) * value / (mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi))
        x -= step
        if abs(step) < mp.mpf(10) ** -35:
            break
    return x


result = {}
for name, (xs, exact, scipy) in functions.items():
    # numbers too small for a double tell nothing here
    pairs = [(x, float(exact(mp.mpf(x)))) for x in xs]
    pairs = [(x, y) for x, y in pairs if y == 0 or abs(y) > 1e-290]
    if scipy is not None:
        for x, y in pairs:
            other = float(scipy(x))
            assert abs(other - y) <= 1e-9 * max(abs(y), 1e-3 if name in ("lgamma", "digamma") else 0), (name, x, y, other)
    result[name] = {"x": [x for x, _ in pairs], "y": [y for _, y in pairs]}

parameters = [0.01, 0.3, 1, 2.5, 7.9, 8, 20, 100, 1000, 9000]
shares = [1e-3, 0.2, 0.7, 0.95, 1, 1.05, 1.4, 3, 10]
pairs = [single([a]) + single([a * m]) for a in parameters for m in shares if a * m < 600 or abs(m - 1) < 0.5]
triples = [
    single([a]) + single([b]) + single([a / (a + b) * m])
    for a in (0.05, 0.5, 1, 3, 8, 30, 500, 4000)
    for b in (0.1, 1, 7, 9, 60, 1500)
    for m in (0.01, 0.5, 0.97, 1, 1.03, 1.5)
    if a / (a + b) * m < 1
]
incomplete = {
    "gammainc": (pairs, lambda a, x: mp.gammainc(a, 0, x, regularized=True), sp.gammainc),
    "gammaincc": (pairs, lambda a, x: mp.gammainc(a, x, regularized=True), sp.gammaincc),
    "betainc": (triples, lambda a, b, x: mp.betainc(a, b, 0, x, regularized=True), sp.betainc),
}
for name, (arguments, exact, scipy) in incomplete.items():
    values = [float(exact(*map(mp.mpf, each))) for each in arguments]
    for each, y in zip(arguments, values):
        assert abs(float(scipy(*each)) - y) <= 1e-8 * max(y, 1e-280), (name, each, y, scipy(*each))
    kept = [(each, y) for each, y in zip(arguments, values) if y > 1e-290]
    result[name] = {"x": [list(part) for part in zip(*(each for each, _ in kept))], "y": [y for _, y in kept]}

with open(__file__.replace("make_special.py", "special.json"), "w") as file:
    json.dump(result, file, separators=(",", ":"))
    file.write("\n")
