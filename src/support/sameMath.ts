/**
 * exp, log, asinh, sin and cos with the same bits on every engine. JavaScript leaves the last digits of Math.exp and its kin to
 * the engine, and Node and Chromium do differ; sums, products, quotients and square roots are exact everywhere, so these
 * are made of nothing else. For what a model computes outside of its network: the same folder, the same numbers.
 *
 * Source: the polynomials of fdlibm (Sun Microsystems, 1993), errors below 1 ulp but for asinh and large angles.
 */

const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;
const inverseLn2 = 1.442695040888963387;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Which half of a double holds its exponent. */
const high = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** 2^k for whole k from −1022 to 1023. */
function powerOfTwo(k: number): number {
  words[high] = (k + 1023) << 20;
  words[1 - high] = 0;
  return double[0] ?? 0;
}

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = Math.round(x * inverseLn2);
  const head = x - k * ln2High;
  const tail = k * ln2Low;
  const r = head - tail;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  const y = 1 - (tail - (r * c) / (2 - c) - head);
  if (k > 1023) return y * 2 * powerOfTwo(k - 1);
  if (k >= -1022) return y * powerOfTwo(k);
  return y * powerOfTwo(k + 1000) * powerOfTwo(-1000);
}

/** Natural logarithm. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  const isTiny = x < 2.2250738585072014e-308;
  double[0] = isTiny ? x * 18014398509481984 : x;
  let k = ((words[high] ?? 0) >>> 20) - 1023 - (isTiny ? 54 : 0);
  words[high] = ((words[high] ?? 0) & 0xfffff) | 0x3ff00000;
  let m = double[0] ?? 1;
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  const f = m - 1;
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  return k * ln2High - (half - (s * (half + odd + even) + k * ln2Low) - f);
}

/** Inverse hyperbolic sine. */
export function asinh(x: number): number {
  const size = Math.abs(x);
  if (!(size < 1e8)) return Math.sign(x) * (log(size) + Math.LN2);
  if (size < 1e-9) return x;
  const square = size * size;
  const t = size + square / (1 + Math.sqrt(1 + square));
  // log(1 + t), with what rounding took away from 1 + t
  const u = 1 + t;
  return Math.sign(x) * (log(u) - (u - 1 - t) / u);
}

/** Sine of an angle in radians; angles far beyond a million lose digits. */
export function sin(x: number): number {
  return quarter(x, 0);
}

/** Cosine of an angle in radians; angles far beyond a million lose digits. */
export function cos(x: number): number {
  return quarter(x, 1);
}

/** sin(x + turns · π/2). */
function quarter(x: number, turns: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  const n = Math.round(x * 6.36619772367581382433e-1);
  const r = x - n * 1.57079632673412561417 - n * 6.07710050650619224932e-11;
  const which = (((n + turns) % 4) + 4) % 4;
  const value = which % 2 === 0 ? smallSine(r) : smallCosine(r);
  return which < 2 ? value : -value;
}

function smallSine(r: number): number {
  const z = r * r;
  const p =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return r + z * r * (-1.66666666666666324348e-1 + z * p);
}

function smallCosine(r: number): number {
  const z = r * r;
  const p =
    4.16666666666666019037e-2 +
    z *
      (-1.38888888888741095749e-3 +
        z *
          (2.48015872894767294178e-5 +
            z * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11))));
  const half = 0.5 * z;
  const one = 1 - half;
  return one + (1 - one - half + z * z * p);
}
