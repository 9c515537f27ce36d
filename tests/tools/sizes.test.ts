/** The size gate must count what it says it counts, and fail over each limit. */
import { describe, expect, it } from "vitest";
import { measureBundle } from "../../tools/bundle.ts";
import { findExcesses, limits, type Measure, measure } from "../../tools/sizes.ts";
import { parseSource } from "../../tools/source.ts";
import { scratchCheckout } from "./scratch.ts";

const blank: Measure = { path: "src/x.ts", lines: 1000, functions: [], any: [], casts: [], assertions: [] };

describe("measure()", () => {
  it("finds any, casts and assertions by line, and leaves as const, satisfies and renamed imports alone", () => {
    const source = parseSource(
      "src/x.ts",
      [
        `import { a as b, type c as d } from "./y.ts";`,
        "export { b as e };",
        "const one = [1] as const;",
        "const two = b as unknown as number;", // 4, twice
        "const three: any = two!;", // 5
        "const four = (three satisfies number) as d;", // 6
        "const text = 'as any'; // as any",
        "",
      ].join("\n"),
    );
    const found = measure(source);
    expect(found.lines).toBe(7);
    expect(found.casts).toEqual([4, 4, 6]);
    expect(found.any).toEqual([5]);
    expect(found.assertions).toEqual([5]);
  });

  it("measures every kind of function from its first to its last line", () => {
    const source = parseSource(
      "src/x.ts",
      ["function f() {", "  return 1;", "}", "class C {", "  m() {", "  }", "}", "const g = () => 1;"].join("\n"),
    );
    expect(measure(source).functions.map(({ line, lines }) => [line, lines])).toEqual([
      [1, 3],
      [5, 2],
      [8, 1],
    ]);
  });
});

describe("findExcesses()", () => {
  it("is silent at the limits", () => {
    const function_ = { name: "function f", line: 1, lines: limits.functionLines };
    const atLimits = { ...blank, lines: limits.fileLines, functions: [function_] };
    expect(findExcesses([atLimits, { ...blank, path: "src/y.ts", lines: 500, casts: [1, 2, 3, 4, 5] }])).toEqual([]);
  });

  it("reports long files, long functions and any", () => {
    const problems = findExcesses([
      {
        ...blank,
        lines: 501,
        functions: [{ name: "function f", line: 9, lines: 101 }],
        any: [12],
      },
    ]);
    expect(problems.map((problem) => problem.split(" ").slice(0, 4).join(" "))).toEqual([
      "src/x.ts:1 has 501 lines;",
      "src/x.ts:9 function f has",
      "src/x.ts:12 says `any`: say",
    ]);
  });

  it("allows long functions in tests, whose describe() is one, but not long files", () => {
    const long = [{ name: "this function", line: 1, lines: 300 }];
    expect(findExcesses([{ ...blank, path: "tests/x.test.ts", lines: 400, functions: long }])).toEqual([]);
    expect(findExcesses([{ ...blank, path: "tests/x.test.ts", lines: 501 }])).toHaveLength(1);
  });

  it("reports a density of casts over the limit, naming the worst files", () => {
    const problems = findExcesses([{ ...blank, lines: 400, casts: [1, 2, 3] }]);
    expect(problems[0]).toContain("3 casts in 400 lines, 7.5 per 1000 where 5 are allowed. Most are in src/x.ts (3).");
  });
});

describe("measureBundle()", () => {
  it("counts what a page loads at once apart from what it loads on demand", async () => {
    const padding = (name: string): string => `export const ${name} = ${JSON.stringify(name.repeat(3000))};`;
    const resolveDir = scratchCheckout({
      "now.ts": padding("now"),
      "later.ts": padding("later"),
      "never.ts": padding("never"),
    });
    const program = `
      import { now } from "./now.ts";
      import { never } from "./never.ts";
      globalThis.run = [now, () => import("./later.ts"), () => import("node:fs")];`;
    const size = await measureBundle(program, { resolveDir });
    expect(size.minified).toBeGreaterThan(9000);
    expect(size.minified).toBeLessThan(9500);
    expect(size.compressed).toBeLessThan(size.minified / 10);
    expect(size.onDemandCompressed).toBeGreaterThan(50);
    expect(size.largest.map(({ path }) => path.replace(/.*\//, ""))).toEqual(["now.ts", "<stdin>"]);
  });
});
