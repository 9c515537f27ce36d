/** `smilodon tune`: measures which tiles products run fastest with on this machine, and keeps the choice for later runs. */

import { NativeDevice } from "../../device/native/nativeDevice.node.ts";
import type { ProductTiles } from "../../kernel/target.ts";
import { type Tuning, tuneProducts } from "../../runtime/tuneProducts.node.ts";
import { DeviceError } from "../../support/errors.ts";
import { exitCodes } from "../errors.ts";
import { defineCommand } from "../schema.ts";

/** Tunes the native device. */
export const tune = defineCommand({
  name: "tune",
  summary: "Measure how products are cut best on this machine, and keep it.",
  examples: [
    { line: "tune", does: "half a minute, best while nothing else runs" },
    { line: "tune --try", does: "the same without keeping anything" },
    { line: "tune --forget", does: "products are cut as usual again" },
  ],
  arguments: [],
  options: {
    try: { kind: "flag", meaning: "Only measure; keep nothing." },
    forget: { kind: "flag", meaning: "Measure nothing, and forget what was kept." },
  },
  async run({ values }, { console }) {
    const device = new NativeDevice({ tiles: "usual" });
    try {
      if (values.forget) {
        device.keepTiles(undefined);
        console.say("Products are cut as usual.");
        return exitCodes.ok;
      }
      if (device.target.vectorBytes === 0)
        throw new DeviceError("There is nothing to tune: this machine's code has no vectors, and products no tiles.");
      console.say("Measuring; other work on this machine disturbs it …");
      const tuning = tuneProducts(device);
      const isUsual = tuning.chosen === tuning.usual;
      const path = values.try ? undefined : device.keepTiles(isUsual ? undefined : tuning.chosen);
      if (values.json) console.print(JSON.stringify(tuning));
      else for (const line of linesOf(tuning)) console.print(line);
      if (path !== undefined && !isUsual) console.say(`Kept in ${path}; SMILODON_TILES=usual does without it.`);
      return exitCodes.ok;
    } finally {
      device.dispose();
    }
  },
});

function linesOf({ shapes, usual, chosen, candidates }: Tuning): readonly string[] {
  const rows = shapes.map(({ shape, ...times }) => {
    const gain = times.usual / times.best;
    const all = [times.usual, times.chosen, times.best].map((time) => time.toFixed(3).padStart(9));
    return `${shape.join("×").padEnd(16)}${all.join("")}   ${gain.toFixed(3)}`;
  });
  const choice = chosen === usual ? "The usual way is best" : `Best: ${describe(chosen)}; usual: ${describe(usual)}`;
  return ["milliseconds        usual   chosen     best   usual / best", ...rows, `${choice}, of ${candidates} tried.`];
}

function describe({ rows, vectors, inner, held }: ProductTiles): string {
  const kilobytes = (bytes: number) => Math.round(bytes / 1024);
  return `tiles of ${rows} rows × ${vectors} vectors, blocks of ${kilobytes(inner)} and ${kilobytes(held)} KiB`;
}
