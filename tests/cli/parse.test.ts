/** The parser of command lines: whatever is typed leads to values of the declared types, or to a helpful refusal. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/cli/errors.ts";
import { parse } from "../../src/cli/parse.ts";
import { defineCommand } from "../../src/cli/schema.ts";
import { DataError } from "../../src/support/errors.ts";

const command = defineCommand({
  name: "bake",
  summary: "",
  examples: [],
  arguments: [
    { name: "dough", meaning: "What to bake.", isRequired: true },
    { name: "tin", meaning: "Where." },
  ],
  options: {
    degrees: { kind: "number", meaning: "", placeholder: "DEGREES", default: 180, lowest: 50, highest: 250 },
    loaves: { kind: "number", meaning: "", placeholder: "COUNT", default: 1, lowest: 1, highest: 9, whole: true },
    shape: { kind: "text", meaning: "", placeholder: "SHAPE", default: "round" },
    note: { kind: "optional", meaning: "", placeholder: "TEXT" },
    dry: { kind: "flag", meaning: "", short: "d" },
  },
  run: async () => 0 as const,
});

const noFile = async (path: string): Promise<string> => {
  throw new Error(`${path} was read`);
};
const read = (words: readonly string[], file = noFile) => parse(command, words, file);

describe("parse", () => {
  test("reads flags in every form, and fills in defaults", async () => {
    const request = await read(["rye", "--degrees=210", "-d", "--shape", "long", "--", "--odd-tin"]);
    expect(request.arguments).toEqual(["rye", "--odd-tin"]);
    expect(request.values).toMatchObject({
      degrees: 210,
      loaves: 1,
      shape: "long",
      dry: true,
      json: false,
      help: false,
    });
    expect(request.values.note).toBeUndefined();
  });

  test("a negative number is a value, not a flag", async () => {
    await expect(read(["rye", "--degrees", "-5"])).rejects.toThrow(
      /--degrees is "-5"; it has to be a number from 50 to 250/,
    );
  });

  test.each([
    [["rye", "--degres", "200"], /no option --degres\. Did you mean "--degrees"\?/],
    [["rye", "--degrees"], /--degrees needs a value, and the line ends/],
    [["rye", "--degrees", "--dry"], /needs a value, and --dry follows/],
    [["rye", "--degrees", "hot"], /--degrees is "hot"/],
    [["rye", "--degrees", "0x64"], /--degrees is "0x64"/],
    [["rye", "--loaves", "2.5"], /a whole number from 1 to 9/],
    [["rye", "--dry=maybe"], /--dry takes no value/],
    [["rye", "--dry", "--dry"], /--dry is given twice/],
    [[], /bake needs dough: What to bake/],
    [["rye", "tin", "more"], /does not know what to do with "more"/],
    [["rye", "-x"], /no option -x/],
    [["rye", "--__proto__", "1"], /no option --__proto__/],
    [["rye", "--constructor"], /no option --constructor/],
  ])("%j is refused", async (words, message) => {
    await expect(read(words)).rejects.toThrow(UsageError);
    await expect(read(words)).rejects.toThrow(message);
  });

  test("--help needs no arguments", async () => expect((await read(["--help"])).values.help).toBe(true));

  test("flags override the config file, which overrides defaults", async () => {
    const file = async () => JSON.stringify({ degrees: 100, shape: "plait", dry: true });
    const { values } = await read(["rye", "--degrees", "90", "--config", "c.json"], file);
    expect(values).toMatchObject({ degrees: 90, shape: "plait", dry: true, loaves: 1 });
  });

  test.each([
    ["[]", /one JSON object/],
    ["{", /not JSON/],
    ['{"shap": "x"}', /"shap" is not an option\. Did you mean "shape"/],
    ['{"shape": 3}', /"shape" is 3; it has to be a string/],
    ['{"dry": "yes"}', /has to be a boolean/],
    ['{"config": "d.json"}', /"config" is not an option/],
  ])("config file %s is refused", async (text, message) => {
    await expect(read(["rye", "--config", "c.json"], async () => text)).rejects.toThrow(DataError);
    await expect(read(["rye", "--config", "c.json"], async () => text)).rejects.toThrow(message);
  });

  test("whatever is typed gives values of the declared types, or a usage error", async () => {
    const word = fc.oneof(
      fc.constantFrom(
        "--degrees",
        "--loaves",
        "--shape",
        "--note",
        "--dry",
        "-d",
        "--",
        "-",
        "--json",
        "-q",
        "=",
        "--=",
        "---",
      ),
      fc.string(),
      fc.string().map((text) => `--${text}`),
      fc.double().map(String),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 8 }), async (words) => {
        try {
          const { values, arguments: given } = await read(words, async () => "{}");
          expect(values.degrees >= 50 && values.degrees <= 250).toBe(true);
          expect(Number.isInteger(values.loaves)).toBe(true);
          expect(typeof values.shape).toBe("string");
          expect(typeof values.dry).toBe("boolean");
          expect(given.length).toBeLessThanOrEqual(2);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("what a flag is given comes out as it went in", async () => {
    const text = fc.string().filter((value) => !/^--?[a-z]/i.test(value));
    await fc.assert(
      fc.asyncProperty(text, fc.double({ min: 50, max: 250, noNaN: true }), async (shape, degrees) => {
        const { values } = await read(["rye", "--shape", shape, `--note=${shape}`, "--degrees", String(degrees)]);
        expect(values.shape).toBe(shape);
        expect(values.note).toBe(shape);
        expect(values.degrees).toBe(degrees);
      }),
    );
  });
});
