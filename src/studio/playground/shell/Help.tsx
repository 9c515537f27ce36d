/** The help: which keys do what, and where the work is done. */
import { useEffect, useRef } from "preact/hooks";
import { areKeysOn, commands } from "./commands.ts";

const names: Readonly<Record<string, string>> = {
  " ": "Space",
  ArrowRight: "→",
  ArrowLeft: "←",
  PageDown: "Page down",
  PageUp: "Page up",
};

/** A dialog that is open while it is shown. */
export function Help({ close }: { readonly close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="help" ref={dialog} onClose={close} aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl class="keys">
        {commands.value.map(({ key, title }) => (
          <div key={key}>
            <dt>
              <kbd>{names[key] ?? key.toUpperCase()}</kbd>
            </dt>
            <dd>{title}</dd>
          </div>
        ))}
      </dl>
      <p class="small">
        Tab goes from control to control. Arrow keys move what can be dragged; with Shift they move it further.
      </p>
      <label class="check">
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={({ currentTarget }) => (areKeysOn.value = currentTarget.checked)}
        />
        Use single keys
      </label>
      <form method="dialog">
        <button type="submit" class="button primary">
          Close
        </button>
      </form>
    </dialog>
  );
}
