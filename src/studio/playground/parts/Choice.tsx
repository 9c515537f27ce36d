/** One of a few: buttons in a row where there are up to four and there is room, otherwise a list. */
import type { Setting } from "../shell/address.ts";
import { useId } from "./useId.ts";

interface ChoiceProps<Name extends string> {
  readonly title: string;
  readonly setting: Pick<Setting<Name>, "value">;
  /** Titles by name, in the order in which they are shown. */
  readonly choices: Readonly<Record<Name, string>>;
  /** A list, however few there are. */
  readonly isList?: boolean;
}

/** The control. */
export function Choice<Name extends string>({ title, setting, choices, isList = false }: ChoiceProps<Name>) {
  const id = useId();
  const names = Object.keys(choices).filter((name): name is Name => Object.hasOwn(choices, name));
  if (isList || names.length > 4) {
    return (
      <div class="control">
        <label for={id}>{title}</label>
        <select
          id={id}
          value={setting.value}
          onChange={({ currentTarget }) => {
            const chosen = names.find((name) => name === currentTarget.value);
            if (chosen !== undefined) setting.value = chosen;
          }}
        >
          {names.map((name) => (
            <option key={name} value={name}>
              {choices[name]}
            </option>
          ))}
        </select>
      </div>
    );
  }
  return (
    <fieldset class="control choice">
      <legend>{title}</legend>
      <div class="segments">
        {names.map((name) => (
          <label key={name}>
            <input type="radio" name={id} checked={setting.value === name} onChange={() => (setting.value = name)} />
            <span>{choices[name]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
