/** What a visitor takes along: programs that run as they are and train what the page has trained, bit for bit. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nn, type Tensor, tensor } from "../../src/index.ts";
import { decodeSafetensors, folderOf, loadModelBytes, readFolder } from "../../src/io/index.ts";
import { makeDense } from "../../src/studio/playground/training/export/dense.ts";
import { denseProgram, layerNames } from "../../src/studio/playground/training/export/denseProgram.ts";
import { lineProgram } from "../../src/studio/playground/training/export/lineProgram.ts";
import { type DenseOptions, denseJob } from "../../src/studio/playground/training/jobs/dense.ts";
import { type LineOptions, lineJob } from "../../src/studio/playground/training/jobs/line.ts";
import { scalingOf } from "../../src/studio/playground/training/points.ts";
import { makeProblem } from "../../src/studio/playground/training/problems.ts";
import { entryPoints, type Manifest } from "../../tools/entryPoints.ts";

let folder: string;

/** A folder in which `smilodon` is this checkout, as it would be installed. */
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "smilodon-exports-")));
  mkdirSync(join(folder, "node_modules", "smilodon"), { recursive: true });
  const root = join(import.meta.dirname, "../..");
  symlinkSync(join(root, "src"), join(folder, "node_modules", "smilodon", "src"));
  const manifest: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const exports = Object.fromEntries(
    entryPoints(manifest).map(({ specifier, source }) => [specifier.replace("smilodon", "."), `./${source}`]),
  );
  writeFileSync(
    join(folder, "node_modules", "smilodon", "package.json"),
    JSON.stringify({ name: "smilodon", type: "module", exports }),
  );
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs programs of the folder in one process of Node, one after the other; what each of them printed. */
async function run(...files: readonly string[]): Promise<string[]> {
  const parted = files.map((file) => `await import(${JSON.stringify(`./${file}`)});`).join(" console.log('then');\n");
  writeFileSync(join(folder, "all.ts"), parted);
  const { stdout } = await promisify(execFile)(process.execPath, ["all.ts"], { cwd: folder });
  return stdout.split("then\n");
}

/** Losses that a program printed, by step. */
function lossesIn(printed: string | undefined): [number, number][] {
  const lines = (printed ?? "").matchAll(/^step (\d+): loss (\S+)$/gm);
  return Array.from(lines, ([, step, loss]) => [Number(step), Number(loss)]);
}

const bones = makeProblem("bones", { seed: 3, count: 90, noise: 0.1 });
const rings = makeProblem("rings", { seed: 1, count: 100, noise: 0.2 });

const usual: DenseOptions = {
  points: rings.points,
  scaling: scalingOf(rings.points),
  view: { left: -1, right: 1, bottom: -1, top: 1 },
  hidden: [8, 8],
  nonlinearity: "tanh",
  optimizer: "adam",
  learningRate: 0.01,
  penalty: { kind: "none", strength: 0 },
  batch: 128,
  seed: 5,
};

const networks: readonly { readonly name: string; readonly options: DenseOptions }[] = [
  { name: "all points at once", options: usual },
  {
    name: "batches, ReLU, momentum and a penalty",
    options: {
      ...usual,
      batch: 32,
      nonlinearity: "relu",
      optimizer: "momentum",
      penalty: { kind: "square", strength: 0.003 },
      hidden: [5, 3, 4],
    },
  },
  {
    name: "bones, sines, RMSprop, |w|",
    options: {
      ...usual,
      points: bones.points,
      scaling: scalingOf(bones.points),
      batch: 20,
      nonlinearity: "sine",
      optimizer: "rmsprop",
      penalty: { kind: "absolute", strength: 0.01 },
    },
  },
  { name: "a linear function", options: { ...usual, hidden: [], nonlinearity: "none", optimizer: "sgd" } },
];

const lines = [true, false].map(
  (isThroughSigmoid): LineOptions => ({
    points: bones.points,
    scaling: scalingOf(bones.points),
    isThroughSigmoid,
    start: [0.3, 1, 0.4],
    learningRate: 0.1,
  }),
);

test("the programs of networks train as the page does, bit for bit", async () => {
  const files = networks.map((_, index) => `network${index}.ts`);
  networks.forEach(({ options }, index) => {
    const program = denseProgram(options, { classes: rings.classes, steps: 120 });
    writeFileSync(
      join(folder, `network${index}.ts`),
      program.replace("network.safetensors", `network${index}.safetensors`),
    );
  });
  const printed = await run(...files);
  for (const [index, { name, options }] of networks.entries()) {
    const training = denseJob.start(options);
    const first = await training.step(1);
    await training.snapshot();
    const hundredth = await training.step(99);
    const last = await training.step(20);
    const expected = [
      [1, first],
      [100, hundredth],
      [120, last],
    ];
    expect(lossesIn(printed[index]), name).toEqual(expected);
    const { layers } = await training.snapshot();
    const { arrays } = decodeSafetensors(new Uint8Array(readFileSync(join(folder, `network${index}.safetensors`))));
    for (const [layer, path] of layerNames(options).entries()) {
      expect(arrays.get(`${path}.weight`)?.data, name).toEqual(layers[layer]?.weight);
      expect(arrays.get(`${path}.bias`)?.data, name).toEqual(layers[layer]?.bias);
    }
  }
});

test("the programs of lines move them as the page does, bit for bit", async () => {
  lines.forEach((options, index) => {
    const described = { classes: bones.classes, inputs: ["length", "weight"], steps: 50 } as const;
    writeFileSync(join(folder, `line${index}.ts`), lineProgram(options, described));
  });
  const printed = await run("line0.ts", "line1.ts");
  for (const [index, options] of lines.entries()) {
    const training = lineJob.start(options);
    const expected = [
      [1, await training.step(1)],
      [50, await training.step(49)],
    ];
    expect(lossesIn(printed[index])).toEqual(expected);
  }
});

test("the model folder is whole, and its programs run where it is unpacked", async () => {
  const options = { ...usual, points: bones.points, scaling: scalingOf(bones.points), nonlinearity: "sine" } as const;
  const training = denseJob.start(options);
  await training.step(30);
  const snapshot = await training.snapshot();
  const files = await makeDense({ options, problem: bones, snapshot, step: 30 }).folder();
  const read = await readFolder(folderOf(files));
  expect(read.system).toBe("playground");
  expect([...read.files.keys()].sort()).toEqual([
    "README.md",
    "care/measures.json",
    "make.ts",
    "model.safetensors",
    "use.ts",
  ]);
  const unpacked = join(folder, "model");
  for (const [path, content] of files) {
    mkdirSync(join(unpacked, path, ".."), { recursive: true });
    writeFileSync(join(unpacked, path), content);
  }
  const { stdout } = await promisify(execFile)(process.execPath, ["use.ts"], { cwd: unpacked });
  const model = new nn.Sequential(
    new nn.Linear(2, 8),
    new Sine(),
    new nn.Linear(8, 8),
    new Sine(),
    new nn.Linear(8, 1),
  );
  loadModelBytes(model, new Uint8Array(readFileSync(join(unpacked, "model.safetensors"))));
  // The program asks about the point in the middle
  const middle = await model
    .forward(tensor([[0, 0]]))
    .sigmoid()
    .item();
  expect(Number(stdout)).toBeCloseTo(middle, 6);
});

class Sine extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.sin();
  }
}
