/** Threads in Chromium: in isolated pages and in workers of theirs a helper takes part, in ordinary pages nobody does. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium, openPage } from "../package/page.ts";

const executable = findChromium();
let folder: string;

/** Multiplies until a helper has taken part, if there can be one, and says what came of it. */
const program = `
import { DeviceError, random, registerDevice, setThreads } from ${JSON.stringify(join(import.meta.dirname, "../../src/index.ts"))};
import { WasmDevice } from ${JSON.stringify(join(import.meta.dirname, "../../src/device/wasm/wasmDevice.ts"))};
import { Draft } from ${JSON.stringify(join(import.meta.dirname, "../conformance/draft.ts"))};
const device = new WasmDevice({ threads: 2 });
registerDevice("wasm", () => device);
const x = random.uniform([256, 256]);
async function bits() {
  return String(await x.matmul(x).data());
}
export async function run() {
  const threads = device.threads;
  const shared = [];
  const end = performance.now() + 20000;
  do {
    shared.push(await bits());
    await new Promise((resolve) => setTimeout(resolve));
  } while (device.threads > 1 && !(device.chunksTaken[1] > 0) && performance.now() < end);
  const isSync = device.readSync !== undefined;
  const failure = await fail();
  setThreads(1);
  const alone = await bits();
  const isSame = shared.every((each) => each === alone);
  return { threads, hasHelped: device.chunksTaken[1] > 0, isSame, isSync, failure };
}
/** Stores far outside of all memory: the launch fails, or the read that follows. */
async function fail() {
  const d = new Draft();
  const out = d.buffer("f32", "write");
  const kernel = d.kernel("trap", [d.store(out, d.e.index(2 ** 29), d.e.literal("f32", 1))]);
  const command = { kind: "kernel", kernel: 0, slots: [0], sizes: [], label: "trap", origins: [] };
  const slots = [{ kind: "external", position: 0, bytes: 4 }];
  const executable = device.prepare({ slots, arenaBytes: 0, externals: 1, kernels: [kernel], commands: [command] });
  const buffer = device.allocate(4);
  try {
    executable.run([buffer]);
    await device.read(buffer);
  } catch (error) {
    return error instanceof DeviceError ? error.message : String(error);
  }
}
`;

const page = `
import { run } from "./program.js";
const tell = (outcome) => { document.body.dataset.outcome = JSON.stringify(outcome); };
if (location.hash === "#worker") {
  const worker = new Worker("worker.js", { type: "module" });
  worker.onmessage = ({ data }) => tell(data);
} else tell(await run());
`;

const worker = `
import { run } from "./program.js";
postMessage(await run());
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "smilodon-browser-"));
  await build({
    stdin: { contents: program, resolveDir: import.meta.dirname },
    outfile: join(folder, "program.js"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
  });
  writeFileSync(join(folder, "page.js"), page);
  writeFileSync(join(folder, "worker.js"), worker);
  writeFileSync(
    join(folder, "index.html"),
    '<link rel="icon" href="data:,"><body><script type="module" src="page.js"></script></body>',
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const failed = expect.stringContaining("A kernel failed on the WebAssembly device");
const canHelp = availableParallelism() > 1;

test.runIf(executable !== undefined).for([
  { where: "a page that is not isolated", path: "", isIsolated: false, helps: false, isSync: true },
  { where: "an isolated page", path: "", isIsolated: true, helps: canHelp, isSync: !canHelp },
  { where: "a worker of an isolated page", path: "#worker", isIsolated: true, helps: canHelp, isSync: true },
])("in $where", async ({ path, isIsolated, helps, isSync }) => {
  const { outcome, messages } = await openPage(folder, executable ?? "", { isIsolated, path });
  expect(messages).toEqual([]);
  expect(outcome).toEqual({ threads: helps ? 2 : 1, hasHelped: helps, isSame: true, isSync, failure: failed });
});

test.runIf(executable !== undefined && canHelp)(
  "where a policy forbids workers, one thread does everything and says so",
  async () => {
    const { outcome, messages } = await openPage(folder, executable ?? "", {
      isIsolated: true,
      headers: { "Content-Security-Policy": "worker-src 'none'" },
    });
    expect(outcome).toEqual({ threads: 2, hasHelped: false, isSame: true, isSync: false, failure: failed });
    expect(messages.join()).toContain("Smilodon runs on one thread");
  },
);
