/** A saved system of pictures opened in a page: the browser's own decoder, the same answers as in Node. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { fitFeatureScope } from "../../src/audit/featureScope.ts";
import { createNetwork } from "../../src/systems/vision/networks/index.ts";
import { loadImageModel, saveVision } from "../../src/systems/vision/opening.node.ts";
import { PictureReader } from "../../src/systems/vision/outputs.ts";
import { seed } from "../../src/tensor/generator.ts";
import { findChromium, openPage } from "../package/page.ts";
import { picture } from "../vision/files.ts";
import { noise } from "../vision/madeUp.ts";

const chromium = findChromium();
const folder = await mkdtemp(join(tmpdir(), "pictures-page-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const program = `
  import { loadImageModelFrom } from ${JSON.stringify(join(import.meta.dirname, "../../src/systems/vision/opening.ts"))};
  try {
    const model = await loadImageModelFrom("model");
    const pictures = await Promise.all(["same.png", "large.png"].map(async (name) => (await fetch(name)).blob()));
    document.body.dataset.outcome = JSON.stringify(await model.predict(pictures));
  } catch (error) {
    document.body.dataset.outcome = JSON.stringify(String(error));
  }
`;

/** A network that was not trained, as a model folder. */
async function saveUntrained(): Promise<void> {
  seed(5);
  const shape = { channels: 3, height: 12, width: 12 } as const;
  const settings = { network: "lenet", ...shape, classes: 3 } as const;
  const network = createNetwork(settings).eval();
  const { features: values, width } = await new PictureReader(network, shape).read(noise(40, { size: 12 }).pixels);
  await saveVision(join(folder, "model"), {
    task: { target: "colour", classes: ["red", "green", "blue"] },
    input: { ...shape, fit: "cover" },
    settings: { ...network.settings },
    network,
    origin: { pictures: 40, seed: 5, version: "0", source: "noise", dataHash: undefined, from: undefined },
    care: {
      temperature: 1,
      sets: { alpha: 0.1, threshold: 0.9, samples: 40 },
      scope: { ...fitFeatureScope({ width, values }, { width, values }), threshold: 2 },
    },
  });
}

test.runIf(chromium !== undefined)("a page answers as Node does", async () => {
  await saveUntrained();
  const pictures = [await picture("green", 3), await picture("red", 4, { width: 40, height: 30 })];
  await Promise.all(
    ["same.png", "large.png"].map((name, index) => writeFile(join(folder, name), pictures[index] ?? "")),
  );
  const outfile = join(folder, "page.js");
  await build({
    stdin: { contents: program, resolveDir: folder, loader: "ts" },
    bundle: true,
    format: "esm",
    outfile,
    logLevel: "error",
  });
  await writeFile(join(folder, "index.html"), '<!doctype html><body><script type="module" src="page.js"></script>');
  const { outcome, messages } = await openPage(folder, chromium ?? "", { isIsolated: false });
  const expected = await (await loadImageModel(join(folder, "model"))).predict(pictures);
  expect(outcome, messages.join("\n")).toHaveLength(2);
  const [same, large] = outcome as typeof expected;
  // A picture of the network's own size has the same pixels in both: nothing is resized
  expect(same).toEqual(expected[0]);
  // Browsers resize in another way
  const [a, b] = [large, expected[1]];
  if (!(a?.inScope && b?.inScope && "label" in a && "label" in b)) throw new Error("both pictures are in scope");
  expect(a.label).toBe(b.label);
  expect(Math.abs(a.confidence - b.confidence)).toBeLessThan(0.05);
});
