/** Commands and memory of plans: kernels in a row, copies, loops, scratch, constants, buffers that come and go. */
import { expect } from "vitest";
import type { Device } from "../../src/device/device.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import type { Command, Plan } from "../../src/kernel/plan.ts";
import { expectSamePlan } from "./compare.ts";
import { Draft } from "./draft.ts";
import { dataOf, runPlan } from "./launch.ts";
import { testOn } from "./rehearsal.ts";

/** out[i] = a[i] + b[i]·counter. */
function step(): Kernel {
  const d = new Draft();
  const [a, b, counter, out, size] = [
    d.buffer("f32", "read"),
    d.buffer("f32", "read"),
    d.buffer("i32", "read"),
    d.buffer("f32", "write"),
    d.size(),
  ];
  return d.kernel("step", [
    d.loop(
      size,
      (i) => [
        d.store(
          out,
          i,
          d.e.apply(
            "add",
            d.load(a, i),
            d.e.apply("multiply", d.load(b, i), d.e.cast("f32", d.load(counter, d.e.index(0)))),
          ),
        ),
      ],
      { lanes: 8 },
    ),
  ]);
}

const count = 13;
const bytes = 4 * count;

/** Externals: x, y. Scratch: t, two counters. Twice: t = x + constant·outer; three times: t = t + x·inner; y = t. Then x = t. */
const plan: Plan = {
  slots: [
    { kind: "external", position: 0, bytes },
    { kind: "external", position: 1, bytes },
    { kind: "arena", offset: 0, bytes },
    { kind: "arena", offset: 64, bytes: 4 },
    { kind: "arena", offset: 128, bytes: 4 },
    { kind: "constant", data: new Uint8Array(Float32Array.from({ length: count }, (_, i) => i).buffer), bytes },
  ],
  arenaBytes: 192,
  externals: 2,
  kernels: [step()],
  commands: [
    {
      kind: "loop",
      count: 2,
      counter: 3,
      body: [
        command([0, 5, 3, 2]),
        {
          kind: "loop",
          count: 3,
          counter: 4,
          body: [command([2, 0, 4, 2]), { kind: "copy", from: 2, to: 1, bytes: bytes - 4 }],
        },
        { kind: "loop", count: 0, counter: 4, body: [command([2, 2, 4, 2])] },
      ],
    },
    { kind: "copy", from: 2, to: 0, bytes },
  ],
};

/** state += 1; goesOn = state < 7; isOdd = state mod 2 = 1. */
function nextState(): Kernel {
  const d = new Draft();
  const [state, goesOn, isOdd] = [d.buffer("i32", "readwrite"), d.buffer("bool", "write"), d.buffer("bool", "write")];
  const zero = d.e.index(0);
  const next = d.e.apply("add", d.load(state, zero), d.e.index(1));
  return d.kernel("next", [
    d.store(goesOn, zero, d.e.apply("less", next, d.e.index(7))),
    d.store(isOdd, zero, d.e.apply("equal", d.e.apply("remainder", next, d.e.index(2)), d.e.index(1))),
    d.store(state, zero, next),
  ]);
}

/** Externals: x, y, state, goesOn. While goesOn: state += 1, then x = y + x·state where state is odd, else y = x. */
const branching: Plan = {
  slots: [
    { kind: "external", position: 0, bytes },
    { kind: "external", position: 1, bytes },
    { kind: "external", position: 2, bytes: 4 },
    { kind: "external", position: 3, bytes: 1 },
    { kind: "arena", offset: 0, bytes: 1 },
  ],
  arenaBytes: 16,
  externals: 4,
  kernels: [step(), nextState()],
  commands: [
    {
      kind: "while",
      condition: 3,
      body: [
        { kind: "kernel", kernel: 1, slots: [2, 3, 4], sizes: [], label: "next", origins: [] },
        {
          kind: "cond",
          predicate: 4,
          body: [command([1, 0, 2, 0])],
          otherwise: [
            { kind: "copy", from: 0, to: 1, bytes },
            { kind: "while", condition: 4, body: [command([0, 0, 2, 1])] },
          ],
        },
      ],
    },
    { kind: "cond", predicate: 3, body: [command([0, 1, 2, 0])], otherwise: [] },
    { kind: "copy", from: 0, to: 1, bytes: 8 },
  ],
};

function command(slots: readonly number[]): Command {
  return { kind: "kernel", kernel: 0, slots, sizes: [count], label: "step", origins: [] };
}

const ramp = (from: number) =>
  dataOf(
    "f32",
    Array.from({ length: count }, (_, i) => from + i),
  );

export function commandConformance(device: Device): void {
  testOn(device, "commands run in order, loops count, copies copy", () => {
    expectSamePlan(device, plan, [ramp(1), ramp(50)]);
    expectSamePlan(device, plan, [ramp(1), ramp(50)], 3);
  });

  testOn(device, "loops go on while a value says so, and branches are taken as one says", () => {
    for (const state of [0, 3, 6, 100]) {
      const inputs = () => [ramp(1), ramp(50), dataOf("i32", [state])];
      expectSamePlan(device, branching, [...inputs(), dataOf("bool", [1])]);
      expectSamePlan(device, branching, [...inputs(), dataOf("bool", [0])], 2);
    }
  });

  testOn(device, "the same executable runs on other buffers, and gives everything back", () => {
    const before = device.bytesInUse;
    const executable = device.prepare(plan);
    for (const from of [1, 2, 3]) {
      const [x, y] = [device.allocate(bytes), device.allocate(bytes)];
      device.write(x, new Uint8Array(ramp(from).buffer));
      device.write(y, new Uint8Array(ramp(0).buffer));
      executable.run([x, y]);
      const result = device.readSync?.(y) ?? new Uint8Array(0);
      expect([...new Float32Array(result.buffer)]).toEqual([
        ...(runPlan(device, plan, [ramp(from), ramp(0)])[1] ?? []),
      ]);
      device.free(x);
      device.free(y);
    }
    executable.dispose();
    expect(device.bytesInUse).toBe(before);
  });

  testOn(device, "what is wrong with buffers is said", () => {
    const executable = device.prepare(plan);
    const [x, y, small] = [device.allocate(bytes), device.allocate(bytes), device.allocate(8)];
    expect(() => executable.run([x])).toThrow("takes 2 external buffers and is given 1");
    expect(() => executable.run([x, small])).toThrow(/needs 52 bytes/);
    device.free(small);
    expect(() => executable.run([x, small])).toThrow("after it was freed");
    expect(() => device.free(small)).toThrow("after it was freed");
    executable.dispose();
    expect(() => executable.run([x, y])).toThrow("disposed");
    for (const buffer of [x, y]) device.free(buffer);
  });
}
