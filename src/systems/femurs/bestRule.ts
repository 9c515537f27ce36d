/**
 * The best possible rule: nobody who sees only length and weight can be right more often. It knows the simulation's own
 * densities and integrates over the body mass, which nobody has measured. What a model may hope for, and no more.
 */
import { gaussLegendre } from "../../explain/quadrature.ts";
import { at } from "../../support/invariant.ts";
import {
  type Bone,
  expectedLogarithms,
  type MassPart,
  relations,
  type Species,
  type SpeciesRelations,
} from "./relations.ts";
import type { Animals } from "./simulate.ts";

/** Nodes on each piece of the integral: the integrand is smooth there, and 24 give twelve digits. */
const rule = gaussLegendre(24);

/** How many standard deviations around the likeliest mass the integral reaches. */
const reach = 8;

/**
 * Probability that a bone is a dog's, cats and dogs being equally frequent: Bayes' rule with the simulation's densities.
 * 0.5 where both densities vanish, as for a mouse.
 *
 * @example
 * ```ts
 * import { bestProbabilityOfDog } from "smilodon/systems/femurs";
 * console.log(bestProbabilityOfDog({ length: 105, weight: 11.5 })); // a cat, most likely
 * ```
 */
export function bestProbabilityOfDog(bone: Bone): number {
  const cat = logDensity("cat", bone);
  const dog = logDensity("dog", bone);
  if (cat === -Infinity && dog === -Infinity) return 0.5;
  return 1 / (1 + Math.exp(cat - dog));
}

/** `bestProbabilityOfDog` of every animal. */
export function bestProbabilities({ lengths, weights }: Pick<Animals, "lengths" | "weights">): Float64Array {
  return lengths.map((length, row) => bestProbabilityOfDog({ length, weight: at(weights, row) }));
}

/** Logarithm of the joint density of log length and log weight among animals of one species. */
export function logDensity(kind: Species, { length, weight }: Bone): number {
  const shape = massLikelihood(kind, { length, weight });
  let total = 0;
  for (const part of massParts[kind]) total += part.share * integratePart(part, shape);
  return total === 0 ? -Infinity : Math.log(total) + shape.logPeak;
}

/**
 * The density of the bone as a function of the logarithmic body mass is a normal curve: the scatter is normal and both
 * expected logarithms are straight lines in it. `centre` and `width` describe the curve, exp(logPeak) is its height.
 */
interface MassLikelihood {
  readonly centre: number;
  readonly width: number;
  readonly logPeak: number;
}

function massLikelihood(kind: Species, { length, weight }: Bone): MassLikelihood {
  const { scatter } = relations;
  const r = scatter.correlation;
  const origin = expectedLogarithms(kind, 0);
  const slope = {
    length: relations.length.exponent / scatter.length,
    weight: relations.skeleton.exponent / scatter.weight,
  };
  const a = (Math.log(length) - origin.logLength) / scatter.length;
  const b = (Math.log(weight) - origin.logWeight) / scatter.weight;
  // (a − s_a·u)² − 2r(a − s_a·u)(b − s_b·u) + (b − s_b·u)², divided by 1 − r², as curvature·u² − 2·pull·u + constant
  const scale = 1 / (1 - r * r);
  const curvature = scale * (slope.length ** 2 - 2 * r * slope.length * slope.weight + slope.weight ** 2);
  const pull = scale * (a * slope.length - r * (a * slope.weight + b * slope.length) + b * slope.weight);
  const constant = scale * (a * a - 2 * r * a * b + b * b);
  const norm = 2 * Math.PI * scatter.length * scatter.weight * Math.sqrt(1 - r * r);
  const logPeak = -(constant - pull ** 2 / curvature) / 2 - Math.log(norm);
  return { centre: pull / curvature, width: 1 / Math.sqrt(curvature), logPeak };
}

/** ∫ p(u) · exp(−((u − centre) / width)² / 2) du over one part of the mixture of masses, u = log mass. */
function integratePart({ low, high, density }: DensityPart, { centre, width }: MassLikelihood): number {
  const from = Math.max(low, centre - reach * width);
  const to = Math.min(high, centre + reach * width);
  if (from >= to) return 0;
  let total = 0;
  rule.nodes.forEach((node, index) => {
    const u = from + node * (to - from);
    total += at(rule.weights, index) * density(u) * Math.exp((-1 / 2) * ((u - centre) / width) ** 2);
  });
  return total * (to - from);
}

/** One part of a mixture of masses as a density of the logarithmic mass u, on low … high. */
interface DensityPart {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly density: (logMass: number) => number;
}

function densityParts({ masses }: SpeciesRelations): readonly DensityPart[] {
  return masses.map(({ share, part }) => {
    return { share, low: Math.log(part.lowest), high: Math.log(part.highest), density: logMassDensity(part) };
  });
}

function logMassDensity(part: MassPart): (logMass: number) => number {
  if (part.kind === "logUniform") {
    const height = 1 / Math.log(part.highest / part.lowest);
    return () => height;
  }
  const height = 1 / cutNormalMass(part);
  return (logMass) => {
    const mass = Math.exp(logMass);
    return height * mass * Math.exp((-1 / 2) * ((mass - part.mean) / part.deviation) ** 2);
  };
}

/** ∫ exp(−((m − mean) / deviation)² / 2) dm between the cuts. */
function cutNormalMass({ mean, deviation, lowest, highest }: Extract<MassPart, { kind: "normal" }>): number {
  const { nodes, weights } = gaussLegendre(48);
  const span = highest - lowest;
  const values = nodes.map((node) => Math.exp((-1 / 2) * ((lowest + node * span - mean) / deviation) ** 2));
  return span * values.reduce((sum, value, index) => sum + value * at(weights, index), 0);
}

const massParts = { cat: densityParts(relations.cat), dog: densityParts(relations.dog) } as const satisfies Record<
  Species,
  readonly DensityPart[]
>;
