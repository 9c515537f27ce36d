/**
 * Long sums of large packed products, block after block: what one block of terms takes of a panel stays in the fastest cache, and what
 * it takes of a task's rows and panels in the second. Between blocks the sums of a task wait in memory of their own.
 *
 * Source: K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication", 2008.
 */
import type { Node } from "../../graph/node.ts";
import type { Expression } from "../../kernel/expression.ts";
import { productTilesOf, type Target } from "../../kernel/target.ts";
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
  const { inner, held } = productTilesOf(target);
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

/** A product in blocks, in the making. */
interface Work {
  readonly context: NestContext;
  readonly product: Product;
  readonly blocking: Blocking;
  readonly packed: { readonly columns: Node; readonly rows: Node };
  /** The loop over tasks, and where a task is: positions along the outer axes, among the blocks and among the groups. */
  readonly task: Axis;
  readonly positions: readonly Expression[];
  /** Where sums wait between blocks. */
  readonly sums: Node;
}

/** What one block of terms does at each element: where it begins, and what becomes of the sum. */
interface Pass {
  /** The first term, and how many there are. */
  readonly first: Expression;
  readonly count: number;
  /** The state that adds up; what it starts from, given what waited; and what is done with it. */
  readonly local: number;
  readonly initial: (kept: Expression) => Expression;
  readonly finish: (places: ReadonlyMap<number, Expression>, indices: readonly Expression[]) => readonly Step[];
}

/** The loops that multiply packed operands: tasks, blocks of terms, panels, tiles, lanes, and the sum. */
export function multiplyBlocks(
  context: NestContext,
  product: Product,
  blocking: Blocking,
  packed: Work["packed"],
  origin: Origin,
): readonly Step[] {
  const { builder, arithmetic } = context;
  const { carry, outer, stores } = product;
  const { dtype } = carry.initial;
  const { groups, blocks, terms, rows, columns } = blocking;
  const extents = [...outer.map((axis) => axis.extent), blocks.count, groups.count];
  const task = context.newAxis(sizeOf(extents));
  const shape = [task.extent, groups.width, blocks.width, rows.width, columns.width];
  const sums = context.scratch(origin, dtype, shape);
  context.markPacked(sums);
  const positions = split(context, context.position(task), extents);
  const work: Work = { context, product, blocking, packed, task, positions, sums };
  const k = extentOf(product.summed);
  const block = context.newAxis(Math.ceil(k / terms) - 1);
  const isFirst = builder.apply("equal", context.position(block), builder.index(0));
  const started = context.newLocal(dtype);
  const earlier = passOver(work, {
    first: arithmetic.sum([[context.position(block), terms]]),
    count: terms,
    local: started,
    initial: (kept) => (block.extent === 1 ? carry.initial : builder.apply("select", isFirst, carry.initial, kept)),
    finish: (_, indices) => [{ kind: "store", tensor: sums, indices, value: builder.local(started, dtype) }],
  });
  const last = passOver(work, {
    first: builder.index(block.extent * terms),
    count: k - block.extent * terms,
    local: carry.local,
    initial: (kept) => kept,
    finish: (places) => rewriteSteps(context, stores, substitution(places)),
  });
  return [loopOver(task, [...nestLoops([block], earlier), ...last], "parallel")];
}

/** One block of terms for all tiles of a task. */
function passOver(work: Work, { first, count, local, initial, finish }: Pass): readonly Step[] {
  const { context, product, blocking, packed, task, positions, sums } = work;
  const { builder, arithmetic } = context;
  const { groups, blocks, rows, columns } = blocking;
  const [panelAxis, tileAxis, sum] = [
    context.newAxis(groups.width),
    context.newAxis(blocks.width),
    context.newAxis(count),
  ];
  const [lane, row] = [context.newAxis(columns.width), context.newAxis(rows.width)];
  const [tile, panel] = [
    numberIn(context, blocks, at(positions, -2), tileAxis),
    numberIn(context, groups, at(positions, -1), panelAxis),
  ];
  const places = new Map(product.outer.map((axis, index) => [axis.local, at(positions, index)]));
  place(context, places, product.columns.tiled, startOf(context, columns, panel), lane);
  place(context, places, product.rows.tiled, startOf(context, rows, tile), row);
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
    read(packed.rows, product.rows, tile, row),
    read(packed.columns, product.columns, panel, lane),
  );
  const indices = [task, panelAxis, tileAxis, row, lane].map((axis) => context.position(axis));
  const body: readonly Step[] = [
    { kind: "carry", local, initial: initial(context.load(sums, indices)) },
    ...nestLoops([sum], [{ kind: "accumulate", local, op: "add", value }]),
    ...finish(places, indices),
  ];
  const jammed = jam(context, body, row, builder.index(0), 0, rows.width);
  const lanes: Step = { ...loopOver(lane, jammed, "vector", columns.width), isFixed: true };
  return nestLoops([panelAxis, tileAxis], [lanes]);
}

/** The number of the tile or panel that stands at `axis` in part `part` of all. */
function numberIn(context: NestContext, parts: Cover, part: Expression, axis: Axis): Expression {
  return context.arithmetic.sum([
    [startOf(context, parts, part), 1],
    [context.position(axis), 1],
  ]);
}
