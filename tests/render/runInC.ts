/**
 * Runs kernels as C: renders them, compiles them with a main function that reads launches from one file and writes what is in
 * the buffers afterwards to another. Every buffer is memory of its own, so that sanitizers see what lies beyond it.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { countUnits, dividedLoops } from "../../src/kernel/units.ts";
import { type CpuFeatures, flagsOf, type InstructionSet } from "../../src/render/c/features.ts";
import { renderSource } from "../../src/render/c/renderSource.ts";

/** One launch: a kernel with the bytes of its buffers. */
export interface CLaunch {
  readonly kernel: Kernel;
  readonly buffers: readonly Uint8Array[];
  readonly sizes: readonly number[];
}

/** Features to render for, as far as this machine can run them. */
export function featuresFor(isa: InstructionSet): CpuFeatures {
  const caches = { l1: 2 ** 15, l2: 2 ** 20, l3: 2 ** 25 };
  return { isa, fma: isa !== "scalar", bf16: false, vnni: false, caches };
}

/** The instruction sets that this machine runs, widest first; none where there is no compiler. */
export function setsHere(): readonly InstructionSet[] {
  try {
    execFileSync("cc", ["--version"], { stdio: "ignore" });
  } catch {
    return [];
  }
  const flags = process.arch === "x64" ? readFileSync("/proc/cpuinfo", "utf8") : "";
  const has = (name: string) => flags.includes(` ${name} `);
  const is512 = ["avx512f", "avx512bw", "avx512dq", "avx512vl"].every(has);
  // what is written for NEON is plain vector extensions of 16 bytes, which every machine has
  return [
    ...(is512 ? ["avx512" as const] : []),
    ...(has("avx2") && has("fma") ? ["avx2" as const] : []),
    "neon",
    "scalar",
  ];
}

/** Can programs be built with `flags`? */
export function linksWith(flags: readonly string[]): boolean {
  const folder = mkdtempSync(join(tmpdir(), "smilodon-c-"));
  try {
    writeFileSync(join(folder, "main.c"), "int main(void) { return 0; }");
    execFileSync("cc", [...flags, join(folder, "main.c"), "-o", join(folder, "main")], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is in the buffers of each launch afterwards. */
export function runInC(
  launches: readonly CLaunch[],
  features: CpuFeatures,
  { flags = [], kernelsAtOnce = 100 }: { flags?: readonly string[]; kernelsAtOnce?: number } = {},
): Uint8Array[][] {
  const folder = mkdtempSync(join(tmpdir(), "smilodon-c-"));
  try {
    const kernels = [...new Set(launches.map(({ kernel }) => kernel))];
    const names = new Map<Kernel, string>();
    const objects: string[] = [];
    for (let first = 0; first < kernels.length; first += kernelsAtOnce) {
      const some = kernels.slice(first, first + kernelsAtOnce);
      const rendered = renderSource(some, features);
      some.forEach((kernel, index) => names.set(kernel, `${rendered.names[index]}`));
      const source = join(folder, `kernels${first}.c`);
      // one structure may stand in several sources
      writeFileSync(source, rendered.source.replaceAll(/^void k_/gm, "__attribute__((weak)) void k_"));
      objects.push(source.replace(".c", ".o"));
      compile(["-c", source, "-o", source.replace(".c", ".o")], features, flags);
    }
    const main = join(folder, "main.c");
    const distinct = [...new Set(names.values())];
    writeFileSync(main, mainSource(distinct));
    const program = join(folder, "run");
    compile([main, ...objects, "-lm", "-o", program], features, flags);
    writeFileSync(
      join(folder, "in"),
      encode(launches, (kernel) => distinct.indexOf(names.get(kernel) ?? "")),
    );
    execFileSync(program, [join(folder, "in"), join(folder, "out")], { stdio: ["ignore", "ignore", "pipe"] });
    return decode(readFileSync(join(folder, "out")), launches);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compile(files: readonly string[], features: CpuFeatures, flags: readonly string[]): void {
  execFileSync("cc", ["-O1", "-w", ...flagsOf(features), ...flags, ...files], { stdio: ["ignore", "ignore", "pipe"] });
}

function mainSource(names: readonly string[]): string {
  return `#include <stdio.h>
#include <stdlib.h>
#include <stdint.h>
typedef void kernel(char *const *, const int32_t *, int32_t, int32_t);
${names.map((name) => `kernel ${name};`).join("\n")}
static kernel *const kernels[] = { ${names.join(", ")} };
static int32_t word(FILE *in) { int32_t w = 0; if (fread(&w, 4, 1, in) != 1) exit(3); return w; }
int main(int count, char **arguments) {
  FILE *in = fopen(arguments[1], "rb"), *out = fopen(arguments[2], "wb");
  for (int32_t launches = word(in); launches > 0; launches--) {
    int32_t number = word(in), buffers = word(in), sizes = word(in), cuts = word(in);
    char *memory[64];
    int32_t bytes[64], size[256], cut[64];
    for (int i = 0; i < sizes; i++) size[i] = word(in);
    for (int i = 0; i < cuts; i++) cut[i] = word(in);
    for (int i = 0; i < buffers; i++) {
      bytes[i] = word(in);
      memory[i] = malloc(bytes[i]);
      if (fread(memory[i], 1, bytes[i], in) != (size_t)bytes[i]) return 4;
    }
    for (int i = 0; i + 1 < cuts; i++) kernels[number](memory, size, cut[i], cut[i + 1]);
    for (int i = 0; i < buffers; i++) {
      fwrite(memory[i], 1, bytes[i], out);
      free(memory[i]);
    }
  }
  fclose(out);
  fclose(in);
  return 0;
}
`;
}

function encode(launches: readonly CLaunch[], numberOf: (kernel: Kernel) => number): Uint8Array {
  const parts: Uint8Array[] = [];
  const words = (...values: readonly number[]) => parts.push(new Uint8Array(Int32Array.from(values).buffer));
  words(launches.length);
  launches.forEach(({ kernel, buffers, sizes }, position) => {
    const cuts = cutsOf(kernel, sizes, position);
    words(numberOf(kernel), buffers.length, sizes.length, cuts.length, ...sizes, ...cuts);
    for (const bytes of buffers) {
      words(bytes.byteLength);
      parts.push(bytes);
    }
  });
  return Buffer.concat(parts);
}

/** Where the units of a launch are cut into calls: in three, in one, or in one that says more than there is. */
function cutsOf(kernel: Kernel, sizes: readonly number[], position: number): readonly number[] {
  const loops = dividedLoops(kernel.body);
  const units = loops.length === 0 ? 1 : countUnits(loops, sizes);
  if (loops.length === 0 || position % 3 === 0) return [0, units];
  if (position % 3 === 1) return [0, 2 ** 31 - 1];
  return [0, Math.floor(units / 3), Math.floor((2 * units) / 3), units];
}

function decode(bytes: Uint8Array, launches: readonly CLaunch[]): Uint8Array[][] {
  let offset = 0;
  return launches.map(({ buffers }) =>
    buffers.map(({ byteLength }) => {
      offset += byteLength;
      return new Uint8Array(bytes.slice(offset - byteLength, offset));
    }),
  );
}
