/**
 * Several contestants take turns in one run, so that what the machine does meanwhile hits all of them. Each is warmed
 * up until its times no longer fall; a time is that of a burst of runs; rounds end when the interval is tight.
 */
import { setImmediate as nextMacrotask, setTimeout as pause } from "node:timers/promises";
import { bootstrap, median } from "./paired.ts";

/** How long a contest may take. The defaults suit operations between 10 µs and 100 ms. */
export interface ContestLimits {
  /** Of the measurement, without warming up. Default 3. */
  readonly seconds?: number;
  /** Default 11. */
  readonly fewestRounds?: number;
  /** Seconds for which each is warmed up at least; where its times still fall then, a few times as long. Default 0.4. */
  readonly warmUpSeconds?: number;
}

/** What a contest says of two contestants. */
export interface Comparison {
  /** Median over the rounds of the other's time / the first one's: above 1, the first is faster. */
  readonly ratio: number;
  readonly interval: readonly [number, number];
}

const burstMilliseconds = 4;
const mostInBurst = 2000;
const mostRounds = 400;
/** Half the width of the interval over the ratio at which a contest ends. */
const tight = 0.015;
/** A contestant that takes this many times as long as the fastest of the others is not the one we are compared with. */
const hopeless = 1.6;
const roundsOfHopeless = 5;
/** Above this many milliseconds a run, two rounds must do for a hopeless one. */
const long = 300;

/** One who takes part. */
export interface Contestant {
  /** Returns, or resolves, when it is done. */
  run(): unknown;
  /** Milliseconds a run of `count` runs, where it has to take its own time: in another process. */
  burst?(count: number): Promise<number>;
  /** Milliseconds for which its threads go on turning after a run; nobody else is measured meanwhile. */
  readonly restMilliseconds?: number;
}

/** What was measured. */
export interface Contest {
  /** Median milliseconds a run, in the order of the contestants. */
  readonly times: readonly number[];
  /** Contestant 0 against the fastest of the others; undefined where there are none. */
  readonly best: (Comparison & { readonly index: number }) | undefined;
}

/** Lets `contestants` take turns. The first is compared with the fastest of the others. */
export async function holdContest(contestants: readonly Contestant[], limits: ContestLimits = {}): Promise<Contest> {
  const bursts: number[] = [];
  const warm: number[] = [];
  for (const contestant of contestants) {
    const milliseconds = await warmUp(contestant, (limits.warmUpSeconds ?? 0.4) * 1000);
    warm.push(milliseconds);
    bursts.push(burstOf(milliseconds));
  }
  const rest = Math.min(...warm.slice(1));
  const rounds = contestants.map((): number[] => []);
  const end = performance.now() + (limits.seconds ?? 3) * 1000;
  const fewest = limits.fewestRounds ?? 11;
  for (let round = 0; round < mostRounds; round++) {
    for (const position of contestants.keys()) {
      const index = (position + round) % contestants.length;
      const contestant = contestants[index];
      const time = warm[index] ?? 0;
      const isHopeless = index > 0 && time > hopeless * rest;
      if (contestant === undefined || (isHopeless && round >= (time > long ? 2 : roundsOfHopeless))) continue;
      rounds[index]?.push(await timeBurst(contestant, bursts[index] ?? 1));
    }
    if (round + 1 < fewest) continue;
    if (performance.now() > end || (round % 8 === 7 && isTight(compareBest(rounds)))) break;
  }
  return { times: rounds.map(median), best: compareBest(rounds) };
}

/** Contestant 0 against the one with the lowest median, round by round. */
function compareBest(rounds: readonly (readonly number[])[]): Contest["best"] {
  if (rounds.length < 2) return undefined;
  const times = rounds.map(median);
  const index = times.indexOf(Math.min(...times.slice(1)), 1);
  const [own = [], other = []] = [rounds[0], rounds[index]];
  const ratios = other.map((time, round) => time / (own[round] ?? Number.NaN));
  return { index, ratio: median(ratios), interval: bootstrap(ratios) };
}

function isTight(comparison: Contest["best"]): boolean {
  if (comparison === undefined) return false;
  const [low, high] = comparison.interval;
  return (high - low) / 2 <= tight * comparison.ratio;
}

/** Runs until four bursts take no less than the four before them: compilers have finished, memory has been asked for. */
async function warmUp(contestant: Contestant, least: number): Promise<number> {
  const start = performance.now();
  const taken: number[] = [await timeBurst(contestant, 1)];
  for (;;) {
    taken.push(await timeBurst(contestant, burstOf(taken.at(-1) ?? 1)));
    const [late, early] = [taken.slice(-4), taken.slice(-8, -4)];
    const milliseconds = median(late);
    const spent = performance.now() - start;
    const isStable = early.length === 4 && milliseconds > 0.97 * median(early);
    if ((spent > least && isStable) || (spent > 3.75 * least && taken.length > 2) || spent > 12.5 * least)
      return milliseconds;
  }
}

/** Milliseconds a run, over `count` runs. Finalizers and workers' messages have their turn before. */
async function timeBurst(contestant: Contestant, count: number): Promise<number> {
  await nextMacrotask();
  const milliseconds =
    contestant.burst === undefined ? await timeRuns(contestant, count) : await contestant.burst(count);
  if (contestant.restMilliseconds !== undefined) await pause(contestant.restMilliseconds);
  return milliseconds;
}

async function timeRuns(contestant: Contestant, count: number): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < count; index++) {
    const result = contestant.run();
    // What is ready at once does not wait for a microtask
    if (result instanceof Promise) await result;
  }
  return (performance.now() - start) / count;
}

function burstOf(milliseconds: number): number {
  return Math.max(1, Math.min(mostInBurst, Math.round(burstMilliseconds / milliseconds)));
}
