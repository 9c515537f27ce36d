/** Remainders and whole quotients of floats, on every device, are what rational numbers give, to the last bit. */
import { describe, expect, test } from "vitest";
import { nativeForm } from "../../src/compile/approximate.ts";
import type { Device } from "../../src/device/device.ts";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { NativeDevice } from "../../src/device/native/nativeDevice.node.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { fmod, tensor } from "../../src/index.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import { Draft } from "../conformance/draft.ts";
import { launch } from "../conformance/launch.ts";
import { hasNative } from "../device/native/available.ts";
import { exactQuotient, exactRemainder, formats } from "./exactDivision.ts";

type Float = "f32" | "f64";
type Numbers = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Odd, so that something is left over after whole vectors. */
const count = 8_007;
/** Below this, quotients are exact; above it the definition rounds more than once. */
const mostExact = 2 ** 50;

const arrays = { f32: Float32Array, f64: Float64Array } as const;

function* randomBits(): Generator<number> {
  for (let state = 7; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield (state ^ (state >>> 15)) >>> 0;
  }
}

/** Zeros, ones, powers of two and their neighbours, the ends of the range, what is no number. */
function edgesOf(dtype: Float): number[] {
  const { bits, lowest } = formats[dtype];
  const top = -lowest - bits + 2;
  const sizes = [0, 1, 3, 2.5, 2 ** lowest, 3 * 2 ** lowest, 2 ** (lowest + bits), 2 ** (top - 1), Infinity, NaN];
  for (const exponent of [25, 26, 27, 28, 29, bits]) sizes.push(2 ** exponent, 2 ** exponent - 1);
  sizes.push(1 - 2 ** -bits, 1 + 2 ** (1 - bits), (2 - 2 ** (1 - bits)) * 2 ** (top - 1));
  return sizes.flatMap((size) => [size, -size]);
}

/** All pairs of edges; then numbers of all exponents, of near ones, and multiples of the divisor and their neighbours. */
function pairsOf(dtype: Float): [Numbers, Numbers] {
  const make = () => new arrays[dtype](count);
  const [a, b] = [make(), make()];
  const random = randomBits();
  const uniform = () => random.next().value / 2 ** 32;
  const sign = () => (random.next().value & 1024 ? 1 : -1);
  const { bits, lowest } = formats[dtype];
  const near = () => sign() * 2 ** (40 * uniform() - 20);
  const anywhere = () => sign() * (1 + uniform()) * 2 ** Math.floor(lowest + uniform() * (-2 * lowest - bits - 30));
  for (let place = 0; place < count; place++) {
    const kind = place % 4;
    b[place] = kind === 0 ? anywhere() : near();
    const divisor = b[place] ?? 1;
    const whole = Math.floor(2 ** (uniform() * 31));
    if (kind < 2) a[place] = kind === 0 ? anywhere() : near();
    else a[place] = divisor * whole * (kind === 2 ? 1 : 1 + (Math.floor(3 * uniform()) - 1) * 2 ** (1 - bits));
  }
  const edges = edgesOf(dtype);
  edges.forEach((x, row) =>
    edges.forEach((y, column) => {
      a[row * edges.length + column] = x;
      b[row * edges.length + column] = y;
    }),
  );
  return [a, b];
}

function compute(device: Device, dtype: Float, op: "quotient" | "remainder", pairs: [Numbers, Numbers]): Numbers {
  const draft = new Draft();
  const [a, b] = [draft.buffer(dtype, "read"), draft.buffer(dtype, "read")];
  const [output, size] = [draft.buffer(dtype, "write"), draft.size()];
  const divided = (i: Expression) => {
    const inputs = [draft.load(a, i), draft.load(b, i)];
    return nativeForm(draft.e, draft.e.apply(op, ...inputs), inputs, device.target);
  };
  const body = draft.loop(size, (i) => [draft.store(output, i, divided(i))], { lanes: 8 });
  return launch(device, draft.kernel(op, [body]), [...pairs, new arrays[dtype](count)], [count])[2] as Numbers;
}

const devices: Readonly<Record<string, () => Device & { dispose?(): void }>> = {
  interpreter: () => new InterpreterDevice(),
  wasm: () => new WasmDevice({ isRelaxed: false, threads: 1 }),
  "relaxed wasm": () => new WasmDevice({ isRelaxed: true, threads: 1 }),
  ...(hasNative ? { native: () => new NativeDevice({ threads: 1 }) } : {}),
};

describe.each(["f32", "f64"] as const)("in %s", (dtype) => {
  const pairs = pairsOf(dtype);
  const exactly = (compute: typeof exactQuotient) =>
    Float64Array.from(pairs[0], (a, place) => compute(dtype, a, pairs[1][place] ?? NaN));
  const wanted = { quotient: exactly(exactQuotient), remainder: exactly(exactRemainder) } as const;

  test.each(Object.keys(devices))("quotients and remainders on %s are exact", (name) => {
    const device = devices[name]?.();
    if (device === undefined) throw new Error(`There is no device ${name}.`);
    for (const op of ["quotient", "remainder"] as const) {
      const found = compute(device, dtype, op, pairs);
      for (let place = 0; place < count; place++) {
        const [a = NaN, b = NaN] = [pairs[0][place], pairs[1][place]];
        const [is, exact] = [found[place] ?? NaN, wanted[op][place] ?? NaN];
        const isFar = op === "quotient" && Math.abs(a / b) > mostExact && Number.isFinite(exact);
        const isRight = isFar ? Math.abs(is / exact - 1) <= 2 ** (2 - formats[dtype].bits) : Object.is(is, exact);
        if (!isRight) expect.fail(`${op}(${a}, ${b}) is ${is} and has to be ${exact}`);
      }
    }
    device.dispose?.();
  });

  test("fmod is C's", async () => {
    const found = await fmod(tensor(pairs[0]), tensor(pairs[1])).data();
    for (let place = 0; place < count; place++) {
      const [a = NaN, b = NaN] = [pairs[0][place], pairs[1][place]];
      if (!Object.is(found[place], a % b)) expect.fail(`fmod(${a}, ${b}) is ${found[place]} and has to be ${a % b}`);
    }
  });
});
