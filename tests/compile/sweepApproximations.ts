/** Compares approximations with the true values over all of f32: every exponent, many mantissas, and the edges. */
import { expect } from "vitest";
import { approximate } from "../../src/compile/approximate.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { type Tensor, tensor } from "../../src/index.ts";
import { meaningOf } from "../../src/kernel/meaning.ts";
import type { ScalarOp } from "../../src/kernel/scalarOps.ts";
import { Draft } from "../conformance/draft.ts";
import { launch } from "../conformance/launch.ts";

const edges = [
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  0.5,
  -0.5,
  2,
  -2,
  2.5,
  3,
  -3,
  1e-45,
  -1e-45,
  1e38,
  -1e38,
  88.72283,
  88.72284,
  -87.4,
  -103.9,
  -103.98,
];

/** Two units in the last place are promised; the sum of both roundings may look like a little more. */
const mostUlps = 2;

function* randomBits(): Generator<number> {
  for (let state = 1; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

/** The edges, then numbers of all exponents and both signs in turn. */
export function everyExponent(count: number): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(count);
  const bits = new Uint32Array(numbers.buffer);
  const random = randomBits();
  for (let position = 0; position < count; position++)
    bits[position] = ((position & 511) << 23) | (random.next().value >>> 9);
  numbers.set(edges);
  return numbers;
}

/** Pairs for power: all pairs of edges, then exponents that keep the result in range more often than not. */
export function powerPairs(count: number): [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] {
  const [x, y] = [everyExponent(count), new Float32Array(count)];
  const random = randomBits();
  const uniform = () => random.next().value / 2 ** 32 - 0.5;
  for (let position = 0; position < count; position++) {
    const kind = position % 4;
    if (kind === 3) x[position] = 1 + uniform() * 0.01;
    const size = Math.max(1e-3, Math.abs(Math.log2(Math.abs(x[position] ?? 1) || 1)));
    y[position] =
      kind === 0
        ? uniform() * 20
        : kind === 1
          ? Math.round(uniform() * 20)
          : kind === 2
            ? (uniform() * 300) / size
            : uniform() * 40_000;
  }
  edges.forEach((a, row) =>
    edges.forEach((b, column) => {
      x[row * edges.length + column] = a;
      y[row * edges.length + column] = b;
    }),
  );
  return [x, y];
}

/** Pairs for division whose quotient stays below 2^22. */
export function divisionPairs(count: number): [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] {
  const [x, y] = [everyExponent(count), new Float32Array(count)];
  const random = randomBits();
  for (let position = 0; position < count; position++) {
    const size = 1 + 2 ** ((random.next().value / 2 ** 32) * 22);
    y[position] = ((x[position] ?? 1) / size) * (random.next().value & 1 ? 1 : -1);
  }
  return [x, y];
}

/** Fails where an approximation is further from the true value than promised, with and without contraction. */
export function sweep(op: ScalarOp, ...inputs: readonly Float32Array<ArrayBuffer>[]): void {
  const count = inputs[0]?.length ?? 0;
  const draft = new Draft();
  const buffers = inputs.map(() => draft.buffer("f32", "read"));
  const [output, size] = [draft.buffer("f32", "write"), draft.size()];
  const kernel = draft.kernel(op, [
    draft.loop(
      size,
      (i) => [
        draft.store(
          output,
          i,
          approximate(
            draft.e,
            op,
            buffers.map((buffer) => draft.load(buffer, i)),
          ),
        ),
      ],
      { lanes: 8 },
    ),
  ]);
  const meaning = meaningOf(op, "f64");
  for (const isRelaxed of [false, true]) {
    const results = launch(new WasmDevice({ isRelaxed }), kernel, [...inputs, new Float32Array(count)], [count]);
    for (let position = 0; position < count; position++) {
      const [a = 0, b = 0] = inputs.map((data) => data[position] ?? 0);
      const [wanted, found] = [meaning(a, b, 0), Number(results[inputs.length]?.[position] ?? 0)];
      if (distance(found, wanted) > mostUlps)
        expect.fail(`${op}(${inputs.length === 2 ? `${a}, ${b}` : a}) is ${found} and has to be ${wanted}`);
    }
  }
}

/** The same for what operations are composed of: `compute` on the current device, beside `wanted` in doubles. */
export async function sweepComposite(
  numbers: Float32Array<ArrayBuffer>,
  compute: (x: Tensor) => Tensor,
  wanted: (x: number) => number,
): Promise<void> {
  const results = await compute(tensor(numbers)).data();
  for (const [position, x] of numbers.entries()) {
    const found = Number(results[position]);
    if (distance(found, wanted(x)) > mostUlps) expect.fail(`at ${x} it is ${found} and has to be ${wanted(x)}`);
  }
}

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** How far `found` is from the true value, in units in the last place of f32. */
function distance(found: number, wanted: number): number {
  const rounded = Math.fround(wanted);
  if (Object.is(found, rounded)) return 0;
  // at the edge of the range either side of the last rounding will do
  if (!Number.isFinite(rounded) || !Number.isFinite(found))
    return Math.abs(wanted) > 3.40282e38 && Math.abs(found) > 3.40282e38 && Math.sign(found) === Math.sign(wanted)
      ? 1
      : Infinity;
  if (wanted === 0 && found === 0) return Infinity;
  single[0] = Math.abs(wanted);
  return Math.abs(found - wanted) / 2 ** (Math.max((singleBits[0] ?? 0) >>> 23, 1) - 150);
}
