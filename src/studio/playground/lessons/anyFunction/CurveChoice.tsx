/** Which curve to begin with; the list also says when it is the visitor's own. */

import { Choice } from "../../parts/Choice.tsx";
import type { Setting } from "../../shell/address.ts";
import { presetNames } from "../../training/curves.ts";
import { type DrawnCurve, presetOf, presetTitles } from "./drawnCurve.ts";

/** The control. */
export function CurveChoice({ drawn }: { readonly drawn: Setting<DrawnCurve> }) {
  const setting = {
    get value() {
      return drawn.value.preset ?? "own";
    },
    set value(name: keyof typeof choices) {
      const preset = presetNames.find((each) => each === name);
      if (preset !== undefined) drawn.value = presetOf(preset);
    },
  };
  return <Choice title="Curve" setting={setting} choices={choices} />;
}

const choices = { ...presetTitles, own: "Your own: draw it" } as const;
