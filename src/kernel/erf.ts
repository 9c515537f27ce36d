/**
 * The error function and its complement in double precision; erf is within 1.3 ulp (1 ulp outside 0.8 < |x| < 1.3): near zero its power series,
 * elsewhere the trapezoidal rule on an integral for 1 − erf (Chiarella and Reichel, "On the evaluation of integrals
 * related to the error function", 1968), which twelve points make exact in double. `meaning.ts` uses it.
 */

/** What JavaScript lacks of the error function. */
export interface ErrorFunctions {
  /** 2/√π ∫₀ˣ e^−t² dt. */
  readonly erf: (x: number) => number;
  /** 1 − erf x, without cancellation far out. */
  readonly erfc: (x: number) => number;
}

export const { erf, erfc } = makeErrorFunctions();

/** Makes the functions. It uses nothing from outside, so that threads can be sent its text. */
export function makeErrorFunctions(): ErrorFunctions {
  // erf x = x + x·P(x²): P without the 1 of x itself, (−1)ⁿ · 2/√π / (n! (2n + 1)), in rising order
  const series = [0.12837916709551257];
  for (let n = 1, power = 2 / Math.sqrt(Math.PI); n < 26; n++) {
    power /= -n;
    series.push(power / (2 * n + 1));
  }
  // distance of the points of the trapezoidal rule, and for each its square and its weight e^−square, the outermost first
  const distance = 0.5;
  const points = Array.from({ length: 12 }, (_, index): [number, number] => {
    const square = ((12 - index) * distance) ** 2;
    return [square, Math.exp(-square)];
  });
  // 1 − erf(a) for a ≥ 1. The last term is the residue of the pole that the points pass by, as far as there is one.
  function tail(a: number): number {
    const square = a * a;
    const sum = points.reduce((total, [other, weight]) => total + weight / (other + square), 0) + 0.5 / square;
    // the square in two parts, the first of them exact: e^−square would enlarge what rounding loses
    const head = Math.fround(a);
    const power = Math.exp(-head * head) * Math.exp((head - a) * (head + a));
    const residue = a < 6 ? 2 / Math.expm1((2 * Math.PI * a) / distance) : 0;
    return a > 28 ? 0 : ((2 * distance * a) / Math.PI) * power * sum - residue;
  }
  function near(x: number): number {
    const square = x * x;
    return x + x * series.reduceRight((sum, coefficient) => sum * square + coefficient, 0);
  }
  function erf(x: number): number {
    const a = Math.abs(x);
    if (a < 1) return near(x);
    return a < 6 ? Math.sign(x) * (1 - tail(a)) : Math.sign(x);
  }
  function erfc(x: number): number {
    if (Math.abs(x) < 0.5) return 1 - near(x);
    return x < 1 ? 1 + erf(-x) : tail(x);
  }
  return { erf, erfc };
}
