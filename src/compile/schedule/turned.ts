/**
 * Convolutions the other way round: lanes run over the channels that a step of the sum gives to, and the rows of a tile are positions, whose
 * elements are read where they lie, one for all lanes. No window is ever copied; results are written across.
 *
 * Taken where windows would be packed otherwise, since lines are too short for vectors, or windows lie apart.
 */
import type { Target } from "../../kernel/target.ts";
import { bytesOf } from "../../shape/dtype.ts";
import { dependsOn } from "../affine.ts";
import type { NestContext } from "../nest.ts";
import { cover } from "./cover.ts";
import { mostSideBySide, type Tiling } from "./multiply.ts";
import { extentOf, fillsTiles, type Product, stridesInPlace, walkEvenly } from "./product.ts";

/** A product with its factors in each other's roles, and how it is cut. */
export interface Turned {
  readonly product: Product;
  readonly tiling: Tiling;
}

/** `product` turned, or undefined where that is no gain: too few channels, or positions that cannot be read in place. */
export function turnProduct(context: NestContext, product: Product, target: Target): Turned | undefined {
  const { columns, rows, summed, outer } = product;
  if (extentOf(summed) <= target.shortSum) return undefined;
  const single = target.vectorBytes / bytesOf(columns.value.dtype);
  const n = extentOf(rows.tiled);
  const vectors = [target.tile.vectors, 1].find((count) => fillsTiles(n, count * single));
  if (vectors === undefined) return undefined;
  const first = columns.tiled.findIndex((_, index) => walkEvenly(context, columns.value, columns.tiled.slice(index)));
  const positions = columns.tiled.slice(first);
  const around = [...outer, ...columns.tiled.slice(0, first)];
  const inPlace = {
    value: columns.value,
    tiled: positions,
    outer: around.filter((axis) => dependsOn(columns.value, axis.local)),
  };
  if (stridesInPlace(context, inPlace, summed) === undefined) return undefined;
  const height = evenHeight(extentOf(positions), target.tile.rows);
  if (height < fewestRows) return undefined;
  const [tiles, panels] = [cover(extentOf(positions), height), cover(n, vectors * single)];
  return {
    product: { ...product, columns: rows, rows: inPlace, outer: around },
    tiling: {
      columns: panels,
      rows: tiles,
      packsColumns: true,
      packsRows: false,
      blocks: 1,
      tilesInBlock: tiles.count,
      isAlongRows: false,
      sideBySide: mostSideBySide,
    },
  };
}

/** Rows of a tile below which its sums would wait for each other. */
const fewestRows = 4;

/** The height, up to `most`, of tiles that cover `extent` with the fewest rows. */
function evenHeight(extent: number, most: number): number {
  return Math.ceil(extent / Math.ceil(extent / Math.min(most, extent)));
}
