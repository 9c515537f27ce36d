"""Golden values of linear algebra from NumPy and SciPy: python3 tests/golden/make_linalg.py > tests/golden/linalg.json"""
import json
import numpy as np
import scipy.linalg

random = np.random.default_rng(20)
square = random.standard_normal((6, 6))
tall = random.standard_normal((7, 4))
positive = square @ square.T + np.eye(6)
u, _ = np.linalg.qr(random.standard_normal((8, 8)))
v, _ = np.linalg.qr(random.standard_normal((8, 8)))
# A condition number of 1e12, and a rank of 5
ill = u @ np.diag(np.logspace(0, -12, 8)) @ v.T
deficient = random.standard_normal((8, 5)) @ random.standard_normal((5, 6))
right = random.standard_normal((6, 2))
cases = {
    "cholesky": (positive, np.linalg.cholesky(positive)),
    "inv": (square, np.linalg.inv(square)),
    "det": (square, np.linalg.det(square)),
    "slogdet": (square, np.linalg.slogdet(square)[1]),
    "eigvalsh": (positive, np.linalg.eigvalsh(positive)),
    "svdvals": (tall, np.linalg.svd(tall, compute_uv=False)),
    "svdvals ill-conditioned": (ill, np.linalg.svd(ill, compute_uv=False)),
    "pinv": (tall, np.linalg.pinv(tall)),
    "pinv deficient": (deficient, np.linalg.pinv(deficient, rcond=1e-12)),
    "matrixRank": (deficient, np.linalg.matrix_rank(deficient)),
    "expm": (square, scipy.linalg.expm(square)),
    "expm large": (10 * square, scipy.linalg.expm(10 * square)),
    "cond": (square, np.linalg.cond(square)),
    "matrixPower": (square, np.linalg.matrix_power(square, -3)),
    "nuc": (tall, np.linalg.norm(tall, "nuc")),
    "lu": (tall, scipy.linalg.lu(tall)[2]),
    "qr": (tall, np.abs(np.linalg.qr(tall)[1])),
    "lstsq": (deficient, np.linalg.lstsq(deficient, np.arange(8.0), rcond=1e-12)[0]),
    "solve": (square, np.linalg.solve(square, right)),
}
asked = {name: {"x": np.asarray(x).tolist(), "expected": np.asarray(y).tolist()} for name, (x, y) in cases.items()}
print(json.dumps({"right": right.tolist(), "cases": asked}))
