/** Loads and stores of every shape: neighbours, strides, backwards, indirect, shared by all lanes. */
import type { Device } from "../../src/device/device.ts";
import type { Expression } from "../../src/kernel/expression.ts";
import type { Dtype } from "../../src/shape/dtype.ts";
import { expectSame } from "./compare.ts";
import { extents, laneCounts } from "./deviceConformance.ts";
import { Draft } from "./draft.ts";
import { dataOf } from "./launch.ts";
import { testOn } from "./rehearsal.ts";
import { samples } from "./samples.ts";

const room = 200;

type IndexForm = (d: Draft, i: Expression, size: Expression) => Expression;

/** Indices below `room` for positions below 32; all are different for different positions, except those of `shared`. */
const forms: { readonly [name: string]: IndexForm } = {
  neighbours: (_, i) => i,
  ahead: (d, i) => d.i("add", i, 7),
  strided: (d, i) => d.i("add", d.i("multiply", i, 3), 2),
  backwards: (d, i, size) => d.i("subtract", d.i("subtract", size, 1), i),
  backwardsByTwo: (d, i) => d.i("subtract", 100, d.i("multiply", i, 2)),
  sizeStrided: (d, i, size) => d.i("multiply", i, d.i("minimum", size, 5)),
  folded: (d, i) => d.i("add", d.i("multiply", d.i("quotient", i, 3), 8), d.i("remainder", i, 3)),
};

export function accessConformance(device: Device, available: readonly Dtype[]): void {
  testOn(device, "loads follow their indices: neighbours, strides, backwards", () => {
    for (const dtype of available)
      for (const form of Object.values(forms)) for (const lanes of laneCounts) loadAgrees(device, dtype, form, lanes);
  });
  testOn(device, "stores follow their indices: neighbours, strides, backwards", () => {
    for (const dtype of available)
      for (const form of Object.values(forms)) for (const lanes of laneCounts) storeAgrees(device, dtype, form, lanes);
  });
  testOn(device, "addresses may be loaded, and rows may be far apart", () => {
    for (const dtype of available) for (const lanes of laneCounts) indirectAgrees(device, dtype, lanes);
  });
  testOn(device, "carried state may be an index", () => {
    for (const lanes of laneCounts) carriedIndexAgrees(device, lanes);
  });
  testOn(device, "a kernel may work in place, and be given one buffer twice", () => {
    for (const lanes of laneCounts) inPlaceAgrees(device, lanes);
  });
}

function loadAgrees(device: Device, dtype: Dtype, form: IndexForm, lanes: number): void {
  const d = new Draft();
  const [input, output, size] = [d.buffer(dtype, "read"), d.buffer(dtype, "write"), d.size()];
  const kernel = d.kernel("loads", [
    d.loop(size, (i) => [d.store(output, i, d.load(input, form(d, i, size)))], { lanes }),
  ]);
  for (const extent of extents) expectSame(device, kernel, [samples(dtype, room), samples(dtype, 40)], [extent]);
}

function storeAgrees(device: Device, dtype: Dtype, form: IndexForm, lanes: number): void {
  const d = new Draft();
  const [input, output, size] = [d.buffer(dtype, "read"), d.buffer(dtype, "write"), d.size()];
  const kernel = d.kernel("stores", [
    d.loop(
      size,
      (i) => {
        const [declare, index] = d.let(form(d, i, size));
        return [declare, d.store(output, index, d.load(input, i))];
      },
      { lanes },
    ),
  ]);
  for (const extent of extents) expectSame(device, kernel, [samples(dtype, 40), samples(dtype, room, 3)], [extent]);
}

/** out[r·n + i] = in[index[i]·rows + r], with a row that all lanes share added where numbers can be added. */
function indirectAgrees(device: Device, dtype: Dtype, lanes: number): void {
  const d = new Draft();
  const [input, indices, output] = [d.buffer(dtype, "read"), d.buffer("i32", "read"), d.buffer(dtype, "write")];
  const [rows, columns] = [d.size(), d.size()];
  const kernel = d.kernel("indirect", [
    d.loop(rows, (r) => [
      d.loop(
        columns,
        (i) => {
          const value = d.load(input, d.i("add", d.i("multiply", d.load(indices, i), rows), r));
          const shared = d.load(input, d.load(indices, r));
          return [
            d.store(
              output,
              d.i("add", d.i("multiply", r, columns), i),
              dtype === "bool" ? d.e.apply("or", value, shared) : d.e.map("add", value, shared),
            ),
          ];
        },
        { lanes },
      ),
    ]),
  ]);
  for (const extent of extents) {
    const rowCount = 3;
    const order = dataOf(
      "i32",
      Array.from({ length: Math.max(extent, rowCount) }, (_, i) => (i * 7) % Math.max(extent, 1)),
    );
    expectSame(device, kernel, [samples(dtype, room), order, samples(dtype, room)], [rowCount, extent]);
  }
}

/** Every lane follows its own chain: place = next[place], three times; and a running place is kept, let and moved on. */
function carriedIndexAgrees(device: Device, lanes: number): void {
  const d = new Draft();
  const [next, values, ends, packed, size] = [
    d.buffer("i32", "read"),
    d.buffer("f32", "read"),
    d.buffer("f32", "write"),
    d.buffer("f32", "write"),
    d.size(),
  ];
  const place = d.carry(d.e.index(0));
  const kernel = d.kernel("carriedIndex", [
    d.loop(
      size,
      (i) => {
        const own = d.carry(i);
        const walk = d.loop(d.e.index(3), () => [own.update(d.load(next, own.value))]);
        const common = d.carry(d.e.index(2));
        const step = d.loop(d.e.index(2), (k) => [common.update(d.i("add", common.value, k))]);
        return [
          own.declare,
          walk,
          common.declare,
          step,
          d.store(ends, i, d.e.apply("add", d.load(values, own.value), d.load(values, common.value))),
        ];
      },
      { lanes },
    ),
    place.declare,
    d.loop(size, (i) => {
      const [declare, before] = d.let(d.i("add", place.value, 1));
      const isWanted = d.e.apply("less", d.e.literal("f32", 0), d.load(values, i));
      const move = d.if(isWanted, [place.update(d.i("add", place.value, 2))]);
      return [
        declare,
        move,
        d.store(packed, before, d.load(values, place.value)),
        d.store(packed, place.value, d.load(values, i)),
      ];
    }),
  ]);
  for (const extent of extents) {
    const order = dataOf(
      "i32",
      Array.from({ length: 40 }, (_, i) => (i * 7 + 3) % Math.max(extent, 1)),
    );
    const wave = dataOf(
      "f32",
      Array.from({ length: 80 }, (_, i) => Math.sin(i)),
    );
    expectSame(device, kernel, [order, wave, samples("f32", 40), samples("f32", 80)], [extent]);
  }
}

function inPlaceAgrees(device: Device, lanes: number): void {
  const d = new Draft();
  const [a, b, size] = [d.buffer("f32", "readwrite"), d.buffer("f32", "read"), d.size()];
  const kernel = d.kernel("inPlace", [
    d.loop(
      size,
      (i) => [
        d.store(a, i, d.e.apply("add", d.load(a, i), d.e.apply("multiply", d.load(b, i), d.e.literal("f32", 2)))),
      ],
      { lanes },
    ),
    d.loop(size, (i) => [d.store(a, i, d.e.apply("negative", d.load(a, i)))], { lanes }),
  ]);
  for (const extent of extents)
    expectSame(
      device,
      kernel,
      [
        dataOf(
          "f32",
          Array.from({ length: 32 }, (_, i) => i),
        ),
        dataOf(
          "f32",
          Array.from({ length: 32 }, (_, i) => 2 * i),
        ),
      ],
      [extent],
    );
}
