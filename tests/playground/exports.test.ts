/** What a visitor takes along: programs that run as they are and train what the page has trained, bit for bit. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nn, setDevice, type Tensor, tensor } from "../../src/index.ts";
import { decodeSafetensors, folderOf, loadModelBytes, readFolder } from "../../src/io/index.ts";
import { makeDense } from "../../src/studio/playground/training/export/dense.ts";
import { denseProgram, layerNames } from "../../src/studio/playground/training/export/denseProgram.ts";
import { makeLine } from "../../src/studio/playground/training/export/line.ts";
import { lineProgram } from "../../src/studio/playground/training/export/lineProgram.ts";
import { type DenseOptions, denseJob } from "../../src/studio/playground/training/jobs/dense.ts";
import { type LineOptions, lineJob } from "../../src/studio/playground/training/jobs/line.ts";
import { scalingOf } from "../../src/studio/playground/training/points.ts";
import { makeProblem } from "../../src/studio/playground/training/problems.ts";
import { entryPoints, type Manifest } from "../../tools/entryPoints.ts";

let folder: string;
/** What each program printed, by its path. */
let printed: ReadonlyMap<string, string>;
/** What lies in the model folders. */
let taken: Awaited<ReturnType<typeof takeAlong>>;

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

const lineOptionsOf = (isThroughSigmoid: boolean): LineOptions => ({
  points: bones.points,
  scaling: scalingOf(bones.points),
  isThroughSigmoid,
  start: [0.3, 1, 0.4],
  learningRate: 0.1,
});
const lines = [lineOptionsOf(true), lineOptionsOf(false)];

/** All programs run in one process of Node, one after the other: starting it takes longer than they do. */
beforeAll(async () => {
  // The device of pages
  setDevice("wasm");
  folder = realpathSync(mkdtempSync(join(tmpdir(), "smilodon-exports-")));
  installCheckout();
  networks.forEach(({ options }, index) => {
    const program = denseProgram(options, { classes: rings.classes, steps: 120 });
    write(`network${index}.ts`, program.replace("network.safetensors", `network${index}.safetensors`));
  });
  lines.forEach((options, index) => {
    const described = { classes: bones.classes, inputs: ["length", "weight"], steps: 50 } as const;
    write(`line${index}.ts`, lineProgram(options, described));
  });
  taken = await takeAlong();
  for (const { name, files } of [taken.network, taken.line])
    for (const [path, content] of files) write(join(name, path), content);
  const programs = [...networks.keys()].map((index) => `network${index}.ts`);
  programs.push("line0.ts", "line1.ts", "network/use.ts", "line/use.ts");
  printed = await run(programs);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In this folder `smilodon` is this checkout, as if it were installed. */
function installCheckout(): void {
  const root = join(import.meta.dirname, "../..");
  const manifest: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const exports = Object.fromEntries(
    entryPoints(manifest).map(({ specifier, source }) => [specifier.replace("smilodon", "."), `./${source}`]),
  );
  write("node_modules/smilodon/package.json", JSON.stringify({ name: "smilodon", type: "module", exports }));
  symlinkSync(join(root, "src"), join(folder, "node_modules", "smilodon", "src"));
  write("package.json", JSON.stringify({ type: "module" }));
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), content);
}

async function run(programs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const imports = programs.map((path) => `await import(${JSON.stringify(`./${path}`)});`);
  write("all.ts", imports.join(' console.log("then");\n'));
  const { stdout } = await promisify(execFile)(process.execPath, ["all.ts"], { cwd: folder });
  return new Map(stdout.split("then\n").map((text, index) => [programs[index] ?? "", text]));
}

/** Losses that a program printed, by step. */
function lossesOf(program: string): [number, number][] {
  const found = (printed.get(program) ?? "").matchAll(/^step (\d+): loss (\S+)$/gm);
  return Array.from(found, ([, step, loss]) => [Number(step), Number(loss)]);
}

/** A network and a line that were trained a little, as a visitor would take them along. */
async function takeAlong() {
  const options = { ...usual, points: bones.points, scaling: scalingOf(bones.points), nonlinearity: "sine" } as const;
  const training = denseJob.start(options);
  await training.step(30);
  const network = makeDense({ options, problem: bones, snapshot: await training.snapshot(), step: 30 });
  const lineOptions = lineOptionsOf(true);
  const descent = lineJob.start(lineOptions);
  await descent.step(40);
  const snapshot = await descent.snapshot();
  const line = makeLine({ options: lineOptions, problem: bones, snapshot, steps: 40, mistakes: 7 });
  return {
    network: { ...network, files: await network.folder() },
    line: { ...line, files: await line.folder(), numbers: snapshot.numbers },
  };
}

test.for([...networks.entries()])(
  "the program of network %i trains as the page does, bit for bit",
  async ([index, { options }]) => {
    const training = denseJob.start(options);
    const first = await training.step(1);
    await training.snapshot();
    const hundredth = await training.step(99);
    const last = await training.step(20);
    expect(lossesOf(`network${index}.ts`)).toEqual([
      [1, first],
      [100, hundredth],
      [120, last],
    ]);
    const { layers } = await training.snapshot();
    const { arrays } = decodeSafetensors(new Uint8Array(readFileSync(join(folder, `network${index}.safetensors`))));
    for (const [layer, path] of layerNames(options).entries()) {
      expect(arrays.get(`${path}.weight`)?.data).toEqual(layers[layer]?.weight);
      expect(arrays.get(`${path}.bias`)?.data).toEqual(layers[layer]?.bias);
    }
  },
);

test.for([0, 1])("the program of line %i moves it as the page does, bit for bit", async (index) => {
  const training = lineJob.start(lineOptionsOf(index === 0));
  const expected = [
    [1, await training.step(1)],
    [50, await training.step(49)],
  ];
  expect(lossesOf(`line${index}.ts`)).toEqual(expected);
});

test("model folders are sealed and hold the program that makes them", async () => {
  for (const { files, program } of [taken.network, taken.line]) {
    const read = await readFolder(folderOf(files));
    expect(read.system).toBe("playground");
    const names = ["README.md", "care/measures.json", "make.ts", "model.safetensors", "use.ts"];
    expect([...read.files.keys()].sort()).toEqual(names);
    expect(files.get("make.ts")).toBe(program);
  }
});

test("the programs of model folders answer as the models do", async () => {
  const model = new nn.Sequential(
    new nn.Linear(2, 8),
    new Sine(),
    new nn.Linear(8, 8),
    new Sine(),
    new nn.Linear(8, 1),
  );
  loadModelBytes(model, new Uint8Array(readFileSync(join(folder, "network", "model.safetensors"))));
  // They ask about the point in the middle, with one or three digits
  const middle = await model
    .forward(tensor([[0, 0]]))
    .sigmoid()
    .item();
  expect(Number(printed.get("network/use.ts"))).toBeCloseTo(middle, 2);
  expect(Number(printed.get("line/use.ts"))).toBeCloseTo(1 / (1 + Math.exp(-taken.line.numbers[0])), 1);
});

class Sine extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.sin();
  }
}
