/** What `npm start` and its kin promise: arguments, exit code and signals go through, and stdout stays clean. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { root } from "../../tools/source.ts";
import { scratchCheckout } from "./scratch.ts";

/** Prints every signal that it gets; ends on SIGTERM. */
const listener = `
  let interrupts: number = 0;
  process.on("SIGINT", () => console.log("interrupt " + ++interrupts));
  process.on("SIGTERM", () => process.exit(130));
  setInterval(() => {}, 1000);
  console.log("ready");
`;

interface Running {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly end: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts `node tools/node.mjs <script>` as a script under npm is started, but without a terminal. */
function launch(script: string, args: readonly string[] = []): Running {
  const file = join(scratchCheckout({}), "script.ts");
  writeFileSync(file, script);
  const child = spawn(process.execPath, [join(root, "tools", "node.mjs"), file, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    // A session of its own, away from the terminal of whoever runs the tests.
    detached: true,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  const end = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on("exit", (code, signal) => resolve({ code, signal }));
  });
  return { process: child, output: () => output, end };
}

async function untilReady(running: Running): Promise<void> {
  while (!running.output().includes("ready")) await sleep(20);
}

describe("setUp()", () => {
  it("installs nothing where node_modules is a link to those of another checkout", () => {
    const checkout = scratchCheckout({});
    const others = join(scratchCheckout({}), "packages");
    mkdirSync(join(others, "kept"), { recursive: true });
    mkdirSync(join(checkout, "tools"), { recursive: true });
    rmSync(join(checkout, "node_modules"));
    symlinkSync(others, join(checkout, "node_modules"));
    cpSync(join(root, "tools", "setup.mjs"), join(checkout, "tools", "setup.mjs"));
    writeFileSync(join(checkout, "package-lock.json"), "{}");
    const script =
      'import("./tools/setup.mjs").then(({ setUp }) => setUp()).catch((error) => { console.error(error.message); process.exit(1); })';
    const { status, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: checkout, encoding: "utf8" });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/node_modules is a link.*Remove the link/)]);
    expect(existsSync(join(others, "kept"))).toBe(true);
  });
});

describe("launch()", () => {
  it("passes arguments on, keeps stdout to the program, and ends with its exit code", async () => {
    const running = launch(`console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;`, [
      "--a b",
      "-c",
    ]);
    expect(await running.end).toEqual({ code: 7, signal: null });
    expect(running.output()).toBe(`["--a b","-c"]\n`);
  });

  it("hands an interrupt on once, even when npm repeats it, and lets the program decide", async () => {
    const running = launch(listener);
    await untilReady(running);
    running.process.kill("SIGINT");
    await sleep(2);
    running.process.kill("SIGINT");
    await sleep(400);
    expect(running.output()).toBe("ready\ninterrupt 1\n");
    running.process.kill("SIGINT");
    await sleep(200);
    expect(running.output()).toBe("ready\ninterrupt 1\ninterrupt 2\n");
    running.process.kill("SIGTERM");
    expect(await running.end).toEqual({ code: 130, signal: null });
  });

  it("dies of the signal that the program died of", async () => {
    const running = launch(`process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000);`);
    expect(await running.end).toEqual({ code: null, signal: "SIGKILL" });
  });
});
