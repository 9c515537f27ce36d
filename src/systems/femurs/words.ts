/** Answers in words, for the terminal and the report. */
import type { ScopeReason } from "../../audit/scope.ts";
import { at } from "../../support/invariant.ts";
import type { Bone } from "./relations.ts";
import { chance, measured } from "./report/text.ts";
import type { FemurAnswer } from "./use.ts";
import type { FemurReason } from "./why.ts";

/** "105 mm, 11.5 g". */
export function boneInWords({ length, weight }: Bone): string {
  return `${measured(length)} mm, ${measured(weight)} g`;
}

/** "cat, 97.5 %", or "withheld". */
export function answerInWords(answer: FemurAnswer): string {
  return answer.inScope ? `${answer.label}, ${chance(answer.probability)}` : "withheld";
}

/** "cat", "cat or dog", "neither". */
export function setInWords(set: readonly string[]): string {
  return set.length === 0 ? "neither is plausible" : set.join(" or ");
}

/** Why a bone gets no answer, as a sentence. */
export function withheldInWords(answer: FemurAnswer): string {
  return `No training bone is like it: ${standOut(answer.scope.reason)}.`;
}

/** How a bone stands out: "its weight, 900 g, is 4.1 times that of the heaviest training bone, 219 g". */
export function standOut(reason: ScopeReason): string {
  const unit = unitOf(reason.feature);
  const value = `${measured(reason.value)} ${unit}`;
  if (reason.kind === "combination") {
    const expected = `${measured(reason.lower)} to ${measured(reason.upper)} ${unit}`;
    return `length and weight do not go together; for the other value ${reason.feature} should be ${expected}, and it is ${value}`;
  }
  const limit = `${measured(reason.limit)} ${unit}`;
  const isAbove = reason.value > reason.limit;
  const ratio = isAbove ? reason.value / reason.limit : reason.limit / reason.value;
  const extreme = reason.feature === "length" ? (isAbove ? "longest" : "shortest") : isAbove ? "heaviest" : "lightest";
  const compared = isAbove
    ? `${times(ratio)} that of the ${extreme}`
    : `1/${measured(Number(ratio.toPrecision(2)))} of that of the ${extreme}`;
  return `its ${reason.feature}, ${value}, is ${ratio < 1.2 ? `beyond that of the ${extreme}` : compared} training bone, ${limit}`;
}

/** "length pushes toward cat by 1.5, weight toward cat by 1.8". */
export function pushesInWords({ pushes }: FemurReason): string {
  return pushes
    .map(({ feature, push }, index) => {
      const strength = Math.abs(push).toFixed(1);
      const pushed = index === 0 ? `${feature} pushes` : feature;
      return strength === "0.0"
        ? `${feature} hardly matters`
        : `${pushed} toward ${push > 0 ? "dog" : "cat"} by ${strength}`;
    })
    .join(", ");
}

/** "Compared with 103 mm, 12.3 g, the nearest bone that could be either". */
export function comparisonInWords({ compared }: FemurReason): string {
  return `compared with ${boneInWords(compared)}, the nearest bone that could be either`;
}

/** A list as English has it: "a, b and c". */
export function listInWords(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${at(items, -1)}`;
}

function unitOf(feature: string): string {
  return feature === "length" ? "mm" : "g";
}

function times(ratio: number): string {
  return `${measured(Number(ratio.toPrecision(2)))} times`;
}
