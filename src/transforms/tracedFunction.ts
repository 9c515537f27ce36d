/**
 * Runs a traced function: gathers the buffers, launches the plan once, hands out the results and puts the new
 * values of parameters in place.
 */
import { type Node, sourceNode, withOrigin } from "../graph/node.ts";
import {
  type Device,
  type DeviceBuffer,
  type Plan,
  type Precision,
  type PreparedProgram,
  prepareProgram,
} from "../runtime/programs.ts";
import { bytesOfNode, deviceOf, realize } from "../runtime/realize.ts";
import { allocateStorage, type Storage, storageOf } from "../runtime/storage.ts";
import { bytesAs } from "../shape/elements.ts";
import { TracingError } from "../support/errors.ts";
import { at, invariant } from "../support/invariant.ts";
import { captureOrigin, type Origin } from "../support/origin.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { StateCell } from "../tensor/tracing.ts";
import { differenceOf } from "./compareTraces.ts";
import { type GivenArguments, sameSignature } from "./signature.ts";
import { type TracedProgram, trace } from "./trace.ts";

/** One trace of a compiled function, ready to run. */
export class TracedFunction {
  readonly #fixed: readonly unknown[];
  readonly #types: readonly Node["type"][];
  readonly #traced: TracedProgram;
  readonly #prepared: PreparedProgram;
  readonly #hostBuffers: readonly DeviceBuffer[];
  readonly #origin: Origin;

  constructor(
    traced: (...given: readonly unknown[]) => unknown,
    given: readonly unknown[],
    read: GivenArguments,
    precision: Precision,
  ) {
    this.#origin = captureOrigin();
    this.#fixed = read.fixed;
    this.#types = read.tensors.map((tensor) => tensor.node.type);
    this.#traced = trace(traced, given);
    const { states, captured, hostValues, program } = this.#traced;
    realize([...captured, ...states.map((state) => state.cell.node)]);
    const device = deviceOf([
      ...read.tensors.map((tensor) => tensor.node),
      ...states.map((state) => state.cell.node),
      ...captured,
    ]);
    this.#prepared = prepareProgram(device, { ...program, precision }, this);
    this.#hostBuffers = hostValues.map(({ placeholder }) => {
      placeholder.outlivesScopes = true;
      return allocateStorage(placeholder, device, bytesOfNode(placeholder)).buffer;
    });
  }

  /** What one launch does. */
  get plan(): Plan {
    return this.#prepared.plan;
  }

  /** Was this trace made for such arguments, and do the flags still stand as they did? */
  serves(read: GivenArguments): boolean {
    return (
      sameSignature(read, this.#fixed, this.#types) &&
      this.#traced.flags.every((flag) => Object.is(flag.read(), flag.value))
    );
  }

  /** Traces `traced` again. @throws TracingError naming what has become different. */
  compareWith(traced: (...given: readonly unknown[]) => unknown, given: readonly unknown[]): void {
    const difference = differenceOf(this.#traced, trace(traced, given));
    if (difference === undefined) return;
    throw new TracingError(
      `A compiled function is another program than when it was traced: ${difference}. What changes from call to call has to be ` +
        "a tensor among the arguments, a Parameter, or an argument of its own (each value of which is compiled once).",
    );
  }

  /** One launch. Returns what the function returned, with new tensors in it. */
  run(read: GivenArguments): unknown {
    const { states, hostValues, captured, result } = this.#traced;
    const { device } = this.#prepared;
    // Iterators would leave an object for each element behind, at every call
    const externals: DeviceBuffer[] = [];
    read.tensors.forEach(({ node }) => externals.push(storedValueOf(node).buffer));
    states.forEach(({ cell }) => externals.push(storedValueOf(cell.node).buffer));
    hostValues.forEach((value, index) => {
      const buffer = at(this.#hostBuffers, index);
      device.write(buffer, bytesAs(value.input.dtype, value.input.read()));
      externals.push(buffer);
    });
    captured.forEach((node) => externals.push(storedValueOf(node).buffer));
    const results = result.leaves.map((leaf) => this.#newValue(leaf.node, externals));
    const replaced: { readonly cell: StateCell; readonly value: Tensor }[] = [];
    states.forEach((state) => {
      if (state.written === undefined) return;
      if (state.cell.mayOverwrite) externals.push(storedValueOf(state.cell.node).buffer);
      else replaced.push({ cell: state.cell, value: this.#newValue(state.written.node, externals) });
    });
    this.#prepared.executable.run(externals);
    for (const { cell, value } of replaced) cell.replace(value);
    return result.rebuild(results);
  }

  /** Runs the plan as `run` says on these arguments and the present state. Results go to memory of their own, so nothing changes. */
  runAside<T>(read: GivenArguments, run: (device: Device, plan: Plan, externals: readonly DeviceBuffer[]) => T): T {
    const { program, states, captured } = this.#traced;
    const { device, plan } = this.#prepared;
    const externals: DeviceBuffer[] = read.tensors.map((tensor) => storedValueOf(tensor.node).buffer);
    for (const state of states) externals.push(storedValueOf(state.cell.node).buffer);
    // What the last call wrote: asking for values now would use up random numbers
    externals.push(...this.#hostBuffers);
    for (const node of captured) externals.push(storedValueOf(node).buffer);
    const aside = program.outputs.map((node) => device.allocate(bytesOfNode(node)));
    try {
      return run(device, plan, [...externals, ...aside]);
    } finally {
      for (const buffer of aside) device.free(buffer);
    }
  }

  /** Frees code and scratch memory. */
  dispose(): void {
    this.#prepared.executable.dispose();
  }

  /** A tensor for a result of the type of `node`, in fresh memory that joins `externals`. */
  #newValue(node: Node, externals: DeviceBuffer[]): Tensor {
    const { device } = this.#prepared;
    const value = withOrigin(this.#origin, () => sourceNode(node.type, device.name));
    externals.push(allocateStorage(value, device, bytesOfNode(value)).buffer);
    return new Tensor(value);
  }
}

/** The memory of a value, computed if it was pending. */
function storedValueOf(node: Node): Storage {
  const known = storageOf(node);
  if (known !== undefined) return known;
  realize([node]);
  const storage = storageOf(node);
  invariant(storage !== undefined, "a realized node has memory");
  return storage;
}
