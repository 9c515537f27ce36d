/** `smilodon doctor`: what this machine offers, and what is missing. A report to paste into an issue. */
import { existsSync } from "node:fs";
import { arch, availableParallelism, cpus, freemem, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import "../../runtime/registry.node.ts";
import { currentDevice, deviceNamed, deviceNames } from "../../runtime/registry.ts";
import { RunStore } from "../../train/index.node.ts";
import { exitCodes } from "../errors.ts";
import { defineCommand, type Surroundings } from "../schema.ts";
import { version } from "../version.ts";

/** The oldest Node that Smilodon runs on (package.json, engines). */
const oldestNode = 24;

interface DeviceState {
  readonly name: string;
  readonly works: boolean;
  readonly says: string;
}

interface Diagnosis {
  readonly smilodon: string;
  readonly node: string;
  readonly nodeIsNewEnough: boolean;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: { readonly total: number; readonly free: number };
  readonly devices: readonly DeviceState[];
  /** What else matters: threads, packages that may be missing, the run store, the data folder. */
  readonly findings: readonly DeviceState[];
}

/** Examines the machine. */
export const doctor = defineCommand({
  name: "doctor",
  summary: "Say what this machine offers: Node, cores, memory, devices.",
  examples: [
    { line: "doctor", does: "a report to read" },
    { line: "doctor --json", does: "the same for a program or an issue" },
  ],
  arguments: [],
  options: {},
  async run({ values }, { console, environment }) {
    const diagnosis = await examine(environment);
    if (values.json) console.print(JSON.stringify(diagnosis, null, 2));
    else for (const [name, text] of describe(diagnosis)) console.print(`${console.bold(name.padEnd(16))} ${text}`);
    const isWell = diagnosis.nodeIsNewEnough && diagnosis.devices.some((device) => device.works);
    if (!isWell) console.complain(`Smilodon needs Node ${oldestNode} or newer and a device that works.`);
    return isWell ? exitCodes.ok : exitCodes.failure;
  },
});

async function examine(environment: Surroundings["environment"]): Promise<Diagnosis> {
  const gigabytes = (bytes: number): number => Number((bytes / 1e9).toFixed(1));
  return {
    smilodon: version,
    node: process.version,
    nodeIsNewEnough: Number(process.versions.node.split(".")[0]) >= oldestNode,
    system: `${platform()} ${arch()} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGigabytes: { total: gigabytes(totalmem()), free: gigabytes(freemem()) },
    devices: deviceNames().map(tryDevice),
    findings: [
      simd(),
      threads(),
      chosenDevice(environment["SMILODON_DEVICE"]),
      await optionalPackage("@duckdb/node-api", "SQL queries on tables (--query)"),
      runStore(join("runs", "runs.sqlite")),
      dataFolder(environment["SMILODON_DATA"]),
    ],
  };
}

/** The smallest module with a vector instruction: v128.const, i32x4.all_true. */
const simdModule = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 10, 25, 1, 23, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 253, 163, 1, 11,
]);

function simd(): DeviceState {
  const works = WebAssembly.validate(simdModule);
  return { name: "simd", works, says: works ? "WebAssembly has vector instructions" : "WebAssembly has no vectors" };
}

function threads(): DeviceState {
  const count = currentDevice().threads ?? 1;
  const canShare = typeof SharedArrayBuffer !== "undefined";
  const cores = availableParallelism();
  const says = canShare ? `${count} of ${cores} are used (SMILODON_THREADS changes it)` : "memory cannot be shared";
  return { name: "threads", works: canShare, says };
}

/** Which device new tensors live on, and who says so. */
function chosenDevice(wish: string | undefined): DeviceState {
  const isNamed = wish !== undefined && wish !== "" && wish !== "auto";
  const says = isNamed ? "SMILODON_DEVICE says so" : "the best that works here; SMILODON_DEVICE names another";
  try {
    return { name: "runs on", works: true, says: `${currentDevice().name}: ${says}` };
  } catch (error) {
    return { name: "runs on", works: false, says: error instanceof Error ? error.message : String(error) };
  }
}

async function optionalPackage(name: string, use: string): Promise<DeviceState> {
  try {
    import.meta.resolve(name);
    return { name, works: true, says: "is installed" };
  } catch {
    return { name, works: false, says: `is not installed; it is only needed for ${use}: npm install ${name}` };
  }
}

function runStore(path: string): DeviceState {
  if (!existsSync(path)) return { name: "run store", works: true, says: `${path}: none yet` };
  try {
    using store = new RunStore(path);
    return { name: "run store", works: true, says: `${path}: ${store.list().length} runs` };
  } catch (error) {
    return { name: "run store", works: false, says: error instanceof Error ? error.message : String(error) };
  }
}

function dataFolder(path: string | undefined): DeviceState {
  if (path === undefined)
    return { name: "test data", works: true, says: "SMILODON_DATA is not set; only tests and benchmarks use it" };
  const works = existsSync(path);
  return { name: "test data", works, says: works ? "SMILODON_DATA is there" : "SMILODON_DATA names no folder" };
}

/** Does the device come up and keep what is written to it? */
function tryDevice(name: string): DeviceState {
  try {
    const device = deviceNamed(name);
    const buffer = device.allocate(16);
    device.write(buffer, new Uint8Array(16).fill(7));
    const kept = device.readSync?.(buffer);
    device.free(buffer);
    if (kept?.every((byte) => byte === 7) === false)
      return { name, works: false, says: "memory does not keep what is written" };
    return { name, works: true, says: ["works", ...(device.facts ?? [])].join("; ") };
  } catch (error) {
    return { name, works: false, says: error instanceof Error ? error.message : String(error) };
  }
}

function describe(diagnosis: Diagnosis): (readonly [string, string])[] {
  const { memoryGigabytes: memory, nodeIsNewEnough, devices, findings } = diagnosis;
  return [
    ["smilodon", diagnosis.smilodon],
    ["node", `${diagnosis.node}${nodeIsNewEnough ? "" : `: too old, ${oldestNode} is needed`}`],
    ["system", diagnosis.system],
    ["processor", `${diagnosis.processor}, ${diagnosis.cores} ${diagnosis.cores === 1 ? "core" : "cores"}`],
    ["memory", `${memory.total} GB, ${memory.free} GB free`],
    ...devices.map(({ name, says }): readonly [string, string] => ["device", `${name}: ${says}`]),
    ...findings.map(({ name, says }): readonly [string, string] => [name, says]),
  ];
}
