/**
 * Products of 8-bit integers in tiles (`tiles.ts`): exact, with sums in i32 that wrap. Both operands are packed in words of four terms, a
 * row of a tile has 64; terms beyond the last are zeros.
 */
import type { Expression } from "../../kernel/expression.ts";
import { type Byte, tileTerms } from "../../kernel/kernel.ts";
import { at } from "../../support/invariant.ts";
import { type NestContext, nestLoops, type Step, substitution } from "../nest.ts";
import { split, startOf } from "./cover.ts";
import type { Operand, PackedOperand } from "./packing.ts";
import { extentOf, type Product, place, walkEvenly } from "./product.ts";
import { lanesOver, packing } from "./tilePacking.ts";

/** Terms in a row of a tile. */
export const byteTerms = 64;
const wordsInRow = tileTerms / 2;

/** What the factors are, where both are bytes and are summed as i32. */
export function bytesIn({
  carry: { initial },
  rows,
  columns,
}: Product): readonly [left: Byte, right: Byte] | undefined {
  if (initial.kind !== "literal" || initial.dtype !== "i32" || initial.value !== 0) return undefined;
  const [left, right] = [byteOf(rows.value), byteOf(columns.value)];
  return left === undefined || right === undefined ? undefined : [left, right];
}

function byteOf(value: Expression): Byte | undefined {
  if (value.kind !== "cast" || value.dtype !== "i32") return undefined;
  const { dtype } = value.input;
  return dtype === "i8" || dtype === "u8" ? dtype : undefined;
}

/** Tiles of the left operand, [outer …, tile, block of terms, row, word], or panels of the right one, [outer …, panel, block of terms, word, column]. */
export function packBytes(context: NestContext, operand: Operand, isLeft: boolean): PackedOperand {
  const { cover, outer, origin, summed, waits } = operand;
  const terms = extentOf(summed);
  const blocks = Math.ceil(terms / byteTerms);
  const inner = isLeft ? [cover.width, wordsInRow] : [wordsInRow, cover.width];
  const packed = context.scratch(origin, "u32", [...outer.map((axis) => axis.extent), cover.count, blocks, ...inner]);
  context.markPacked(packed);
  const around = new Map(outer.map((axis) => [axis.local, context.newAxis(axis.extent)]));
  const tile = context.newAxis(cover.count);
  const part = (block: Expression, isWhole: boolean): readonly Step[] => {
    const [inTile, word] = [context.newAxis(cover.width), context.newAxis(wordsInRow)];
    const places = new Map([...around].map(([local, axis]) => [local, context.position(axis)]));
    place(context, places, operand.tiled, startOf(context, cover, context.position(tile)), inTile);
    const number = context.arithmetic.sum([
      [block, byteTerms],
      [context.position(word), 4],
    ]);
    const value = wordOf(context, operand, places, { number, terms: isWhole ? undefined : terms });
    const own = (isLeft ? [inTile, word] : [word, inTile]).map((axis) => context.position(axis));
    const indices = [...[...around.values(), tile].map((axis) => context.position(axis)), block, ...own];
    const store: Step = { kind: "store", tensor: packed, indices, value };
    const [loop, lane] = isLeft ? [inTile, word] : [word, inTile];
    return nestLoops([loop], [lanesOver(lane, [store])]);
  };
  const whole = context.newAxis(Math.floor(terms / byteTerms));
  const body = [
    ...(whole.extent > 0 ? nestLoops([whole], part(context.position(whole), true)) : []),
    ...(terms % byteTerms > 0 ? part(context.builder.index(whole.extent), false) : []),
  ];
  const loops = nestLoops([...around.values()], nestLoops([tile], body, "parallel"), "parallel");
  return { packed, nest: packing(packed, loops, waits) };
}

/** Four terms from `number` on, the first in the lowest byte; zeros from `terms` on. */
function wordOf(
  context: NestContext,
  { value, summed }: Operand,
  places: ReadonlyMap<number, Expression>,
  { number, terms }: { readonly number: Expression; readonly terms: number | undefined },
): Expression {
  const { builder, arithmetic } = context;
  const extents = summed.map((axis) => axis.extent);
  const isOne = walkEvenly(context, value, summed);
  const byteAt = (term: Expression): Expression => {
    const zeros = summed.map(() => builder.index(0));
    const positions = isOne ? zeros.with(-1, term) : split(context, term, extents);
    const inSum = summed.map((axis, index): [number, Expression] => [axis.local, at(positions, index)]);
    const byte = context.rewriter(substitution(new Map([...places, ...inSum])))(value);
    return builder.apply("and", builder.bitcast("u32", byte), builder.literal("u32", 0xff));
  };
  const words = [0, 1, 2, 3].map((offset) => {
    const term = arithmetic.sum([[number, 1]], offset);
    if (terms === undefined) return byteAt(term);
    const last = builder.index(terms - 1);
    const isThere = builder.apply("lessEqual", term, last);
    return builder.apply("select", isThere, byteAt(builder.apply("minimum", term, last)), builder.literal("u32", 0));
  });
  const shifted = words.map((byte, index) =>
    index === 0 ? byte : builder.apply("shiftLeft", byte, builder.literal("u32", 8 * index)),
  );
  return shifted.reduce((all, byte) => builder.apply("or", all, byte));
}
