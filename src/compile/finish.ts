/**
 * Turns scheduled loops into a kernel: addresses and sizes become arguments, operations that the target lacks
 * become polynomials, and every value is computed once, as far outside the loops as it can be.
 */
import type { Node } from "../graph/node.ts";
import type { Expression } from "../kernel/expression.ts";
import type { Kernel, OfProduct, Statement } from "../kernel/kernel.ts";
import type { Target } from "../kernel/target.ts";
import { inputsOf } from "../kernel/traverse.ts";
import { at, invariant } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import { affineOf, dependsOn } from "./affine.ts";
import { angleOfTangent, nativeForm, tangent } from "./approximate.ts";
import {
  allSteps,
  type LoopStep,
  loadsIn,
  loadsOf,
  type Nest,
  type NestContext,
  type ProductStep,
  type Step,
} from "./nest.ts";
import { Numbers } from "./numbers.ts";
import { Placement } from "./placement.ts";
import type { RegionCommands } from "./regions/regionMemory.ts";
import { storeAddress } from "./schedule/axes.ts";

/** Loops of fewer lanes are not worth telling apart. */
const fewestLanes = 4;

/** What happens between two barriers: a kernel, or all that a region does. */
export type Launch = KernelLaunch | RegionLaunch;

/** A kernel with the tensors and sizes of one launch. */
export interface KernelLaunch extends Effects {
  readonly kernel: Kernel;
  /** The tensor behind each buffer argument. */
  readonly tensors: readonly Node[];
  readonly sizes: readonly number[];
}

/** The commands of a region, once its memory is known. */
export interface RegionLaunch extends Effects {
  readonly kernel?: undefined;
  readonly commands: RegionCommands;
}

/** What a launch does to tensors. */
interface Effects {
  readonly reads: ReadonlySet<Node>;
  readonly writes: ReadonlySet<Node>;
  /** Written tensors whose old version may lie in the same memory: it is read only at the element being written. */
  readonly mayOverwrite: ReadonlySet<Node>;
  /** The nodes of the graph that it computes. */
  readonly computes: readonly Node[];
  /** Nodes that have to be computed before. */
  readonly waits: readonly Node[];
}

/** The kernel of `steps`, scheduled from `nest`. `overwrites` tells which tensor's memory a store may replace. */
export function finishKernel(
  context: NestContext,
  nest: Nest,
  steps: readonly Step[],
  target: Target,
  overwrites: ReadonlyMap<Node, Node>,
): KernelLaunch {
  const writes = new Set<Node>();
  for (const step of allSteps(steps)) {
    if (step.kind === "store") writes.add(step.tensor);
    if (step.kind === "multiply") writes.add(context.tensorOf(placeOf(step.operands[0]).buffer));
  }
  const reads = new Set(loadsIn(steps).map((load) => context.tensorOf(load.buffer)));
  const sizes = new Sizes(context);
  const statements = new Statements(context, sizes, target, nest.offsets).of(steps);
  const volatileTensors = [...writes].filter((tensor) => reads.has(tensor));
  const early = [...writes].flatMap((tensor) => overwrites.get(tensor) ?? []);
  const bufferSet = (tensors: readonly Node[]) => new Set(tensors.map((tensor) => context.bufferOf(tensor)));
  const placement = new Placement(context, bufferSet(volatileTensors), bufferSet(early));
  const body = placement.place(statements);
  const tensors = placement.buffers.map((buffer) => context.tensorOf(buffer));
  const kernel: Kernel = {
    name: nest.name ?? kernelName(nest.computes),
    buffers: tensors.map((tensor) => ({
      dtype: tensor.type.dtype,
      access: writes.has(tensor) ? (reads.has(tensor) ? "readwrite" : "write") : "read",
    })),
    sizes: sizes.values.length,
    locals: placement.locals.map((local) => context.dtypeOf(local)),
    body,
  };
  const mayOverwrite = new Set(
    [...writes].filter((tensor) => readsOnlyWhereWritten(context, steps, tensor, overwrites.get(tensor))),
  );
  return {
    kernel,
    tensors,
    sizes: sizes.values,
    reads,
    writes,
    mayOverwrite,
    computes: nest.computes,
    waits: nest.waits,
  };
}

/** The element that an operand of a product begins with. */
function placeOf(operand: Expression): Extract<Expression, { kind: "load" }> {
  invariant(operand.kind === "load", "operands of products of tiles lie in memory");
  return operand;
}

/** What is known of the iterations of a vector loop: whether some are left over decides what code it takes. */
function multipleOf({ axis, lanes, mode }: LoopStep): { readonly multiple?: number } {
  if (mode !== "vector") return {};
  let multiple = lanes;
  while (axis.extent % multiple !== 0) multiple /= 2;
  return multiple >= fewestLanes ? { multiple } : {};
}

/** Is `old` loaded only in lists of steps that store `tensor` at the very same element? */
function readsOnlyWhereWritten(
  context: NestContext,
  steps: readonly Step[],
  tensor: Node,
  old: Node | undefined,
): boolean {
  if (old === undefined) return false;
  const written = new Set<Expression>();
  for (const step of steps)
    if (step.kind === "store" && step.tensor === tensor) written.add(storeAddress(context, step));
  return steps.every((step) => {
    // What an iteration overwrites, a later one may still want
    if (step.kind === "loop" && step.ordered)
      return loadsOf(step).every((load) => context.tensorOf(load.buffer) !== old);
    if (step.kind === "loop") return readsOnlyWhereWritten(context, step.body, tensor, old);
    return loadsOf(step).every((load) => context.tensorOf(load.buffer) !== old || written.has(load.index));
  });
}

/** Names of the primitives, the last first: a name for people. */
function kernelName(computes: readonly Node[]): string {
  return [...new Set(computes.map((node) => node.primitive))].slice(0, 4).join("_");
}

/** The size arguments of a kernel: each distinct number once. */
class Sizes {
  readonly #numbers = new Numbers();
  readonly #context: NestContext;

  constructor(context: NestContext) {
    this.#context = context;
  }

  get values(): readonly number[] {
    return this.#numbers.items;
  }

  /** `value` as an argument; constants up to `literal`, which shape the code, stay what they are. */
  argument(value: number, literal = 1): Expression {
    if (Math.abs(value) <= literal) return this.#context.builder.index(value);
    return this.#context.builder.size(this.#numbers.of(value));
  }
}

/** Neighbours in a tile are told apart by up to this many elements, and rows of a packed operand are that long at most. */
const tileElements = 16;

/** Steps as statements, with addresses in terms of sizes and without operations that the target lacks. */
class Statements {
  readonly #context: NestContext;
  readonly #sizes: Sizes;
  readonly #target: Target;
  /** Constants up to this many elements stay literal. */
  readonly #offsets: number;
  readonly #values = new Map<Expression, Expression>();
  /** By the row of the packed tensor that they lead into. */
  readonly #addresses = new Map<number, Map<Expression, Expression>>();
  /** Order in which the loops open: addresses add up outer parts first, so that those can stand outside. */
  readonly #depth = new Map<number, number>();

  constructor(context: NestContext, sizes: Sizes, target: Target, offsets = tileElements) {
    this.#context = context;
    this.#sizes = sizes;
    this.#target = target;
    this.#offsets = offsets;
  }

  of(steps: readonly Step[]): Statement[] {
    return steps.map((step) => this.#statement(step));
  }

  #statement(step: Step): Statement {
    switch (step.kind) {
      case "carry":
        return { kind: "carry", local: step.local, initial: this.#value(step.initial) };
      case "accumulate":
        return { kind: "accumulate", local: step.local, op: step.op, value: this.#value(step.value) };
      case "update":
        return { kind: "update", local: step.local, value: this.#value(step.value) };
      case "store":
        return {
          kind: "store",
          buffer: this.#context.bufferOf(step.tensor),
          index: this.#address(storeAddress(this.#context, step), this.#rowOf(step.tensor)),
          value: this.#value(step.value),
          ...(step.ahead !== undefined && { ahead: step.ahead }),
        };
      case "multiply":
        return this.#product(step);
      case "loop":
        this.#depth.set(step.axis.local, this.#depth.size);
        return {
          kind: "loop",
          local: step.axis.local,
          start: this.#context.builder.index(0),
          stop: this.#sizes.argument(step.axis.extent, step.isFixed ? step.axis.extent : undefined),
          step: step.step,
          mode: step.mode,
          lanes: step.lanes,
          ...multipleOf(step),
          body: this.of(step.body),
        };
      default:
        return step satisfies never;
    }
  }

  #product({ kind, operands, apart, steps, rows, columns, isFirst, bytes }: ProductStep): Statement {
    const numbers = ([first, second, third]: OfProduct<number>) =>
      [this.#sizes.argument(first), this.#sizes.argument(second), this.#sizes.argument(third)] as const;
    const [sums, left, right] = operands.map((operand) => {
      const { buffer, index } = placeOf(operand);
      return { buffer, index: this.#address(index, this.#rowOf(this.#context.tensorOf(buffer))) };
    });
    invariant(sums && left && right, "a product has sums and two operands");
    return {
      kind,
      buffers: [sums.buffer, left.buffer, right.buffer],
      indices: [sums.index, left.index, right.index],
      apart: numbers(apart),
      steps: steps.map(numbers),
      rows,
      columns,
      isFirst,
      ...(bytes !== undefined && { bytes }),
    };
  }

  /** A value, its loads at final addresses, and its operations those of the target. */
  #value(value: Expression): Expression {
    const { builder } = this.#context;
    return remember(this.#values, value, () => {
      if (value.kind === "load")
        return builder.load(
          value.buffer,
          value.dtype,
          this.#address(value.index, this.#rowOf(this.#context.tensorOf(value.buffer))),
        );
      const angle = angleOfTangent(value, this.#target);
      if (angle !== undefined) return tangent(builder, this.#value(angle));
      const inputs = inputsOf(value).map((input) => this.#value(input));
      return nativeForm(builder, value, inputs, this.#target);
    });
  }

  /** Elements in a row of a packed tensor; 0 for others. */
  #rowOf(tensor: Node): number {
    return this.#context.isPacked(tensor) ? at(tensor.type.shape, -1) : 0;
  }

  /** An address: a sum with the parts of outer loops first, its numbers as size arguments. */
  #address(index: Expression, row = 0): Expression {
    const known = remember(this.#addresses, row, () => new Map<Expression, Expression>());
    return remember(known, index, () => this.#sum(index, row));
  }

  #sum(index: Expression, row: number): Expression {
    const { builder } = this.#context;
    const { constant, terms } = affineOf(index);
    // Vectors are read of every second element as well
    const literal = row > 0 ? tileElements : 2;
    // Distant rows of a packed tensor are told apart by one argument, the places in them by what stands last
    const isRow = row > 0 && constant > 0 && this.#offsets > tileElements;
    const near = Math.abs(constant) <= this.#offsets ? constant : isRow ? constant % row : 0;
    let sum = near === constant ? undefined : this.#sizes.argument(constant - near);
    const ordered = [...terms].map(([atom, coefficient]) => ({ atom, coefficient, order: this.#order(atom) }));
    ordered.sort((a, b) => a.order - b.order);
    for (const { atom, coefficient } of ordered) {
      const term = builder.apply("multiply", this.#atom(atom), this.#sizes.argument(coefficient, literal));
      sum = sum === undefined ? term : builder.apply("add", sum, term);
    }
    // A small constant stands last: it becomes part of an instruction
    const offset = builder.index(near);
    return sum === undefined ? offset : builder.apply("add", sum, offset);
  }

  #atom(atom: Expression): Expression {
    const { builder } = this.#context;
    if (atom.kind === "apply")
      return builder.apply(
        atom.op,
        ...atom.inputs.map((input) => (input.dtype === "i32" ? this.#address(input) : this.#value(input))),
      );
    return this.#value(atom);
  }

  /** Position of the innermost loop that `atom` depends on. */
  #order(atom: Expression): number {
    if (atom.kind === "local") return this.#depth.get(atom.local) ?? -1;
    let innermost = -1;
    for (const [local, depth] of this.#depth) if (depth > innermost && dependsOn(atom, local)) innermost = depth;
    return innermost;
  }
}
