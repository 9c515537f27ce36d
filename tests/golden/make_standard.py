"""Golden numbers of the Python array API standard's functions from NumPy: what standard.test.ts compares with.

Run by hand when a case is added, with Debian's python3-numpy: /usr/bin/python3 tests/golden/make_standard.py
Writes standard.json beside this file: arguments and results by operation. NaN, infinities and -0 are strings.
"""
import json
from pathlib import Path

import numpy as np

np.seterr(all="ignore")
random = np.random.default_rng(7)
DTYPES = {"bool": "bool", "uint8": "u8", "int8": "i8", "int16": "i16", "int32": "i32", "uint32": "u32", "int64": "i64", "float32": "f32", "float64": "f64"}
SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 1.5, -1.5, 2.5, 3, 1e-30, 1e30, -1e30, 100, 7, -7]
PAIRED = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1, -1, 2, -2, 0.5, 3, -3, 1e30]
cases = []


def plain(x):
    if isinstance(x, (bool, np.bool_, int, np.integer)):
        return int(x)
    x = float(x)
    if x != x:
        return "nan"
    if np.isinf(x):
        return "inf" if x > 0 else "-inf"
    return "-0" if x == 0 and np.signbit(x) else int(x) if x == int(x) and abs(x) < 1e15 else x


def array(x):
    x = np.asarray(x)
    dtype = DTYPES[x.dtype.name]
    return {"dtype": dtype, "shape": list(x.shape), "data": [plain(each) for each in x.ravel()]}


def add(call, arguments, result, relative=0):
    given = [array(each) if isinstance(each, (np.ndarray, np.generic)) else each for each in arguments]
    cases.append({"call": call, "given": given, "result": array(result), **({"relative": relative} if relative else {})})


def names(text):
    return [(each.split(":")[0], getattr(np, each.split(":")[-1])) for each in text.split()]


exact = names("abs ceil floor negative positive sign square sqrt trunc round reciprocal isFinite:isfinite isInf:isinf isNan:isnan signbit")
close = names("acos:arccos acosh:arccosh asin:arcsin asinh:arcsinh atan:arctan atanh:arctanh cos cosh exp expm1 log log1p log2 log10 sin sinh tan tanh")
for relative, list_ in ((0, exact), (1e-13, close)):
    for name, function in list_:
        x = np.array(SPECIAL)
        add(name, [x], function(x), relative)
a, b = [each.ravel() for each in np.meshgrid(PAIRED, PAIRED)]
for relative, list_ in (
    (0, names("add multiply divide floorDivide:floor_divide remainder fmod copysign nextafter less lessEqual:less_equal equal")),
    (1e-13, names("pow:power atan2:arctan2 hypot logaddexp")),
):
    for name, function in list_:
        add(name, [a, b], function(a, b), relative)

for dtype in (np.uint8, np.int8, np.int16, np.int32, np.uint32):
    info = np.iinfo(dtype)
    edges = np.array([info.min, info.max, 0, 1, 2, 3, 7, info.max - 1, info.min + 1], dtype)
    x, y = [each.ravel() for each in np.meshgrid(edges, edges)]
    for name, function in names("add subtract multiply maximum bitwiseAnd:bitwise_and bitwiseXor:bitwise_xor"):
        add(name, [x, y], function(x, y))
    fits = (y != 0) & ~((y == dtype(-1)) & (x == info.min)) if info.min < 0 else y != 0
    for name, function in names("floorDivide:floor_divide remainder fmod"):
        add(name, [x[fits], y[fits]], function(x[fits], y[fits]))
    exponents = np.arange(x.size).astype(dtype) % dtype(37)
    add("pow", [x, exponents], np.power(x, exponents))
    shifts = (np.arange(x.size) % (info.bits + 2)).astype(dtype)
    add("bitwiseLeftShift", [x, shifts], np.left_shift(x, shifts))
    add("bitwiseRightShift", [x, shifts], np.right_shift(x, shifts))

for _ in range(36):
    dtype = random.choice([np.float64, np.int32, np.bool_, np.uint8])
    shape = tuple(random.choice([0, 1, 2, 3, 4], size=random.integers(1, 4), p=[0.1, 0.2, 0.3, 0.2, 0.2]))
    x = np.asarray(random.integers(0 if dtype != np.float64 and dtype != np.int32 else -5, 6, size=shape)).astype(dtype)
    count = random.integers(1, x.ndim + 1)
    axes = [int(each) - (x.ndim if random.random() < 0.5 else 0) for each in random.choice(x.ndim, size=count, replace=False)]
    keep = bool(random.random() < 0.5)
    options = {"axis": axes, "keepDims": keep}
    wide = x.dtype if x.dtype.itemsize >= 4 else np.int32
    add("sum", [x, options], np.sum(x, axis=tuple(axes), keepdims=keep, dtype=wide))
    add("prod", [x, options], np.prod(x, axis=tuple(axes), keepdims=keep, dtype=wide))
    add("all", [x, options], np.all(x, axis=tuple(axes), keepdims=keep))
    add("any", [x, options], np.any(x, axis=tuple(axes), keepdims=keep))
    if x.size > 0:
        one = axes[0]
        add("max", [x, options], np.max(x, axis=tuple(axes), keepdims=keep))
        add("argmax", [x, {"axis": one, "keepDims": keep}], np.argmax(x, axis=one, keepdims=keep).astype(np.int32))
        last = x.shape[one] - 1 - np.argmin(np.flip(x, one), axis=one, keepdims=keep)
        add("argmin", [x, {"axis": one, "keepDims": keep, "last": True}], last.astype(np.int32))
        counts = [int(each) for each in random.integers(0, 3, size=x.shape[one])]
        add("repeat", [x, counts, one], np.repeat(x, counts, one))
        add("argsort", [x, {"axis": one}], np.argsort(x, axis=one, kind="stable").astype(np.int32))
        add("cumulativeSum", [x, {"axis": one}], np.cumsum(x, axis=one, dtype=wide))
        ends = [[int(low), int(high)] for low, high in random.integers(0, 3, size=(x.ndim, 2))]
        add("pad", [x, ends, {"mode": "symmetric"}], np.pad(x, ends, mode="symmetric"))

for dtype in (np.float64, np.int32):
    x = random.integers(-5, 6, size=(2, 3, 4)).astype(dtype)
    low, high = random.integers(-4, 1, size=4).astype(dtype), random.integers(-1, 4, size=(3, 1)).astype(dtype)
    add("clip", [x, low, high], np.clip(x, low, high))
    add("clip", [x, high, low], np.clip(x, high, low))

Path(__file__).with_name("standard.json").write_text(json.dumps(cases, separators=(",", ":")).replace('},{"call"', '},\n{"call"') + "\n")
