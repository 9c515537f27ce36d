#!/usr/bin/env node
/**
 * The command line: `smilodon COMMAND`, in a checkout `npm start -- COMMAND`. Gives run.ts the real process; the commands
 * are listed in commands.ts. The first Ctrl-C asks the command to save and stop, the second quits at once.
 */
import { enableCompileCache } from "node:module";
import { exitCodes, explainSystemError } from "./errors.ts";
import { runCommandLine } from "./run.ts";

// What is loaded from here on is compiled once and kept in the system's temporary folder: a start takes half as long
enableCompileCache();
const { commands } = await import("./commands.ts");
const { noticeDevice } = await import("./deviceNotice.ts");

const stop = new AbortController();

process.on("SIGINT", () => {
  if (stop.signal.aborted) process.exit(exitCodes.interrupted);
  stop.abort();
  process.stderr.write("\nStopping; press Ctrl-C again to quit at once.\n");
});
// How services and containers are stopped: the same, without a person who could press it again.
process.on("SIGTERM", () => stop.abort());

// A reader that closes early (| head) is no failure; a disk that is full is one.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.ok);
  process.stderr.write(`error ${explainSystemError(error) ?? `The output cannot be written: ${error.message}`}\n`);
  process.exit(exitCodes.failure);
});

process.exitCode = await runCommandLine(process.argv.slice(2), commands, {
  output: process.stdout,
  messages: process.stderr,
  environment: process.env,
  signal: stop.signal,
  begin: noticeDevice,
});
