"""Golden numbers of sorting, sets, counting and quantiles from NumPy, SciPy and PyTorch: what sorting.test.ts compares with.

Run by hand when a case is added, with Debian's python3-numpy, python3-scipy and python3-torch: /usr/bin/python3 tests/golden/make_sorting.py
Writes sorting.json beside this file: inputs, options and results by operation. NaN and infinities are strings.
"""
import json
import math
from pathlib import Path

import numpy as np
import torch
from scipy import stats

random = np.random.default_rng(5)
NAN, INF = math.nan, math.inf


def plain(values):
    """Nested lists that JSON can hold."""
    if isinstance(values, (list, tuple)):
        return [plain(each) for each in values]
    if isinstance(values, (bool, np.bool_)):
        return int(values)
    if isinstance(values, float) and not math.isfinite(values):
        return "nan" if math.isnan(values) else "inf" if values > 0 else "-inf"
    return values


def numbers(array):
    array = np.asarray(array)
    dtype = {"float32": "f32", "float64": "f64", "int64": "i64", "int32": "i32", "bool": "bool", "uint8": "u8"}[str(array.dtype)]
    return {"shape": list(array.shape), "dtype": dtype, "data": plain(array.reshape(-1).tolist())}


def case(call, inputs, results, **options):
    return {"call": call, "inputs": [numbers(each) for each in inputs], "options": {key: plain(value) for key, value in options.items()}, "results": [numbers(each) for each in results]}


def normal(shape):
    """Of few digits, so that the file is short."""
    return np.round(random.normal(size=shape), 3)


def ties(*shape, kinds=6):
    return random.integers(0, kinds, shape).astype(np.float32) - 2


special = np.array([3, NAN, -0.0, 0.0, INF, -INF, 1e-45, -1e-45, NAN, 2, 2, -3], np.float32)
cases = []
for x, axis in [(special, 0), (ties(5, 9), 0), (ties(5, 9), 1), (ties(2, 200), -1), (ties(3, 2, 300), 2), (normal((4, 260)), 1), (random.integers(-(2**62), 2**62, 150) >> 10, 0)]:
    cases.append(case("sort", [x], [np.sort(x, axis=axis, kind="stable")], axis=axis))
    cases.append(case("argsort", [x], [np.argsort(x, axis=axis, kind="stable").astype(np.int32)], axis=axis))
    values, indices = torch.sort(torch.tensor(x), dim=axis, descending=True, stable=True)
    cases.append(case("sort", [x], [values.numpy()], axis=axis, descending=True))
    cases.append(case("argsort", [x], [indices.numpy().astype(np.int32)], axis=axis, descending=True))
for x, k, axis, largest in [(normal((3, 20)), 4, 1, True), (normal((3, 20)), 2, 0, False), (np.array([NAN, 1, 5, INF]), 2, 0, True)]:
    values, indices = torch.topk(torch.tensor(x), k, dim=axis, largest=largest)
    cases.append(case("topK", [x], [values.numpy(), indices.numpy().astype(np.int32)], k=k, axis=axis, largest=largest))
for side in ["left", "right"]:
    edges, values = np.sort(normal(37)), normal((4, 11))
    cases.append(case("searchSorted", [edges, values], [np.searchsorted(edges, values, side).astype(np.int32)], side=side))
    tied = np.sort(ties(30))
    cases.append(case("searchSorted", [tied, ties(25)], [], side=side))
    cases[-1]["results"] = [numbers(np.searchsorted(tied, np.array(cases[-1]["inputs"][1]["data"], np.float32), side).astype(np.int32))]
    rows, wanted = np.sort(normal((3, 8))), normal((3, 5))
    cases.append(case("searchSorted", [rows, wanted], [torch.searchsorted(torch.tensor(rows), torch.tensor(wanted), side=side).numpy().astype(np.int32)], side=side))
    with_nan = np.array([-1.0, 2, NAN, NAN])
    asked = np.array([NAN, INF, 2, -5])
    cases.append(case("searchSorted", [with_nan, asked], [np.searchsorted(with_nan, asked, side).astype(np.int32)], side=side))
for x in [ties(40), ties(4, 5), random.integers(-3, 3, 50).astype(np.int32)]:
    values, indices, inverse, counts = np.unique(x, return_index=True, return_inverse=True, return_counts=True)
    cases.append(case("uniqueAll", [x], [values, indices.astype(np.int32), inverse.reshape(x.shape).astype(np.int32), counts.astype(np.int32)]))
for method in ["linear", "lower", "higher", "midpoint", "nearest"]:
    x = normal((4, 11))
    holes = np.where(random.random((4, 11)) < 0.3, NAN, x)
    q = [0, 0.1, 0.25, 0.5, 0.77, 1]
    for axis in [None, 0, 1]:
        at = {} if axis is None else {"axis": axis}
        cases.append(case("quantile", [x], [np.quantile(x, q, axis=axis, method=method)], q=q, interpolation=method, **at))
        cases.append(case("nanQuantile", [holes], [np.nanquantile(holes, q, axis=axis, method=method)], q=q, interpolation=method, **at))
for x in [normal((3, 8)), normal((3, 7))]:
    cases.append(case("median", [x], [np.median(x, axis=1)], axis=1))
    cases.append(case("median", [x], [np.median(x, axis=0, keepdims=True)], axis=0, keepDims=True))
    cases.append(case("median", [x], [torch.tensor(x).median(dim=1).values.numpy()], axis=1, interpolation="lower"))
    holes = np.where(random.random(x.shape) < 0.3, NAN, x)
    cases.append(case("nanMedian", [holes], [np.nanmedian(holes, axis=1)], axis=1))
    cases.append(case("median", [np.where(np.isnan(holes), NAN, x)], [np.median(np.where(np.isnan(holes), NAN, x), axis=1)], axis=1))
for x in [ties(5, 12), random.integers(0, 4, (3, 20)).astype(np.int32)]:
    most = stats.mode(x, axis=1, keepdims=False)
    places = np.array([np.flatnonzero(row == value)[-1] for row, value in zip(x, most.mode)], np.int32)
    cases.append(case("mode", [x], [most.mode, places, most.count.astype(np.int32)], axis=1))
for x in [ties(30), ties(3, 4, 5), np.array([0.0, NAN, -0.0, INF])]:
    cases.append(case("nonzero", [x], [each.astype(np.int32) for each in np.nonzero(x)]))
    cases.append(case("argwhere", [x], [np.argwhere(x).astype(np.int32)]))
    cases.append(case("maskedSelect", [x, x > 0], [x[x > 0]]))
x, rows = ties(6, 4), random.random(6) < 0.5
cases.append(case("booleanMask", [x, rows], [x[rows]]))
cases.append(case("isIn", [ties(5, 6, kinds=9), ties(7, kinds=9)], []))
cases[-1]["results"] = [numbers(np.isin(*[np.array(each["data"]).reshape(each["shape"]) for each in cases[-1]["inputs"]]))]
x, weights = random.integers(0, 9, 40).astype(np.int32), normal(40)
cases.append(case("bincount", [x], [np.bincount(x).astype(np.int32)]))
cases.append(case("bincount", [x], [np.bincount(x, minlength=14).astype(np.int32)], minLength=14))
cases.append(case("bincount", [x, weights], [np.bincount(x, weights)]))
x = normal((7, 30))
for options in [{}, {"bins": 7}, {"bins": 5, "range": [-1, 1.5]}, {"bins": [-2, -1, 0, 0.5, 3]}, {"bins": 6, "density": True}]:
    counts, edges = np.histogram(x, **options)
    cases.append(case("histogram", [x], [counts if options.get("density") else counts.astype(np.int32), edges], **options))
counts, edges = np.histogram(x, bins=4, weights=np.abs(x))
cases.append(case("histogram", [x, np.abs(x)], [counts, edges], bins=4))

Path(__file__).with_name("sorting.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
