/** Threads of the WebAssembly device: who takes part, what a failure does, and that nothing is left over. */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { afterEach, expect, test } from "vitest";
import { chunksOf } from "../../src/device/wasm/chunks.ts";
import { functionsText } from "../../src/device/wasm/helperSource.ts";
import { WasmDevice, type WasmOptions } from "../../src/device/wasm/wasmDevice.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { meaningOf } from "../../src/kernel/meaning.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { transcendentalOps } from "../../src/kernel/scalarOps.ts";
import { DeviceError } from "../../src/support/errors.ts";
import { Draft } from "../conformance/draft.ts";
import { dataOf, readNow } from "../conformance/launch.ts";

const hasCores = availableParallelism() > 1;
const finest = { chunk: 1, wake: 1, hire: 1 };
const made: WasmDevice[] = [];
afterEach(() => made.splice(0).forEach((device) => device.dispose()));

function deviceWith(options: WasmOptions): WasmDevice {
  const device = new WasmDevice(options);
  made.push(device);
  return device;
}

const bytesOfRow = 4 * 32;

/** x[i] = x[i] + number, 32 elements, in 4 units. */
function addition(number: number): Kernel {
  const d = new Draft();
  const [x, size] = [d.buffer("f32", "readwrite"), d.size()];
  const sum = (i: ReturnType<Draft["size"]>) => d.e.apply("add", d.load(x, i), d.e.literal("f32", number));
  return d.kernel("add", [d.loop(size, (i) => [d.store(x, i, sum(i))], { lanes: 8 })]);
}

function planOf(kernel: Kernel, sizes: readonly number[] = [32], bytes = bytesOfRow): Plan {
  return {
    slots: [{ kind: "external", position: 0, bytes }],
    arenaBytes: 0,
    externals: 1,
    kernels: [kernel],
    commands: [{ kind: "kernel", kernel: 0, slots: [0], sizes, label: kernel.name, origins: [] }],
  };
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

test("there are never more threads than cores", () => {
  expect(deviceWith({ threads: 1000 }).threads).toBe(availableParallelism());
  expect(() => new WasmDevice({ threads: 0 })).toThrow("0 is no number of threads");
  expect(() => new WasmDevice({ threads: 1.5 })).toThrow("1.5 is no number of threads");
  const device = deviceWith({ threads: 1 });
  expect(device.threads).toBe(1);
  expect(() => {
    device.threads = 2;
  }).toThrow("can use 1 to 1 threads, not 2");
});

test.runIf(hasCores)("ten thousand launches share every chunk exactly once, and are right", () => {
  const device = deviceWith({ threads: 2, grain: finest });
  const executable = device.prepare(planOf(addition(1)));
  const x = device.allocate(bytesOfRow);
  device.write(x, new Uint8Array(bytesOfRow));
  for (let launch = 0; launch < 10_000; launch++) executable.run([x]);
  expect(total(device.chunksTaken)).toBe(40_000);
  expect(new Float32Array(readNow(device, x).buffer)).toEqual(dataOf("f32", new Array(32).fill(10_000)));
});

test("small plans start nobody, and one thread is asked for nothing", () => {
  const device = deviceWith({});
  const x = device.allocate(bytesOfRow);
  device.write(x, new Uint8Array(bytesOfRow));
  device.prepare(planOf(addition(1))).run([x]);
  expect(device.chunksTaken).toEqual([0]);
});

test.runIf(hasCores)("helpers are started when the launches so far were worth it", () => {
  // four units of 24 operations and bytes a launch
  const device = deviceWith({ threads: 2, grain: { chunk: 1, wake: 1, hire: 3 * 96 } });
  const executable = device.prepare(planOf(addition(1)));
  const x = device.allocate(bytesOfRow);
  const helpers = Array.from({ length: 4 }, () => {
    executable.run([x]);
    return device.chunksTaken.length - 1;
  });
  expect(helpers).toEqual([0, 0, 1, 1]);
});

test.runIf(hasCores)("a loop inside a plan counts as often as it runs", () => {
  const device = deviceWith({ threads: 2, grain: { chunk: 1, wake: 1, hire: 3 * 96 } });
  const { slots, commands, ...plan } = planOf(addition(1));
  const counter = { kind: "arena", offset: 0, bytes: 4 } as const;
  const loop = { kind: "loop", count: 3, counter: 1, body: commands } as const;
  const x = device.allocate(bytesOfRow);
  device.prepare({ ...plan, slots: [...slots, counter], arenaBytes: 4, commands: [loop] }).run([x]);
  expect(device.chunksTaken.length).toBe(2);
});

test.runIf(hasCores)("a helper learns of kernels that are made later, and stays out where it is not allowed", () => {
  const device = deviceWith({ threads: 2, grain: finest });
  const x = device.allocate(bytesOfRow);
  device.write(x, new Uint8Array(bytesOfRow));
  for (let number = 1; number <= 3; number++) {
    const executable = device.prepare(planOf(addition(number)));
    const before = device.chunksTaken[1] ?? 0;
    runUntil(
      () => executable.run([x]),
      () => (device.chunksTaken[1] ?? 0) > before,
    );
    device.threads = 1;
    const taken = device.chunksTaken;
    executable.run([x]);
    expect(device.chunksTaken).toEqual(taken);
    device.threads = 2;
  }
});

/** Launches until something has happened that other threads do when they are ready. */
function runUntil(launch: () => void, happened: () => boolean): void {
  const end = performance.now() + 20_000;
  while (!happened()) {
    launch();
    if (performance.now() > end) expect.fail("It has not happened in 20 seconds.");
  }
}

/** Two units: the last works for a while, the first stores far outside of all memory. */
function trap(): Kernel {
  const d = new Draft();
  const [x, size] = [d.buffer("f32", "readwrite"), d.size()];
  const outside = d.e.index(2 ** 29);
  return d.kernel("trap", [
    d.loop(
      size,
      (i) => [
        d.if(
          d.i("equal", i, 0),
          [d.store(x, outside, d.e.literal("f32", 1))],
          [d.loop(d.e.index(100_000), (k) => [d.store(x, d.i("add", d.i("and", k, 1), i), d.e.cast("f32", k))])],
        ),
      ],
      { mode: "parallel" },
    ),
  ]);
}

test.runIf(hasCores)("a kernel that fails on either thread is a DeviceError, and the device goes on", () => {
  const device = deviceWith({ threads: 2, grain: finest });
  const x = device.allocate(bytesOfRow);
  const executable = device.prepare(planOf(trap(), [2]));
  const seen = new Set<unknown>();
  runUntil(
    () => {
      try {
        executable.run([x]);
        expect.fail("The kernel has to fail.");
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        expect(error.message).toMatch(/A kernel failed on the WebAssembly device: RuntimeError: memory access/);
        seen.add(error.facts.thread);
      }
    },
    () => seen.has("helper"),
  );
  device.write(x, new Uint8Array(bytesOfRow));
  device.prepare(planOf(addition(2))).run([x]);
  expect(new Float32Array(readNow(device, x).buffer)[31]).toBe(2);
});

test("other threads compute what this one does, bit for bit", () => {
  const functions: unknown = new Function(`return ${functionsText()}`)();
  const texts = new Map(Object.entries(functions ?? {}));
  const hard = [0, -0, 0.3, -0.7, 1, -1, 2.5, -3, 7.25, 1e-300, 1e300, Infinity, -Infinity, NaN];
  for (const op of [...transcendentalOps, "quotient", "remainder"] as const) {
    const other: unknown = texts.get(op) ?? Reflect.get(Math, op);
    expect(other, op).toBeTypeOf("function");
    if (typeof other !== "function") continue;
    for (const a of hard)
      for (const b of hard) expect(other(a, b), `${op}(${a}, ${b})`).toBe(meaningOf(op, "f64")(a, b, 0));
  }
});

test("memory that is not shared fails in the same words", () => {
  const device = deviceWith({ threads: 1 });
  const x = device.allocate(bytesOfRow);
  expect(() => device.prepare(planOf(trap(), [2])).run([x])).toThrow("A kernel failed on the WebAssembly device");
});

test("long launches are cut, short ones are not", () => {
  const grain = { chunk: 1000, wake: 10_000, hire: 1 };
  const at = (size: number) => chunksOf(addition(1), [size], grain);
  expect(at(0)).toEqual({ units: 0, chunk: 1, chunks: 0, isShared: false, wakes: false, work: 0 });
  expect(at(31)).toEqual({ units: 4, chunk: 4, chunks: 1, isShared: false, wakes: false, work: 93 });
  // three times as much work as elements: one addition, eight bytes
  expect(at(2400)).toEqual({ units: 300, chunk: 38, chunks: 8, isShared: true, wakes: false, work: 7200 });
  expect(at(1_000_000)).toEqual({
    units: 125_000,
    chunk: 489,
    chunks: 256,
    isShared: true,
    wakes: true,
    work: 3_000_000,
  });
});

const script = `
  import { WasmDevice } from ${JSON.stringify(new URL("../../src/device/wasm/wasmDevice.ts", import.meta.url).href)};
  import { registerDevice, random } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
  const device = new WasmDevice();
  registerDevice("wasm", () => device);
  const x = random.uniform([256, 256]);
  while (device.threads > 1 && (device.chunksTaken[1] ?? 0) === 0) await x.matmul(x).data();
  process.stdout.write(String(device.chunksTaken.length));
`;

test("a process ends by itself while helpers wait", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    timeout: 25_000,
    env: { ...process.env, SMILODON_THREADS: "2" },
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: String(Math.min(2, availableParallelism())),
    stderr: "",
  });
});

test("SMILODON_THREADS says how many threads there are", () => {
  const before = process.env.SMILODON_THREADS;
  try {
    process.env.SMILODON_THREADS = "1";
    expect(deviceWith({}).threads).toBe(1);
    process.env.SMILODON_THREADS = "many";
    expect(() => new WasmDevice()).toThrow('SMILODON_THREADS="many" is no number of threads');
  } finally {
    if (before === undefined) delete process.env.SMILODON_THREADS;
    else process.env.SMILODON_THREADS = before;
  }
});
