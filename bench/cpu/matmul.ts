/** Rows of matrix products. Reported as rates: 2·m·k·n operations a run. */
import type { Case, ComparedOptions, Measurement } from "./measurement.ts";
import { compared, ownRate } from "./measurement.ts";
import { checkedCase, noise, places } from "./problems.ts";

type Layout = "matmul" | "matmulNT" | "matmulTN";

/** [m, k] · [k, n]; the operands are stored transposed where `layout` says so. */
function product(m: number, k: number, n: number, layout: Layout = "matmul"): Case {
  const a = noise(1, layout === "matmulTN" ? [k, m] : [m, k]);
  const b = noise(2, layout === "matmulNT" ? [n, k] : [k, n]);
  const [rowStep, innerStep] = layout === "matmulTN" ? [1, m] : [k, 1];
  const [depthStep, columnStep] = layout === "matmulNT" ? [1, k] : [n, 1];
  const expected = (place: number): number => {
    const [row, column] = [Math.floor(place / n), place % n];
    let sum = 0;
    for (let inner = 0; inner < k; inner++) {
      sum += (a.data[row * rowStep + inner * innerStep] ?? 0) * (b.data[inner * depthStep + column * columnStep] ?? 0);
    }
    return sum;
  };
  const tolerance = { absolute: 1e-6 * k, relative: 1e-5 };
  return checkedCase(layout, [a, b], { size: m * n, places: places(m * n, 997), expected, tolerance }, 2 * m * k * n);
}

function row(name: string, bar: number, make: () => Case, more: Partial<ComparedOptions> = {}): Measurement {
  return compared({ id: name, bar, unit: "GFLOP/s", make, ...more });
}

const cube = (size: number) => () => product(size, size, size);

/** All of the family. */
export const matmulRows: readonly Measurement[] = [
  row("matmul-256", 2.0, cube(256)),
  row("matmul-512", 2.5, cube(512)),
  row("matmul-1024", 2.5, cube(1024), { limits: { seconds: 4 } }),
  row("matmul-2048", 2.5, cube(2048), { limits: { seconds: 8, fewestRounds: 5 } }),
  row("matmul-509", 2.5, cube(509)),
  row("matmul-512x512x513", 2.5, () => product(512, 512, 513)),
  row("matmul-128x256x10", 2.5, () => product(128, 256, 10)),
  row("matmul-nt-512", 2.5, () => product(512, 512, 512, "matmulNT")),
  row("matmul-tn-512", 2.5, () => product(512, 512, 512, "matmulTN")),
  ownRate({ id: "even-509", bar: 0.85, unit: "of the rate at 512³", make: cube(509), base: cube(512) }),
  row("matmul-512-1t", 1.6, cube(512), { threads: 1 }),
  row("matvec-4096", 1.5, () => product(1, 4096, 4096)),
];
