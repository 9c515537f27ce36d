/** Products of 8-bit integers in tiles: exact over all bytes with every sign, and sums that wrap, as the interpreter has them. */
import { afterAll, describe, expect, test } from "vitest";
import { compileProgram } from "../../../src/compile/pipeline.ts";
import { InterpreterDevice } from "../../../src/device/interpreter/interpreterDevice.ts";
import { NativeDevice } from "../../../src/device/native/nativeDevice.node.ts";
import { sourceNode } from "../../../src/graph/node.ts";
import { quantization, Tensor } from "../../../src/index.ts";
import type { Byte, Statement } from "../../../src/kernel/kernel.ts";
import type { Plan } from "../../../src/kernel/plan.ts";
import { mapStatement, visitStatements } from "../../../src/kernel/traverse.ts";
import "../../../src/runtime/registry.node.ts";
import type { StoredData } from "../../../src/shape/dtype.ts";
import { runPlan } from "../../conformance/launch.ts";
import { hasNative, reason } from "./available.ts";

const device = hasNative ? new NativeDevice({ threads: 2 }) : undefined;
afterAll(() => device?.dispose());

type Sizes = readonly [rows: number, terms: number, columns: number];

function planOf(target: NativeDevice["target"], [m, k, n]: Sizes, dtype: Byte): Plan {
  const sources = [sourceNode({ shape: [m, k], dtype }), sourceNode({ shape: [k, n], dtype })];
  const [a, b] = sources.map((source) => new Tensor(source));
  if (a === undefined || b === undefined) throw new Error("there are two");
  return compileProgram({ sources, outputs: [quantization.matMulInteger(a, b).node], replaces: [] }, target);
}

/** Every byte, the extreme ones most often. */
function bytes(count: number, dtype: Byte, seed: number): Int8Array<ArrayBuffer> | Uint8Array<ArrayBuffer> {
  const extremes = [0x80, 0x7f, 0xff, 0x00, 0x01];
  const all = Uint8Array.from({ length: count }, (_, index) => {
    const place = index * 5 + seed * (index >> 3);
    return place % 2 === 0 ? (extremes[place % extremes.length] ?? 0) : (place * 31) & 0xff;
  });
  return dtype === "i8" ? new Int8Array(all.buffer) : all;
}

function product(a: ArrayLike<number>, b: ArrayLike<number>, [m, k, n]: Sizes): Int32Array {
  const result = new Int32Array(m * n);
  for (let row = 0; row < m; row++)
    for (let term = 0; term < k; term++)
      for (let column = 0; column < n; column++)
        result[row * n + column] =
          (result[row * n + column] ?? 0) + (a[row * k + term] ?? 0) * (b[term * n + column] ?? 0);
  return result;
}

/** How many products of tiles of each kind `plan` has. */
function tilesIn({ kernels }: Plan): readonly string[] {
  const found: string[] = [];
  for (const { body } of kernels)
    visitStatements(body, (statement) => {
      if (statement.kind === "multiply") found.push(`${statement.bytes}`);
    });
  return found;
}

function run(plan: Plan, externals: readonly StoredData[]): (StoredData | undefined)[] {
  return [device, new InterpreterDevice()].map((each) => each && runPlan(each, plan, externals).at(-1));
}

describe.skipIf(device === undefined)(`bytes ${reason}`, () => {
  const { target } = device ?? new InterpreterDevice();
  const hasTiles = target.tiles === true;

  test.each([
    [64, 64, 64],
    [33, 130, 80],
    [70, 67, 33],
  ] as const)("%i × %i × %i are multiplied exactly", (m, k, n) => {
    for (const dtype of ["i8", "u8"] as const) {
      const [a, b] = [bytes(m * k, dtype, 1), bytes(k * n, dtype, 2)];
      const plan = planOf(target, [m, k, n], dtype);
      const expected = product(a, b, [m, k, n]);
      for (const found of run(plan, [a, b, new Int32Array(m * n)])) expect(found).toEqual(expected);
      if (m === 64) expect(tilesIn(plan)).toEqual(hasTiles ? [`${dtype},${dtype}`] : []);
    }
  });

  test.skipIf(!hasTiles).each([
    ["i8", "u8"],
    ["u8", "i8"],
  ] as const)("of %s and %s are multiplied exactly", (left, right) => {
    const sizes = [64, 64, 64] as const;
    const [a, b] = [bytes(64 * 64, "u8", 3), bytes(64 * 64, "u8", 4)];
    const plan = planOf(target, sizes, "u8");
    const change = (body: readonly Statement[]): readonly Statement[] =>
      body.map((statement) =>
        statement.kind === "multiply"
          ? { ...statement, bytes: [left, right] as const }
          : mapStatement(statement, (part) => part, change),
      );
    const changed = { ...plan, kernels: plan.kernels.map((kernel) => ({ ...kernel, body: change(kernel.body) })) };
    expect(tilesIn(changed)).toEqual([`${left},${right}`]);
    const meant = (data: Int8Array | Uint8Array, dtype: Byte) => (dtype === "i8" ? new Int8Array(data.buffer) : data);
    const expected = product(meant(a, left), meant(b, right), sizes);
    for (const found of run(changed, [a, b, new Int32Array(64 * 64)])) expect(found).toEqual(expected);
  });

  test("sums beyond the range of i32 wrap", () => {
    const [m, k, n] = [32, 131_200, 32];
    const plan = planOf(target, [m, k, n], "i8");
    const [a, b] = [new Int8Array(m * k).fill(-128), new Int8Array(k * n).fill(-128)];
    const found = device && runPlan(device, plan, [a, b, new Int32Array(m * n)]).at(-1);
    expect(found).toEqual(new Int32Array(m * n).fill((k * 128 * 128) | 0));
  });
});
