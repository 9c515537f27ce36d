/**
 * Kernels as C: one source for many, each a function that runs a range of the kernel's units.
 *
 *     void k_<fingerprint>(char *const *buffers, const int32_t *sizes, int32_t begin, int32_t end);
 */
import type { Kernel } from "../../kernel/kernel.ts";
import { structureOf } from "../../kernel/structure.ts";
import { usedBy, visitStatements } from "../../kernel/traverse.ts";
import { dividedLoops } from "../../kernel/units.ts";
import { fingerprint } from "../../support/fingerprint.ts";
import { at } from "../../support/invariant.ts";
import type { CpuFeatures } from "./features.ts";
import { Frame } from "./frame.ts";
import { preludeOf } from "./prelude/prelude.ts";
import { ScalarWriter } from "./scalarWriter.ts";
import { StatementWriter } from "./statementWriter.ts";
import { tilePrelude } from "./tileProduct.ts";
import { storedAs } from "./types.ts";
import { UnitRanges } from "./unitRanges.ts";

/** A source in C, and what the function of each kernel is called in it. */
export interface RenderedSource {
  readonly source: string;
  readonly names: readonly string[];
}

/** The name of the function that runs `kernel`: kernels of one structure share one. */
export function functionName(kernel: Kernel): string {
  return `k_${fingerprint(structureOf(kernel))}`;
}

/** The source whose functions run `kernels` on a CPU with `features`, to be compiled with `flagsOf(features)`. */
export function renderSource(kernels: readonly Kernel[], features: CpuFeatures): RenderedSource {
  const widths = new Set<number>();
  const functions = new Map<string, string>();
  const names = kernels.map((kernel) => {
    const name = functionName(kernel);
    if (!functions.has(name)) functions.set(name, renderKernel(kernel, features, name, widths));
    return name;
  });
  const code = [...functions.values()].join("\n");
  const tiles = kernels.some(multipliesTiles) ? `${tilePrelude}\n` : "";
  return { source: preludeOf(features, [...widths], code) + tiles + code, names };
}

function multipliesTiles({ body }: Kernel): boolean {
  let found = false;
  visitStatements(body, ({ kind }) => {
    if (kind === "multiply") found = true;
  });
  return found;
}

function renderKernel(kernel: Kernel, features: CpuFeatures, name: string, widths: Set<number>): string {
  const frame = new Frame(kernel, features, widths);
  const { buffers } = usedBy(kernel);
  for (const buffer of buffers) {
    const type = `m_${storedAs[at(kernel.buffers, buffer).dtype]}`;
    frame.line(`${type} *const d${buffer} = (${type} *)buffers[${buffer}];`);
  }
  for (let size = 0; size < kernel.sizes; size++) frame.line(`const ix s${size} = sizes[${size}];`);
  const loops = dividedLoops(kernel.body);
  const scalars = new ScalarWriter(frame, new Set());
  const ranges = new UnitRanges(
    frame,
    loops,
    ({ start, stop }) => `(${scalars.position(stop)} - ${scalars.position(start)})`,
  );
  const range = loops.length > 0 ? { loops, begin: "(ix)begin", end: "(ix)end" } : undefined;
  const hasTiles = multipliesTiles(kernel);
  if (hasTiles) frame.line("tiles_begin();");
  new StatementWriter(frame, ranges).body(kernel.body, range);
  if (hasTiles) frame.line("tiles_end();");
  const parameters = "char *const *buffers, const int32_t *sizes, int32_t begin, int32_t end";
  return `/* ${kernel.name.replaceAll(/\W/g, " ")} */\nvoid ${name}(${parameters}) {\n${frame.text}\n}\n`;
}
