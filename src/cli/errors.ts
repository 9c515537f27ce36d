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

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof DataError) return exitCodes.data;
  if (error instanceof CareGateError) return exitCodes.careGate;
  if (error instanceof InterruptedError) return exitCodes.interrupted;
  if (error instanceof DivergedError) return exitCodes.diverged;
  return exitCodes.failure;
}
