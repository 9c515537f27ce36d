/** A learning rate that is looked for, in place of the one that suits most tables. `fitModel.ts` asks for it. */
import { type Lesson, searchRate } from "./learn.ts";
import type { ChosenSettings } from "./settings.ts";

/** `chosen` with the learning rate that a short training of `lesson` suggests, and the reason why. */
export async function withFoundRate(
  { settings, reasons }: ChosenSettings,
  lesson: Lesson,
  signal: AbortSignal | undefined,
): Promise<ChosenSettings> {
  const value = Number((await searchRate(lesson, signal)).toPrecision(3));
  const reason = "found: the middle of the longest fall of the loss, on rates that grew from step to step";
  return {
    settings: { ...settings, training: { ...settings.training, learningRate: value } },
    reasons: reasons.map((each) => (each.name === "learningRate" ? { ...each, value, reason } : each)),
  };
}
