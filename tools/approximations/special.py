#!/usr/bin/env python3
"""Finds the polynomials of src/algorithms/special/coefficients.ts: interpolation in Chebyshev points, in 50 digits, written
as polynomials of the distance from the middle of the interval (from 0 for atan and the Bessel functions). Prints the relative
error of each, and the file. Needs mpmath.   python3 special.py > ../../src/algorithms/special/coefficients.ts
"""
import sys
import mpmath as mp

mp.mp.dps = 50
root = mp.findroot(mp.digamma, mp.mpf("1.46163214496836"))


def interpolate(name, f, low, high, degree, middle):
    low, high, middle = mp.mpf(low), mp.mpf(high), mp.mpf(middle)
    count = degree + 1
    angles = [mp.pi * (i + mp.mpf(1) / 2) / count for i in range(count)]
    xs = [(low + high) / 2 + (high - low) / 2 * mp.cos(angle) for angle in angles]
    # a polynomial of x − middle through all points
    coefficients = mp.lu_solve(
        mp.matrix([[(x - middle) ** power for power in range(count)] for x in xs]), mp.matrix([f(x) for x in xs])
    )
    coefficients = list(coefficients)
    places = [low + (high - low) * (i + mp.mpf(1) / 3) / 500 for i in range(500)]
    error = max(abs(mp.polyval(coefficients[::-1], x - middle) / f(x) - 1) for x in places)
    print(f"{name}, degree {degree}: 2^{mp.nstr(mp.log(error, 2), 4)}", file=sys.stderr)
    return [float(c) for c in coefficients]


def pair(name, comment, f, low, high, degrees, middle):
    lists = [interpolate(name, f, low, high, degree, middle) for degree in degrees]
    rows = "\n".join(f"  {dtype}: [{', '.join(map(repr, row))}]," for dtype, row in zip(("f32", "f64"), lists))
    print(f"\n/** {comment} */\nexport const {name} = {{\n{rows}\n}} as const;")


def log_gamma(x):
    return mp.loggamma(x) / ((x - 1) * (x - 2))


def bessel(order):
    return lambda s: mp.besseli(order, 1 / s) * mp.exp(-1 / s) / mp.sqrt(s)


print("/** Polynomials in rising order, by dtype. Made by tools/approximations/special.py. */")
pair("logGamma", "ln Γ(x) / ((x − 1)(x − 2)) for 1 ≤ x ≤ 2, in x − 1.5.", log_gamma, 1, 2, (9, 20), 1.5)
pair("psi", "ψ(x) / (x − x₀) for 1 ≤ x ≤ 2, in x − 1.5; x₀ is where ψ is 0.", lambda x: mp.digamma(x) / (x - root), 1, 2, (10, 21), 1.5)
head = float(mp.floor(root * 2**20) / 2**20)
print(f"\n/** x₀ in two parts, the first of 21 bits. */\nexport const psiRoot = [{head!r}, {float(root - head)!r}] as const;")
steep = (mp.sqrt(2) - 1) ** 2
pair("arctangent", "arctan(t) / t for t² ≤ tan²(π/8), in t².", lambda z: mp.atan(mp.sqrt(z)) / mp.sqrt(z), 0, steep, (5, 11), 0)
pair("besselFar0", "√x · e^−x · I₀(x) for x ≥ 15, in 1/x.", bessel(0), 0, mp.mpf(1) / 15, (5, 13), 0)
pair("besselFar1", "√x · e^−x · I₁(x) for x ≥ 15, in 1/x.", bessel(1), 0, mp.mpf(1) / 15, (5, 13), 0)
