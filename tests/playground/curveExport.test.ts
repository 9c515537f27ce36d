/** The network that has learned a curve, taken along: its programs run as they are and say what the page says, bit for bit. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeSafetensors, folderOf, readFolder } from "../../src/io/index.ts";
import { presetCurve } from "../../src/studio/playground/training/curves.ts";
import { makeCurve } from "../../src/studio/playground/training/export/curve.ts";
import { type CurveOptions, type CurveSnapshot, curveJob } from "../../src/studio/playground/training/jobs/curve.ts";
import { at } from "../../src/support/invariant.ts";
import { entryPoints, type Manifest } from "../../tools/entryPoints.ts";

const options: CurveOptions = {
  target: { kind: "curve", curve: presetCurve("hills") },
  width: 7,
  depth: 3,
  nonlinearity: "relu",
  learningRate: 0.01,
  seed: 4,
};
const steps = 150;

let folder = "";
let snapshot: CurveSnapshot;
let losses: [number, number][] = [];
let printed = "";

/** In this folder `smilodon` is this checkout, as if it were installed. */
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "smilodon-curve-")));
  const root = join(import.meta.dirname, "../..");
  const manifest: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const exports = Object.fromEntries(
    entryPoints(manifest).map(({ specifier, source }) => [specifier.replace("smilodon", "."), `./${source}`]),
  );
  mkdirSync(join(folder, "node_modules", "smilodon"), { recursive: true });
  writeFileSync(
    join(folder, "node_modules", "smilodon", "package.json"),
    JSON.stringify({ name: "smilodon", type: "module", exports }),
  );
  symlinkSync(join(root, "src"), join(folder, "node_modules", "smilodon", "src"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const training = curveJob.start(options);
  losses = [
    [1, await training.step(1)],
    [100, await training.step(99)],
    [steps, await training.step(50)],
  ];
  snapshot = await training.snapshot();
  const made = makeCurve({ options, snapshot, step: steps });
  for (const [path, content] of await made.folder()) {
    mkdirSync(join(folder, "model", path, ".."), { recursive: true });
    writeFileSync(join(folder, "model", path), content);
  }
  writeFileSync(join(folder, "curve.ts"), made.program);
  writeFileSync(
    join(folder, "all.ts"),
    'await import("./curve.ts");\nconsole.log("asked:");\nawait import("./model/use.ts");\n',
  );
  ({ stdout: printed } = await promisify(execFile)(process.execPath, ["all.ts"], { cwd: folder }));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the program learns as the page does, to the last bit", () => {
  const found = [...printed.matchAll(/^step (\d+): loss (\S+)$/gm)].map(([, step, loss]) => [
    Number(step),
    Number(loss),
  ]);
  expect(found).toEqual(losses);
  const { arrays } = decodeSafetensors(new Uint8Array(readFileSync(join(folder, "curve.safetensors"))));
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
  expect(Number(printed.split("asked:")[1])).toBeCloseTo(at(snapshot.fit, 128), 6);
});
