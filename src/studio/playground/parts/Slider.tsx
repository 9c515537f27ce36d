/** A slider with its name and its value, evenly or by factors of ten. */
import type { Setting } from "../shell/address.ts";
import { useId } from "./useId.ts";

interface SliderProps {
  readonly title: string;
  readonly setting: Pick<Setting<number>, "value">;
  readonly low: number;
  readonly high: number;
  /** Distance of two positions; with `isLogarithmic` in powers of ten. */
  readonly step: number;
  readonly isLogarithmic?: boolean;
  /** How the value is written beside the name. */
  readonly show?: (value: number) => string;
}

/** The control. */
export function Slider({ title, setting, low, high, step, isLogarithmic = false, show = short }: SliderProps) {
  const id = useId();
  const position = (value: number): number => (isLogarithmic ? Math.log10(value) : value);
  const text = show(setting.value);
  return (
    <div class="control">
      <label for={id}>
        {title} <output for={id}>{text}</output>
      </label>
      <input
        id={id}
        type="range"
        min={position(low)}
        max={position(high)}
        step={step}
        value={position(setting.value)}
        aria-valuetext={text}
        onInput={({ currentTarget }) => {
          const at = currentTarget.valueAsNumber;
          setting.value = isLogarithmic ? Number((10 ** at).toPrecision(2)) : at;
        }}
      />
    </div>
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
