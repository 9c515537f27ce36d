"""Writes signal.json: Fourier transforms by NumPy, windows, cosine transforms and convolutions by SciPy, short-time
transforms and their gradients by PyTorch, and mel filters by the formulas of the HTK book and of Slaney's Auditory Toolbox.

Run with a Python that has numpy, scipy and torch: python3 tests/golden/make_signal.py
"""
import json
import pathlib

import numpy as np
import scipy.fft
import scipy.signal
import torch

random = np.random.default_rng(7)


def flat(values):
    values = np.asarray(values)
    if np.iscomplexobj(values):
        values = np.stack([values.real, values.imag], -1)
    return [int(value) if value == int(value) else float(value) for value in values.ravel()]


def numbers(*shape):
    # Few digits, so that the file is small and f32 holds them
    return np.round(random.standard_normal(shape) * 64) / 64


def fourier():
    cases = []
    for length in [1, 2, 3, 8, 12, 13, 31, 97, 131, 210, 257]:
        z = numbers(length) + 1j * numbers(length)
        case = {"n": length, "input": flat(z), "fft": flat(np.fft.fft(z)), "ifft": flat(np.fft.ifft(z))}
        case["rfft"] = flat(np.fft.rfft(z.real))
        if length > 1:
            case["hfft"] = flat(np.fft.hfft(z, length, norm="ortho"))
            case["irfft"] = flat(np.fft.irfft(z, length))
        cases.append(case)
    return cases


def several():
    z = numbers(3, 4, 6) + 1j * numbers(3, 4, 6)
    return {
        "input": flat(z),
        "fftn": flat(np.fft.fftn(z, s=(5, 3), axes=(0, 2), norm="ortho")),
        "ifftn": flat(np.fft.ifftn(z)),
        "rfftn": flat(np.fft.rfftn(z.real, norm="forward")),
        "irfftn": flat(np.fft.irfftn(z, s=(4, 7), axes=(0, 1))),
    }


def windows():
    made = {
        "hann": {},
        "hamming": {},
        "blackman": {},
        "nuttall": {},
        "blackmanHarris": {},
        "bartlett": {},
        "cosine": {},
        "tukey": {"alpha": 0.3},
        "kaiser": {"beta": 8.6},
        "gaussian": {"std": 2.5},
    }
    names = {"blackmanHarris": "blackmanharris"}
    cases = []
    for name, options in made.items():
        for length, periodic in [(1, False), (2, False), (9, False), (9, True), (12, True)]:
            window = (names.get(name, name), *options.values())
            values = scipy.signal.get_window(window, length, fftbins=periodic)
            cases.append({"name": name, "length": length, "options": {**options, "periodic": periodic}, "values": flat(values)})
    return cases


def cosines():
    cases = []
    for length in [1, 2, 5, 8, 34]:
        x = numbers(length)
        for kind in [2, 3]:
            for norm in ["backward", "ortho", "forward"]:
                cases.append(
                    {
                        "input": flat(x),
                        "options": {"type": kind, "norm": norm},
                        "dct": flat(scipy.fft.dct(x, kind, norm=norm)),
                        "idct": flat(scipy.fft.idct(x, kind, norm=norm)),
                    }
                )
    return cases


def convolutions():
    cases = []
    for n, m in [(5, 3), (3, 5), (6, 6), (7, 1), (9, 4)]:
        x, h = numbers(n), numbers(m)
        for mode in ["full", "same", "valid"]:
            cases.append({"x": flat(x), "h": flat(h), "mode": mode, "convolve": flat(scipy.signal.convolve(x, h, mode))})
            if n >= m:
                cases[-1]["correlate"] = flat(scipy.signal.correlate(x, h, mode))
    return cases


def short_time():
    cases = []
    settings = [
        (40, 16, {"hopLength": 4}),
        (40, 16, {"hopLength": 5, "windowLength": 11, "normalized": True}),
        (37, 15, {"hopLength": 6, "center": False}),
        (37, 10, {"hopLength": 3, "onesided": False, "padMode": "constant"}),
        (40, 16, {"padMode": "circular"}),
        (24, 18, {"hopLength": 1, "padMode": "replicate"}),
    ]
    for samples, n, options in settings:
        window = np.round(np.hanning((options.get("windowLength") or n) + 2)[1:-1] * 4096) / 4096
        x = torch.tensor(numbers(2, samples), requires_grad=True)
        keywords = {
            "hop_length": options.get("hopLength"),
            "win_length": options.get("windowLength"),
            "window": torch.tensor(window),
            "center": options.get("center", True),
            "normalized": options.get("normalized", False),
            "onesided": options.get("onesided", True),
        }
        z = torch.stft(x, n, pad_mode=options.get("padMode", "reflect"), return_complex=True, **keywords)
        weights = torch.tensor(numbers(*z.shape) + 1j * numbers(*z.shape))
        (z * weights).real.sum().backward()
        case = {
            "input": flat(x.detach()),
            "shape": [2, samples],
            "n": n,
            "options": options,
            "window": flat(window),
            "stft": flat(z.detach()),
            "weights": flat(weights),
            "gradient": flat(x.grad),
        }
        if keywords["center"]:
            noisy = z.detach() + weights * 0.125
            case["istft"] = flat(torch.istft(noisy, n, **keywords))
            case["cut"] = flat(torch.istft(noisy, n, length=samples - 3, **keywords))
        cases.append(case)
    return cases


def mels():
    def bank(bins, count, rate, low, high, scale, norm):
        if scale == "htk":
            to, back = (lambda f: 2595 * np.log10(1 + f / 700)), (lambda m: 700 * (10 ** (m / 2595) - 1))
        else:
            step = np.log(6.4) / 27
            to = lambda f: np.where(f >= 1000, 15 + np.log(np.maximum(f, 1) / 1000) / step, f * 3 / 200)
            back = lambda m: np.where(m >= 15, 1000 * np.exp(step * (m - 15)), m * 200 / 3)
        corners = back(np.linspace(to(low), to(high), count + 2))
        slopes = corners[None, :] - np.linspace(0, rate // 2, bins)[:, None]
        widths = np.diff(corners)
        filters = np.maximum(0, np.minimum(-slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:]))
        return filters * (2 / (corners[2:] - corners[:-2])) if norm else filters

    settings = [(33, 8, 8000, 0, 4000, "htk", None), (21, 6, 16000, 100, 7000, "slaney", "slaney"), (17, 5, 4000, 50, 2000, "htk", "slaney")]
    names = ["bins", "mels", "sampleRate", "low", "high", "scale", "norm"]
    return [{"options": dict(zip(names, each)), "values": flat(bank(*each))} for each in settings]


made = {
    "fourier": fourier(),
    "several": several(),
    "windows": windows(),
    "cosines": cosines(),
    "convolutions": convolutions(),
    "shortTime": short_time(),
    "mels": mels(),
}
path = pathlib.Path(__file__).with_name("signal.json")
path.write_text(json.dumps(made, separators=(",", ":")).replace("},{", "},\n{") + "\n")
print(path.stat().st_size)
