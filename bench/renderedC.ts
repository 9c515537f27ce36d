/**
 * Kernels as C by themselves, on one thread: compiled plans with a main function around them, no device and no Node while
 * they run. Each case is timed in turns with a loop of multiplications and additions, or with a copy, of which it
 * reaches a share. For whoever works on `render/c` and on schedules: `node bench/renderedC.ts [names…]`. TARGET holds facts of the
 * target that take the place of those of the machine, as JSON; OUT a folder that keeps sources and programs.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Device, DeviceBuffer, Executable } from "../src/device/device.ts";
import {
  averagePool,
  batchNorm,
  compile,
  conv2d,
  gelu,
  layerNorm,
  maxPool,
  optim,
  Parameter,
  setDevice,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
} from "../src/index.ts";
import type { Plan } from "../src/kernel/plan.ts";
import { type CpuFeatures, flagsOf, type InstructionSet, targetOf } from "../src/render/c/features.ts";
import { renderSource } from "../src/render/c/renderSource.ts";
import "../src/runtime/registry.node.ts";
import { registerDevice } from "../src/runtime/registry.ts";
import { at } from "../src/support/invariant.ts";

const isa = (process.env.ISA ?? "avx512") as InstructionSet;
const features: CpuFeatures = {
  isa,
  fma: true,
  bf16: false,
  vnni: false,
  caches: { l1: 48 * 2 ** 10, l2: 2 * 2 ** 20, l3: 32 * 2 ** 20 },
};

/** Keeps plans instead of running them. */
class PlanKeeper implements Device {
  readonly name = "keeper";
  readonly target = { ...targetOf(features), ...JSON.parse(process.env.TARGET ?? "{}") };
  readonly bytesInUse = 0;
  readonly plans: Plan[] = [];
  allocate(bytes: number): DeviceBuffer {
    return { bytes };
  }
  free(): void {}
  write(): void {}
  read(buffer: DeviceBuffer): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(buffer.bytes));
  }
  readSync(buffer: DeviceBuffer): Uint8Array {
    return new Uint8Array(buffer.bytes);
  }
  prepare(plan: Plan): Executable {
    this.plans.push(plan);
    return { run: () => {}, dispose: () => {} };
  }
}

/** What one run of a case does: operations, or bytes that have to be moved. */
interface Case {
  readonly make: () => unknown;
  readonly operations?: number;
  readonly bytes?: number;
}

const drawn = (...shape: number[]): Tensor =>
  tensor(new Float32Array(shape.reduce((size, extent) => size * extent, 1)), { shape });
const product = (m: number, k: number, n: number): Case => ({
  operations: 2 * m * k * n,
  make: () => compile((a: Tensor, b: Tensor) => a.matmul(b))(drawn(m, k), drawn(k, n)).dataSync(),
});
const rows = (f: (x: Tensor) => Tensor): Case => ({
  bytes: 8e7,
  make: () => compile(f)(drawn(10_000, 1000)).dataSync(),
});

/** A convolution, and its derivatives by its input and its kernel. */
function convolutions(name: string, n: number, c: number, s: number, o: number, kernel: number, stride = 1) {
  const operations = 2 * n * c * (s / stride) ** 2 * o * kernel ** 2;
  const convolve = (x: Tensor, w: Tensor) => conv2d(x, w, { stride, padding: Math.floor(kernel / 2) });
  const shapes = [
    [n, c, s, s],
    [o, c, kernel, kernel],
    [n, o, s / stride, s / stride],
  ] as const;
  const made = (f: (x: Tensor, w: Tensor, upstream: Tensor) => Tensor): Case => ({
    operations,
    make: () => compile(f)(drawn(...shapes[0]), drawn(...shapes[1]), drawn(...shapes[2])).dataSync(),
  });
  return {
    [name]: made(convolve),
    [`${name}-dx`]: made((x, w, upstream) => vjp((each: Tensor) => convolve(each, w), x)[1](upstream)[0]),
    [`${name}-dw`]: made((x, w, upstream) => vjp((each: Tensor) => convolve(x, each), w)[1](upstream)[0]),
  };
}

/** Windows over a million elements, forward and back, with and without positions around. */
function pools(name: string, pool: typeof maxPool, kernel: number, stride: number, padding: number) {
  const [n, c, s] = [1, 16, 256];
  const out = Math.floor((s + 2 * padding - kernel) / stride) + 1;
  const apply = (x: Tensor) => pool(x, [kernel, kernel], { stride, padding });
  const bytes = 4 * n * c * (s * s + out * out);
  return {
    [name]: { bytes, make: () => compile(apply)(drawn(n, c, s, s)).dataSync() },
    [`${name}-dx`]: {
      bytes: 2 * bytes,
      make: () =>
        compile((x: Tensor, upstream: Tensor) => vjp(apply, x)[1](upstream)[0])(
          drawn(n, c, s, s),
          drawn(n, c, out, out),
        ).dataSync(),
    },
  };
}

/** A small fast network for pictures of 32 × 32, forward and back: convolutions, pools, batch normalization and GELU. */
function pictureStep(batch: number): Case {
  const widths = [24, 32, 32, 128, 128, 128, 128];
  const sizes = [31, 31, 15, 15, 7, 7, 3];
  const drawnWeights = () =>
    widths.map((width, layer) =>
      drawn(width, layer === 0 ? 3 : (widths[layer - 1] ?? 0), layer === 0 ? 2 : 3, layer === 0 ? 2 : 3),
    );
  let operations = 0;
  widths.forEach((width, layer) => {
    const size = sizes[layer] ?? 0;
    const one = 2 * batch * size * size * width * (layer === 0 ? 12 : 9 * (widths[layer - 1] ?? 0));
    operations += layer === 0 ? one : layer === 1 ? 3 * one : 3 * one;
  });
  const forward = (x: Tensor, target: Tensor, w: readonly Tensor[], head: Tensor): Tensor => {
    let y = gelu(conv2d(x, at(w, 0), {}));
    for (let group = 0; group < 3; group++) {
      y = maxPool(conv2d(y, at(w, 1 + 2 * group), { padding: 1 }), [2, 2]);
      y = gelu(batchNorm(y));
      y = gelu(batchNorm(conv2d(y, at(w, 2 + 2 * group), { padding: 1 })));
    }
    return maxPool(y, [3, 3]).reshape([batch, 128]).matmul(head).multiply(target).sum();
  };
  const step = compile((x: Tensor, target: Tensor, w: readonly Tensor[], head: Tensor) =>
    valueAndGrad((each: readonly Tensor[], last: Tensor) => forward(x, target, each, last), { argument: [0, 1] })(
      w,
      head,
    ),
  );
  return {
    operations,
    make: () => step(drawn(batch, 3, 32, 32), drawn(batch, 10), drawnWeights(), drawn(128, 10))[0].dataSync(),
  };
}

const cases: { readonly [name: string]: Case } = {
  "matmul-512": product(512, 512, 512),
  "matmul-509": product(509, 509, 509),
  "matmul-1000x17x1000": product(1000, 17, 1000),
  "matmul-128x256x10": product(128, 256, 10),
  "matmul-1024": product(1024, 1024, 1024),
  "matmul-2048": product(2048, 2048, 2048),
  "matmul-nt-512": {
    operations: 2 * 512 ** 3,
    make: () =>
      compile((a: Tensor, b: Tensor) => a.matmul(b.matrixTranspose()))(drawn(512, 512), drawn(512, 512)).dataSync(),
  },
  "matmul-tn-512": {
    operations: 2 * 512 ** 3,
    make: () =>
      compile((a: Tensor, b: Tensor) => a.matrixTranspose().matmul(b))(drawn(512, 512), drawn(512, 512)).dataSync(),
  },
  "matvec-4096": { ...product(4096, 4096, 1), operations: 0, bytes: 4 * 4096 ** 2 },
  "matmul-4096x4096x8": { ...product(4096, 4096, 8), operations: 0, bytes: 4 * 4096 ** 2 },
  softmax: rows((x) => x.softmax(-1)),
  layernorm: rows((x) => layerNorm(x)),
  gelu: rows((x) => gelu(x)),
  adamw: {
    bytes: 10e6 * 4 * 7,
    make: () => {
      const weight = new Parameter(drawn(10_000_000));
      const optimizer = new optim.AdamW([weight], { learningRate: 1e-3 });
      compile((g: Tensor) => optimizer.minimize(() => weight.value.multiply(g).sum()))(drawn(10_000_000)).dataSync();
    },
  },
  ...convolutions("conv-3x3", 64, 64, 32, 64, 3),
  ...convolutions("conv-7x7s2", 32, 3, 224, 64, 7, 2),
  ...convolutions("conv-1x1", 64, 256, 14, 256, 1),
  ...pools("maxpool-2s2", maxPool, 2, 2, 0),
  ...pools("maxpool-3s1", maxPool, 3, 1, 0),
  ...pools("maxpool-3s1p1", maxPool, 3, 1, 1),
  ...pools("maxpool-3s2p1", maxPool, 3, 2, 1),
  ...pools("avgpool-2s2", averagePool, 2, 2, 0),
  ...pools("avgpool-3s1p1", averagePool, 3, 1, 1),
  ...pools("avgpool-3s2p1", averagePool, 3, 2, 1),
  "picture-step": pictureStep(200),
};

function time(name: string, { operations = 0, bytes = 0 }: Case, plan: Plan): void {
  const { source, names } = renderSource(plan.kernels, features);
  const file = join(folder, `${name}.c`);
  writeFileSync(file, `${source}\n${mainSource(name, plan, names, operations, bytes)}`);
  const program = join(folder, name);
  const start = performance.now();
  execFileSync("cc", [process.env.OPT ?? "-O1", "-w", ...flagsOf(features), file, "-o", program, "-lm"]);
  const seconds = ((performance.now() - start) / 1000).toFixed(2);
  const labels = plan.commands.map((command) => (command.kind === "kernel" ? command.label : command.kind)).join(", ");
  const text = execFileSync(program, { encoding: "utf8" }).trim();
  if (process.env.DETAIL !== undefined) {
    const times = /\(([^)]*)\)/.exec(text)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
    plan.commands.forEach((command, i) => {
      const name2 =
        command.kind === "kernel" ? `${names[command.kernel]} ${command.label} [${command.sizes}]` : command.kind;
      process.stdout.write(`${(times[i] ?? 0).toFixed(0).padStart(9)} us ${name2}\n`);
    });
    process.stdout.write(`${text.replace(/\(.*/, "")}\n`);
    return;
  }
  process.stdout.write(`${text}  compiled in ${seconds} s: ${labels}\n`);
}

function mainSource(name: string, plan: Plan, names: readonly string[], operations: number, bytes: number): string {
  const slot = (position: number): string => {
    const { [position]: found } = plan.slots;
    if (found?.kind === "external") return `external[${found.position}]`;
    return found?.kind === "arena" ? `arena + ${found.offset}` : `constants + 64 * ${position}`;
  };
  const external = plan.slots.flatMap((found) => (found.kind === "external" ? [found] : []));
  const steps = plan.commands.map((command, position) => {
    if (command.kind === "copy") return `memcpy(${slot(command.to)}, ${slot(command.from)}, ${command.bytes});`;
    if (command.kind !== "kernel") throw new Error("plans without loops are timed");
    const buffers = command.slots.map(slot).join(", ");
    return `{ char *b[] = { ${buffers} }; static const int32_t s[] = { ${[...command.sizes, 0].join(", ")} };
    double t = now(); ${names[command.kernel]}(b, s, 0, 2147483647); t = now() - t; if (t < parts[${position}]) parts[${position}] = t; }`;
  });
  return `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); return t.tv_sec + 1e-9 * t.tv_nsec; }
static char *external[${plan.externals}], *arena, *constants;
static double parts[${plan.commands.length + 1}];
static char *memory(size_t bytes) {
  float *m = aligned_alloc(4096, (bytes + 8191) / 4096 * 4096);
  for (size_t i = 0; i < bytes / 4; i++) m[i] = (float)(i * 2654435761u % 1000) / 500 - 1;
  return (char *)m;
}
static void run(void) { ${steps.join("\n")} }
${peakSource}
int main(void) {
  arena = memory(${plan.arenaBytes + 64});
  constants = memory(${64 * plan.slots.length + 64});
  ${plan.slots.map((found, position) => (found.kind === "constant" ? `memcpy(${slot(position)}, (unsigned char[]){ ${[...found.data].join(", ")} }, ${found.data.length});` : "")).join("\n  ")}
  ${external.map(({ position, bytes: size }) => `if (!external[${position}]) external[${position}] = memory(${size});`).join("\n  ")}
  for (int i = 0; i < ${plan.commands.length}; i++) parts[i] = 1e9;
  ${bytes > 0 ? "char *from = memory(100000000), *to = memory(100000000);" : ""}
  double best = 1e9, limit = 0, since = now();
  for (int turn = 0; turn < 5 || (now() - since < 0.7 && turn < 4000); turn++) {
    double t = now();
    run();
    t = now() - t;
    if (t < best) best = t;
    ${bytes > 0 ? "t = now(); memcpy(to, from, 100000000); t = 2e8 / (now() - t);" : "t = peak();"}
    if (t > limit) limit = t;
  }
  double rate = ${bytes > 0 ? bytes : operations} / best;
  printf("%-20s %7.1f ${bytes > 0 ? "GB/s" : "GFLOP/s"} of %7.1f: %5.1f%%  %9.1f us (", "${name}", rate / 1e9, limit / 1e9, 100 * rate / limit, best * 1e6);
  for (int i = 0; i < ${plan.commands.length}; i++) printf(" %.1f", parts[i] * 1e6);
  printf(" )");
  return 0;
}
`;
}

/** Operations a second of multiplications and additions that wait for nothing. */
const peakSource = `
static double peak(void) {
#if defined(__AVX512F__)
  typedef __m512 v;
  enum { lanes = 16 };
#define STEP(x) x = _mm512_fmadd_ps(x, a, b)
#else
  typedef __m256 v;
  enum { lanes = 8 };
#define STEP(x) x = _mm256_fmadd_ps(x, a, b)
#endif
  v a = {}, b = {}, x[12] = {};
  v x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a;
  double t = now();
  for (int i = 0; i < 20000; i++) {
    STEP(x0); STEP(x1); STEP(x2); STEP(x3); STEP(x4); STEP(x5); STEP(x6); STEP(x7); STEP(x8); STEP(x9);
    __asm__ volatile("" : "+v"(x0), "+v"(x1), "+v"(x2), "+v"(x3), "+v"(x4), "+v"(x5), "+v"(x6), "+v"(x7), "+v"(x8), "+v"(x9));
  }
  return 2.0 * lanes * 10 * 20000 / (now() - t);
}`;

const keeper = new PlanKeeper();
registerDevice("keeper", () => keeper);
setDevice("keeper");
const folder = process.env.OUT ?? mkdtempSync(join(tmpdir(), "smilodon-rendered-"));
mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
for (const [name, each] of Object.entries(cases)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  keeper.plans.length = 0;
  each.make();
  const plan = keeper.plans.at(-1);
  if (plan !== undefined) time(name, each, plan);
}
