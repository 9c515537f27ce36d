/** Answers as the terminal shows them. */
import type { FemurAnswer } from "../systems/femurs/use.ts";
import type { FemurReason } from "../systems/femurs/why.ts";
import {
  answerInWords,
  boneInWords,
  comparisonInWords,
  pushesInWords,
  setInWords,
  withheldInWords,
} from "../systems/femurs/words.ts";
import type { Console } from "./console.ts";

/** One answer in a few lines: what, how sure, what else, why. */
export function describeAnswer(answer: FemurAnswer, reason: FemurReason | undefined, console: Console): string[] {
  const bone = console.dim(boneInWords(answer.bone));
  if (!answer.inScope) {
    const distance = `${answer.scope.ratio.toFixed(1)} times as far from the training bones as answers are given.`;
    return [
      `${console.tint("bad", "withheld")}  ${bone}`,
      ...console.wrap(withheldInWords(answer), "  "),
      ...console.wrap(distance, "  ").map((line) => console.dim(line)),
    ];
  }
  const isSure = answer.set.length === 1;
  return [
    `${console.tint(isSure ? "good" : "doubtful", answerInWords(answer))}  ${bone}`,
    `  not ruled out: ${setInWords(answer.set)}`,
    ...(reason === undefined
      ? []
      : [`  ${pushesInWords(reason)}`, console.dim(`  in log odds, ${comparisonInWords(reason)}`)]),
  ];
}
