/** The documentation gate must find what is undocumented, and run, type-check and locate every example. */
import { describe, expect, it } from "vitest";
import { checkDocs } from "../../tools/docs.ts";
import { fences } from "../../tools/examples.ts";
import { hasSentence } from "../../tools/publicSurface.ts";
import { scratchCheckout } from "./scratch.ts";

const documented = {
  "src/index.ts": `export { double } from "./double.ts";\nexport * as nn from "./nn/index.ts";\n`,
  "src/double.ts": [
    "/**",
    " * Twice a number.",
    " *",
    " * @example",
    " * ```ts",
    ` * import { double } from "smilodon";`,
    " * if (double(2) !== 4) throw new Error(`wrong`);",
    " * ```",
    " */",
    "export function double(x: number): number { return 2 * x; }",
  ].join("\n"),
  "src/nn/index.ts": `export * from "./linear.ts";\n`,
  "src/nn/linear.ts": `/** A linear function, with weights and a bias. */\nexport class Linear {}\n`,
};

describe("checkDocs()", { timeout: 60_000 }, () => {
  it("passes a tree in which all is documented and every example runs", async () => {
    const result = await checkDocs(true, scratchCheckout(documented));
    expect(result.problems).toEqual([]);
    expect(result.summary).toBe("2 public symbols, 1 examples (1 run)");
  });

  it("names public symbols without a docstring, through re-exports and namespaces", async () => {
    const base = scratchCheckout({
      ...documented,
      "src/nn/linear.ts": [
        "/** Undone */",
        "export class Linear {}",
        "export const [a, { b }] = [1, { b: 2 }];",
        "interface Local {}",
        "export type { Local };",
      ].join("\n"),
    });
    const { problems } = await checkDocs(false, base);
    expect(problems.map((problem) => problem.split(" has ")[0])).toEqual([
      `src/nn/linear.ts:2 nn.Linear of "smilodon"`,
      `src/nn/linear.ts:3 nn.a of "smilodon"`,
      `src/nn/linear.ts:3 nn.b of "smilodon"`,
      `src/nn/linear.ts:4 nn.Local of "smilodon"`,
    ]);
  });

  it("reports failing examples with the document's file and line: types, errors, crashes, stray rejections", async () => {
    const readme = [
      "# Examples", // 1
      "```ts",
      `import { double } from "smilodon";`, // 3
      `const text: string = double(2);`, // 4: a type error
      "```",
      "1. In a list:",
      "   ```ts",
      `   const x = 1;`, // 8
      `   throw new RangeError(\`thrown \${x}\`);`, // 9
      "   ```",
      "```ts",
      "process.exit(3);", // 12
      "```",
      "```ts",
      `void Promise.reject(new Error("stray"));`, // 15
      "```",
      "```ts no-run",
      `throw new Error("never run");`,
      "```",
      "```js",
      "never looked at (",
      "```",
      "```ts",
      `import { lost } from "smilodon/lost";`, // 24
      "```",
      "```ts sometimes",
      "```",
    ].join("\n");
    const { problems, summary } = await checkDocs(true, scratchCheckout({ ...documented, "README.md": readme }));
    expect(summary).toBe("2 public symbols, 6 examples (4 run)");
    expect([...problems].sort()).toEqual([
      "README.md:12 the example ended its process (3): ",
      "README.md:15 the example throws: Error: stray",
      "README.md:24 imports smilodon/lost, which is not an entry point of the package.",
      "README.md:26 ```ts sometimes: the only word known after ts is no-run.",
      `README.md:4 the example does not type-check: TS2322: Type 'number' is not assignable to type 'string'.`,
      "README.md:9 the example throws: RangeError: thrown 1",
    ]);
  });

  it("wants a fence after @example, or the example would never run", async () => {
    const double = `/**\n * Twice a number.\n * @example double(2)\n */\nexport function double(x: number): number { return 2 * x; }\n`;
    const { problems } = await checkDocs(false, scratchCheckout({ ...documented, "src/double.ts": double }));
    expect(problems).toEqual(["src/double.ts:3 @example needs a ```ts fence."]);
  });
});

describe("fences()", () => {
  it("keeps longer fences whole and counts lines from the document's", () => {
    const text = ["````md", "```ts", "inner", "```", "````", "~~~ts", "outer", "~~~"];
    expect(fences(text, 10)).toEqual([{ line: 16, flags: "", code: "outer" }]);
  });
});

describe("hasSentence()", () => {
  it("wants words and a full stop before the first tag", () => {
    expect(hasSentence("* Adds two tensors. ")).toBe(true);
    expect(hasSentence("*\n * Adds two\n * tensors.\n * @param x a tensor\n ")).toBe(true);
    expect(hasSentence("* Tensor ")).toBe(false);
    expect(hasSentence("*\n * @returns The sum of both. ")).toBe(false);
  });
});
