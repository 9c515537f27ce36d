/**
 * Products of tiles as C, by the instructions of AMX: eight registers of 16 rows of 64 bytes. Four hold sums, two each of the operands, so
 * that a tile that was loaded serves two products. They are spelled for the assembler: compilers need no flags for them.
 */
import { type TileProduct, tileRows } from "../../kernel/kernel.ts";
import { bytesOf } from "../../shape/dtype.ts";
import { at } from "../../support/invariant.ts";
import type { Frame } from "./frame.ts";
import type { ScalarWriter } from "./scalarWriter.ts";

/** Stands before kernels that multiply tiles. Each of them configures the registers of its thread, and gives them back. */
export const tilePrelude = `static const struct { unsigned char palette, start, reserved[14]; unsigned short bytes[16]; unsigned char rows[16]; }
  tile_shapes = { 1, 0, { 0 }, { 64, 64, 64, 64, 64, 64, 64, 64 }, { 16, 16, 16, 16, 16, 16, 16, 16 } };
#define tiles_begin() __asm__ volatile("ldtilecfg %0" : : "m"(tile_shapes) : "memory")
#define tiles_end() __asm__ volatile("tilerelease" : : : "memory")
#define tile_zero(t) __asm__ volatile("tilezero %%tmm" #t : : )
#define tile_load(t, from, apart) __asm__ volatile("tileloadd (%0,%1,1), %%tmm" #t : : "r"(from), "r"(apart) : "memory")
#define tile_store(t, to, apart) __asm__ volatile("tilestored %%tmm" #t ", (%0,%1,1)" : : "r"(to), "r"(apart) : "memory")
#define tile_product(with, sums, left, right) __asm__ volatile(with " %%tmm" #right ", %%tmm" #left ", %%tmm" #sums : : )`;

/** The instruction, by what left and right are: s for bytes with a sign, u for others. */
function instructionOf({ bytes }: TileProduct): string {
  if (bytes === undefined) return "tdpbf16ps";
  return `tdpb${bytes.map((each) => (each === "i8" ? "s" : "u")).join("")}d`;
}

/** Writes `product`. */
export function writeTileProduct(frame: Frame, scalars: ScalarWriter, product: TileProduct): void {
  const { buffers, indices, apart, steps, isFirst } = product;
  const bytes = buffers.map((buffer) => bytesOf(at(frame.kernel.buffers, buffer).dtype));
  const starts = buffers.map((buffer, operand) =>
    frame.name("char *", `(char *)(d${buffer} + ${scalars.position(at(indices, operand))})`),
  );
  const [sumsApart, leftApart, rightApart] = apart.map((distance, operand) =>
    frame.name("ix", `${bytes[operand]} * ${scalars.position(distance)}`),
  );
  const loops = steps.map(([count, left, right]) => ({
    count: frame.name("ix", scalars.position(count)),
    moves: [left, right].map((move, side) => frame.name("ix", `${bytes[side + 1]} * ${scalars.position(move)}`)),
  }));
  const instruction = instructionOf(product);
  const [rows, columns] = [product.rows / tileRows, product.columns / tileRows];
  const sums = Array.from({ length: rows * columns }, (_, tile) => {
    const [row, column] = [Math.floor(tile / columns), tile % columns];
    return {
      tile: 2 * row + column,
      row,
      column,
      place: `${at(starts, 0)} + ${16 * row} * ${sumsApart} + ${64 * column}`,
    };
  });
  for (const { tile, place } of sums)
    frame.line(isFirst ? `tile_zero(${tile});` : `tile_load(${tile}, ${place}, ${sumsApart});`);
  const write = (depth: number, left: string, right: string): void => {
    const loop = loops[depth];
    if (loop !== undefined) {
      const [step, onLeft, onRight] = ["i", "l", "r"].map((name) => frame.newName(name));
      frame.line(`const char *${onLeft} = ${left}, *${onRight} = ${right};`);
      const move = `${step}++, ${onLeft} += ${loop.moves[0]}, ${onRight} += ${loop.moves[1]}`;
      return frame.block(`for (ix ${step} = 0; ${step} < ${loop.count}; ${move})`, () =>
        write(depth + 1, onLeft ?? "", onRight ?? ""),
      );
    }
    for (let row = 0; row < rows; row++)
      frame.line(`tile_load(${4 + row}, ${left} + ${16 * row} * ${leftApart}, ${leftApart});`);
    for (let column = 0; column < columns; column++)
      frame.line(`tile_load(${6 + column}, ${right} + ${64 * column}, ${rightApart});`);
    for (const { tile, row, column } of sums)
      frame.line(`tile_product("${instruction}", ${tile}, ${4 + row}, ${6 + column});`);
  };
  write(0, at(starts, 1), at(starts, 2));
  for (const { tile, place } of sums) frame.line(`tile_store(${tile}, ${place}, ${sumsApart});`);
}
