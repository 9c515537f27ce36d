/**
 * Rows of memory: long training without any dispose. Two processes of their own run side by side, since nothing is
 * timed. The figure is the worse of two: bytes in use on the device, and what the process occupies.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ownRow, type Row } from "../harness/row.ts";
import { bench, type Measurement } from "./measurement.ts";

const script = fileURLToPath(new URL("flatMemory.ts", import.meta.url));

/** All of the family. */
export const memoryRows: readonly Measurement[] = [
  {
    ids: ["flat-memory", "flat-memory-eager"],
    measure: () => Promise.all([flatRow("flat-memory", "compiled"), flatRow("flat-memory-eager", "eager")]),
  },
];

async function flatRow(id: string, mode: string): Promise<Row> {
  const { device, resident } = await run(mode);
  process.stderr.write(`  ${id}: device bytes ${device}, resident set ${resident} of their earlier peaks\n`);
  return ownRow(bench, id, Math.max(device, resident), "of the earlier peak", "lower", 1.05);
}

function run(mode: string): Promise<{ device: number; resident: number }> {
  const child = spawn(process.execPath, [script, mode], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`10,000 ${mode} steps ended with ${code ?? signal}.`));
    });
  });
}
