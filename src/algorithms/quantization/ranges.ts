/** Which range of a histogram integers should cover: by least error, or by least divergence. Counts of values, no tensors. */

/** Counts in bins from −reach to reach. */
export interface Histogram {
  readonly counts: Float64Array;
  readonly reach: number;
}

/** Parts of the range that are tried. */
const shares = 100;

/** The range, a part of `whole`, whose integers change the values least, in mean square. */
export function leastError(
  { counts, reach }: Histogram,
  [low, high]: readonly [number, number],
  bits: number,
  isSymmetric: boolean,
): readonly [low: number, high: number] {
  const levels = 2 ** bits - 1;
  const [from, to] = isSymmetric ? [-Math.max(-low, high), Math.max(-low, high)] : [low, high];
  const width = (2 * reach) / counts.length;
  let best = { error: Infinity, range: [from, to] as readonly [number, number] };
  for (let part = shares; part >= 1; part--) {
    const [first, last] = [(from * part) / shares, (to * part) / shares];
    const scale = (last - first) / (isSymmetric ? levels - 1 : levels);
    const zero = Math.round(first / scale);
    let error = 0;
    counts.forEach((count, bin) => {
      if (count === 0) return;
      const middle = width * (bin + 0.5) - reach;
      const whole = Math.min(zero + (isSymmetric ? levels - 1 : levels), Math.max(zero, Math.round(middle / scale)));
      error += count * (middle - whole * scale) ** 2;
    });
    if (error < best.error) best = { error, range: [first, last] };
  }
  return best.range;
}

/** The size up to which values should be told apart: where what is left of the distribution of sizes differs least from it. */
export function leastDivergence({ counts, reach }: Histogram, bits: number): number {
  const half = counts.length / 2;
  const sizes = Array.from({ length: half }, (_, bin) => (counts[half + bin] ?? 0) + (counts[half - 1 - bin] ?? 0));
  const levels = 2 ** (bits - 1);
  let best = { divergence: Infinity, bins: half };
  let outside = 0;
  for (let bins = half; bins >= levels; bins--) {
    const divergence = divergenceOf(sizes.slice(0, bins), outside, levels);
    if (divergence < best.divergence) best = { divergence, bins };
    outside += sizes[bins - 1] ?? 0;
  }
  return (reach * best.bins) / half;
}

/** Kullback–Leibler divergence of what `levels` integers leave of `kept`, from `kept` with all that is `outside` in its last bin. */
function divergenceOf(kept: readonly number[], outside: number, levels: number): number {
  const total = kept.reduce((sum, count) => sum + count, outside);
  const inside = total - outside;
  if (inside === 0) return Infinity;
  let divergence = 0;
  for (let level = 0; level < levels; level++) {
    const [first, end] = [level, level + 1].map((edge) => Math.floor((edge * kept.length) / levels));
    const part = kept.slice(first, end);
    const used = part.filter((count) => count > 0).length;
    const spread = part.reduce((sum, count) => sum + count, 0) / Math.max(1, used) / inside;
    part.forEach((count, index) => {
      const isLast = (first ?? 0) + index === kept.length - 1;
      const share = (count + (isLast ? outside : 0)) / total;
      // What falls into a bin that is left empty cannot be told at all
      if (share > 0) divergence += spread > 0 && count > 0 ? share * Math.log(share / spread) : share * Math.log(total);
    });
  }
  return divergence;
}
