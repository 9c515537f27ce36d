/**
 * What every device has to pass: each operation, loop mode, kind of access and command, against the interpreter, which
 * is the definition. A device calls `deviceConformance` in a test file of its own.
 */
import { describe } from "vitest";
import type { Device } from "../../src/device/device.ts";
import {
  allScalarOps,
  isDefined,
  type ScalarOp,
  type ScalarTraits,
  scalarOps,
  transcendentalOps,
} from "../../src/kernel/scalarOps.ts";
import { allDtypes, bytesOf, type Dtype } from "../../src/shape/dtype.ts";
import { accessConformance } from "./accessConformance.ts";
import { commandConformance } from "./commandConformance.ts";
import { expectSame } from "./compare.ts";
import { Draft } from "./draft.ts";
import { loopConformance } from "./loopConformance.ts";
import { randomConformance } from "./randomKernels.ts";
import { testOn } from "./rehearsal.ts";
import { samples } from "./samples.ts";

export interface ConformanceOptions {
  /** Does the device round a·b + c once, so that sums of products may differ in the last place? */
  readonly mayContract?: boolean;
  /** How far its own exp, sin and the like may be off, in units in the last place of f32. */
  readonly transcendentalUlps?: number;
}

/** Lanes that kernels are tried with; 1 is a serial loop. */
export const laneCounts = [1, 4, 8, 16] as const;

/** Extents that kernels are tried with. */
export const extents = [0, 1, 3, 4, 5, 17, 31] as const;

/** Defines the tests of the device that `makeDevice` makes. */
export function deviceConformance(
  makeDevice: () => Device,
  { mayContract = false, transcendentalUlps = 0 }: ConformanceOptions = {},
): void {
  const device = makeDevice();
  describe(`conformance of ${device.name}`, () => {
    const available = allDtypes.filter((dtype) => device.target.dtypes.includes(dtype));
    for (const op of allScalarOps) {
      testOn(device, `${op} is the same on every dtype, in scalars and in vectors`, () => {
        for (const dtype of available)
          if (isDefined(op, dtype)) mapAgrees(device, op, dtype, transcendentalOps.has(op) ? transcendentalUlps : 0);
      });
    }
    testOn(device, "casts and bitcasts are the same between all dtypes", () => {
      for (const from of available) for (const to of available) castsAgree(device, from, to);
    });
    accessConformance(device, available);
    loopConformance(device, available);
    commandConformance(device);
    randomConformance(device, available, mayContract);
  });
}

/** out[i] = op(a[i], b[i]), and with literals in place of b. */
function mapAgrees(device: Device, op: ScalarOp, dtype: Dtype, ulps: number): void {
  const traits: ScalarTraits = scalarOps[op];
  const literals = traits.arity === 2 ? [undefined, 0, -0, 1, 3, 8, -5] : [undefined];
  for (const literal of literals) {
    for (const lanes of laneCounts) {
      const d = new Draft();
      const [a, b, c] = [d.buffer(dtype, "read"), d.buffer(dtype, "read"), d.buffer("bool", "read")];
      const out = d.buffer(traits.result === "bool" ? "bool" : dtype, "write");
      const count = d.size();
      const kernel = d.kernel(op, [
        d.loop(
          count,
          (i) => {
            const second = literal === undefined ? d.load(b, i) : d.e.literal(dtype, literal);
            const values = [d.load(a, i), second].slice(0, op === "select" ? 2 : traits.arity);
            return [d.store(out, i, d.e.apply(op, ...(op === "select" ? [d.load(c, i), ...values] : values)))];
          },
          { lanes },
        ),
      ]);
      const sizes = literal === undefined && lanes > 1 ? [...extents, 520] : [520];
      for (const size of sizes) {
        const result = samples(traits.result === "bool" ? "bool" : dtype, size);
        expectSame(
          device,
          kernel,
          [samples(dtype, size), samples(dtype, size, 1), samples("bool", size), result],
          [size],
          ulps,
        );
      }
    }
  }
}

function castsAgree(device: Device, from: Dtype, to: Dtype): void {
  const isBits = bytesOf(from) === bytesOf(to);
  for (const lanes of laneCounts) {
    for (const convert of isBits ? (["cast", "bitcast"] as const) : (["cast"] as const)) {
      const d = new Draft();
      const [input, output] = [d.buffer(from, "read"), d.buffer(to, "write")];
      const count = d.size();
      const kernel = d.kernel(`${convert}_${from}_${to}`, [
        // NaN has many bit patterns: it is kept from bitcasts
        d.loop(
          count,
          (i) => {
            const x = d.load(input, i);
            const known =
              from === "f32" && convert === "bitcast"
                ? d.e.apply("select", d.e.apply("equal", x, x), x, d.e.literal("f32", 1))
                : x;
            return [d.store(output, i, d.e[convert](to, known))];
          },
          { lanes },
        ),
      ]);
      for (const size of [5, 31, 60]) expectSame(device, kernel, [samples(from, size), samples(to, size)], [size]);
    }
  }
}
