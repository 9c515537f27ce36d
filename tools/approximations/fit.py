#!/usr/bin/env python3
"""Finds the polynomials of src/compile/approximations: minimax in the error of the whole function, coefficients in f32.

Each row says which polynomial P(u) is wanted, as a function of x, and how much an error of P costs the result. Lawson's
iteration (reweighted least squares) on Chebyshev points gives the minimax polynomial; coefficients are then rounded to
f32 one by one, from the lowest, and the rest fitted again. Needs numpy and mpmath.   python3 fit.py
"""
import mpmath as mp
import numpy as np

mp.mp.dps = 40
POINTS = 400


def points(low, high):
    k = np.arange(POINTS)
    nodes = np.cos(np.pi * (k + 0.5) / POINTS)
    return [mp.mpf((low + high) / 2 + (high - low) / 2 * node) for node in nodes]


def fit(name, low, high, degree, target, variable, cost, splits=False):
    """Minimises max |P(variable(x)) − target(x)| · cost(x); prints coefficients in rising order and that maximum.

    Where `splits`, the first coefficient has a second part, for what f32 rounds off it.
    """
    xs = points(low, high)
    u = np.array([float(variable(x)) for x in xs])
    y = np.array([float(target(x)) for x in xs])
    w = np.array([abs(float(cost(x))) for x in xs])
    fixed = []
    second = 0.0
    for _ in range(degree + 1):
        rest = y - second - sum(c * u**power for power, c in enumerate(fixed))
        columns = np.stack([u**power for power in range(len(fixed), degree + 1)], axis=1)
        lawson = np.ones(len(xs))
        for _ in range(200):
            weight = np.sqrt(lawson) * w
            solution, *_ = np.linalg.lstsq(columns * weight[:, None], rest * weight, rcond=None)
            error = np.abs(columns @ solution - rest) * w
            if error.max() == 0:
                break
            lawson = lawson * (error / error.max() + 1e-9)
            lawson /= lawson.max()
        fixed.append(float(np.float32(solution[0])))
        if splits and len(fixed) == 1:
            second = float(np.float32(solution[0] - fixed[0]))
    error = np.abs(second + sum(c * u**power for power, c in enumerate(fixed)) - y) * w
    print(f"{name}: error 2^{np.log2(error.max()):.1f}")
    print("  [" + ", ".join(repr(float(np.float32(c))) for c in fixed) + "]" + (f" and {second}" if splits else ""))


half = float(mp.log(2) / 2)
fit("exp: 1 + r + r² P(r)", -half * 1.01, half * 1.01, 4, lambda r: (mp.exp(r) - 1 - r) / r**2, lambda r: r, lambda r: r**2 / mp.exp(r))
fit("expm1: r + r² P(r)", -half * 1.01, half * 1.01, 5, lambda r: (mp.expm1(r) - r) / r**2, lambda r: r, lambda r: r**2 / mp.expm1(r))
edge = float((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1))
atanh2 = lambda s: mp.log((1 + s) / (1 - s))
fit("log: log((1 + s) / (1 − s)) = 2 s + s z P(z), z = s²", 1e-4, edge * 1.01, 2, lambda s: (atanh2(s) / s - 2) / s**2, lambda s: s**2, lambda s: s**3 / atanh2(s))
quarter = float(mp.pi / 4) * 1.01
fit("sin: r + r z P(z)", 1e-3, quarter, 2, lambda r: (mp.sin(r) / r - 1) / r**2, lambda r: r**2, lambda r: r**3 / mp.sin(r))
fit("cos: 1 − z/2 + z² P(z)", 1e-3, quarter, 2, lambda r: (mp.cos(r) - 1 + r**2 / 2) / r**4, lambda r: r**2, lambda r: r**4 / mp.cos(r))
fit("tanh: x + x z P(z)", 1e-3, 0.625, 4, lambda x: (mp.tanh(x) / x - 1) / x**2, lambda x: x**2, lambda x: x**3 / mp.tanh(x))
fit("erf below 0.9: x + x P(z)", 1e-3, 0.9, 5, lambda x: mp.erf(x) / x - 1, lambda x: x**2, lambda x: x / mp.erf(x))
fit("erf above: 1 − exp(−x − x P(x))", 0.87, 4.0, 5, lambda x: -mp.log(mp.erfc(x)) / x - 1, lambda x: x, lambda x: x * mp.erfc(x) / mp.erf(x))
power = lambda s: (3 * atanh2(s) / 2 / s - 3 - s**2) / s**4
fit("log2 for power: log((1 + s) / (1 − s)) = 2/3 s (3 + z + z² P(z))", 1e-3, edge * 1.01, 3, power, lambda s: s**2, lambda s: s**5 / atanh2(s))
fit("exp2 for power: 1 + f P(f)", -0.51, 0.51, 5, lambda f: (mp.mpf(2)**f - 1) / f, lambda f: f, lambda f: f / mp.mpf(2)**f)


def bits_of(value, count):
    """The first `count` bits of 0 < value, and what is left."""
    exponent = mp.floor(mp.log(value, 2))
    unit = mp.mpf(2) ** (exponent - count + 1)
    head = mp.floor(value / unit) * unit
    return head, value - head


mp.mp.dps = 100
rest = mp.pi / 2
parts = []
for _ in range(3):
    part, rest = bits_of(rest, 13)
    parts.append(float(part))
print("π/2 in parts of 13 bits:", parts + [float(np.float32(float(rest)))])
head, rest = bits_of(mp.pi / 2, 12)
print("π/2 in 12 bits and the rest:", float(head), float(np.float32(float(rest))))
string = int(mp.floor(2 / mp.pi * mp.mpf(2) ** 256))
print("2/π:", [hex((string >> (256 - 32 * (word + 1))) & 0xFFFFFFFF) for word in range(8)])
twelve, rest = bits_of(2 / (3 * mp.log(2)), 12)
print("2/(3 ln 2) in 12 bits and the rest:", float(twelve), float(np.float32(float(rest))))
tail = lambda t: 2 / t - 2
complement = lambda t: mp.erfc(tail(t)) * mp.exp(tail(t) ** 2) / t
fit("erfc: t Q(t − 0.4375) exp(−a²), t = 1 / (1 + a/2)", 1 / 6.1, 0.76, 8, complement, lambda t: t - 0.4375, lambda t: 1 / complement(t), True)
fit("erfc below 0.65: 1 − (x + x P(x²))", 1e-3, 0.65, 4, lambda x: mp.erf(x) / x - 1, lambda x: x**2, lambda x: x / mp.erfc(x))
