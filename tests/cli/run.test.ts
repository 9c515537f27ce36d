/** Finding commands, help, exit codes, colours, progress: the command line without its commands. */
import { describe, expect, test } from "vitest";
import { unhurried } from "../../src/cli/checkpoints.ts";
import { commands } from "../../src/cli/commands.ts";
import { Console } from "../../src/cli/console.ts";
import { CareGateError, DivergedError, InterruptedError, UsageError } from "../../src/cli/errors.ts";
import { type Command, defineCommand } from "../../src/cli/schema.ts";
import { version } from "../../src/cli/version.ts";
import { DataError } from "../../src/support/errors.ts";
import { runWords } from "./world.ts";

/** A command that does what it is told. */
function commandThat(run: Command["run"]): Command {
  return defineCommand({
    name: "work",
    summary: "Works.",
    examples: [{ line: "work", does: "it" }],
    arguments: [],
    options: {},
    run,
  });
}

describe("the command line", () => {
  test.each([
    [new UsageError("no", "do this"), 2],
    [new DataError("no"), 3],
    [new CareGateError("no"), 4],
    [new DivergedError("no"), 5],
    [new InterruptedError("no"), 130],
    [new Error("no"), 1],
    ["no", 1],
  ])("%s ends with the code of its kind", async (error, code) => {
    const outcome = await runWords(["work"], [commandThat(async () => Promise.reject(error))]);
    expect(outcome.code).toBe(code);
    expect(outcome.output).toBe("");
    expect(outcome.messages).toContain(code === 130 ? "no" : "error no");
    expect(outcome.messages).not.toContain("    at ");
  });

  test("hints are shown, stacks only with --debug", async () => {
    const fail = commandThat(async () => Promise.reject(new UsageError("wrong", "write it so")));
    expect((await runWords(["work"], [fail])).messages).toContain("write it so");
    expect((await runWords(["work", "--debug"], [fail])).messages).toContain("    at ");
  });

  test("a mistyped command is answered with the nearest", async () => {
    const outcome = await runWords(["perdict"], commands);
    expect(outcome.code).toBe(2);
    expect(outcome.messages).toContain('There is no command "perdict". Did you mean "predict"?');
  });

  test("--version, --help, help, and --help of a command go to standard output", async () => {
    expect((await runWords(["--version"], commands)).output).toBe(`${version}\n`);
    const overview = (await runWords(["--help"], commands)).output;
    for (const { name, summary } of commands) expect(overview).toMatch(new RegExp(`${name} +${summary}`));
    expect((await runWords(["help"], commands)).output).toBe(overview);
    const page = (await runWords(["predict", "--help"], commands)).output;
    expect((await runWords(["help", "predict"], commands)).output).toBe(page);
    expect(page).toContain("--length MM");
    expect(page).toContain("smilodon predict runs/femurs --length 105 --weight 11.5");
  });

  test("without words the first command runs, also with options alone", async () => {
    const work = commandThat(async ({ values }, { console }) => {
      console.print(`json ${values.json}`);
      return 0;
    });
    expect((await runWords([], [work])).output).toBe("json false\n");
    expect((await runWords(["--json"], [work])).output).toBe("json true\n");
  });

  test("colours only on a terminal, and never with NO_COLOR", async () => {
    const work = commandThat(async (_, { console }) => {
      console.print(console.tint("good", "green"));
      return 0;
    });
    expect((await runWords(["work"], [work])).output).toBe("green\n");
    expect((await runWords(["work"], [work], { isTerminal: true })).output).toContain("\u001b[");
    const plain = { isTerminal: true, environment: { NO_COLOR: "1" } };
    expect((await runWords(["work"], [work], plain)).output).toBe("green\n");
    const dumb = { isTerminal: true, environment: { TERM: "dumb" } };
    expect((await runWords(["work"], [work], dumb)).output).toBe("green\n");
  });
});

describe("progress", () => {
  /** Writes progress every 100 ms for ten seconds and gives what came out. */
  function record(isTTY: boolean): string[] {
    const written: string[] = [];
    let time = 0;
    const sink = { isTTY, write: (text: string) => written.push(text) };
    const console = new Console({ output: sink, messages: sink, environment: {}, now: () => time });
    for (; time <= 10_000; time += 100) console.progress("training", time / 10_000);
    console.endProgress();
    return written;
  }

  test("is a line every few seconds off a terminal", () => {
    const lines = record(false);
    expect(lines).toHaveLength(4);
    expect(lines.every((line) => line.endsWith("%\n") && !line.includes("\u001b"))).toBe(true);
  });

  test("is a bar on a terminal, taken away at the end", () => {
    const states = record(true);
    expect(states.length).toBeGreaterThan(90);
    expect(states[0]).toContain("━");
    expect(states.at(-1)).toBe("\r\u001b[2K");
    expect(states.join("")).not.toContain("\n");
  });

  test("is not shown when quiet, and data still are", async () => {
    const work = commandThat(async (_, { console }) => {
      console.say("hello");
      console.progress("training", 0.5);
      console.print("data");
      return 0;
    });
    const outcome = await runWords(["work", "--quiet"], [work], { isTerminal: true });
    expect(outcome).toMatchObject({ code: 0, output: "data\n", messages: "" });
  });
});

describe("what surrounds commands", () => {
  test("long sentences are wrapped on a terminal and left alone elsewhere", () => {
    const sink = (isTTY: boolean) => ({ isTTY, columns: 40, write: () => true });
    const consoleOf = (isTTY: boolean) => new Console({ output: sink(isTTY), messages: sink(isTTY), environment: {} });
    const text = "one two three four five six seven eight nine ten eleven twelve";
    const lines = consoleOf(true).wrap(text, "  ");
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    expect(lines.map((line) => line.trim()).join(" ")).toBe(text);
    expect(consoleOf(false).wrap(text, "  ")).toEqual([`  ${text}`]);
  });

  test("checkpoints reach the disk now and then, and at once after Ctrl-C", async () => {
    let time = 0;
    const kept: number[] = [];
    const stop = new AbortController();
    const store = { save: async (bytes: Uint8Array) => void kept.push(bytes[0] ?? 0), load: async () => undefined };
    const slow = unhurried(store, stop.signal, () => time);
    for (const second of [1, 2, 3, 4, 5]) {
      time = 1000 * second;
      await slow.save(Uint8Array.of(second));
    }
    expect(kept).toEqual([2, 4]);
    stop.abort();
    await slow.save(Uint8Array.of(9));
    expect(kept).toEqual([2, 4, 9]);
  });
});

describe("doctor", () => {
  test("finds this machine well, as text and as JSON", async () => {
    const text = await runWords(["doctor"], commands);
    expect(text.code).toBe(0);
    expect(text.output).toContain(process.version);
    const json: unknown = JSON.parse((await runWords(["doctor", "--json"], commands)).output);
    expect(json).toMatchObject({ node: process.version, nodeIsNewEnough: true, smilodon: version });
    expect(json).toHaveProperty("devices[0].works", true);
  });
});
