/**
 * Compiled programs, kept by structure: the same computation on other data compiles nothing. The cache is
 * bounded; what has not been used for longest goes first.
 */
import { compileProgram } from "../compile/pipeline.ts";
import type { Program } from "../compile/program.ts";
import type { Device, Executable } from "../device/device.ts";
import type { Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import type { Plan } from "../kernel/plan.ts";
import { exactNumber } from "../support/exactNumber.ts";

export type { Program } from "../compile/program.ts";
export type { DeviceBuffer } from "../device/device.ts";
export type { Plan } from "../kernel/plan.ts";

const capacity = 512;
const caches = new WeakMap<Device, Map<string, Executable>>();

/** The prepared plan of `program` on `device`, compiled if no program of this structure has been. */
export function executableFor(device: Device, program: Program): Executable {
  let cache = caches.get(device);
  if (cache === undefined) caches.set(device, (cache = new Map()));
  const key = structureOf(program);
  let executable = cache.get(key);
  if (executable === undefined) executable = device.prepare(compileProgram(program, device.target));
  cache.delete(key);
  cache.set(key, executable);
  const oldest = cache.size > capacity ? cache.entries().next().value : undefined;
  if (oldest !== undefined) {
    cache.delete(oldest[0]);
    oldest[1].dispose();
  }
  return executable;
}

/** A program ready to run. */
export interface PreparedProgram {
  readonly device: Device;
  readonly plan: Plan;
  readonly executable: Executable;
}

const finalizers = new FinalizationRegistry<Executable>((executable) => executable.dispose());

/** `program` compiled for `device`, outside the cache: it is given back when `owner` is collected. */
export function prepareProgram(device: Device, program: Program, owner: object): PreparedProgram {
  const plan = compileProgram(program, device.target);
  const executable = device.prepare(plan);
  finalizers.register(owner, executable, owner);
  return { device, plan, executable };
}

/** A text that two programs share exactly when one plan serves both. */
function structureOf({ sources, outputs, replaces }: Program): string {
  const numbers = new Map<Node, number>(sources.map((source, index) => [source, index]));
  const lines = sources.map(({ type }) => `${type.dtype}[${type.shape}]`);
  for (const node of topologicalOrder(outputs, (each) => numbers.has(each))) {
    if (numbers.has(node)) continue;
    numbers.set(node, numbers.size);
    lines.push(
      `${node.primitive}(${node.inputs.map((input) => numbers.get(input))})${JSON.stringify(node.params, exactNumber)}`,
    );
  }
  lines.push(`return ${outputs.map((output) => numbers.get(output))};${replaces.join(";")}`);
  return lines.join("\n");
}
