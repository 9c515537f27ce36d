"""Golden numbers of pools, resized images and sampled grids from PyTorch: what images.test.ts compares with.

Run by hand when a case is added, with Debian's python3-torch (1.13): /usr/bin/python3 tests/golden/make_images.py
Writes images.json beside this file: inputs, results, and the gradient of the sum of upstream times result. Boxes and regions
are by torchvision's formulas, written out here.
"""
import json
import math
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

torch.manual_seed(11)


def numbers(tensor):
    return [round(value, 12) for value in tensor.detach().double().flatten().tolist()]


def make(function, shape, **more):
    x = torch.randn(shape, dtype=torch.float64).requires_grad_()
    y = function(x)
    indices = None
    if isinstance(y, tuple):
        y, indices = y
    upstream = torch.randn(y.shape, dtype=torch.float64)
    (y * upstream).sum().backward()
    case = {"shape": shape, "x": numbers(x), "result": list(y.shape), "y": numbers(y), "upstream": numbers(upstream),
            "dx": numbers(x.grad), **more}
    if indices is not None:
        case["indices"] = indices.flatten().tolist()
    return case


def pools():
    for shape, kernel, options in [
        ([1, 2, 7], [3], {}), ([1, 1, 8], [3], {"ceil_mode": True}), ([1, 1, 7, 5], [3, 2], {"stride": [2, 2], "padding": [1, 1], "ceil_mode": True}),
        ([2, 1, 4, 5, 3], [2, 2, 2], {"stride": [1, 2, 1], "padding": [1, 0, 1]}),
    ]:
        which = len(kernel) - 1
        largest, average = [F.max_pool1d, F.max_pool2d, F.max_pool3d][which], [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d][which]
        yield make(lambda x: largest(x, kernel, return_indices=True, **options), shape, kind="max", kernel=kernel, options=options)
        for include in [True, False]:
            given = {**options, "count_include_pad": include}
            yield make(lambda x: average(x, kernel, **given), shape, kind="average", kernel=kernel, options=given)
    for shape, sizes in [([1, 2, 5], [2]), ([2, 1, 7, 4], [3, 3]), ([1, 1, 3], [5]), ([1, 1, 4, 3, 5], [2, 2, 3])]:
        adaptive = [F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d][len(sizes) - 1]
        yield make(lambda x: adaptive(x, sizes, return_indices=True), shape, kind="adaptive", kernel=sizes, options={})
    for shape, kernel, output in [([2, 2, 9, 7], [2, 3], [4, 3]), ([1, 1, 7, 5], [2, 2], [5, 3])]:
        samples = torch.rand(*shape[:2], 2, dtype=torch.float64)
        # PyTorch takes the sample of the width first
        yield make(lambda x: F.fractional_max_pool2d(x, kernel, output, return_indices=True, _random_samples=samples.flip(-1)),
                   shape, kind="fractional", kernel=kernel, options={"output": output, "samples": numbers(samples)})
    for shape, kernel, options in [([1, 2, 6], [2], {}), ([1, 1, 4, 6], [2, 3], {"padding": [1, 1]})]:
        pooled = [F.max_pool1d, F.max_pool2d][len(kernel) - 1]
        y, indices = pooled(torch.randn(shape, dtype=torch.float64), kernel, return_indices=True, **options)
        back = [F.max_unpool1d, F.max_unpool2d][len(kernel) - 1]
        yield {**make(lambda x: back(x, indices, kernel, output_size=shape[2:], **options), list(y.shape), kind="unpool",
                      kernel=kernel, options={**options, "output": shape[2:]}), "indices": indices.flatten().tolist()}


def resized():
    sizes = {1: [([1, 2, 5], [8]), ([1, 1, 9], [4])], 2: [([1, 2, 4, 5], [7, 3]), ([1, 1, 6, 3], [1, 6])], 3: [([1, 1, 3, 4, 2], [5, 2, 3])]}
    for dimensions, cases in sizes.items():
        linear = ["linear", "bilinear", "trilinear"][dimensions - 1]
        for shape, size in cases:
            settings = [("nearest", {}), ("nearest-exact", {}), ("area", {}), (linear, {}), (linear, {"align_corners": True})]
            if dimensions == 2:
                settings += [("bicubic", {}), ("bicubic", {"align_corners": True})]
                # Where corners are to be aligned, PyTorch's filter against aliasing does not align them
                settings += [(linear, {"antialias": True}), ("bicubic", {"antialias": True})]
            for mode, given in settings:
                yield make(lambda x: F.interpolate(x, size=size, mode=mode, **given), shape, mode=mode, size=size, **given)
    for mode in ["nearest", "nearest-exact", "bilinear", "bicubic"]:
        yield make(lambda x: F.interpolate(x, scale_factor=[1.6, 0.7], mode=mode), [1, 1, 5, 6], mode=mode, scale=[1.6, 0.7])


def grids():
    plane, volume = ([2, 2, 4, 5], [3, 4]), ([1, 2, 3, 4, 2], [2, 3, 2])
    for (shape, places), mode, padding, align in [
        (plane, "bilinear", "zeros", False), (plane, "bilinear", "border", True), (plane, "bilinear", "reflection", False), (plane, "bilinear", "reflection", True),
        (plane, "nearest", "zeros", False), (plane, "nearest", "reflection", True), (plane, "bicubic", "zeros", True), (plane, "bicubic", "border", False),
        (plane, "bicubic", "reflection", False), (volume, "bilinear", "zeros", False), (volume, "nearest", "border", True),
    ]:
        grid = (torch.rand(shape[0], *places, len(places), dtype=torch.float64) * 3.4 - 1.7).requires_grad_()
        case = make(lambda x: F.grid_sample(x, grid, mode=mode, padding_mode=padding, align_corners=align), shape,
                    mode=mode, padding=padding, align=align, places=places, grid=numbers(grid))
        yield {**case, "dgrid": numbers(grid.grad)}


def affine():
    for size in [[2, 1, 3, 4], [1, 1, 2, 1, 3]]:
        for align in [False, True]:
            d = len(size) - 2
            yield make(lambda theta: F.affine_grid(theta, size, align_corners=align), [size[0], d, d + 1], size=size, align=align)


def sample(image, y, x):
    """Bilinear, as torchvision's roi_align."""
    height, width = image.shape
    if y < -1 or y > height or x < -1 or x > width:
        return 0.0, (0.0,) * 4
    y, x = max(y, 0.0), max(x, 0.0)
    y0, x0 = min(int(y), height - 1), min(int(x), width - 1)
    y1, x1 = min(y0 + 1, height - 1), min(x0 + 1, width - 1)
    y, x = (float(y0) if y0 == height - 1 else y), (float(x0) if x0 == width - 1 else x)
    ly, lx = y - y0, x - x0
    parts = ((1 - ly) * (1 - lx) * image[y0, x0], (1 - ly) * lx * image[y0, x1], ly * (1 - lx) * image[y1, x0], ly * lx * image[y1, x1])
    return sum(parts), parts


def roi_align(x, boxes, batch, size, scale, ratio, aligned, largest):
    result = np.zeros([len(boxes), x.shape[1], *size])
    offset = 0.5 if aligned else 0.0
    for r, (box, n) in enumerate(zip(boxes, batch)):
        x1, y1, x2, y2 = [side * scale - offset for side in box]
        width, height = x2 - x1, y2 - y1
        if not aligned:
            width, height = max(width, 1.0), max(height, 1.0)
        bin_h, bin_w = height / size[0], width / size[1]
        rows = ratio if ratio > 0 else math.ceil(bin_h)
        columns = ratio if ratio > 0 else math.ceil(bin_w)
        for c in range(x.shape[1]):
            for i in range(size[0]):
                for j in range(size[1]):
                    samples = [sample(x[n, c], y1 + i * bin_h + (k + 0.5) * bin_h / rows, x1 + j * bin_w + (l + 0.5) * bin_w / columns)
                               for k in range(rows) for l in range(columns)]
                    result[r, c, i, j] = max(max(parts) for _, parts in samples) if largest else sum(value for value, _ in samples) / max(len(samples), 1)
    return result


def regions():
    generator = np.random.default_rng(3)
    for size, scale, ratio, aligned, largest in [([2, 3], 1.0, 2, True, False), ([3, 2], 0.5, 0, True, False), ([2, 2], 1.0, 0, False, False), ([2, 2], 1.0, 2, True, True)]:
        x = generator.standard_normal([2, 2, 6, 7])
        corners = generator.random([4, 4]) * 5 / scale
        boxes = np.stack([np.minimum(corners[:, 0], corners[:, 2]), np.minimum(corners[:, 1], corners[:, 3]),
                          np.maximum(corners[:, 0], corners[:, 2]), np.maximum(corners[:, 1], corners[:, 3]) + 0.4], 1)
        batch = [0, 1, 1, 0]
        y = roi_align(x, boxes.tolist(), batch, size, scale, ratio, aligned, largest)
        yield {"shape": list(x.shape), "x": x.flatten().tolist(), "boxes": boxes.flatten().tolist(), "batch": batch, "size": size, "scale": scale,
               "ratio": ratio, "aligned": aligned, "largest": largest, "y": y.flatten().tolist()}


def overlap(a, b):
    width = max(min(a[2], b[2]) - max(a[0], b[0]), 0)
    height = max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])
    return width * height / (area(a) + area(b) - width * height)


def suppressed(boxes, scores, threshold):
    kept = []
    for index in sorted(range(len(scores)), key=lambda i: -scores[i]):
        if all(overlap(boxes[index], boxes[other]) <= threshold for other in kept):
            kept.append(index)
    return kept


def suppressions():
    generator = np.random.default_rng(5)
    for count, threshold in [(1, 0.5), (12, 0.3), (40, 0.5)]:
        corner = generator.random([count, 2]) * 4
        boxes = np.concatenate([corner, corner + 0.5 + 2 * generator.random([count, 2])], 1)
        scores = generator.random(count)
        yield {"boxes": boxes.flatten().tolist(), "scores": scores.tolist(), "threshold": threshold, "kept": suppressed(boxes.tolist(), scores.tolist(), threshold)}


golden = {"pools": list(pools()), "resized": list(resized()), "grids": list(grids()), "affine": list(affine()), "regions": list(regions()),
          "suppressions": list(suppressions())}
Path(__file__).with_name("images.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
