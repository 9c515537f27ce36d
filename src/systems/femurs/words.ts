/** Answers in words, for the terminal and the report. */
import { at } from "../../support/invariant.ts";
import { chance, measured } from "../reportText.ts";
import type { Bone } from "./relations.ts";
import { standOut } from "./standOut.ts";
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
