/** The network that has learned a curve, taken along: its programs run as they are and say what the page says, bit for bit. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeSafetensors, folderOf, readFolder } from "../../src/io/index.ts";
import { presetCurve } from "../../src/studio/playground/training/curves.ts";
import { makeCurve } from "../../src/studio/playground/training/export/curve.ts";
import { type CurveOptions, type CurveSnapshot, curveJob } from "../../src/studio/playground/training/jobs/curve.ts";
import { at } from "../../src/support/invariant.ts";
import { Checkout } from "./checkout.ts";

const options: CurveOptions = {
  target: { kind: "curve", curve: presetCurve("hills") },
  width: 7,
  depth: 3,
  nonlinearity: "relu",
  learningRate: 0.01,
  seed: 4,
};
const steps = 150;

const checkout = new Checkout();
let snapshot: CurveSnapshot;
let losses: [number, number][] = [];
let printed: string[] = [];

beforeAll(async () => {
  const training = curveJob.start(options);
  losses = [
    [1, await training.step(1)],
    [100, await training.step(99)],
    [steps, await training.step(50)],
  ];
  snapshot = await training.snapshot();
  const made = makeCurve({ options, snapshot, step: steps });
  for (const [path, content] of await made.folder()) checkout.write(`model/${path}`, content);
  checkout.write("curve.ts", made.program);
  printed = await checkout.run("curve.ts", "model/use.ts");
}, 60_000);

afterAll(() => checkout.remove());

test("the program learns as the page does, to the last bit", () => {
  const found = [...at(printed, 0).matchAll(/^step (\d+): loss (\S+)$/gm)].map(([, step, loss]) => [
    Number(step),
    Number(loss),
  ]);
  expect(found).toEqual(losses);
  const { arrays } = decodeSafetensors(checkout.read("curve.safetensors"));
  const names = [0, 2, 4, 6].flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]);
  expect(names.flatMap((name) => Array.from(arrays.get(name)?.data ?? [], Number))).toEqual([...snapshot.numbers]);
});

test("the model folder is sealed, and its program answers as the page shows", async () => {
  const made = makeCurve({ options, snapshot, step: steps });
  const read = await readFolder(folderOf(await made.folder()));
  expect(read.system).toBe("playground");
  expect([...read.files.keys()].sort()).toEqual([
    "README.md",
    "care/measures.json",
    "make.ts",
    "model.safetensors",
    "use.ts",
  ]);
  expect(Number(at(printed, 1))).toBeCloseTo(at(snapshot.fit, 128), 6);
});
