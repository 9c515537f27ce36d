/**
 * Interleaved measurement: ours and the peer's take turns in one run, so that what the machine does meanwhile
 * hits both. The figure is the median of the paired ratios, with a bootstrap interval. Several peers: `contest.ts`.
 */

/** What pairs of timings say. */
export interface PairedResult {
  readonly ours: number;
  readonly peer: number;
  /** Median of peer / ours: above 1, ours is faster. */
  readonly ratio: number;
  readonly interval: readonly [number, number];
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Calls both in turns, `rounds` times; each returns its own time. */
export async function measurePaired(
  rounds: number,
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<PairedResult> {
  const pairs: { ours: number; peer: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    // The order changes from round to round: neither side always finds the caches warm
    const peerFirst = round % 2 === 1 ? await peer() : undefined;
    const own = await ours();
    pairs.push({ ours: own, peer: peerFirst ?? (await peer()) });
  }
  const ratios = pairs.map((pair) => pair.peer / pair.ours);
  return {
    ours: median(pairs.map((pair) => pair.ours)),
    peer: median(pairs.map((pair) => pair.peer)),
    ratio: median(ratios),
    interval: bootstrap(ratios),
  };
}

/** 95 % interval of the median by resampling, from a fixed seed. */
export function bootstrap(values: readonly number[]): readonly [number, number] {
  const samples = 2000;
  let state = 0x9e3779b9;
  const next = (): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
  const medians = Array.from({ length: samples }, () =>
    median(values.map(() => values[Math.floor(next() * values.length)] ?? 0)),
  ).sort((a, b) => a - b);
  return [medians[Math.floor(samples * 0.025)] ?? 0, medians[Math.floor(samples * 0.975)] ?? 0];
}
