/**
 * Compiled programs, kept by structure: the same computation on other data compiles nothing. The cache is
 * bounded; what has not been used for long goes first.
 */
import { compileProgram, passesAreSeen } from "../compile/pipeline.ts";
import type { Program } from "../compile/program.ts";
import type { Device, Executable } from "../device/device.ts";
import type { Node } from "../graph/node.ts";
import { paramsText } from "../graph/paramsText.ts";
import { isRegionNode, projectionsOf } from "../graph/region.ts";
import { typeText } from "../graph/tensorType.ts";
import type { Plan } from "../kernel/plan.ts";
import { remember } from "../support/remember.ts";
import { programText } from "./programText.ts";

export type { Precision, Program } from "../compile/program.ts";
export type { Device, DeviceBuffer } from "../device/device.ts";
export type { Plan } from "../kernel/plan.ts";

/** Most programs that a device keeps. */
export const mostPrograms = 512;
const caches = new WeakMap<Device, ProgramCache>();

/** What is to be computed, and its structure. */
export interface PendingProgram extends Program {
  /** A text that two programs share exactly when one plan serves both. */
  readonly structure: string;
}

/**
 * The program that computes `outputs` from the nodes for which `isSource` holds; and with one result of a loop or branch all
 * of them that there are, since each would run it again.
 */
export function programOf(outputs: readonly Node[], isSource: (node: Node) => boolean): PendingProgram {
  const [only] = outputs;
  const isOneOperation = only !== undefined && outputs.length === 1 && !isSource(only) && only.inputs.every(isSource);
  return isOneOperation ? operationProgram(only) : graphProgram(outputs, isSource);
}

/** What eager loops run most: one operation on computed values. The same as `graphProgram` without a walk. */
function operationProgram(operation: Node): PendingProgram {
  const sources: Node[] = [];
  let [types, inputs] = ["", ""];
  for (const input of operation.inputs) {
    let number = sources.indexOf(input);
    if (number < 0) {
      number = sources.push(input) - 1;
      types += typeText(input.type);
    }
    inputs += `${number},`;
  }
  const structure = `${types}${operation.primitive}(${inputs}${paramsText(operation.params)});${sources.length},`;
  return { sources, outputs: [operation], replaces: [], structure };
}

function graphProgram(wanted: readonly Node[], isSource: (node: Node) => boolean): PendingProgram {
  const numbers = new Map<Node, number>();
  const outputs = [...wanted];
  const sources: Node[] = [];
  let structure = "";
  // A node is met twice: when it is found, which puts its inputs before it, and when they are done
  const stack = [...outputs].reverse();
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const { inputs } = node;
    if (numbers.has(node)) {
      stack.pop();
    } else if (isSource(node)) {
      sources.push(node);
      numbers.set(node, numbers.size);
      structure += typeText(node.type);
    } else if (!pushMissing(stack, inputs, numbers)) {
      numbers.set(node, numbers.size);
      structure += `${node.primitive}(`;
      for (const input of inputs) structure += `${numbers.get(input)},`;
      structure += `${paramsText(node.params)});`;
      if (!isRegionNode(node)) continue;
      const others = projectionsOf(node).filter((each) => !outputs.includes(each) && !isSource(each));
      outputs.push(...others);
      stack.unshift(...others);
    }
  }
  for (const output of outputs) structure += `${numbers.get(output)},`;
  return { sources, outputs, replaces: [], structure };
}

/** Puts inputs without a number on the stack, the first on top. Were there any? */
function pushMissing(stack: Node[], inputs: readonly Node[], numbers: ReadonlyMap<Node, number>): boolean {
  const before = stack.length;
  for (let index = inputs.length - 1; index >= 0; index--) {
    const input = inputs[index];
    if (input !== undefined && !numbers.has(input)) stack.push(input);
  }
  return stack.length > before;
}

/** The prepared plan of `program` on `device`, compiled if no program of this structure has been. */
export function executableFor(device: Device, program: PendingProgram): Executable {
  return remember(caches, device, () => new ProgramCache()).find(program.structure, () =>
    device.prepare(compiled(device, program)),
  );
}

/** How many programs `device` keeps now. */
export function programsKept(device: Device): number {
  return caches.get(device)?.size ?? 0;
}

/**
 * Two generations: what is used moves to the young one, and when that has half of the capacity, what is left in the old
 * one goes. So finding what was used a moment ago changes nothing.
 */
class ProgramCache {
  #young = new Map<string, Executable>();
  #old = new Map<string, Executable>();

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  find(structure: string, prepare: () => Executable): Executable {
    const known = this.#young.get(structure);
    if (known !== undefined) return known;
    const executable = this.#old.get(structure) ?? prepare();
    this.#old.delete(structure);
    this.#young.set(structure, executable);
    if (this.#young.size >= mostPrograms / 2) {
      for (const unused of this.#old.values()) unused.dispose();
      [this.#old, this.#young] = [this.#young, new Map()];
    }
    return executable;
  }
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
  const plan = planOf(device, program);
  const executable = device.prepare(plan);
  finalizers.register(owner, executable, owner);
  return { device, plan, executable };
}

/** The plan of `program`, from an earlier process where the device has kept it. */
function planOf(device: Device, program: Program): Plan {
  const { planStore } = device;
  if (planStore === undefined || passesAreSeen()) return compiled(device, program);
  const text = programText(program);
  const known = planStore.find(text);
  if (known !== undefined) return known;
  const plan = compiled(device, program);
  planStore.keep(text, plan);
  return plan;
}

function compiled(device: Device, program: Program): Plan {
  return compileProgram(program, device.target, (kernel) => device.foresee?.(kernel));
}
