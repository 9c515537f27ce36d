/** Loops are cut where what they ask changes: at the borders of what stands around a tensor or beside another. */
import { describe, expect, it, test } from "vitest";
import { compileProgram } from "../../src/compile/pipeline.ts";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import * as S from "../../src/index.ts";
import { printPlan } from "../../src/kernel/print.ts";
import { verifyPlan } from "../../src/kernel/verify.ts";
import { sizeOf } from "../../src/shape/shape.ts";

S.registerDevice("interpreter", () => new InterpreterDevice());
const { target } = new WasmDevice();

function counted(...shape: number[]): S.Tensor {
  return S.tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, index) => index + 1),
    { shape },
  );
}

function printed(x: S.Tensor, output: S.Tensor): string {
  const plan = compileProgram({ sources: [x.node], outputs: [output.node], replaces: [] }, target);
  verifyPlan(plan);
  return printPlan(plan);
}

const views: Readonly<Record<string, (x: S.Tensor) => S.Tensor>> = {
  reflect: (x) =>
    S.pad(
      x,
      [
        [1, 2],
        [3, 4],
      ],
      { mode: "reflect" },
    ),
  symmetric: (x) =>
    S.pad(
      x,
      [
        [1, 2],
        [3, 4],
      ],
      { mode: "symmetric" },
    ),
  replicate: (x) =>
    S.pad(
      x,
      [
        [1, 2],
        [3, 4],
      ],
      { mode: "replicate" },
    ),
  circular: (x) =>
    S.pad(
      x,
      [
        [1, 2],
        [3, 4],
      ],
      { mode: "circular" },
    ),
  "a constant around squares": (x) =>
    S.pad(
      x.square(),
      [
        [1, 2],
        [3, 4],
      ],
      { value: 7 },
    ).negative(),
  roll: (x) => S.roll(x, 5, 1).add(1),
  "maxima of three": (x) => S.maxPool(x.reshape([1, 1, ...x.shape]), [3, 3], { stride: 1, padding: 1 }),
  "where positions say so": (x) => S.where(S.arange(x.shape[1] ?? 0).less(6), x, x.negative()),
  "clipped positions": (x) => x.add(S.minimum(S.arange(x.shape[1] ?? 0), 20).astype("f32")),
};

describe("values are those of one loop that asks", () => {
  it.each(Object.entries(views))("%s", async (_, view) => {
    for (const [rows, columns] of [
      [8, 33],
      [9, 40],
      [23, 17],
      [7, 41],
      [12, 9],
      [30, 8],
    ] as const) {
      const x = counted(rows, columns);
      S.setDevice("interpreter");
      const expected = await view(counted(rows, columns)).data();
      S.setDevice("wasm");
      const found = await S.compile(view)(x).data();
      expect({ rows, columns, found: [...found] }).toEqual({ rows, columns, found: [...expected] });
    }
  });
});

test.each(["reflect", "replicate", "roll", "where positions say so"])("%s asks nothing of columns inside", (name) => {
  const x = counted(16, 400);
  const loops = printed(x, views[name]?.(x) ?? x).split("loop");
  const inside = loops.filter((text) => text.includes("vector 8"));
  expect(inside.length).toBeGreaterThan(0);
  for (const text of inside) expect(text).not.toMatch(/select|min|max/);
});
