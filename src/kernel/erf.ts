/**
 * The error function in double precision, within 1.3 ulp (1 ulp outside 0.8 < |x| < 1.3): near zero its power series,
 * elsewhere the trapezoidal rule on an integral for 1 − erf (Chiarella and Reichel, "On the evaluation of integrals
 * related to the error function", 1968), which twelve points make exact in double. `meaning.ts` uses it.
 */

/** 2/√π ∫₀ˣ e^−t² dt. */
export const erf = makeErf();

/** Makes `erf`. It uses nothing from outside, so that threads can be sent its text. */
export function makeErf(): (x: number) => number {
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
  // 1 − erf(a) for 1 ≤ a ≤ 6. The last term is the residue of the pole that the points pass by.
  function tail(a: number): number {
    const square = a * a;
    const sum = points.reduce((total, [other, weight]) => total + weight / (other + square), 0) + 0.5 / square;
    return ((2 * distance * a) / Math.PI) * Math.exp(-square) * sum - 2 / Math.expm1((2 * Math.PI * a) / distance);
  }
  return (x) => {
    const a = Math.abs(x);
    const square = a * a;
    if (a < 1) return x + x * series.reduceRight((sum, coefficient) => sum * square + coefficient, 0);
    return a < 6 ? Math.sign(x) * (1 - tail(a)) : Math.sign(x);
  };
}
