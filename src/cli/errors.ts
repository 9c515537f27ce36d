/** Exit codes, and which error leads to which: scripts read the code, people the message. */
import { DataError, SmilodonError } from "../support/errors.ts";

/** What the process ends with. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  data: 3,
  careGate: 4,
  diverged: 5,
  interrupted: 130,
} as const;

/** One of `exitCodes`. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The command line is not one that Smilodon understands; `hint` says what to type instead. */
export class UsageError extends SmilodonError {
  override readonly name = "UsageError";
  readonly hint: string;

  constructor(message: string, hint = "") {
    super(message, { hint });
    this.hint = hint;
  }
}

/** The user stopped the command with Ctrl-C. */
export class InterruptedError extends SmilodonError {
  override readonly name = "InterruptedError";
}

/** Training ended in a loss that is not finite. */
export class DivergedError extends SmilodonError {
  override readonly name = "DivergedError";
}

/** A result is worse than what a care gate allows. */
export class CareGateError extends SmilodonError {
  override readonly name = "CareGateError";
}

/**
 * What to do about an error of the operating system (disk full, no permission …), in words; undefined where the error is
 * another, or one that nothing is known about.
 */
export function explainSystemError(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  const advice = Object.hasOwn(systemErrors, error.code) ? systemErrors[error.code] : undefined;
  if (advice === undefined) return undefined;
  const path = "path" in error && typeof error.path === "string" ? error.path : undefined;
  const what = path === undefined ? "The output" : withoutTemporaryName(path);
  return `${what} ${advice}`;
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOSPC:
    "cannot be written: the disk is full. Make room or choose another disk with --out; nothing is left half-written.",
  EDQUOT: "cannot be written: your share of the disk is used up. Make room or choose another disk with --out.",
  EROFS: "cannot be written: the disk can only be read. Choose another place with --out.",
  EACCES: "cannot be opened: there is no permission. Change its permissions or choose another place with --out.",
  EPERM: "cannot be opened: there is no permission. Change its permissions or choose another place with --out.",
  ENOTDIR: "cannot be written: a part of this path is a file and no folder. Choose another place with --out.",
  EEXIST: "cannot be written: something of that name is in the way. Choose another place with --out.",
  EISDIR: "is a folder, and a file is needed.",
  ENAMETOOLONG: "cannot be written: the name is too long. Choose a shorter one with --out.",
  ELOOP: "cannot be opened: symbolic links lead round in a circle.",
  EMFILE: "cannot be opened: too many files are open at once. Close some programs, or raise the limit (ulimit -n).",
  EIO: "cannot be read or written: the disk reports an error. Check the disk.",
};

/** Files are written beside their place first: what the user knows is the place. */
function withoutTemporaryName(path: string): string {
  return path.replace(/\.([^/\\]+)\.[0-9a-f-]{36}\.tmp$/, "$1");
}

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof DataError) return exitCodes.data;
  if (error instanceof CareGateError) return exitCodes.careGate;
  if (error instanceof InterruptedError) return exitCodes.interrupted;
  if (error instanceof DivergedError) return exitCodes.diverged;
  return exitCodes.failure;
}
