/**
 * The constants of Fourier transforms: roots of unity, made in f64 from whole numbers, each by itself, so that none
 * inherits the error of another. They are kept for the next transform of the length, up to a bound.
 */
import { currentDevice } from "../../runtime/registry.ts";
import type { Dtype } from "../../shape/dtype.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { flip } from "../../tensor/manipulate.ts";
import { outliveScopes } from "../../tensor/scope.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";

/** Elements that all kept tables have together, at most: 64 MB of f32. */
const mostElements = 2 ** 24;
/** Last used last. */
const kept = new Map<string, Tensor>();

/** The table called `name`, which `make` computes where it is not kept. Tables on several devices are several. */
export function keptTable(name: string, dtype: Dtype, make: () => Tensor): Tensor {
  const key = `${currentDevice().name} ${dtype} ${name}`;
  const table = kept.get(key) ?? make();
  kept.delete(key);
  if (table.size > mostElements) return table;
  outliveScopes(table.node);
  kept.set(key, table);
  let total = 0;
  for (const { size } of kept.values()) total += size;
  for (const [oldest, { size }] of kept) {
    if (total <= mostElements) break;
    kept.delete(oldest);
    total -= size;
  }
  return table;
}

/** A kept table of `shape` whose numbers `element` gives, row by row. */
export function numberTable(name: string, shape: Shape, dtype: Dtype, element: (index: number) => number): Tensor {
  return keptTable(name, dtype, () => {
    const numbers = new Float64Array(sizeOf(shape));
    for (let index = 0; index < numbers.length; index++) numbers[index] = element(index);
    return tensor(numbers, { shape, dtype });
  });
}

/** cos and sin of 2π · turns / of, within half a unit in the last place or so: whole numbers are reduced to an eighth of a turn. */
export function rootOfUnity(turns: number, of: number): readonly [cos: number, sin: number] {
  const rest = turns % of;
  const quarters = Math.round((4 * rest) / of);
  const angle = ((Math.PI / 2) * (4 * rest - quarters * of)) / of;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  switch (((quarters % 4) + 4) % 4) {
    case 0:
      return [cos, sin];
    case 1:
      return [-sin, cos];
    case 2:
      return [-cos, -sin];
    default:
      return [sin, -cos];
  }
}

/** Complex numbers of a table: both parts in the same shape. */
export interface ComplexTable {
  readonly real: Tensor;
  readonly imag: Tensor;
}

/** e^(2πi · turns(index) / of) at each position of `shape`. */
export function rootTable(
  name: string,
  shape: Shape,
  dtype: Dtype,
  of: number,
  turns: (index: number) => number,
): ComplexTable {
  return {
    real: numberTable(`cos ${name}`, shape, dtype, (index) => rootOfUnity(turns(index), of)[0]),
    imag: numberTable(`sin ${name}`, shape, dtype, (index) => rootOfUnity(turns(index), of)[1]),
  };
}

/**
 * Complex numbers `x` [batch, 2, …shape] times those of a table of `shape`, or their conjugates: (x, y) becomes
 * (x cos − y sin, y cos + x sin). A map that reads each number twice.
 */
export function rotate(x: Tensor, { real, imag }: ComplexTable, isConjugate: boolean): Tensor {
  const shape = [1, 2, ...new Array<number>(x.rank - 2).fill(1)];
  const signs = numberTable(`signs ${shape} ${isConjugate}`, shape, x.dtype, (index) =>
    (index === 0) === isConjugate ? 1 : -1,
  );
  return x.multiply(real).add(flip(x, 1).multiply(imag.multiply(signs)));
}

/**
 * The transform of length `radix` as a matrix on real and imaginary parts, [parts out, outputs, parts in, inputs], with
 * only the first `inputs` columns and `outputs` rows, times `scale`.
 */
export function dftMatrix(radix: number, dtype: Dtype, size: MatrixSize): Tensor {
  const { direction, inputs, outputs, partsIn, partsOut, scale } = size;
  const name = `dft ${radix} ${direction} ${inputs} ${outputs} ${partsIn} ${partsOut} ${scale}`;
  return numberTable(name, [partsOut, outputs, partsIn, inputs], dtype, (index) => {
    const [input, left] = [index % inputs, Math.floor(index / inputs)];
    const [from, above] = [left % partsIn, Math.floor(left / partsIn)];
    const [output, to] = [above % outputs, Math.floor(above / outputs)];
    const [cos, sin] = rootOfUnity(direction * input * output, radix);
    return scale * (from === to ? cos : from === 0 ? sin : -sin);
  });
}

/** What of a transform's matrix is wanted. */
export interface MatrixSize {
  /** −1 forward, 1 inverse: the sign in the exponent. */
  readonly direction: -1 | 1;
  readonly inputs: number;
  readonly outputs: number;
  /** 1: real numbers; 2: complex ones. */
  readonly partsIn: number;
  readonly partsOut: number;
  readonly scale: number;
}
