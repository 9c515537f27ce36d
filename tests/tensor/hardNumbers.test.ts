/** Functions of f32 where they are hardest: huge, tiny, next to poles, zeros and the ends of the range. */
import { expect, it, test } from "vitest";
import type { Tensor } from "../../src/index.ts";
import * as S from "../../src/index.ts";
import { erf, erfc } from "../../src/kernel/erf.ts";

const most = 2 ** 128 - 2 ** 104;
const bits = new Uint32Array(1);
const single = new Float32Array(bits.buffer);

/** Points where an approximation changes its ways, or a result leaves the range. */
const corners = [
  ...[0, 1, 0.5, 2, 4, 0.35, 0.625, 0.88, Math.SQRT1_2, Math.SQRT2, 9.5, 10.06, 14, 17, 40, 88, 88.72283, 89, 89.4],
  ...[
    87.33654,
    103.97,
    103.98,
    104,
    126,
    127,
    128,
    149,
    150,
    3000,
    2 ** 23,
    2 ** 24,
    2 ** 28,
    2 ** 126,
    2 ** -25,
    2 ** -126,
  ],
  ...[1, 2, 3, 4, 5, 1000, 1910].map((count) => (count * Math.PI) / 4),
];
/** Those with forty neighbours on both sides, the smallest and largest numbers, infinities and NaN. */
const hard = [
  ...corners.flatMap((corner) => Array.from({ length: 81 }, (_, index) => neighbour(corner, index - 40))),
  ...[0, 2 ** -149, 2 ** -148, 2 ** -126 - 2 ** -149, most, Infinity],
].flatMap((x) => [x, -x]);
const inputs = Float32Array.from([...hard, NaN]);

/** The number of f32 `steps` above `x`. */
function neighbour(x: number, steps: number): number {
  single[0] = x;
  bits[0] = Math.max((bits[0] ?? 0) + steps, 0);
  return single[0] ?? 0;
}

const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const softplus = (x: number) => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));
const gated = (x: number, gate: number) => (x === -Infinity ? -0 : x * gate);

/** A function, what it is in double precision, and how many units in the last place it may be off. */
type Case = readonly [(x: Tensor) => Tensor, (x: number) => number, number];
const cases: { readonly [name: string]: Case } = {
  exp: [S.exp, Math.exp, 2],
  exp2: [S.exp2, (x) => 2 ** x, 2],
  expm1: [S.expm1, Math.expm1, 2],
  log: [S.log, Math.log, 2],
  log2: [S.log2, Math.log2, 2],
  log10: [S.log10, Math.log10, 2],
  log1p: [S.log1p, Math.log1p, 2],
  sin: [S.sin, Math.sin, 2],
  cos: [S.cos, Math.cos, 2],
  tan: [S.tan, Math.tan, 2.2],
  sinh: [S.sinh, Math.sinh, 2],
  cosh: [S.cosh, Math.cosh, 2],
  tanh: [S.tanh, Math.tanh, 2],
  asinh: [S.asinh, Math.asinh, 2],
  acosh: [S.acosh, Math.acosh, 2.2],
  atanh: [S.atanh, Math.atanh, 2],
  erf: [S.erf, erf, 2],
  erfc: [S.erfc, erfc, 6],
  sigmoid: [S.sigmoid, sigmoid, 2],
  softplus: [S.softplus, softplus, 2],
  logSigmoid: [S.logSigmoid, (x) => -softplus(-x), 2],
  silu: [S.silu, (x) => gated(x, sigmoid(x)), 2.2],
  "pow 2.5": [(x) => x.pow(2.5), (x) => x ** 2.5, 2],
  "pow -3": [(x) => x.pow(-3), (x) => x ** -3, 2],
  "a power of 0.99999994": [(x) => S.pow(1 - 2 ** -24, x), (x) => (1 - 2 ** -24) ** x, 2],
};

it.each(Object.entries(cases))("%s", async (_name, [compute, meaning, ulps]) => {
  await expectNear(inputs, compute, meaning, ulps);
});

test("gelu keeps its bits where the gate is nearly closed, and so does its derivative", async () => {
  // the square of x is rounded, and e^−x²/2 is off by that times x²/2
  const points = inputs.filter((x) => !Number.isNaN(x) && x > -13);
  const phi = (x: number) => erfc(-x / Math.SQRT2) / 2;
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const derivative = (x: number) => (x === Infinity ? 1 : phi(x) + x * density(x));
  await expectNear(points, S.gelu, (x) => gated(x, phi(x)), 200);
  const slope = S.grad((x: Tensor) => S.gelu(x).sum());
  const far = points.filter((x) => x < -2 || x > 0);
  await expectNear(far, slope, derivative, 200);
});

async function expectNear(
  xs: Float32Array<ArrayBuffer>,
  compute: (x: Tensor) => Tensor,
  meaning: Case[1],
  ulps: number,
) {
  const found = await compute(S.tensor(xs)).data();
  xs.forEach((x, position) => {
    const distance = ulpsBetween(Number(found[position]), meaning(x));
    if (!(distance <= ulps)) expect.fail(`of ${x}: ${found[position]} is ${distance} ulp from ${meaning(x)}`);
  });
}

/** How far `found` is from `wanted`, in units in the last place of f32; zeros differ by their sign. */
function ulpsBetween(found: number, wanted: number): number {
  const rounded = Math.fround(wanted);
  if (Object.is(found, rounded)) return 0;
  if (!Number.isFinite(wanted) || Number.isNaN(found) || (found === 0 && wanted === 0)) return Infinity;
  single[0] = Math.abs(wanted);
  const unit = 2 ** (Math.min(Math.max((bits[0] ?? 0) >>> 23, 1), 254) - 150);
  // beyond the range a result counts as the first number that is not in it
  const reached = Number.isFinite(found) ? found : Math.sign(found) * 2 ** 128;
  return Math.abs(reached - wanted) / unit;
}

test("sines and cosines of the numbers of f32 that are nearest to multiples of π/2", async () => {
  const hardest = Array.from({ length: 105 }, (_, exponent) => nearQuarterTurns(exponent)).flat();
  const xs = Float32Array.from(hardest.flatMap((x) => [x, -x]));
  const [sines, cosines] = [await S.sin(S.tensor(xs)).data(), await S.cos(S.tensor(xs)).data()];
  let nearest = 1;
  xs.forEach((x, position) => {
    const { quadrant, rest } = turn(Math.abs(x));
    const waves = [Math.sin(rest), Math.cos(rest), -Math.sin(rest), -Math.cos(rest)];
    const wave = (ahead: number) => waves[(quadrant + ahead) % 4] ?? NaN;
    expect(ulpsBetween(Number(sines[position]), wave(0) * Math.sign(x)), `sin ${x}`).toBeLessThan(2);
    expect(ulpsBetween(Number(cosines[position]), wave(1)), `cos ${x}`).toBeLessThan(2);
    nearest = Math.min(nearest, Math.abs(rest));
  });
  // the worst case of f32, 16367173·2^72: tables of range reduction name it
  expect(nearest).toBeLessThan(2e-9);
});

const places = 320n;
/** π/2 · 2^320, by Machin's formula. */
const quarter = 2n * (4n * inverseTangent(5n) - inverseTangent(239n));

/** arctan(1/n) · 2^320. */
function inverseTangent(n: bigint): bigint {
  let [sum, power] = [0n, (1n << (places + 32n)) / n];
  for (let k = 1n; power !== 0n; k += 2n, power /= -n * n) sum += power / k;
  return sum >> 32n;
}

/** x ≥ 1, a number of f32, as quarter turns and what is left of them, by whole arithmetic. */
function turn(x: number): { readonly quadrant: number; readonly rest: number } {
  const scaled = BigInt(x * 2 ** 24) << (places - 24n);
  const count = (scaled + quarter / 2n) / quarter;
  return { quadrant: Number(count & 3n), rest: Number(scaled - count * quarter) / 2 ** 320 };
}

/** Numbers m·2^exponent with m below 2^24 that are nearest to quarter turns: m are denominators of a continued fraction. */
function nearQuarterTurns(exponent: number): number[] {
  const found: number[] = [];
  let [over, under] = [1n << (places + BigInt(exponent)), quarter];
  let [before, denominator] = [0n, 1n];
  over %= under;
  while (over !== 0n && denominator < 2n ** 24n) {
    found.push(Number(denominator) * 2 ** exponent);
    [over, under] = [under, over];
    [before, denominator] = [denominator, (over / under) * denominator + before];
    over %= under;
  }
  return found;
}
