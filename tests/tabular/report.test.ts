import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { readTable } from "../../src/data/index.ts";
import { extentOf, plotSvg, shareOf, ticksOf } from "../../src/systems/reportPlot.ts";
import { cellHtml, nameHtml, number, plainText, shareText } from "../../src/systems/reportSpell.ts";
import { cardOf, reportOf, type TabularStudy, trainTable } from "../../src/systems/tabular/index.ts";
import { judgeStudy, verdictRecord } from "../../src/systems/tabular/measures.ts";
import { measureNotices } from "../../src/systems/tabular/notices.ts";
import { verdictSentence } from "../../src/systems/tabular/report/learned.ts";

const making = { version: "0.0.1", date: "2026-01-31", command: "smilodon train 'a<b>.csv' --target x" };

/** Names and cells that try to be more than text. */
const hostile = {
  script: "<script>alert(1)</script>",
  attribute: `" onload="alert(1)' x='`,
  style: "</style><img src=x onerror=alert(1)>",
  direction: "abc\u202Egnp.exe\u2067",
  long: "very long ".repeat(1000),
  emoji: "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}",
  half: "half \uD800 of one",
  tower: `a${"\u0301".repeat(500)}`,
  entity: "&lt;b&gt;&#0;",
  markdown: "[x](http://evil.example) | `a` **b** <b>",
} as const;
const names = Object.values(hostile);

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

/** 120 rows with hostile names, hostile cells and hostile classes. */
function hostileTable(): string {
  const head = ["size", ...names.map((name, index) => `${index}${name}`), "kind <b>"];
  const lines = Array.from({ length: 120 }, (_, row) => {
    const cells = names.map((name, index) => ((row * 7 + index) % 3 === 0 ? name : `plain ${(row + index) % 4}`));
    const isLarge = (row * 37) % 100 > 50;
    return [String((row * 37) % 100), ...cells, isLarge ? hostile.script : hostile.direction].map(quoted).join(",");
  });
  return `${head.map(quoted).join(",")}\n${lines.join("\n")}\n`;
}

/** Two numbers and what follows from them. */
function planeTable(target: (a: number, b: number) => string): string {
  const lines = Array.from({ length: 150 }, (_, row) => {
    const [a, b] = [(row * 17) % 100, (row * 29) % 83];
    return `${a},${b},${target(a, b)}`;
  });
  return `a,b,y\n${lines.join("\n")}\n`;
}

let study: TabularStudy;
let plane: TabularStudy;
let numbers: TabularStudy;
const choices = { epochs: 2, members: 5, width: 8 };

beforeAll(async () => {
  study = await trainTable(readTable(hostileTable()), {
    target: "kind <b>",
    choices,
    source: "<i>.csv",
    groups: [`0${hostile.script}`],
  });
  const halves = readTable(planeTable((a, b) => (a > b ? "more" : "less")));
  plane = await trainTable(halves, { target: "y", choices, fast: true });
  numbers = await trainTable(readTable(planeTable((a, b) => String(1.5 * a - b))), {
    target: "y",
    choices,
    fast: true,
  });
}, 60_000);

/** Opening and closing tags in order, with attributes; fails where a quote or a bracket is out of place. */
function tagsOf(page: string): { name: string; attributes: string }[] {
  const body = page.replace(/<style>[^<]*<\/style>/, "").replace("<!doctype html>", "");
  return [...body.matchAll(/<(\/?[a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*\/?>|</g)].map((match) => {
    if (match[1] === undefined) throw new Error(`A loose < at ${body.slice(match.index, match.index + 80)}`);
    return { name: match[1], attributes: match[2] ?? "" };
  });
}

const allowed = new Set(
  "html head meta title style body main header p h1 h2 h3 nav ol ul li a section div figure figcaption svg g path rect circle text defs pattern table thead tbody tr th td details summary dl dt dd strong span bdi code pre i br footer".split(
    " ",
  ),
);

/** Everything that a page has to be, whatever its table was. */
function expectSound(page: string): void {
  const tags = tagsOf(page);
  expect([...new Set(tags.map(({ name }) => name.replace("/", "")))].filter((name) => !allowed.has(name))).toEqual([]);
  const attributes = tags.map((tag) => tag.attributes.replace(/="[^"]*"/g, "")).join(" ");
  expect(attributes).not.toMatch(/\s(on\w+|src|srcset|action|formaction)\b/i);
  expect(
    [...page.matchAll(/href="([^"]*)"/g)]
      .map(([, link]) => link)
      .filter((link) => !link?.startsWith("#") && !link?.startsWith("#veil")),
  ).toEqual([]);
  expect(page).not.toMatch(/url\((?!#)/);
  const open: string[] = [];
  for (const { name } of tags.filter((tag) => !["meta", "br"].includes(tag.name))) {
    if (["path", "rect", "circle"].includes(name)) continue;
    if (name.startsWith("/")) expect(open.pop()).toBe(name.slice(1));
    else open.push(name);
  }
  expect(open).toEqual([]);
  const text = page.replace(/<style>[^<]*<\/style>/, "").replace(/<[^>]*>/g, " ");
  expect(text).not.toMatch(/\b(NaN|undefined|Infinity|null)\b|\[object/);
  // Characters that turn text around, but for the pairs that keep it apart
  expect(page.replaceAll("\u2068", "").replaceAll("\u2069", "")).not.toMatch(
    /[\u202A-\u202E\u2066-\u2067]|(?!\n)\p{Cc}|\p{Surrogate}/u,
  );
  for (const [svg] of page.matchAll(/<svg [^>]*>/g))
    expect(svg).toMatch(/aria-label="[^"]{20,}"|aria-hidden="true"|^<svg x="-5"/);
  expect(page.length).toBeLessThan(1_000_000);
}

describe("the report", () => {
  test("keeps hostile names, cells and classes text", () => {
    const warnings = names.map((name) => ({
      kind: name,
      columns: [name],
      action: "flagged" as const,
      message: name.repeat(20),
    }));
    const page = reportOf({ ...study, warnings }, making);
    expectSound(page);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toContain("<script");
    expect(page).toContain("default-src &#39;none&#39;".replaceAll("&#39;", "'"));
  });

  test.each(["the plane of two classes", "the plane of a number"])(
    "draws %s, with the region without answers",
    (which) => {
      const page = reportOf(which.endsWith("classes") ? plane : numbers, making);
      expectSound(page);
      expect(page).toContain(`id="boundary"`);
      expect(page).toContain("no answer");
      expect(page).toContain(`url(#hatch)`);
    },
  );

  test("each part says one plain sentence first, then shows, then says how and what not", () => {
    const page = reportOf(study, making);
    const parts = [...page.matchAll(/<section id="([\w-]+)"[^>]*>(.*?)<\/section>/gs)];
    expect(parts.map(([, id]) => id)).toEqual([
      "learned",
      "training",
      "answers",
      "reliability",
      "effects",
      "mistakes",
      "scope",
      "groups",
      "more-data",
      "warnings",
      "record",
    ]);
    for (const [, id, inner = ""] of parts) {
      expect(inner, id).toMatch(/^<h2 [^>]*>[^<]+<\/h2><p class="plain">.+?[.?]<\/p>/s);
      const figures = inner.indexOf(`<div class="figures">`);
      const notes = inner.indexOf(`<div class="notes">`);
      if (figures >= 0 && notes >= 0) expect(figures, id).toBeLessThan(notes);
    }
  });

  test("what was not measured says so, and how to get it", () => {
    const heldOut = {
      rows: new Uint32Array(),
      truth: new Float64Array(),
      probabilities: new Float64Array(),
      predictions: undefined,
      inScope: new Uint8Array(),
    };
    const bare = {
      ...study,
      heldOut,
      metrics: {},
      baselines: [],
      folds: [],
      findings: undefined,
      effects: [],
      groups: undefined,
      moreData: [],
      split: { ...study.split, heldOut: 0 },
    };
    const page = reportOf(bare, making);
    expectSound(page);
    for (const id of ["learned", "answers", "reliability", "effects", "mistakes", "scope", "groups", "more-data"]) {
      const part = page.slice(page.indexOf(`<section id="${id}"`)).split("</section>")[0];
      expect(part, id).toMatch(/Not measured\.<\/strong>.*<code>smilodon train FILE/s);
    }
    expect(cardOf(bare, making)).toContain("Not measured: no rows were held out");
  });

  test("shows numbers as large as they get, and many classes and columns", () => {
    const truth = Float64Array.from([-1.7e308, 1.7e308, 0, 1, 2, 3]);
    const predictions = truth.map((value) => value / 2);
    const rows = Uint32Array.from(truth.keys());
    expectSound(reportOf({ ...numbers, heldOut: { ...numbers.heldOut, rows, truth, predictions } }, making));
    const classes = Array.from({ length: 300 }, (_, label) => `${label}${hostile.script}`);
    const labels = Float64Array.from({ length: 600 }, (_, row) => row % 300);
    const probabilities = Float64Array.from({ length: 600 * 300 }, (_, cell) =>
      cell % 300 === (Math.floor(cell / 300) * 7) % 300 ? 0.7 : 0.001,
    );
    const task = { kind: "classification" as const, target: "x", classes, isNumeric: false };
    const many = {
      ...study,
      system: { ...study.system, task },
      effects: [],
      heldOut: { ...study.heldOut, rows: new Uint32Array(600), truth: labels, probabilities },
    };
    const page = reportOf(many, making);
    expectSound(page);
    expect(page).toContain("Of 300 classes only the worst pairs are shown");
  });

  test("says where the network does not win, and where chance may decide", () => {
    const judged = (own: number, other: number, n: number): string => {
      const half = 1.96 * Math.sqrt(0.25 / n);
      const metric = (value: number) => ({ accuracy: { value, low: value - half, high: value + half, n } });
      const baselines = [{ name: "linear" as const, what: "a linear model, of some kind", metrics: metric(other) }];
      return verdictSentence(judgeStudy({ ...study, metrics: metric(own), baselines }));
    };
    expect(judged(0.9, 0.95, 100)).toMatch(
      /^The network does not win: a linear model is better on these rows \(.*though chance/,
    );
    expect(judged(0.9, 0.9, 100)).toMatch(
      /^The network does not win: a linear model is exactly as good .*easier to understand\.$/,
    );
    expect(judged(0.92, 0.9, 100)).toMatch(/a little better.*intervals overlap/);
    expect(judged(0.92, 0.7, 1000)).toMatch(/clearly better/);
  });
});

describe("what has to be known first", () => {
  const metric = (value: number) => ({ accuracy: { value, low: value - 0.05, high: value + 0.05, n: 100 } });
  const beside = (own: number, other: number): TabularStudy => ({
    ...study,
    metrics: metric(own),
    baselines: [{ name: "linear", what: "a linear model", metrics: metric(other) }],
  });
  const headOf = (page: string): string => page.slice(page.indexOf("<header>"), page.indexOf("</header>"));

  test("is said above everything else: a simpler model does better", () => {
    const page = reportOf(beside(0.8, 0.95), making);
    expectSound(page);
    expect(headOf(page)).toContain(
      '<p class="caution">The network does not win: a linear model is better on these rows',
    );
    expect(headOf(reportOf(beside(0.95, 0.8), making))).not.toContain("caution");
    const [, , card = ""] = cardOf(beside(0.8, 0.95), making).split(/^---$/m);
    expect(card.indexOf("**The network does not win: a linear model is better by right answers")).toBeGreaterThan(0);
    expect(card.indexOf("The network does not win")).toBeLessThan(card.indexOf("## Intended use"));
    expect(verdictRecord(beside(0.8, 0.95))).toEqual({
      outcome: "worse",
      measure: "accuracy",
      network: 0.8,
      simpler: "linear",
      what: "a linear model",
      value: 0.95,
    });
  });

  test("and so are too few held-out rows", () => {
    const warnings = measureNotices(4, undefined);
    expect(headOf(reportOf({ ...study, warnings }, making))).toContain("Only 4 rows could be held out");
    expect(cardOf({ ...study, warnings }, making)).toContain("Only 4 rows could be held out");
    expect(measureNotices(10, undefined)).toEqual([]);
  });
});

describe("many columns", () => {
  test("the most important are shown, the others counted, and all are kept", async () => {
    const head = [...Array.from({ length: 60 }, (_, column) => `c${column}`), "y"].join(",");
    const lines = Array.from({ length: 60 }, (_, row) => {
      const cells = Array.from({ length: 60 }, (_, column) => (row * (column + 7)) % 31);
      return [...cells, (cells[0] ?? 0) > 15 ? "up" : "down"].join(",");
    });
    const table = readTable(`${head}\n${lines.join("\n")}\n`);
    const wide = await trainTable(table, {
      target: "y",
      fast: true,
      moreData: true,
      choices: { epochs: 1, members: 2, width: 4 },
    });
    expect(wide.effects).toHaveLength(wide.system.encoder.features.length);
    expect(wide.effects.filter(({ curves }) => curves.length > 0)).toHaveLength(24);
    const values = wide.effects.map(({ importance }) => importance.value);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    const page = reportOf(wide, making);
    expectSound(page);
    expect(page).toMatch(/the first 20 of \d\d/);
    expect(page).toMatch(/\d\d less important columns have no picture here/);
  });
});

describe("the card", () => {
  test("keeps hostile names text, in its head and in its body", () => {
    const card = cardOf(study, making);
    const [, head = "", whole = ""] = card.split(/^---$/m);
    // Text between fences is text
    const body = whole.replace(/^```\n.*\n```$/m, "");
    for (const line of head.trim().split("\n"))
      expect(line).toMatch(
        /^[\w-]+:( [\w[\], -]+)?$|^ +- (name: ".*"|\{ type: \w+, name: "[^"]*", value: [\d.e-]+ \})$|^ +(results|metrics):$|^ +- task: \{ type: [\w-]+ \}$|^ +dataset: \{ type: tabular, name: ".*", split: held out \}$/,
      );
    expect(head).toContain("pipeline_tag: tabular-classification");
    // The head may be shown as text where nobody reads it as YAML
    expect(head).not.toMatch(/[<>]/);
    const named = /^ {2}- name: (".*")$/m.exec(head)?.[1] ?? "";
    expect(JSON.parse(named)).toBe("kind <b> from <i>.csv");
    expect(body.replace(/\\[<>]/g, "")).not.toMatch(/[<>]/);
    expect(body).not.toMatch(/(?<!\\)\]\(|http:\/\//);
    expect(body).not.toMatch(/\b(NaN|undefined|Infinity)\b/);
    expect(body).toContain("## Out-of-scope use");
  });

  test("every table in it is whole", () => {
    for (const card of [cardOf(study, making), cardOf(numbers, making)]) {
      const lines = card.split("\n");
      lines.forEach((line, index) => {
        if (!/^\| (--- \| )*--- \|$/.test(line)) return;
        const cells = (text = ""): number => text.split(/(?<!\\)\|/).length;
        for (let row = index - 1; lines[row]?.startsWith("|"); row++) expect(cells(lines[row])).toBe(cells(line));
      });
    }
  });
});

describe("names, numbers and axes", () => {
  test("text is on one line, short, well-formed and in its own direction, whatever it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3000 }), fc.integer({ min: 2, max: 60 }), (text, most) => {
        const plain = plainText(text, most);
        expect(Array.from(plain).length).toBeLessThanOrEqual(most);
        expect(plain).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u);
        for (const html of [nameHtml(text, most), cellHtml(text)]) tagsOf(html);
      }),
    );
  });

  test("numbers have digits enough and no more", () => {
    expect(
      [0, 0.012345, 12.345, 1234.5, -0.5, 1e30, 1e-9, Number.NaN, undefined].map((value) => number(value)),
    ).toEqual(["0", "0.0123", "12.3", "1,235", "−0.5", "1.00e+30", "1.00e−9", "–", "–"]);
    expect([1, 0, 0.5, -0.0001, -0.02].map((value) => shareText(value))).toEqual([
      "100\u202f%",
      "0\u202f%",
      "50.0\u202f%",
      "0.0\u202f%",
      "−2.0\u202f%",
    ]);
  });

  test("axes of any numbers have few round ticks within them", () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(value, value, fc.boolean(), (a, b, wantsLogarithm) => {
        const extent = extentOf([a, b]);
        const isLogarithmic = wantsLogarithm && extent.low > 0;
        const axis = { ...extent, isLogarithmic, name: "x" };
        const ticks = ticksOf(axis, 5);
        expect(ticks.length).toBeLessThanOrEqual(12);
        for (const tick of ticks) {
          expect(shareOf(axis, tick)).toBeGreaterThan(-0.01);
          expect(shareOf(axis, tick)).toBeLessThan(1.01);
        }
        expect(
          plotSvg({ label: "a picture of nothing", x: axis, y: axis, body: ({ x }) => `<path d="M${x(a)} 0"/>` }),
        ).not.toMatch(/NaN|Infinity/);
      }),
    );
  });
});
