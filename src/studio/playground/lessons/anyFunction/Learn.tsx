/** A network of chosen width and depth learns the curve while it is being drawn. */
import { computed, type Signal, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Choice } from "../../parts/Choice.tsx";
import { Downloads } from "../../parts/Downloads.tsx";
import { LossCurve } from "../../parts/LossCurve.tsx";
import { type PaceName, PlayControls, paces } from "../../parts/PlayControls.tsx";
import { Slider } from "../../parts/Slider.tsx";
import { useTrainer } from "../../parts/useTrainer.ts";
import { addressSetting, type Setting } from "../../shell/address.ts";
import { choiceCodec, numberCodec } from "../../shell/codecs.ts";
import type { Trainer } from "../../training/client.ts";
import type { CurveNonlinearity, CurveOptions } from "../../training/jobs/curve.ts";
import { CurveChoice } from "./CurveChoice.tsx";
import { CurvePlot } from "./CurvePlot.tsx";
import type { CurveScene } from "./curveDrawing.ts";
import type { DrawnCurve } from "./drawnCurve.ts";

const nonlinearities = { tanh: "tanh", relu: "ReLU", sigmoid: "sigmoid" } as const satisfies Record<
  CurveNonlinearity,
  string
>;

interface LearnProps {
  readonly query: Signal<URLSearchParams>;
  readonly drawn: Setting<DrawnCurve>;
}

/** The part of the page. */
export function Learn({ query, drawn }: LearnProps) {
  const settings = useMemo(
    () => ({
      width: addressSetting(query, "width", numberCodec(1, 64), 16),
      depth: addressSetting(query, "depth", numberCodec(1, 5), 2),
      nonlinearity: addressSetting<CurveNonlinearity>(query, "nonlinearity", choiceCodec(nonlinearities), "tanh"),
      rate: addressSetting(query, "rate", numberCodec(0.0003, 0.1), 0.01),
      seed: addressSetting(query, "seed", numberCodec(1, 9999), 1),
      pace: addressSetting<PaceName>(query, "pace", choiceCodec(paces), "steady"),
    }),
    [query],
  );
  const options = useMemo(
    () =>
      computed((): CurveOptions => {
        const { width, depth, nonlinearity, rate, seed } = settings;
        return {
          // These two may change while it learns
          target: { kind: "curve", curve: drawn.peek().curve },
          learningRate: rate.peek(),
          width: Math.round(width.value),
          depth: Math.round(depth.value),
          nonlinearity: nonlinearity.value,
          seed: Math.round(seed.value),
        };
      }),
    [settings, drawn],
  );
  const trainer = useTrainer("curve", options);
  useSignalEffect(() => trainer.change({ target: { kind: "curve", curve: drawn.value.curve } }));
  useSignalEffect(() => trainer.change({ learningRate: settings.rate.value }));
  const { scene, description, curve } = useMemo(() => picturesOf(trainer, drawn, options), [trainer, drawn, options]);
  const take = async () => {
    const { makeCurve } = await import("../../training/export/curve.ts");
    const snapshot = trainer.snapshot.peek();
    const target = { kind: "curve", curve: drawn.peek().curve } as const;
    const taken = { ...options.peek(), target, learningRate: settings.rate.peek() };
    return snapshot && makeCurve({ options: taken, snapshot, step: trainer.step.peek() });
  };
  return (
    <div class="lesson two">
      <section aria-labelledby="draw">
        <h2 id="draw">Draw any curve</h2>
        <CurvePlot
          scene={scene}
          description={description}
          drawn={{ curve, change: (next) => (drawn.value = { preset: undefined, curve: next }) }}
        />
        <p class="legend">
          <span class="key">the curve</span> <span class="key step">the network</span>
        </p>
        <CurveChoice drawn={drawn} />
      </section>
      <section aria-labelledby="network">
        <h2 id="network">Let a network learn it</h2>
        <PlayControls of={trainer} pace={settings.pace} />
        <Findings trainer={trainer} />
        <div class="pair">
          <Slider title="Width: units in a layer" setting={settings.width} low={1} high={64} step={1} />
          <Slider title="Depth: hidden layers" setting={settings.depth} low={1} high={5} step={1} />
        </div>
        <Choice title="Nonlinearity" setting={settings.nonlinearity} choices={nonlinearities} />
        <Slider title="Learning rate" setting={settings.rate} low={0.0003} high={0.1} step={0.05} isLogarithmic />
        <div class="row">
          <button type="button" class="button" onClick={() => (settings.seed.value = settings.seed.peek() + 1)}>
            Other first weights
          </button>
        </div>
        <LossCurve history={trainer.history} />
        <Downloads take={take} />
      </section>
    </div>
  );
}

function picturesOf(trainer: Trainer<"curve">, drawn: Setting<DrawnCurve>, options: { readonly value: CurveOptions }) {
  const curve = computed(() => drawn.value.curve);
  const scene = computed((): CurveScene => ({ ...axes, wanted: curve.value, fit: trainer.snapshot.value?.fit }));
  const description = computed(() => {
    const { width, depth } = options.value;
    const network = `a network of ${depth} hidden ${depth === 1 ? "layer" : "layers"} of ${width} units`;
    const snapshot = trainer.snapshot.value;
    if (snapshot === undefined) return `A curve, and ${network} that has not begun to learn it.`;
    return (
      `A curve, and ${network} after ${trainer.step.value} steps: nowhere more than ` +
      `${snapshot.largestError.toFixed(3)} from the curve, typically ${snapshot.typicalError.toFixed(3)}.`
    );
  });
  return { curve, scene, description };
}

/** The picture of curves within −1 … 1. */
export const axes = {
  x: { name: "x", unit: "", low: 0, high: 1 },
  y: { name: "f(x)", unit: "", low: -1.1, high: 1.1 },
} as const;

function Findings({ trainer }: { readonly trainer: Trainer<"curve"> }) {
  const text = useMemo(
    () =>
      computed(() => {
        const found = trainer.snapshot.value;
        return found === undefined ? "…" : found.largestError.toFixed(3);
      }),
    [trainer],
  );
  return (
    <p class="mistakes">
      Nowhere further from the curve than <b>{text}</b>.
    </p>
  );
}
