/** What the network says: a bar for each class, the likeliest marked. */
import { type ReadonlySignal, useComputed } from "@preact/signals";
import { percent } from "./words.ts";

interface AnswersProps {
  readonly classes: readonly string[];
  /** One a class; undefined before the network has looked. */
  readonly probabilities: ReadonlySignal<Float32Array | undefined>;
}

/** The bars. */
export function Answers({ classes, probabilities }: AnswersProps) {
  const best = useComputed(() => bestOf(probabilities.value));
  return (
    <ol class="answers" aria-label="How likely each answer is">
      {classes.map((name, index) => (
        <li key={name} class={best.value === index ? "best" : undefined}>
          <span class="answer-name">{name}</span>
          <Bar share={probabilities.value?.[index] ?? 0} />
          <span class="answer-share">{percent(probabilities.value?.[index] ?? 0)}</span>
        </li>
      ))}
    </ol>
  );
}

/** Place of the largest probability. */
export function bestOf(probabilities: Float32Array | undefined): number | undefined {
  if (probabilities === undefined) return undefined;
  return probabilities.reduce((best, value, index) => (value > (probabilities[best] ?? 0) ? index : best), 0);
}

function Bar({ share }: { readonly share: number }) {
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-ground" width="100" height="10" />
      <rect class="bar-share" width={100 * share} height="10" />
    </svg>
  );
}
