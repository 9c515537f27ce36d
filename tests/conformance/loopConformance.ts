/** Loops of every kind: reductions, carried state, ifs, nests, tiles. */
import type { Device } from "../../src/device/device.ts";
import type { Statement } from "../../src/kernel/kernel.ts";
import { identityOf } from "../../src/kernel/meaning.ts";
import { isDefined, type ReduceOp, scalarOps } from "../../src/kernel/scalarOps.ts";
import type { Dtype } from "../../src/shape/dtype.ts";
import { expectSame } from "./compare.ts";
import { extents, laneCounts } from "./deviceConformance.ts";
import { Draft } from "./draft.ts";
import { testOn } from "./rehearsal.ts";
import { samples, wholeNumbers } from "./samples.ts";

const reduceOps = Object.keys(scalarOps).filter(
  (op): op is ReduceOp => op in scalarOps && "identity" in scalarOps[op as ReduceOp],
);

export function loopConformance(device: Device, available: readonly Dtype[]): void {
  for (const op of reduceOps) {
    testOn(device, `${op} reduces rows, columns and everything`, () => {
      for (const dtype of available) {
        if (!isDefined(op, dtype)) continue;
        for (const lanes of laneCounts) for (const extent of extents) reductionsAgree(device, op, dtype, lanes, extent);
      }
    });
  }
  testOn(device, "a tile of rows and vectors contracts", () => {
    for (const dtype of available) {
      if (!isDefined("add", dtype)) continue;
      for (const lanes of laneCounts) for (const extent of extents) tileAgrees(device, dtype, lanes, extent);
    }
  });
  testOn(device, "state is carried from one iteration to the next, alone or in every lane", () => {
    for (const dtype of available)
      if (isDefined("add", dtype))
        for (const lanes of laneCounts) for (const extent of extents) carriesAgree(device, dtype, lanes, extent);
  });
  testOn(device, "the position of the largest is found, in every lane", () => {
    for (const lanes of laneCounts) for (const extent of extents) positionsAgree(device, lanes, extent);
  });
  testOn(device, "ifs hold for all lanes or for some", () => {
    for (const lanes of laneCounts) for (const extent of extents) ifsAgree(device, lanes, extent);
  });
  testOn(device, "loops may start anywhere, step, and depend on those around", () => {
    for (const lanes of laneCounts) for (const extent of extents) raggedAgrees(device, lanes, extent);
  });
  testOn(device, "widths mix: f32, f64, bool and u8 in one expression", () => {
    if (available.includes("f64"))
      for (const lanes of laneCounts) for (const extent of extents) widthsAgree(device, lanes, extent);
  });
}

function reductionsAgree(device: Device, op: ReduceOp, dtype: Dtype, lanes: number, extent: number): void {
  const rows = 3;
  // maxima of edge cases do not depend on the order; sums and products of whole numbers do not either
  const data =
    op === "maximum" || op === "minimum" ? samples(dtype, rows * extent, 1) : wholeNumbers(dtype, rows * extent);
  const initial = (d: Draft) => d.e.literal(dtype, identityOf(op, dtype));
  const start = (draft: Draft) =>
    [draft.buffer(dtype, "read"), draft.buffer(dtype, "write"), draft.size(), draft.size()] as const;

  const inner = new Draft();
  const [a, sums, rowCount, columns] = start(inner);
  const byRows = inner.kernel(`${op}_rows`, [
    inner.loop(
      rowCount,
      (r) => {
        const state = inner.carry(initial(inner));
        const walk = inner.loop(
          columns,
          (i) => [state.accumulate(op, inner.load(a, inner.i("add", inner.i("multiply", r, columns), i)))],
          { lanes },
        );
        return [state.declare, walk, inner.store(sums, r, state.value)];
      },
      { mode: "parallel" },
    ),
  ]);
  expectSame(device, byRows, [data, samples(dtype, rows)], [rows, extent]);

  const outer = new Draft();
  const [b, totals, height, width] = start(outer);
  const byColumns = outer.kernel(`${op}_columns`, [
    outer.loop(
      width,
      (i) => {
        const state = outer.carry(initial(outer));
        const walk = outer.loop(height, (r) => [
          state.accumulate(op, outer.load(b, outer.i("add", outer.i("multiply", r, width), i))),
        ]);
        return [state.declare, walk, outer.store(totals, i, state.value)];
      },
      { lanes },
    ),
  ]);
  expectSame(device, byColumns, [data, samples(dtype, 40)], [rows, extent]);

  const all = new Draft();
  const [c, total, high, wide] = start(all);
  const state = all.carry(initial(all));
  const everything = all.kernel(`${op}_all`, [
    state.declare,
    all.loop(
      wide,
      (i) => [all.loop(high, (r) => [state.accumulate(op, all.load(c, all.i("add", all.i("multiply", r, wide), i)))])],
      { lanes },
    ),
    all.store(total, all.e.index(0), state.value),
  ]);
  expectSame(device, everything, [data, samples(dtype, 1)], [rows, extent]);
}

/** c[i, j] = max(sum over k of a[i, k]·b[k, j] + bias[j], 0), three rows at a time. */
function tileAgrees(device: Device, dtype: Dtype, lanes: number, extent: number): void {
  const d = new Draft();
  const [a, b, bias, c] = [
    d.buffer(dtype, "read"),
    d.buffer(dtype, "read"),
    d.buffer(dtype, "read"),
    d.buffer(dtype, "write"),
  ];
  const [rows, depth, columns] = [d.size(), d.size(), d.size()];
  const height = 3;
  const kernel = d.kernel("tile", [
    d.loop(
      rows,
      (i) => [
        d.loop(
          columns,
          (j) => {
            const sums = Array.from({ length: height }, () => d.carry(d.e.literal(dtype, 0)));
            const walk = d.loop(depth, (k) => {
              const [declare, right] = d.let(d.load(b, d.i("add", d.i("multiply", k, columns), j)));
              const body: Statement[] = [declare];
              sums.forEach((sum, r) => {
                const [declareLeft, left] = d.let(d.load(a, d.i("add", d.i("multiply", d.i("add", i, r), depth), k)));
                body.push(declareLeft, sum.accumulate("add", d.e.apply("multiply", left, right)));
              });
              return body;
            });
            const finish = sums.map((sum, r) => {
              const value = d.e.apply("maximum", d.e.apply("add", sum.value, d.load(bias, j)), d.e.literal(dtype, 0));
              return d.store(c, d.i("add", d.i("multiply", d.i("add", i, r), columns), j), value);
            });
            return [...sums.map(({ declare }) => declare), walk, ...finish];
          },
          { lanes },
        ),
      ],
      { step: height, mode: "parallel" },
    ),
  ]);
  const [m, k] = [2 * height, 7];
  const buffers = [
    wholeNumbers(dtype, m * k),
    wholeNumbers(dtype, k * extent, 2),
    wholeNumbers(dtype, extent, 3),
    samples(dtype, m * extent),
  ];
  expectSame(device, kernel, buffers, [m, k, extent]);
}

/** Running sums along a row (serial), and iterations inside each lane. */
function carriesAgree(device: Device, dtype: Dtype, lanes: number, extent: number): void {
  const d = new Draft();
  const [a, scan, powers, size] = [
    d.buffer(dtype, "read"),
    d.buffer(dtype, "write"),
    d.buffer(dtype, "write"),
    d.size(),
  ];
  const sum = d.carry(d.e.literal(dtype, 0));
  const kernel = d.kernel("carries", [
    sum.declare,
    d.loop(size, (i) => [sum.update(d.e.apply("add", sum.value, d.load(a, i))), d.store(scan, i, sum.value)]),
    d.loop(
      size,
      (i) => {
        const power = d.carry(d.load(a, i));
        const count = d.carry(d.e.index(1));
        const [declare, half] = d.let(d.e.apply("subtract", power.value, d.e.literal(dtype, 1)));
        const walk = d.loop(d.e.index(3), () => [
          declare,
          power.update(d.e.apply("multiply", power.value, half)),
          count.update(d.i("add", count.value, 2)),
        ]);
        const end = d.if(d.i("less", 5, count.value), [
          power.update(d.e.apply("add", power.value, d.e.cast(dtype, count.value))),
        ]);
        return [power.declare, count.declare, walk, end, d.store(powers, i, power.value)];
      },
      { lanes },
    ),
  ]);
  expectSame(device, kernel, [wholeNumbers(dtype, extent), samples(dtype, extent), samples(dtype, extent)], [extent]);
}

function positionsAgree(device: Device, lanes: number, extent: number): void {
  const d = new Draft();
  const [a, out, rows, columns] = [d.buffer("f32", "read"), d.buffer("i32", "write"), d.size(), d.size()];
  const kernel = d.kernel("positions", [
    d.loop(
      columns,
      (i) => {
        const best = d.carry(d.load(a, i));
        const place = d.carry(d.e.index(0));
        const walk = d.loop(
          rows,
          (r) => {
            const [declare, value] = d.let(d.load(a, d.i("add", d.i("multiply", r, columns), i)));
            const [compare, isBetter] = d.let(d.e.apply("less", best.value, value));
            return [
              declare,
              compare,
              best.update(d.e.apply("select", isBetter, value, best.value)),
              place.update(d.e.apply("select", isBetter, r, place.value)),
            ];
          },
          { start: d.e.index(1) },
        );
        return [best.declare, place.declare, walk, d.store(out, i, place.value)];
      },
      { lanes },
    ),
  ]);
  expectSame(device, kernel, [wholeNumbers("f32", 5 * extent), samples("i32", extent)], [5, extent]);
}

function ifsAgree(device: Device, lanes: number, extent: number): void {
  const d = new Draft();
  const [a, out, flags, rows, columns] = [
    d.buffer("f32", "read"),
    d.buffer("f32", "readwrite"),
    d.buffer("bool", "read"),
    d.size(),
    d.size(),
  ];
  const index = (r: ReturnType<Draft["size"]>, i: ReturnType<Draft["size"]>) =>
    d.i("add", d.i("multiply", r, columns), i);
  const kernel = d.kernel("ifs", [
    d.loop(rows, (r) => [
      d.loop(
        columns,
        (i) => [
          d.if(
            d.load(flags, r),
            [d.store(out, index(r, i), d.load(a, index(r, i)))],
            [d.store(out, index(r, i), d.e.cast("f32", r))],
          ),
        ],
        { lanes },
      ),
      d.loop(
        columns,
        (i) => [
          d.if(d.e.apply("less", d.e.literal("f32", 0), d.load(a, index(r, i))), [
            d.store(out, index(r, i), d.e.apply("add", d.load(out, index(r, i)), d.e.literal("f32", 10))),
          ]),
        ],
        { lanes },
      ),
    ]),
  ]);
  expectSame(
    device,
    kernel,
    [wholeNumbers("f32", 4 * extent), samples("f32", 4 * extent), wholeNumbers("bool", 4, 5)],
    [4, extent],
  );
}

function raggedAgrees(device: Device, lanes: number, extent: number): void {
  const d = new Draft();
  const [a, out, size] = [d.buffer("i32", "read"), d.buffer("i32", "write"), d.size()];
  const kernel = d.kernel("ragged", [
    d.loop(d.i("multiply", size, 2), (i) => [d.store(out, i, d.load(a, d.i("remainder", i, 3)))], { step: 3 }),
    d.loop(
      size,
      (i) => {
        const sum = d.carry(d.e.index(100));
        const walk = d.loop(i, (k) => [sum.accumulate("add", d.load(a, k))], { start: d.i("quotient", i, 2) });
        return [sum.declare, walk, d.store(out, d.i("add", i, d.i("multiply", size, 2)), sum.value)];
      },
      { lanes, start: d.i("minimum", size, 2) },
    ),
  ]);
  expectSame(device, kernel, [wholeNumbers("i32", 40), samples("i32", 100)], [extent]);
}

function widthsAgree(device: Device, lanes: number, extent: number): void {
  const d = new Draft();
  const [a, b, small, out, wide, size] = [
    d.buffer("f32", "read"),
    d.buffer("f64", "read"),
    d.buffer("u8", "read"),
    d.buffer("f32", "write"),
    d.buffer("f64", "write"),
    d.size(),
  ];
  const kernel = d.kernel("widths", [
    d.loop(
      size,
      (i) => {
        const [declare, x] = d.let(d.load(a, i));
        const product = d.e.apply("multiply", d.e.cast("f64", x), d.load(b, i));
        const condition = d.e.apply("less", d.load(b, i), d.e.cast("f64", d.load(small, i)));
        const [declareSum, sum] = d.let(d.e.apply("select", condition, product, d.e.cast("f64", condition)));
        const bytes = d.e.apply("multiply", d.load(small, i), d.e.literal("u8", 77));
        const narrow = d.e.apply("select", condition, d.e.cast("f32", sum), d.e.cast("f32", bytes));
        return [
          declare,
          declareSum,
          d.store(wide, i, d.e.apply("add", sum, d.e.cast("f64", i))),
          d.store(out, i, narrow),
        ];
      },
      { lanes },
    ),
  ]);
  const buffers = [
    samples("f32", extent),
    samples("f64", extent, 1),
    samples("u8", extent, 2),
    samples("f32", extent),
    samples("f64", extent),
  ];
  expectSame(device, kernel, buffers, [extent]);
}
