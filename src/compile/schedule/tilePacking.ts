/** Copies of operands in bf16 as tiles read them (`tiles.ts`), rounded on the way; lanes run along what lies side by side in memory. */
import type { Node } from "../../graph/node.ts";
import type { ExpressionBuilder } from "../../kernel/builder.ts";
import type { Expression } from "../../kernel/expression.ts";
import { tileTerms } from "../../kernel/kernel.ts";
import type { Dtype } from "../../shape/dtype.ts";
import { at } from "../../support/invariant.ts";
import type { Origin } from "../../support/origin.ts";
import { type Axis, loopOver, type Nest, type NestContext, nestLoops, type Step, substitution } from "../nest.ts";
import { type Cover, cover as coverOf, split, startOf } from "./cover.ts";
import type { PackedOperand } from "./packing.ts";
import { areNeighbours, extentOf, type Factor, walkEvenly } from "./product.ts";
import type { Terms } from "./terms.ts";

/** Panels that are written at once, so that what a visit to a distant row of memory brings is used. */
const panelsAtOnce = 8;
/** Pairs of terms in a block. */
const pairsInBlock = tileTerms / 2;

/** What is to be packed: a factor in bf16, how its columns or rows are cut, and how its terms are walked. */
export interface TileOperand extends Factor {
  readonly cover: Cover;
  readonly terms: Terms;
  readonly origin: Origin;
  /** What the contraction waits for: what is computed on the way may come from it. */
  readonly waits: readonly Node[];
}

/** Tiles of the left operand: [outer …, tile, block of terms, row, terms], in words of two where rows lie side by side. */
export function packLeft(context: NestContext, operand: TileOperand): PackedOperand {
  const { cover, terms } = operand;
  const work = new Packing(context, operand);
  const isAcross = work.lieAcross;
  const [dtype, length] = isAcross ? (["u32", pairsInBlock] as const) : (["bf16", tileTerms] as const);
  const packed = work.tensor(dtype, [cover.width, length]);
  const [tile, row] = [context.newAxis(cover.count), context.newAxis(cover.width)];
  const number = context.position(tile);
  const body = isAcross
    ? work.blocks((block, count) => {
        const [pair, lane] = [context.newAxis(pairsInBlock), context.newAxis(cover.width)];
        const indices = [context.position(lane), context.position(pair)];
        const value = work.pairAt(number, context.position(lane), block, context.position(pair), count);
        return nestLoops([pair], [lanesOver(lane, [work.store(packed, number, block, indices, value)])]);
      })
    : nestLoops(
        [row],
        work.blocks((block, count) =>
          work.termLanes(count, (term, isTerm) => {
            const value = isTerm ? work.at(number, context.position(row), work.term(block, term)) : work.zero;
            return work.store(packed, number, block, [context.position(row), term], value);
          }),
        ),
      );
  return work.result(packed, nestLoops([tile], nestLoops(terms.around.map(work.copyOf), body), "parallel"));
}

/** Panels of the right operand: [outer …, panel, block of terms, pair of terms, column]. */
export function packRight(context: NestContext, operand: TileOperand): PackedOperand {
  const { cover, terms } = operand;
  const work = new Packing(context, operand);
  const packed = work.tensor("u32", [pairsInBlock, cover.width]);
  const around = terms.around.map(work.copyOf);
  if (work.lieAlong) {
    const [panel, column] = [context.newAxis(cover.count), context.newAxis(cover.width)];
    const number = context.position(panel);
    const body = work.blocks((block, count) => work.pairLanes(packed, number, context.position(column), block, count));
    return work.result(packed, nestLoops([panel], nestLoops([...around, column], body), "parallel"));
  }
  const groups = coverOf(cover.count, Math.min(panelsAtOnce, Math.ceil(cover.count / panelsAtOnce)));
  const group = context.newAxis(groups.count);
  const body = work.blocks((block, count) => {
    const [inGroup, pair] = [context.newAxis(groups.width), context.newAxis(pairsInBlock)];
    const column = context.newAxis(cover.width);
    const number = context.arithmetic.sum([
      [startOf(context, groups, context.position(group)), 1],
      [context.position(inGroup), 1],
    ]);
    const indices = [context.position(pair), context.position(column)];
    const value = work.pairAt(number, context.position(column), block, context.position(pair), count);
    return nestLoops([pair, inGroup], [lanesOver(column, [work.store(packed, number, block, indices, value)])]);
  });
  return work.result(packed, nestLoops([group], nestLoops(around, body), "parallel"));
}

/** A loop whose lanes are all positions of `axis`. */
export function lanesOver(axis: Axis, body: readonly Step[]): Step {
  const lanes = 2 ** Math.ceil(Math.log2(Math.min(axis.extent, tileTerms)));
  return { ...loopOver(axis, body, "vector", lanes), isFixed: true };
}

/** What packing one operand has in common, whatever its layout. */
class Packing {
  readonly #context: NestContext;
  readonly #operand: TileOperand;
  readonly #outer: ReadonlyMap<number, Axis>;
  readonly #around: ReadonlyMap<readonly Axis[], Axis>;
  readonly zero: Expression;

  constructor(context: NestContext, operand: TileOperand) {
    this.#context = context;
    this.#operand = operand;
    this.#outer = new Map(operand.outer.map((axis) => [axis.local, context.newAxis(axis.extent)]));
    this.#around = new Map(operand.terms.around.map((run) => [run, context.newAxis(extentOf(run))]));
    this.zero = context.builder.literal("bf16", 0);
  }

  /** The loop over axes of the sum that are walked as one. */
  readonly copyOf = (run: readonly Axis[]): Axis => this.#around.get(run) ?? at(run, 0);

  /** Are terms neighbours in memory, and rows or columns not? */
  get lieAlong(): boolean {
    const { value, tiled, terms } = this.#operand;
    return areNeighbours(value, at(terms.inner, -1)) && !areNeighbours(value, at(tiled, -1));
  }

  /** Are rows or columns neighbours in memory, and terms not? */
  get lieAcross(): boolean {
    const { value, tiled, terms } = this.#operand;
    return areNeighbours(value, at(tiled, -1)) && !areNeighbours(value, at(terms.inner, -1));
  }

  tensor(dtype: Dtype, inner: readonly number[]): Node {
    const { cover, terms, outer, origin } = this.#operand;
    const blocks = terms.padded / extentOf(terms.around.flat()) / tileTerms;
    const around = terms.around.map(extentOf);
    const shape = [...outer.map((axis) => axis.extent), cover.count, ...around, blocks, ...inner];
    const packed = this.#context.scratch(origin, dtype, shape);
    this.#context.markPacked(packed);
    return packed;
  }

  store(tensor: Node, tile: Expression, block: Expression, inner: readonly Expression[], value: Expression): Step {
    const position = (axis: Axis) => this.#context.position(axis);
    const outer = [...this.#outer.values()].map(position);
    const around = [...this.#around.values()].map(position);
    return { kind: "store", tensor, indices: [...outer, tile, ...around, block, ...inner], value };
  }

  /** Number of a term of the sum. */
  term(block: Expression, inBlock: Expression, offset = 0): Expression {
    return this.#context.arithmetic.sum(
      [
        [block, tileTerms],
        [inBlock, 1],
      ],
      offset,
    );
  }

  /** The operand at a place of a tile and a term. */
  at(tile: Expression, inTile: Expression, term: Expression): Expression {
    const { value, tiled, outer, cover, terms } = this.#operand;
    const { arithmetic } = this.#context;
    const places = new Map<number, Expression>();
    for (const axis of outer) places.set(axis.local, this.#context.position(this.#outer.get(axis.local) ?? axis));
    this.#along(
      places,
      tiled,
      arithmetic.sum([
        [startOf(this.#context, cover, tile), 1],
        [inTile, 1],
      ]),
    );
    for (const run of terms.around) this.#along(places, run, this.#context.position(this.copyOf(run)));
    this.#along(places, terms.inner, term);
    return this.#context.rewriter(substitution(places))(value);
  }

  /** Says where `axes` are at position `number` of all. */
  #along(places: Map<number, Expression>, axes: readonly Axis[], number: Expression): void {
    const isOne = walkEvenly(this.#context, this.#operand.value, axes);
    const extents = axes.map((axis) => axis.extent);
    const zeros = () => axes.map(() => this.#context.builder.index(0));
    const positions = isOne ? zeros().with(-1, number) : split(this.#context, number, extents);
    axes.forEach((axis, index) => places.set(axis.local, at(positions, index)));
  }

  /** Two terms in a word, of a block that has `count` of them. */
  pairAt(tile: Expression, inTile: Expression, block: Expression, pair: Expression, count: number): Expression {
    const { builder, arithmetic } = this.#context;
    const one = (offset: number) => {
      const inBlock = arithmetic.sum([[pair, 2]], offset);
      if (count === tileTerms) return this.at(tile, inTile, this.term(block, inBlock));
      const last = builder.index(count - 1);
      const value = this.at(tile, inTile, this.term(block, builder.apply("minimum", inBlock, last)));
      return builder.apply("select", builder.apply("lessEqual", inBlock, last), value, this.zero);
    };
    return pairOf(builder, one(0), one(1));
  }

  /** A loop over the blocks that are full, and what is left over once more. */
  blocks(body: (block: Expression, count: number) => readonly Step[]): readonly Step[] {
    const terms = extentOf(this.#operand.terms.inner);
    const full = Math.floor(terms / tileTerms);
    const block = this.#context.newAxis(full);
    const rest = terms % tileTerms;
    return [
      ...(full > 0 ? nestLoops([block], body(this.#context.position(block), tileTerms)) : []),
      ...(rest > 0 ? body(this.#context.builder.index(full), rest) : []),
    ];
  }

  /** Lanes along the terms of a block, and along the zeros that fill it. */
  termLanes(count: number, step: (inBlock: Expression, isTerm: boolean) => Step): readonly Step[] {
    const part = (start: number, extent: number): readonly Step[] => {
      if (extent === 0) return [];
      const lane = this.#context.newAxis(extent);
      const place = this.#context.arithmetic.sum([[this.#context.position(lane), 1]], start);
      const steps = [step(place, start === 0)];
      return extent === 1 ? steps : [lanesOver(lane, steps)];
    };
    return [...part(0, count), ...part(count, tileTerms - count)];
  }

  /** Lanes along the pairs of a block whose terms lie side by side, and along the zeros that fill it. */
  pairLanes(packed: Node, tile: Expression, inTile: Expression, block: Expression, count: number): readonly Step[] {
    const { arithmetic, builder } = this.#context;
    const part = (start: number, extent: number, value: (pair: Expression) => Expression): readonly Step[] => {
      if (extent <= 0) return [];
      const lane = this.#context.newAxis(extent);
      const pair = arithmetic.sum([[this.#context.position(lane), 1]], start);
      const steps = [this.store(packed, tile, block, [pair, inTile], value(pair))];
      return extent === 1 ? steps : [lanesOver(lane, steps)];
    };
    const whole = Math.floor(count / 2);
    const single = count % 2;
    return [
      ...part(0, whole, (pair) => this.pairAt(tile, inTile, block, pair, tileTerms)),
      ...part(whole, single, (pair) => this.pairAt(tile, inTile, block, pair, count)),
      ...part(whole + single, pairsInBlock - whole - single, () => builder.literal("u32", 0)),
    ];
  }

  result(packed: Node, body: readonly Step[]): PackedOperand {
    const { waits } = this.#operand;
    const loops = nestLoops([...this.#outer.values()], body, "parallel");
    return { packed, nest: packing(packed, loops, waits) };
  }
}

/** Two numbers of bf16 as a word, the first in its lower half. */
export function pairOf(builder: ExpressionBuilder, first: Expression, second: Expression): Expression {
  const [low, high] = [first, second].map((half) => builder.bitcast("u32", builder.cast("f32", half)));
  return builder.apply("or", builder.apply("shiftRight", low ?? first, builder.literal("u32", 16)), high ?? second);
}

/** The nest that fills `packed`. */
export function packing(packed: Node, body: readonly Step[], waits: readonly Node[]): Nest {
  return { axes: [], body, contraction: false, computes: [packed], waits, name: "pack", isScheduled: true };
}
