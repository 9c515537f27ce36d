/** A whole number with a button to either side. */
import type { Setting } from "../shell/address.ts";

interface StepperProps {
  readonly title: string;
  readonly setting: Pick<Setting<number>, "value">;
  readonly low: number;
  readonly high: number;
}

/** The control. */
export function Stepper({ title, setting, low, high }: StepperProps) {
  const { value } = setting;
  return (
    <fieldset class="stepper" aria-label={title}>
      <button
        type="button"
        class="button"
        disabled={value <= low}
        aria-label={`${title}: one less`}
        onClick={() => (setting.value = value - 1)}
      >
        −
      </button>
      <output aria-label={title}>{value}</output>
      <button
        type="button"
        class="button"
        disabled={value >= high}
        aria-label={`${title}: one more`}
        onClick={() => (setting.value = value + 1)}
      >
        +
      </button>
    </fieldset>
  );
}
