import { expect, test } from "vitest";
import { ExpressionBuilder } from "../../src/kernel/builder.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { printKernel, printPlan } from "../../src/kernel/print.ts";
import { structureOf } from "../../src/kernel/structure.ts";
import { verifyKernel, verifyPlan } from "../../src/kernel/verify.ts";

const e = new ExpressionBuilder();
const i = e.local(0, "i32");
const x = e.load(0, "f32", i);
const shifted = e.apply("add", x, e.literal("f32", 1));

const kernel: Kernel = {
  name: "square",
  buffers: [
    { dtype: "f32", access: "read" },
    { dtype: "f32", access: "write" },
  ],
  sizes: 1,
  locals: ["i32", "f32"],
  body: [
    { kind: "carry", local: 1, initial: e.literal("f32", 0) },
    {
      kind: "loop",
      local: 0,
      start: e.index(0),
      stop: e.size(0),
      step: 1,
      mode: "vector",
      lanes: 8,
      body: [
        { kind: "store", buffer: 1, index: i, value: e.apply("multiply", shifted, shifted) },
        { kind: "accumulate", local: 1, op: "add", value: x },
      ],
    },
    {
      kind: "if",
      condition: e.apply("less", e.local(1, "f32"), e.literal("f32", 2)),
      body: [{ kind: "store", buffer: 1, index: e.index(0), value: e.local(1, "f32") }],
      otherwise: [],
    },
  ],
};

const plan: Plan = {
  slots: [
    { kind: "external", position: 0, bytes: 32 },
    { kind: "arena", offset: 0, bytes: 32 },
    { kind: "arena", offset: 64, bytes: 4 },
  ],
  arenaBytes: 128,
  externals: 1,
  kernels: [kernel],
  commands: [
    {
      kind: "loop",
      count: 3,
      counter: 2,
      body: [
        { kind: "kernel", kernel: 0, slots: [0, 1], sizes: [8], label: "square", origins: [] },
        { kind: "copy", from: 1, to: 0, bytes: 32 },
      ],
    },
  ],
};

test("printKernel() shows what a kernel does and names what a statement shares", () => {
  verifyKernel(kernel);
  expect(printKernel(kernel)).toMatchInlineSnapshot(`
    "kernel square (b0: read f32, b1: write f32, s0)
      carry v1: f32 = 0f
      loop v0 = 0 .. s0 vector 8
        b1[v0] = ((t0: b0[v0] + 1f) * t0)
        v1 += b0[v0]
      if (v1 < 2f)
        b1[0] = v1"
  `);
  expect(structureOf({ ...kernel, name: "other" })).toBe(structureOf(kernel));
});

test("printPlan() shows kernels, memory and commands", () => {
  verifyPlan(plan);
  expect(printPlan(plan)).toMatchInlineSnapshot(`
    "k0: kernel square (b0: read f32, b1: write f32, s0)
      carry v1: f32 = 0f
      loop v0 = 0 .. s0 vector 8
        b1[v0] = ((t0: b0[v0] + 1f) * t0)
        v1 += b0[v0]
      if (v1 < 2f)
        b1[0] = v1
    memory: 1 external, 128 bytes of scratch
      m0: external 0, 32 bytes
      m1: scratch at 0, 32 bytes
      m2: scratch at 64, 4 bytes
    commands:
      loop 3 times, counter m2
        k0 square(m0, m1, 8)  square
        copy m1 to m0, 32 bytes"
  `);
});

const changed = (part: Partial<Kernel>) => () => verifyKernel({ ...kernel, ...part });

test("verifyKernel() names the kernel and the broken rule", () => {
  expect(changed({ locals: ["i32", "i32"] })).toThrow("kernel square: v1 is declared i32 and is given f32");
  expect(changed({ sizes: 0 })).toThrow("there is no i32 size s0 in s0");
  expect(
    changed({
      buffers: [
        { dtype: "f32", access: "write" },
        { dtype: "f32", access: "write" },
      ],
    }),
  ).toThrow('b0 is loaded from, though its access is "write"');
  expect(changed({ body: kernel.body.slice(1) })).toThrow("v1 is changed, so it is a carry in scope");
  const read = { kind: "store", buffer: 1, index: i, value: e.local(1, "f32") } as const;
  const [carry, loop] = kernel.body;
  if (carry?.kind !== "carry" || loop?.kind !== "loop") throw new Error("the kernel begins with a carry and a loop");
  expect(changed({ body: [carry, { ...loop, body: [...loop.body, read] }] })).toThrow(
    "v1 is accumulated by the lanes of a vector loop",
  );
  expect(changed({ body: [carry, { ...loop, lanes: 3 }] })).toThrow("a power of two of lanes");
  expect(changed({ body: [carry, { ...loop, body: [{ ...loop, local: 2 }] }] })).toThrow(
    "vector loop v2 does not stand inside another",
  );
});

test("verifyPlan() finds launches that leave their slots", () => {
  const launch = { kind: "kernel", kernel: 0, slots: [0, 1], sizes: [9], label: "square", origins: [] } as const;
  expect(() => verifyPlan({ ...plan, commands: [launch] })).toThrow("uses elements 0 to 8 of b0, and slot m0 has 8");
  expect(() => verifyPlan({ ...plan, commands: [{ ...launch, sizes: [] }] })).toThrow("takes 1 sizes, not 0");
  expect(() => verifyPlan({ ...plan, commands: [{ kind: "copy", from: 0, to: 2, bytes: 8 }] })).toThrow(
    "a copy of 8 bytes fits",
  );
});
