import { expect, test } from "vitest";
import { Allocator, alignment } from "../../src/device/allocator.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { Draft } from "../conformance/draft.ts";
import { dataOf, launch, readNow } from "../conformance/launch.ts";

test("the allocator hands out what is free, never twice, and joins what comes back", () => {
  const allocator = new Allocator();
  const end = 1 << 20;
  allocator.extend(4096, end / 2);
  allocator.extend(end / 2, end);
  const taken = new Map<number, number>();
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let step = 0; step < 20_000; step++) {
    if (random(2) === 0 || taken.size > 100) {
      const address = [...taken.keys()][random(taken.size)];
      if (address === undefined) continue;
      allocator.free(address);
      taken.delete(address);
      continue;
    }
    const bytes = random(4) === 0 ? random(50_000) : random(300);
    const address = allocator.allocate(bytes);
    if (address === undefined) continue;
    const isApart = [...taken].every(([other, size]) => address + bytes <= other || other + size <= address);
    if (address % alignment !== 0 || address < 4096 || address + bytes > end || !isApart)
      expect.fail(`${bytes} bytes at ${address}`);
    taken.set(address, bytes);
  }
  for (const address of taken.keys()) allocator.free(address);
  expect(allocator.freeAtTop).toBe(end - 4096);
  expect(allocator.allocate(end - 4096)).toBe(4096);
});

test("memory grows when it has to, and says when it cannot", () => {
  const device = new WasmDevice();
  const large = device.allocate(300 * 1024 * 1024);
  expect(device.bytesInUse).toBe(300 * 1024 * 1024);
  device.write(large, Uint8Array.of(1, 2, 3));
  expect([...readNow(device, large).subarray(0, 3)]).toEqual([1, 2, 3]);
  expect(() => device.allocate(2 ** 32)).toThrow(
    "out of memory: 4,294,967,296 bytes were asked for with 314,572,800 bytes in use",
  );
  device.free(large);
  expect(device.bytesInUse).toBe(0);
});

test.for([1, 2])(
  "memory for %i threads reaches 4 GiB, and then says what was asked for and what plans need",
  (threads) => {
    const device = new WasmDevice({ threads });
    const [x, y] = [device.allocate(40), device.allocate(40)];
    device.write(x, new Uint8Array(dataOf("f32", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).buffer));
    const plan = { ...addition(1), arenaBytes: 4000 };
    const executable = device.prepare(plan);
    for (let half = 0; half < 7; half++) device.allocate(2 ** 29);
    expect(() => device.allocate(2 ** 29)).toThrow(
      /536,870,912 bytes were asked for with 3,758,.* take 4,000 bytes at their peak/,
    );
    expect(() => device.prepare({ ...plan, arenaBytes: 2 ** 30 })).toThrow(/take 1,073,741,824 bytes at their peak/);
    // what was ready before still is
    executable.run([x, y]);
    expect(new Float32Array(readNow(device, y).buffer)[9]).toBe(11);
    expect(() => device.allocate(2 ** 29)).toThrow(/take 4,000 bytes at their peak/);
    device.dispose();
  },
);

/** out[i] = a[i] + number. */
function addition(number: number): Plan {
  const d = new Draft();
  const [input, output, size] = [d.buffer("f32", "read"), d.buffer("f32", "write"), d.size()];
  const sum = (i: ReturnType<Draft["size"]>) => d.e.apply("add", d.load(input, i), d.e.literal("f32", number));
  return {
    slots: [
      { kind: "external", position: 0, bytes: 40 },
      { kind: "external", position: 1, bytes: 40 },
    ],
    arenaBytes: 0,
    externals: 2,
    kernels: [d.kernel("add", [d.loop(size, (i) => [d.store(output, i, sum(i))], { lanes: 8 })])],
    commands: [{ kind: "kernel", kernel: 0, slots: [0, 1], sizes: [10], label: "add", origins: [] }],
  };
}

test("kernels that are no longer used go when there are many, and those in use stay", () => {
  const device = new WasmDevice();
  const [x, y] = [device.allocate(40), device.allocate(40)];
  device.write(x, new Uint8Array(dataOf("f32", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).buffer));
  const kept = device.prepare(addition(0.5));
  for (let number = 1; number < 1200; number++) device.prepare(addition(number)).dispose();
  expect(device.kernelsKept).toBeLessThanOrEqual(1025);
  kept.run([x, y]);
  expect([...new Float32Array(new Uint8Array(readNow(device, y)).buffer)].slice(0, 3)).toEqual([1.5, 2.5, 3.5]);
});

test("deep sharing inside one statement stays small", () => {
  const d = new Draft();
  const [input, output, size] = [d.buffer("f32", "read"), d.buffer("f32", "write"), d.size()];
  const kernel = d.kernel("doubling", [
    d.loop(
      size,
      (i) => {
        let value = d.load(input, i);
        for (let depth = 0; depth < 60; depth++)
          value = d.e.apply("multiply", d.e.apply("add", value, value), d.e.literal("f32", 0.5));
        return [d.store(output, i, value)];
      },
      { lanes: 8 },
    ),
  ]);
  const data = dataOf("f32", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(launch(new WasmDevice(), kernel, [data, dataOf("f32", new Array(11).fill(0))], [11])[1]).toEqual(data);
});

test("an element has the same bits in lanes, in what lanes leave over, and in a loop without lanes", () => {
  const device = new WasmDevice();
  const waves = (phase: number) => Array.from({ length: 24 }, (_, index) => Math.sin(index * index + phase));
  const run = (count: number, lanes: number) => {
    const d = new Draft();
    const [a, b] = [d.buffer("f32", "read"), d.buffer("f32", "read")];
    const [sums, differences] = [d.buffer("f32", "write"), d.buffer("f32", "write")];
    const [size, k, sum] = [d.size(), d.size(), d.carry(d.e.literal("f32", 0))];
    const kernel = d.kernel("products", [
      d.loop(
        size,
        (i) => {
          const [x, y] = [d.load(a, i), d.load(b, i)];
          const product = (step: ReturnType<Draft["size"]>) =>
            d.e.apply("multiply", d.load(a, d.i("add", i, step)), d.load(b, d.i("add", step, i)));
          const summed = d.loop(k, (step) => [sum.accumulate("add", product(step))]);
          const difference = d.e.apply("subtract", y, d.e.apply("multiply", x, d.e.literal("f32", 0.1)));
          const result = d.e.apply("add", d.e.apply("multiply", sum.value, y), x);
          return [sum.declare, summed, d.store(sums, i, result), d.store(differences, i, difference)];
        },
        { lanes },
      ),
    ]);
    const empty = dataOf("f32", new Array(24).fill(0));
    const results = launch(
      device,
      kernel,
      [dataOf("f32", waves(0)), dataOf("f32", waves(1)), empty, empty],
      [count, 7],
    );
    return results.slice(2).map((data) => new Float32Array(data.buffer, 0, 7));
  };
  const whole = run(16, 8);
  expect(run(7, 4)).toEqual(whole);
  expect(run(7, 1)).toEqual(whole);
  device.dispose();
});
