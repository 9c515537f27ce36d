/**
 * Loop nests while they are being made, fused and scheduled: loops over axes whose sizes are still known, and
 * buffers that are still tensors of the graph. `finish.ts` turns the final nest into a kernel.
 */
import { Node, withOrigin } from "../graph/node.ts";
import type { RegionNode } from "../graph/region.ts";
import { ExpressionBuilder } from "../kernel/builder.ts";
import type { Expression } from "../kernel/expression.ts";
import type { LoopMode, OfProduct, TileProduct } from "../kernel/kernel.ts";
import type { ReduceOp } from "../kernel/scalarOps.ts";
import { inputsOf, visitExpressions } from "../kernel/traverse.ts";
import type { Dtype } from "../shape/dtype.ts";
import { at } from "../support/invariant.ts";
import type { Origin } from "../support/origin.ts";
import { remember } from "../support/remember.ts";
import { flatten, IndexArithmetic } from "./affine.ts";

/** A loop over `extent` positions; `local` is the position. */
export interface Axis {
  readonly local: number;
  readonly extent: number;
}

/** Axes of one position need no loop; their position is 0. */
export function hasLoop(axis: Axis): boolean {
  return axis.extent !== 1;
}

/** One step of a nest. */
export type Step =
  | { readonly kind: "carry"; readonly local: number; readonly initial: Expression }
  | { readonly kind: "accumulate"; readonly local: number; readonly op: ReduceOp; readonly value: Expression }
  /** Replaces carried state, which only the loop around it reads. */
  | { readonly kind: "update"; readonly local: number; readonly value: Expression }
  | {
      readonly kind: "store";
      readonly tensor: Node;
      readonly indices: readonly Expression[];
      readonly value: Expression;
      /** The hint of the kernel language. */
      readonly ahead?: number;
    }
  | ProductStep
  | LoopStep;

/** A product of tiles (`TileProduct`): loads of the first element of each operand, distances and counts as numbers. */
export interface ProductStep extends Pick<TileProduct, "kind" | "rows" | "columns" | "isFirst" | "bytes"> {
  readonly operands: OfProduct<Expression>;
  readonly apart: OfProduct<number>;
  readonly steps: readonly (readonly [count: number, left: number, right: number])[];
}

/** A loop inside a nest: positions 0, step, 2·step, … below the extent. */
export interface LoopStep {
  readonly kind: "loop";
  readonly axis: Axis;
  readonly step: number;
  readonly mode: LoopMode;
  readonly lanes: number;
  readonly body: readonly Step[];
  /** Iterations read what earlier ones stored: the loop stays serial, and its nest keeps to itself. */
  readonly ordered?: true;
  /** How often it runs belongs to the code, rather than being an argument of the launch. */
  readonly isFixed?: true;
}

/** A loop nest: `axes` are independent of each other's order, `body` runs at each of their positions. */
export interface Nest {
  readonly axes: readonly Axis[];
  readonly body: readonly Step[];
  /** The body has a contraction, which wants tiles: only pointwise steps may join it. */
  readonly contraction: boolean;
  /** The nodes of the graph that it computes, for names and origins. */
  readonly computes: readonly Node[];
  /** What the kernel is called, where it is not called after what it computes. */
  readonly name?: string;
  /** Constants in addresses up to this many elements belong to the code, rather than being arguments of the launch. */
  readonly offsets?: number;
  /** The body has all its loops, tiles and lanes: nothing is left to schedule. */
  readonly isScheduled?: true;
  /** Tensors that have to be computed first, though nothing of them is read. */
  readonly waits: readonly Node[];
  /** Instead of loops: a region, whose commands run in their place. */
  readonly region?: RegionCall;
}

/** A node that runs regions, and where its results go, by number; the others nobody wants. */
export interface RegionCall {
  readonly node: RegionNode;
  /** What lies in memory for each input: see `storedInputs`. */
  readonly inputs: readonly Node[];
  readonly results: ReadonlyMap<number, Node>;
}

/** A serial loop over all positions of `axis`. */
export function loopOver(axis: Axis, body: readonly Step[], mode: LoopMode = "serial", lanes = 1): LoopStep {
  return { kind: "loop", axis, step: 1, mode, lanes, body };
}

/** `body` inside loops over `axes`, the first outermost, as far as they are needed. */
export function nestLoops(axes: readonly Axis[], body: readonly Step[], mode: LoopMode = "serial"): readonly Step[] {
  return axes.filter(hasLoop).reduceRight<readonly Step[]>((inner, axis) => [loopOver(axis, inner, mode)], body);
}

/** Does the nest keep to itself: a region, or loops whose iterations depend on each other? */
export function isOrdered({ body, region }: Nest): boolean {
  return region !== undefined || allSteps(body).some((step) => step.kind === "loop" && step.ordered === true);
}

/** What the nests of one program share: expressions, locals, and where each load reads. */
export class NestContext {
  readonly builder = new ExpressionBuilder();
  readonly arithmetic = new IndexArithmetic(this.builder, (local) => this.#extents[local]);
  readonly #dtypes: Dtype[] = [];
  readonly #extents: (number | undefined)[] = [];
  readonly #tensors: Node[] = [];
  readonly #buffers = new Map<Node, number>();
  readonly #loads = new Map<Expression, readonly Expression[]>();
  readonly #resultAxes = new Map<string, Axis>();
  readonly #packed = new Set<Node>();

  /** A new local; with `extent`, the position in a loop. */
  newLocal(dtype: Dtype, extent?: number): number {
    this.#extents.push(extent);
    return this.#dtypes.push(dtype) - 1;
  }

  /** A new loop of `extent` positions. */
  newAxis(extent: number): Axis {
    return { local: this.newLocal("i32", extent), extent };
  }

  /**
   * The loop over axis number `position` of results of that extent: one for all nests, so that what nests compute
   * alike is the same expression in both, and merging them has nothing to rename.
   */
  resultAxis(position: number, extent: number): Axis {
    return remember(this.#resultAxes, `${position} ${extent}`, () => this.newAxis(extent));
  }

  dtypeOf(local: number): Dtype {
    return at(this.#dtypes, local);
  }

  extentOf(local: number): number | undefined {
    return this.#extents[local];
  }

  /** The position in `axis`; loops of one iteration have none. */
  position(axis: Axis): Expression {
    return axis.extent === 1 ? this.builder.index(0) : this.builder.local(axis.local, "i32");
  }

  /** Reads an element of `tensor`, which is or will be in memory. */
  load(tensor: Node, indices: readonly Expression[]): Expression {
    const index = flatten(this.arithmetic, indices, tensor.type.shape);
    const load = this.builder.load(this.bufferOf(tensor), tensor.type.dtype, index);
    this.#loads.set(load, indices);
    return load;
  }

  /** Number of the buffer that holds `tensor`, in this program. */
  bufferOf(tensor: Node): number {
    return remember(this.#buffers, tensor, () => this.#tensors.push(tensor) - 1);
  }

  tensorOf(buffer: number): Node {
    return at(this.#tensors, buffer);
  }

  /** Memory that a schedule writes for itself: a tensor that is no operation of the program. `origin` is for messages. */
  scratch(origin: Origin, dtype: Dtype, shape: readonly number[]): Node {
    return withOrigin(origin, () => new Node("reshape", [], { shape }, { shape, dtype }));
  }

  /** Says that `tensor` is laid out for the tiles that read it: the small strides in it belong to the code. */
  markPacked(tensor: Node): void {
    this.#packed.add(tensor);
  }

  isPacked(tensor: Node): boolean {
    return this.#packed.has(tensor);
  }

  /** The indices, axis by axis, that a load was made with. */
  indicesOf(load: Expression): readonly Expression[] {
    return this.#loads.get(load) ?? [];
  }

  /** Rewrites expressions from the leaves up, each once; `replace` may give another expression for a leaf or load. */
  rewriter(replace: (leaf: Expression) => Expression | undefined): (expression: Expression) => Expression {
    const known = new Map<Expression, Expression>();
    const visit = (expression: Expression): Expression => {
      let result = known.get(expression);
      if (result === undefined)
        known.set(expression, (result = replace(expression) ?? this.#rebuild(expression, visit)));
      return result;
    };
    return visit;
  }

  #rebuild(expression: Expression, visit: (inner: Expression) => Expression): Expression {
    if (expression.kind === "literal" || expression.kind === "local") return expression;
    if (expression.kind === "load") {
      const before = this.indicesOf(expression);
      const indices = before.map(visit);
      const isSame = indices.every((index, axis) => index === before[axis]);
      return isSame ? expression : this.load(this.tensorOf(expression.buffer), indices);
    }
    const result = this.builder.withInputs(expression, inputsOf(expression).map(visit));
    if (result === expression) return result;
    // Index sums are kept in one form, so that equal indices are equal expressions
    const isSum =
      result.kind === "apply" && result.dtype === "i32" && (result.op === "add" || result.op === "multiply");
    return isSum ? this.arithmetic.sum([[result, 1]]) : result;
  }
}

/** `steps` with every expression rewritten by `replace` and locals declared inside renamed by `rename`. */
export function rewriteSteps(
  context: NestContext,
  steps: readonly Step[],
  replace: (leaf: Expression) => Expression | undefined,
  rename: (local: number) => number = (local) => local,
): Step[] {
  const visit = context.rewriter(replace);
  const visitStep = (step: Step): Step => {
    switch (step.kind) {
      case "carry":
        return { ...step, local: rename(step.local), initial: visit(step.initial) };
      case "accumulate":
      case "update":
        return { ...step, local: rename(step.local), value: visit(step.value) };
      case "store":
        return { ...step, indices: step.indices.map(visit), value: visit(step.value) };
      case "multiply": {
        const [sums, left, right] = step.operands;
        return { ...step, operands: [visit(sums), visit(left), visit(right)] };
      }
      case "loop":
        return { ...step, axis: { ...step.axis, local: rename(step.axis.local) }, body: step.body.map(visitStep) };
      default:
        return step satisfies never;
    }
  };
  return steps.map(visitStep);
}

/** `steps` with locals that are loop positions renamed, where they declare them too. */
export function renameLocals(
  context: NestContext,
  steps: readonly Step[],
  names: ReadonlyMap<number, number>,
): readonly Step[] {
  const replacements = new Map<number, Expression>();
  for (const [from, to] of names) if (from !== to) replacements.set(from, context.builder.local(to, "i32"));
  if (replacements.size === 0) return steps;
  return rewriteSteps(context, steps, substitution(replacements), (local) => names.get(local) ?? local);
}

/** Replaces locals by expressions. */
export function substitution(
  replacements: ReadonlyMap<number, Expression>,
): (leaf: Expression) => Expression | undefined {
  return (leaf) => (leaf.kind === "local" ? replacements.get(leaf.local) : undefined);
}

const knownSteps = new WeakMap<readonly Step[], readonly Step[]>();

/** Every step of `steps` and of the loops in them. */
export function allSteps(steps: readonly Step[]): readonly Step[] {
  return remember(knownSteps, steps, () =>
    steps.some((step) => step.kind === "loop")
      ? steps.flatMap((step) => (step.kind === "loop" ? [step, ...allSteps(step.body)] : [step]))
      : steps,
  );
}

/** The expressions that a step itself evaluates. */
export function expressionsOf(step: Step): readonly Expression[] {
  switch (step.kind) {
    case "carry":
      return [step.initial];
    case "accumulate":
    case "update":
      return [step.value];
    case "store":
      return [...step.indices, step.value];
    case "multiply":
      return step.operands;
    case "loop":
      return [];
    default:
      return step satisfies never;
  }
}

type Load = Extract<Expression, { kind: "load" }>;

const knownLoads = new WeakMap<Step, readonly Load[]>();

/** Every distinct load in `step`. */
export function loadsOf(step: Step): readonly Load[] {
  let loads = knownLoads.get(step);
  if (loads === undefined) knownLoads.set(step, (loads = step.kind === "loop" ? loadsIn(step.body) : ownLoads(step)));
  return loads;
}

function ownLoads(step: Step): readonly Load[] {
  const loads: Load[] = [];
  visitExpressions(expressionsOf(step), (part) => {
    if (part.kind === "load") loads.push(part);
  });
  return loads;
}

const knownLoadLists = new WeakMap<readonly Step[], readonly Load[]>();

/** Every distinct load in `steps`. */
export function loadsIn(steps: readonly Step[]): readonly Load[] {
  let loads = knownLoadLists.get(steps);
  if (loads === undefined) knownLoadLists.set(steps, (loads = [...new Set(steps.flatMap(loadsOf))]));
  return loads;
}
