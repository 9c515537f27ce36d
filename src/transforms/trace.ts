/**
 * Traces a function: runs it once on placeholders and notes what it touches. The result is a program and the
 * list of everything that has to be handed to it; `tracedFunction.ts` runs it.
 */
import { type Node, sourceNode } from "../graph/node.ts";
import { topologicalOrder } from "../graph/traverse.ts";
import type { Program } from "../runtime/programs.ts";
import { storageOf } from "../runtime/storage.ts";
import { TracingError } from "../support/errors.ts";
import { findingEveryOrigin } from "../support/origin.ts";
import { remember } from "../support/remember.ts";
import { type Flattened, flattenTree, mapTree } from "../support/tree.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type HostInput, type StateCell, type Trace, withTrace } from "../tensor/tracing.ts";
import { isTensor } from "./signature.ts";

/** State that the function touches. */
export interface State {
  readonly cell: StateCell;
  readonly placeholder: Node;
  /** The value that the function assigns, if it assigns one. */
  written: Tensor | undefined;
}

/** A value that is read from JavaScript before each run. */
export interface HostValue {
  readonly input: HostInput;
  readonly placeholder: Node;
}

/** A flag that the trace depends on, and what it was. */
export interface Flag {
  readonly read: () => unknown;
  readonly value: unknown;
}

/** A traced function. The program's sources are arguments, states, host values and captured tensors, in this order. */
export interface TracedProgram {
  readonly program: Program;
  readonly states: readonly State[];
  readonly hostValues: readonly HostValue[];
  readonly flags: readonly Flag[];
  /** Tensors made outside the function that it uses. */
  readonly captured: readonly Node[];
  /** What the function returned; the program's first outputs are its leaves, the new values of states follow. */
  readonly result: Flattened<Tensor>;
}

/** Runs `traced` on placeholders of the tensors in `given`. */
export function trace(traced: (...given: readonly unknown[]) => unknown, given: readonly unknown[]): TracedProgram {
  const recorder = new Recorder();
  const placeholders: Node[] = [];
  // Everything made from here on belongs to the trace
  const { id: begin } = sourceNode({ shape: [], dtype: "f32" });
  const standIns = given.map((argument) =>
    mapTree(argument, isTensor, (tensor) => {
      const placeholder = sourceNode(tensor.node.type, tensor.node.device);
      placeholders.push(placeholder);
      return new Tensor(placeholder);
    }),
  );
  const returned = withTrace(recorder, () => findingEveryOrigin(() => traced(...standIns)));
  refusePromise(returned);
  const states = [...recorder.states.values()];
  const written = states.flatMap((state) => state.written ?? []);
  const result = flattenTree(returned, isTensor);
  const outputs = [...result.leaves, ...written].map((tensor) => tensor.node);
  const own = [
    ...placeholders,
    ...states.map((state) => state.placeholder),
    ...recorder.hostValues.map((value) => value.placeholder),
  ];
  const captured = capturedNodes(outputs, new Set(own), begin);
  const changed = states.filter((state) => state.written !== undefined);
  const replaces = changed.map(
    (state, index) => [result.leaves.length + index, placeholders.length + states.indexOf(state)] as const,
  );
  return {
    program: { sources: [...own, ...captured], outputs, replaces },
    states,
    hostValues: recorder.hostValues,
    flags: recorder.flags,
    captured,
    result,
  };
}

/** Notes what the function touches. */
class Recorder implements Trace {
  readonly states = new Map<StateCell, State>();
  readonly hostValues: HostValue[] = [];
  readonly flags: Flag[] = [];

  readState(cell: StateCell): Tensor {
    const state = this.#stateOf(cell);
    return state.written ?? new Tensor(state.placeholder);
  }

  writeState(cell: StateCell, value: Tensor): void {
    this.#stateOf(cell).written = value;
  }

  hostInput(input: HostInput): Tensor {
    const placeholder = sourceNode({ shape: input.shape, dtype: input.dtype });
    this.hostValues.push({ input, placeholder });
    return new Tensor(placeholder);
  }

  dependOn(read: () => unknown): void {
    this.flags.push({ read, value: read() });
  }

  #stateOf(cell: StateCell): State {
    const { shape, dtype } = cell;
    return remember(this.states, cell, () => ({ cell, placeholder: sourceNode({ shape, dtype }), written: undefined }));
  }
}

/** The nodes from before the trace that `outputs` depend on. */
function capturedNodes(outputs: readonly Node[], own: ReadonlySet<Node>, begin: number): Node[] {
  const isOutside = (node: Node) => node.id < begin || (storageOf(node) !== undefined && !own.has(node));
  const order = topologicalOrder(outputs, (node) => own.has(node) || isOutside(node));
  const foreign = order.find((node) => node.primitive === "source" && !own.has(node) && !isOutside(node));
  if (foreign !== undefined) {
    throw new TracingError(
      "A compiled function uses a tensor that belongs to another function being traced. Pass it as an argument instead of keeping it in a variable.",
    );
  }
  return order.filter(isOutside);
}

function refusePromise(returned: unknown): void {
  if (returned instanceof Promise) {
    returned.catch(() => undefined);
    throw new TracingError(
      "A compiled function returned a promise. Its values are known only when the plan runs: make it a plain function, and read results outside of it.",
    );
  }
}
