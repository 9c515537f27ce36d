/**
 * `compile`: a function of tensors becomes a plan, which later calls run with one launch. The first call with
 * given shapes traces the function: its arguments are placeholders, and the parameters, host values and flags
 * that it touches are found on the way. `tracedFunction.ts` runs what is made here.
 */

import type { Precision } from "../runtime/programs.ts";
import { isKeepingGraph } from "../runtime/realize.ts";
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { openTrace } from "../tensor/tracing.ts";
import { type GivenArguments, readArguments } from "./signature.ts";
import { TracedFunction } from "./tracedFunction.ts";

/** Most traces (shapes, static arguments, modes) that one compiled function keeps. */
const mostTraces = 64;

/** How a function is compiled. */
export interface CompileOptions {
  /**
   * Trace again at every call, and throw where the function has become another program since: a number of JavaScript that
   * it uses has changed, and compiled code would go on with the old one. Slow; for finding mistakes. Default false.
   */
  readonly debug?: boolean;
  /**
   * With "bf16", operands of matrix products and convolutions of f32, and of their derivatives, may be rounded to bf16 (8 bits of mantissa)
   * where the device multiplies those faster: results differ by about 0.4 % of what is added up, at worst. Sums and all else stay f32.
   * Default "f32". Changes nothing on devices, and for shapes, where it would gain nothing.
   */
  readonly precision?: Precision | undefined;
}

/** A compiled function: called like the original. */
export interface CompiledFunction<Arguments extends readonly unknown[], Result> {
  (...given: Arguments): Result;
  /** The traces kept now, last used first. */
  readonly traces: readonly TracedFunction[];
  /** Compiles for such arguments and runs nothing: a later call with their shapes starts at once. */
  prepare(...given: Arguments): TracedFunction;
}

/**
 * A function that does what `traced` does, with one launch a call and no JavaScript between its kernels.
 *
 * Tensors among the arguments (also inside plain arrays and objects) are inputs; everything else is fixed for a
 * trace, and another value makes another trace. Parameters are read and written in place; random numbers and
 * learning rates are fresh at every call. Values cannot be read inside: the function must not be asynchronous.
 *
 * @throws TracingError where the function returns a promise or keeps placeholders, and with `debug` where it has become
 * another program; ArgumentError for other arguments.
 *
 * @example
 * ```ts
 * import { compile, type Tensor, tensor } from "smilodon";
 * const norm = compile((x: Tensor) => x.multiply(x).sum());
 * console.log(await norm(tensor([3, 4])).item());
 * ```
 */
export function compile<Arguments extends readonly unknown[], Result>(
  traced: (...given: Arguments) => Result,
  { debug = false, precision = "f32" }: CompileOptions = {},
): CompiledFunction<Arguments, Result> {
  if (typeof traced !== "function")
    throw new ArgumentError(`compile takes a function and was given ${String(traced)} (${typeof traced}).`);
  if (precision !== "f32" && precision !== "bf16")
    throw new ArgumentError(`compile multiplies in the precision "f32" or "bf16", not "${String(precision)}".`);
  const traces: TracedFunction[] = [];
  const untyped = traced as (...given: readonly unknown[]) => unknown;
  const find = (given: Arguments, read: GivenArguments): TracedFunction => {
    let index = traces.findIndex((trace) => trace.serves(read));
    if (index < 0) {
      traces.unshift(new TracedFunction(untyped, given, read, precision));
      index = 0;
      for (const dropped of traces.splice(mostTraces)) dropped.dispose();
    } else if (debug) at(traces, index).compareWith(untyped, given);
    if (index > 0) traces.unshift(...traces.splice(index, 1));
    return at(traces, 0);
  };
  const call = (...given: Arguments): Result => {
    // Inside another trace there is nothing to launch: the function becomes part of that graph
    if (openTrace() !== undefined || isKeepingGraph()) return traced(...given);
    const read = readArguments(given);
    return find(given, read).run(read) as Result;
  };
  return Object.assign(call, { traces, prepare: (...given: Arguments) => find(given, readArguments(given)) });
}
