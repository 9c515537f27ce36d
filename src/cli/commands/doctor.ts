/** `smilodon doctor`: what this machine offers, and what is missing. A report to paste into an issue. */
import { arch, availableParallelism, cpus, freemem, platform, release, totalmem } from "node:os";
import { deviceNamed, deviceNames } from "../../runtime/registry.ts";
import { exitCodes } from "../errors.ts";
import { defineCommand } from "../schema.ts";
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
  async run({ values }, { console }) {
    const diagnosis = examine();
    if (values.json) console.print(JSON.stringify(diagnosis, null, 2));
    else for (const [name, text] of describe(diagnosis)) console.print(`${console.bold(name.padEnd(10))} ${text}`);
    const isWell = diagnosis.nodeIsNewEnough && diagnosis.devices.some((device) => device.works);
    if (!isWell) console.complain(`Smilodon needs Node ${oldestNode} or newer and a device that works.`);
    return isWell ? exitCodes.ok : exitCodes.failure;
  },
});

function examine(): Diagnosis {
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
  };
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
    return { name, works: true, says: "works" };
  } catch (error) {
    return { name, works: false, says: error instanceof Error ? error.message : String(error) };
  }
}

function describe(diagnosis: Diagnosis): (readonly [string, string])[] {
  const { memoryGigabytes: memory, nodeIsNewEnough, devices } = diagnosis;
  return [
    ["smilodon", diagnosis.smilodon],
    ["node", `${diagnosis.node}${nodeIsNewEnough ? "" : `: too old, ${oldestNode} is needed`}`],
    ["system", diagnosis.system],
    ["processor", `${diagnosis.processor}, ${diagnosis.cores} ${diagnosis.cores === 1 ? "core" : "cores"}`],
    ["memory", `${memory.total} GB, ${memory.free} GB free`],
    ...devices.map(({ name, says }): readonly [string, string] => ["device", `${name}: ${says}`]),
  ];
}
