/** A Fourier transform of JavaScript's numbers, for tables: no device is asked, and no graph is made. */
import { at } from "../../support/invariant.ts";
import { rootOfUnity } from "./tables.ts";

/** Numbers in memory that nobody shares. */
export type Numbers = Float64Array<ArrayBuffer>;

/** The forward transform of complex numbers, whose count has small factors only. Takes its arguments as scratch memory. */
export function transformNumbers(real: Numbers, imag: Numbers): readonly [Numbers, Numbers] {
  const length = real.length;
  const roots: readonly [Numbers, Numbers] = [new Float64Array(length), new Float64Array(length)];
  for (let index = 0; index < length; index++) {
    const root = rootOfUnity(-index, length);
    roots[0][index] = root[0];
    roots[1][index] = root[1];
  }
  let source: readonly [Numbers, Numbers] = [real, imag];
  let target: readonly [Numbers, Numbers] = [new Float64Array(length), new Float64Array(length)];
  for (let [left, done] = [length, 1]; left > 1; ) {
    const radix = [4, 2, 3, 5].find((each) => left % each === 0) ?? left;
    left /= radix;
    stockhamStep(source, target, roots, { radix, left, done });
    [source, target] = [target, source];
    done *= radix;
  }
  return source;
}

interface Step {
  readonly radix: number;
  readonly left: number;
  readonly done: number;
}

/** One factor: [radix, left, done] becomes [left, radix, done], turned by k · (digit / radix + rest / (radix · left)) turns. */
function stockhamStep(
  [real, imag]: readonly [Numbers, Numbers],
  [realOut, imagOut]: readonly [Numbers, Numbers],
  [cosines, sines]: readonly [Numbers, Numbers],
  { radix, left, done }: Step,
): void {
  realOut.fill(0);
  imagOut.fill(0);
  for (let rest = 0; rest < left; rest++)
    for (let k = 0; k < radix; k++) {
      const to = (rest * radix + k) * done;
      for (let digit = 0; digit < radix; digit++) {
        const from = (digit * left + rest) * done;
        const turns = (k * from) % real.length;
        const cos = at(cosines, turns);
        const sin = at(sines, turns);
        for (let inner = 0; inner < done; inner++) {
          const x = real[from + inner] ?? 0;
          const y = imag[from + inner] ?? 0;
          realOut[to + inner] = (realOut[to + inner] ?? 0) + x * cos - y * sin;
          imagOut[to + inner] = (imagOut[to + inner] ?? 0) + x * sin + y * cos;
        }
      }
    }
}
