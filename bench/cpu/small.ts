/** Rows of what is small: an eager operation, and the library itself. */
import { measureBundle } from "../../tools/bundle.ts";
import { ownRow } from "../harness/row.ts";
import { bench, compared, type Measurement } from "./measurement.ts";
import { checkedCase, noise, places } from "./problems.ts";

/** All of the family. */
export const smallRows: readonly Measurement[] = [
  compared({
    id: "eager-small",
    bar: 1.0,
    unit: "µs",
    make: () => {
      const [a, b] = [noise(7, [16]), noise(8, [16])];
      const expected = (place: number): number => (a.data[place] ?? 0) + (b.data[place] ?? 0);
      const tolerance = { absolute: 1e-6, relative: 0 };
      return checkedCase("addAndRead", [a, b], { size: 16, places: places(16), expected, tolerance });
    },
  }),
  {
    ids: ["core-size"],
    measure: async () => [ownRow(bench, "core-size", (await measureBundle()).compressed / 1000, "kB", "lower", 100)],
  },
];
