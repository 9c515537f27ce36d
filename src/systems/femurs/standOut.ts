/** How a bone that gets no answer differs from the training bones, in words. */
import type { ScopeReason } from "../../audit/scope.ts";
import { measured } from "../reportText.ts";

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

function unitOf(feature: string): string {
  return feature === "length" ? "mm" : "g";
}

function times(ratio: number): string {
  return `${measured(Number(ratio.toPrecision(2)))} times`;
}
