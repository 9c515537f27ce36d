/**
 * Kills training runs at random moments, lets them go on, and compares what they learned with what a run that was not
 * killed has learned, bit for bit: weights, optimizer and the losses of all epochs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What came of the kills. */
export interface Resumed {
  readonly kills: number;
  /** Runs that came to the same bits. */
  readonly equal: number;
  /** Kills while a checkpoint was being written. */
  readonly whileWriting: number;
  /** Runs that went on from a checkpoint, rather than began anew. */
  readonly fromCheckpoint: number;
  /** Temporary files that were left in the end. */
  readonly leftovers: number;
}

interface Ended {
  readonly digest: string;
  readonly wasSaved: boolean;
}

/** When a run is killed: so long after its start, or so long after it began to write its nth checkpoint. */
type Moment = { readonly after: number } | { readonly write: number; readonly after: number };

/** Kills `kills` runs, every other one in the midst of a write. Takes a few seconds for each. */
export async function killAndResume(kills: number): Promise<Resumed> {
  const folder = await mkdtemp(join(tmpdir(), "smilodon-resume-"));
  try {
    const whole = await run(join(folder, "whole", "checkpoint.safetensors"));
    if (whole.ended === undefined) throw new Error("The run that nobody killed did not end.");
    const found = { equal: 0, whileWriting: 0, fromCheckpoint: 0, leftovers: 0 };
    for (let kill = 0; kill < kills; kill++) {
      const inner = join(folder, String(kill));
      const path = join(inner, "checkpoint.safetensors");
      const moment: Moment =
        kill % 2 === 0
          ? { after: whole.firstSave + Math.random() * (whole.milliseconds - whole.firstSave) }
          : { write: 1 + Math.floor(Math.random() * whole.writes), after: Math.random() * 4 };
      const { wasWriting, ended: tooLate } = await run(path, moment);
      const { ended } = tooLate === undefined ? await run(path) : { ended: undefined };
      if (tooLate !== undefined) {
        // It ended before the moment came: another moment
        kill--;
        await rm(inner, { recursive: true, force: true });
        continue;
      }
      found.whileWriting += Number(wasWriting);
      found.fromCheckpoint += Number(ended?.wasSaved === true);
      found.equal += Number(ended?.digest === whole.ended.digest);
      found.leftovers += (await readdir(inner)).filter((name) => name.endsWith(".tmp")).length;
    }
    return { kills, ...found };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs training in a process of its own, and kills it at `moment`. */
async function run(path: string, moment?: Moment) {
  const script = fileURLToPath(new URL("resumeRun.ts", import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
  const begun = performance.now();
  const killLater = (after: number) => setTimeout(() => child.kill("SIGKILL"), after);
  let [text, writes, isWriting, firstSave] = ["", 0, false, 0];
  let timer = moment !== undefined && !("write" in moment) ? killLater(moment.after) : undefined;
  child.stdout.on("data", (bytes: Buffer) => {
    text += bytes.toString();
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      if (line.startsWith("{")) break;
      text = text.slice(end + 1);
      isWriting = line === "saving";
      if (line === "saving") writes++;
      else if (firstSave === 0) firstSave = performance.now() - begun;
      if (isWriting && moment !== undefined && "write" in moment && writes === moment.write)
        timer = killLater(moment.after);
    }
  });
  const [, signal] = await once(child, "close");
  clearTimeout(timer);
  const ended: Ended | undefined = signal === null ? JSON.parse(text) : undefined;
  return { ended, writes, wasWriting: isWriting, firstSave, milliseconds: performance.now() - begun };
}
