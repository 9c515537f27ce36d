/**
 * Long sums of large packed products, block after block: what one block of terms takes of a panel stays in the fastest cache, and what
 * it takes of a task's rows and panels in the second. Between blocks the sums of a task wait in memory of their own.
 *
 * Source: K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication", 2008.
 */
import { Node, withOrigin } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import type { Target } from "../../kernel/target.ts";
import { bytesOf } from "../../shape/dtype.ts";
import { sizeOf } from "../../shape/shape.ts";
import { at } from "../../support/invariant.ts";
import type { Origin } from "../../support/origin.ts";
import { type Axis, loopOver, type NestContext, nestLoops, rewriteSteps, type Step, substitution } from "../nest.ts";
import { type Cover, cover, split, startOf } from "./cover.ts";
import { extentOf, type Factor, type Product, place } from "./product.ts";
import { jam } from "./tile.ts";

/** How a product is cut into tiles, tasks of some tiles and panels, and blocks of terms. */
export interface Blocking {
  /** Panels of columns, and tiles of rows. */
  readonly columns: Cover;
  readonly rows: Cover;
  /** Tasks along the panels, and along the tiles. */
  readonly groups: Cover;
  readonly blocks: Cover;
  /** Terms of the sum in a block. */
  readonly terms: number;
}

/** The columns are so many times what is held before blocks pay: below, the next cache brings them fast enough. */
const mostHeld = 4;
/** Tasks that threads can share evenly. */
const fewestTasks = 16;

/** How to cut a product whose panels are too large for the caches; undefined where they are not. */
export function chooseBlocking(
  product: Product,
  target: Target,
  { columns, rows }: { readonly columns: Cover; readonly rows: Cover },
): Blocking | undefined {
  const [n, k] = [extentOf(product.columns.tiled), extentOf(product.summed)];
  const bytes = bytesOf(product.columns.value.dtype);
  const { inner, held } = target.caches;
  const most = Math.floor(inner / ((columns.width + rows.width) * bytes));
  if (k < 2 * most || n * k * bytes <= mostHeld * held) return undefined;
  const terms = Math.ceil(k / Math.ceil(k / most));
  const outer = extentOf(product.outer);
  // a quarter of what is held for each operand, and as much for the sums
  const share = held / 4 / bytes;
  const tiles = Math.max(1, Math.min(rows.count, Math.floor(share / (terms * rows.width))));
  const panels = Math.max(1, Math.min(columns.count, Math.floor(share / (tiles * rows.width * columns.width))));
  let [blocks, groups] = [Math.ceil(rows.count / tiles), Math.ceil(columns.count / panels)];
  while (outer * blocks * groups < fewestTasks && (blocks < rows.count || groups < columns.count)) {
    if (groups < columns.count && rows.count / blocks <= columns.count / groups) groups++;
    else if (blocks < rows.count) blocks++;
    else groups++;
  }
  return {
    columns,
    rows,
    groups: cover(columns.count, Math.ceil(columns.count / groups)),
    blocks: cover(rows.count, Math.ceil(rows.count / blocks)),
    terms,
  };
}

/** The loops that multiply packed operands: tasks, blocks of terms, panels, tiles, lanes, and the sum. */
export function multiplyBlocks(
  context: NestContext,
  { carry, summed, columns, rows, outer, stores }: Product,
  blocking: Blocking,
  packed: { readonly columns: Node; readonly rows: Node },
  origin: Origin,
): readonly Step[] {
  const { builder, arithmetic } = context;
  const { dtype } = carry.initial;
  const { groups, blocks, terms } = blocking;
  const k = extentOf(summed);
  const extents = [...outer.map((axis) => axis.extent), blocks.count, groups.count];
  const task = context.newAxis(sizeOf(extents));
  const positions = split(context, context.position(task), extents);
  const shape = [task.extent, groups.width, blocks.width, blocking.rows.width, blocking.columns.width];
  const sums = withOrigin(origin, () => new Node("reshape", [], { shape }, { shape, dtype }));
  context.markPacked(sums);
  /** All tiles of a task over `count` terms from `first` on. */
  const pass = (
    first: Expression,
    count: number,
    local: number,
    initial: (kept: Expression) => Expression,
    finish: (places: Map<number, Expression>, indices: readonly Expression[]) => readonly Step[],
  ): readonly Step[] => {
    const [panelAxis, tileAxis, sum] = [groups.width, blocks.width, count].map((extent) => context.newAxis(extent)) as [
      Axis,
      Axis,
      Axis,
    ];
    const panel = arithmetic.sum([
      [startOf(context, groups, at(positions, -1)), 1],
      [context.position(panelAxis), 1],
    ]);
    const tile = arithmetic.sum([
      [startOf(context, blocks, at(positions, -2)), 1],
      [context.position(tileAxis), 1],
    ]);
    const [lane, row] = [context.newAxis(blocking.columns.width), context.newAxis(blocking.rows.width)];
    const places = new Map(outer.map((axis, index) => [axis.local, at(positions, index)]));
    place(context, places, columns.tiled, startOf(context, blocking.columns, panel), lane);
    place(context, places, rows.tiled, startOf(context, blocking.rows, tile), row);
    const step = arithmetic.sum([
      [first, 1],
      [context.position(sum), 1],
    ]);
    const read = (tensor: Node, factor: Factor, number: Expression, inner: Axis) => {
      const around = factor.outer.map((axis) => places.get(axis.local) ?? context.position(axis));
      return context.load(tensor, [...around, number, step, context.position(inner)]);
    };
    const value = builder.apply(
      "multiply",
      read(packed.rows, rows, tile, row),
      read(packed.columns, columns, panel, lane),
    );
    const indices = [task, panelAxis, tileAxis, row, lane].map((axis) => context.position(axis));
    const add: Step = { kind: "accumulate", local, op: "add", value };
    const body: readonly Step[] = [
      { kind: "carry", local, initial: initial(context.load(sums, indices)) },
      ...nestLoops([sum], [add]),
      ...finish(places, indices),
    ];
    const rowsJammed = jam(context, body, row, builder.index(0), 0, blocking.rows.width);
    const lanes: Step = { ...loopOver(lane, rowsJammed, "vector", blocking.columns.width), isFixed: true };
    return nestLoops([panelAxis, tileAxis], [lanes]);
  };
  const block = context.newAxis(Math.ceil(k / terms) - 1);
  const started = context.newLocal(dtype);
  const first = context.position(block);
  const isFirst = builder.apply("equal", first, builder.index(0));
  const earlier = pass(
    arithmetic.sum([[first, terms]]),
    terms,
    started,
    (kept) => (block.extent === 1 ? carry.initial : builder.apply("select", isFirst, carry.initial, kept)),
    (_, indices) => [{ kind: "store", tensor: sums, indices, value: builder.local(started, dtype) }],
  );
  const last = pass(
    builder.index(block.extent * terms),
    k - block.extent * terms,
    carry.local,
    (kept) => kept,
    (places) => rewriteSteps(context, stores, substitution(places)),
  );
  return [loopOver(task, [...nestLoops([block], earlier), ...last], "parallel")];
}
