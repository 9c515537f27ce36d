/** Commands and memory of plans: kernels in a row, copies, loops, scratch, constants, buffers that come and go. */
import { expect, test } from "vitest";
import type { Device } from "../../src/device/device.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import type { Command, Plan } from "../../src/kernel/plan.ts";
import { expectSamePlan } from "./compare.ts";
import { Draft } from "./draft.ts";
import { dataOf, runPlan } from "./launch.ts";

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

function command(slots: readonly number[]): Command {
  return { kind: "kernel", kernel: 0, slots, sizes: [count], label: "step", origins: [] };
}

const ramp = (from: number) =>
  dataOf(
    "f32",
    Array.from({ length: count }, (_, i) => from + i),
  );

export function commandConformance(device: Device): void {
  test("commands run in order, loops count, copies copy", () => {
    expectSamePlan(device, plan, [ramp(1), ramp(50)]);
    expectSamePlan(device, plan, [ramp(1), ramp(50)], 3);
  });

  test("the same executable runs on other buffers, and gives everything back", () => {
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

  test("what is wrong with buffers is said", () => {
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
