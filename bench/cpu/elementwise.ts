/** Rows of functions of each element, of a million elements between −4 and 4. */
import { compared, type Measurement } from "./measurement.ts";
import { checkedCase, erf, noise, places } from "./problems.ts";

const count = 1_000_000;

function row(operation: "exp" | "tanh" | "gelu", of: (x: number) => number): Measurement {
  const make = () => {
    const x = noise(3, [count], 4);
    const expected = (place: number): number => of(x.data[place] ?? 0);
    const tolerance = { absolute: 1e-5, relative: 1e-4 };
    return checkedCase(operation, [x], { size: count, places: places(count), expected, tolerance });
  };
  return compared({ id: operation, bar: 2.0, unit: "ms (1000000)", make });
}

/** All of the family. */
export const elementwiseRows: readonly Measurement[] = [
  row("exp", Math.exp),
  row("tanh", Math.tanh),
  row("gelu", (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2))),
];
