/**
 * What a function being compiled touches besides its arguments: parameters, host values, flags. While a trace is
 * open, `Parameter`, `hostInput` and `dependOn` report to it; otherwise they act at once.
 */
import type { Node } from "../graph/node.ts";
import type { Dtype } from "../shape/dtype.ts";
import type { Shape } from "../shape/shape.ts";
import { fromData, type Tensor } from "./tensor.ts";

/** A small value that lives in JavaScript and may change between runs: a learning rate, a random key. */
export interface HostInput {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Its value now; called once before every run. */
  read(): readonly number[];
}

/** State that a function may read and replace; `Parameter` is one. */
export interface StateCell {
  readonly node: Node;
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** May its memory be overwritten, because nobody else has seen the present value? */
  readonly mayOverwrite: boolean;
  /** Puts a value in place that nobody else has seen. */
  replace(value: Tensor): void;
}

/** Listens to what a function touches while it is traced. */
export interface Trace {
  readState(state: StateCell): Tensor;
  writeState(state: StateCell, value: Tensor): void;
  hostInput(input: HostInput): Tensor;
  /** The trace holds only while `read` returns the same value. */
  dependOn(read: () => unknown): void;
}

let open: Trace | undefined;

/** The trace now open, if any. */
export function openTrace(): Trace | undefined {
  return open;
}

/** Runs `traced` with `trace` listening; undefined silences the trace outside. */
export function withTrace<T>(trace: Trace | undefined, traced: () => T): T {
  const outer = open;
  open = trace;
  try {
    return traced();
  } finally {
    open = outer;
  }
}

/** A tensor of the input's value: at this moment in eager code, at each run in compiled code. */
export function hostInput(input: HostInput): Tensor {
  if (open !== undefined) return open.hostInput(input);
  return fromData(input.read(), input.shape, input.dtype);
}

/** Reads a flag that the graph depends on (train or eval mode): compiled code is traced again when it changes. */
export function dependOn<T>(read: () => T): T {
  open?.dependOn(read);
  return read();
}
