/** The curve of the page as a setting in the address: the name of one to begin with, or what a visitor drew. */
import type { Codec } from "../../shell/address.ts";
import {
  type Curve,
  curveFromText,
  curveToText,
  type PresetName,
  presetCurve,
  presetNames,
} from "../../training/curves.ts";

/** The curve and where it comes from. */
export interface DrawnCurve {
  /** Undefined where somebody drew it. */
  readonly preset: PresetName | undefined;
  readonly curve: Curve;
}

/** A curve to begin with. */
export function presetOf(name: PresetName): DrawnCurve {
  return { preset: name, curve: presetCurve(name) };
}

/** `hills`, or the heights of a drawn one. */
export const drawnCurveCodec: Codec<DrawnCurve> = {
  parse: (text) => {
    const preset = presetNames.find((name) => name === text);
    if (preset !== undefined) return presetOf(preset);
    try {
      return { preset: undefined, curve: curveFromText(text) };
    } catch {
      // An address that was cut: the page begins as it does without one
      return undefined;
    }
  },
  write: ({ preset, curve }) => preset ?? curveToText(curve),
};

/** What the list of curves shows. */
export const presetTitles = {
  wave: "A wave",
  hills: "Two hills",
  stairs: "Stairs",
  faster: "Faster and faster",
  zigzag: "A zigzag",
} as const satisfies Record<PresetName, string>;
