import { expect, test } from "vitest";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import { ExpressionBuilder } from "../../src/kernel/builder.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { deviceNamed, registerDevice } from "../../src/runtime/registry.ts";

const e = new ExpressionBuilder();

/** out[i] = sum over k of in[i·2 + k]·counter, for i in 0 … 2 and k in 0 … 1. */
const kernel: Kernel = {
  name: "pairs",
  buffers: [
    { dtype: "f32", access: "read" },
    { dtype: "i32", access: "read" },
    { dtype: "f32", access: "readwrite" },
  ],
  sizes: 1,
  locals: ["i32", "i32", "f32"],
  body: [
    {
      kind: "loop",
      local: 0,
      start: e.index(0),
      stop: e.size(0),
      step: 1,
      mode: "parallel",
      lanes: 1,
      body: [
        { kind: "carry", local: 2, initial: e.load(2, "f32", e.local(0, "i32")) },
        {
          kind: "loop",
          local: 1,
          start: e.index(0),
          stop: e.index(2),
          step: 1,
          mode: "serial",
          lanes: 1,
          body: [
            {
              kind: "accumulate",
              local: 2,
              op: "add",
              value: e.apply(
                "multiply",
                e.load(0, "f32", e.apply("add", e.apply("multiply", e.local(0, "i32"), e.index(2)), e.local(1, "i32"))),
                e.cast("f32", e.load(1, "i32", e.index(0))),
              ),
            },
          ],
        },
        { kind: "store", buffer: 2, index: e.local(0, "i32"), value: e.local(2, "f32") },
      ],
    },
  ],
};

const plan: Plan = {
  slots: [
    { kind: "external", position: 0, bytes: 24 },
    { kind: "arena", offset: 0, bytes: 4 },
    { kind: "external", position: 1, bytes: 12 },
  ],
  arenaBytes: 4,
  externals: 2,
  kernels: [kernel],
  commands: [
    {
      kind: "loop",
      count: 3,
      counter: 1,
      body: [{ kind: "kernel", kernel: 0, slots: [0, 1, 2], sizes: [3], label: "pairs", origins: [] }],
    },
  ],
};

test("the interpreter runs loops of commands and kernels in place", async () => {
  const device = new InterpreterDevice();
  const [input, output] = [device.allocate(24), device.allocate(12)];
  device.write(input, new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer));
  device.write(output, new Uint8Array(12));
  const executable = device.prepare(plan);
  executable.run([input, output]);
  expect([...new Float32Array((await device.read(output)).buffer)]).toEqual([9, 21, 33]);
  executable.dispose();
  expect(device.bytesInUse).toBe(36);
  expect(() => executable.run([input, output])).toThrow("disposed");
});

test("the interpreter poisons fresh memory and refuses to leave a buffer", async () => {
  const device = new InterpreterDevice();
  const [input, output] = [device.allocate(24), device.allocate(12)];
  expect(await device.read(output)).toEqual(new Uint8Array(12).fill(0xab));
  const astray: Kernel = {
    ...kernel,
    body: [
      { kind: "store", buffer: 2, index: e.cast("i32", e.load(0, "f32", e.index(5))), value: e.literal("f32", 0) },
    ],
  };
  device.write(input, new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer));
  const executable = device.prepare({ ...plan, kernels: [astray] });
  expect(() => executable.run([input, output])).toThrow(
    "kernel pairs stays inside b2, which has 3 elements, at index 6",
  );
  device.free(output);
  expect(() => executable.run([input, output])).toThrow("after it was freed");
});

test("a device is registered under its own name, by which its tensors find it", () => {
  registerDevice("mine", () => new InterpreterDevice());
  expect(() => deviceNamed("mine")).toThrow('Device "mine" was registered with a maker of device "interpreter".');
});
