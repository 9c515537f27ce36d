/** Measures one row: results are compared with each other first, then all take turns. */
import { type ContestLimits, holdContest } from "../harness/contest.ts";
import type { Row } from "../harness/row.ts";
import type { Entrant, Given, Line, Tolerance, VocabularyPeer } from "./line.ts";
import { enterOurs } from "./ours.ts";

/** Name of the benchmark in its rows. */
export const bench = "vocabulary";

/** Threads that everybody may use. */
export const threads = 2;

/** An ordinary row is one of hundreds. */
const ordinary: RowTerms = { bar: 1, limits: { seconds: 0.3, fewestRounds: 7, warmUpSeconds: 0.06 } };
/** Where somebody takes longer than this many milliseconds for a run, fewer rounds must do. */
const long = 100;
/** One who takes this many times as long as another peer does not take part: the better of its first runs is its time. */
const hopeless = 4;
/** Below this many milliseconds first runs say little. */
const brief = 1;

/** The bar of a row, and how long it may take. */
export interface RowTerms {
  readonly bar: number;
  readonly limits: ContestLimits;
}

interface Measured {
  readonly entrant: Entrant;
  /** Milliseconds of the better of two runs, neither of them the very first. */
  readonly once: number;
}

/** The row of `line` with `inputs`. @throws Error where no peer has the same result. */
export async function measureLine(
  id: string,
  line: Line,
  inputs: readonly Given[],
  peers: readonly VocabularyPeer[],
  terms: RowTerms = ordinary,
): Promise<Row> {
  const ours = enterOurs(line, inputs);
  const entered: Entrant[] = [ours];
  try {
    await ours.run();
    const expected = await ours.read();
    for (const peer of peers) entered.push(...(await enterPeer(peer, line, inputs)));
    return await compete(id, terms, ours, await agreeing(entered.slice(1), expected, line.agree));
  } finally {
    for (const { end } of entered) await end?.();
  }
}

/** Ours against `others`, which have been run; milliseconds. */
async function compete(id: string, { bar, limits }: RowTerms, ours: Entrant, others: readonly Entrant[]): Promise<Row> {
  const measured: Measured[] = [];
  for (const entrant of [ours, ...others]) measured.push({ entrant, once: await timeOnce(entrant) });
  const fastest = Math.min(...measured.slice(1).map(({ once }) => once));
  const contestants = measured.filter(({ once }, index) => index === 0 || once < brief || once <= hopeless * fastest);
  const slowest = Math.max(...contestants.map(({ once }) => once));
  const { times, best } = await holdContest(
    contestants.map(({ entrant }) => entrant),
    { ...limits, ...(slowest > long ? { fewestRounds: 3 } : {}) },
  );
  await consume(contestants.map(({ entrant }) => entrant));
  const timeOf = (each: Measured): number => times[contestants.indexOf(each)] ?? each.once;
  return {
    bench,
    id,
    value: times[0] ?? Number.NaN,
    unit: "ms",
    better: "lower",
    peers: measured.slice(1).map((each) => ({ name: each.entrant.name, value: timeOf(each) })),
    ratio: best?.ratio ?? null,
    interval: best?.interval ?? null,
    bar,
    met: best !== undefined && best.ratio >= bar,
  };
}

/** Those that can do it; one that fails is named and left out. */
async function enterPeer(peer: VocabularyPeer, line: Line, inputs: readonly Given[]): Promise<readonly Entrant[]> {
  try {
    return await peer.enter(line, inputs);
  } catch (error) {
    say(`left out: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** Those whose result is ours; the others are named. @throws Error where none is left. */
async function agreeing(
  entrants: readonly Entrant[],
  expected: ArrayLike<number>,
  agree: Line["agree"] = { absolute: 1e-5, relative: 1e-4 },
): Promise<Entrant[]> {
  const same: Entrant[] = [];
  for (const entrant of entrants) {
    try {
      await entrant.run();
      const result = await entrant.read();
      const wrong = judge(result, expected, agree);
      if (wrong === undefined) same.push(entrant);
      else say(`left out: ${entrant.name}: ${wrong}`);
    } catch (error) {
      say(`left out: ${entrant.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (same.length === 0) throw new Error("No peer is left to compare with.");
  return same;
}

function judge(
  result: ArrayLike<number>,
  expected: ArrayLike<number>,
  agree: NonNullable<Line["agree"]>,
): string | undefined {
  if (typeof agree === "function") return agree(result, expected);
  return agree === "moments" ? compareMoments(result, expected) : compareAll(result, expected, agree);
}

function compareAll(result: ArrayLike<number>, expected: ArrayLike<number>, agree: Tolerance): string | undefined {
  if (result.length !== expected.length) return `${result.length} elements where ours are ${expected.length}.`;
  for (let place = 0; place < expected.length; place++) {
    const [theirs = Number.NaN, own = Number.NaN] = [Number(result[place]), expected[place]];
    const isSame = Object.is(theirs, own) || Math.abs(theirs - own) <= agree.absolute + agree.relative * Math.abs(own);
    if (!isSame) return `element ${place} is ${theirs}, ours ${own}.`;
  }
  return undefined;
}

/** Means may differ by five standard errors, deviations by as much. */
function compareMoments(result: ArrayLike<number>, expected: ArrayLike<number>): string | undefined {
  if (result.length !== expected.length) return `${result.length} elements where ours are ${expected.length}.`;
  const [theirs, own] = [momentsOf(result), momentsOf(expected)];
  const allowed = (5 * 2 * own.deviation) / Math.sqrt(expected.length);
  const isSame = Math.abs(theirs.mean - own.mean) < allowed && Math.abs(theirs.deviation - own.deviation) < 2 * allowed;
  if (isSame) return undefined;
  return `mean ${theirs.mean} and deviation ${theirs.deviation}, ours ${own.mean} and ${own.deviation}.`;
}

function momentsOf(values: ArrayLike<number>): { readonly mean: number; readonly deviation: number } {
  let [sum, squares] = [0, 0];
  for (let place = 0; place < values.length; place++) {
    const value = Number(values[place]);
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) };
}

/** The faster of two runs. */
async function timeOnce(entrant: Entrant): Promise<number> {
  const start = performance.now();
  await entrant.run();
  const first = performance.now() - start;
  if (first > long) return first;
  await entrant.run();
  return Math.min(first, performance.now() - start - first);
}

/** Results are used: everybody's last one is read after the contest. */
async function consume(entrants: readonly Entrant[]): Promise<void> {
  for (const entrant of entrants) {
    const { length } = await entrant.read();
    if (length === 0) throw new Error(`${entrant.name} gave nothing.`);
  }
}

function say(text: string): void {
  process.stderr.write(`  ${text}\n`);
}
