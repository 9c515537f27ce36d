/** Tells whether a process that was seen earlier is still there, and not another that was given its number since. */
import { readFileSync } from "node:fs";
import { platform } from "node:os";

/** A process as it was entered somewhere. */
export interface SeenProcess {
  readonly pid: number;
  /** What `processMark` gave then. */
  readonly mark: string;
}

/** When the process began, where the system says it (Linux), otherwise an empty string; undefined where there is none. */
export function processMark(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to somebody else
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return undefined;
  }
  if (platform() !== "linux") return "";
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program stands in parentheses and may hold anything; fields are counted from behind it
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const isZombie = fields[0] === "Z";
    return isZombie ? undefined : (fields[19] ?? "");
  } catch {
    return undefined;
  }
}

/** Is that very process still running on this machine? */
export function isRunning({ pid, mark }: SeenProcess): boolean {
  const now = processMark(pid);
  return now !== undefined && (now === mark || now === "" || mark === "");
}
