/** The tent: what a few deep layers fold exactly, one wide layer of as many numbers cannot learn. */
import { computed, type ReadonlySignal, type Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { type PaceName, PlayControls, paces } from "../../parts/PlayControls.tsx";
import { Slider } from "../../parts/Slider.tsx";
import { useTrainer } from "../../parts/useTrainer.ts";
import { addressSetting } from "../../shell/address.ts";
import { choiceCodec, numberCodec } from "../../shell/codecs.ts";
import { useCommands } from "../../shell/commands.ts";
import type { Trainer } from "../../training/client.ts";
import { equalWidth, foldNetwork, leastErrorOfWide, tent } from "../../training/folds.ts";
import type { CurveOptions } from "../../training/jobs/curve.ts";
import { countNumbers } from "../../training/plainNetwork.ts";
import { CurvePlot } from "./CurvePlot.tsx";
import type { CurveScene } from "./curveDrawing.ts";

const axes = {
  x: { name: "x", unit: "", low: 0, high: 1 },
  y: { name: "f(x)", unit: "", low: -0.1, high: 1.1 },
} as const;

/** Most folds of the page: more teeth than these no screen shows. */
const mostFolds = 8;

/** Places at which the tent is drawn: a multiple of its bends. */
const points = 1025;

/** The part of the page. */
export function Fold({ query }: { readonly query: Signal<URLSearchParams> }) {
  const settings = useMemo(
    () => ({
      folds: addressSetting(query, "folds", numberCodec(1, mostFolds), 3),
      pace: addressSetting<PaceName>(query, "pace", choiceCodec(paces), "quick"),
    }),
    [query],
  );
  const folds = useMemo(() => computed(() => Math.round(settings.folds.value)), [settings]);
  const options = useMemo(
    () =>
      computed(
        (): CurveOptions => ({
          target: { kind: "tent", folds: folds.value },
          width: equalWidth(folds.value),
          depth: 1,
          nonlinearity: "relu",
          learningRate: 0.02,
          seed: 1,
        }),
      ),
    [folds],
  );
  useCommands([
    { key: "f", title: "fold once more", run: () => (settings.folds.value = 1 + (folds.peek() % mostFolds)) },
  ]);
  const trainer = useTrainer("curve", options);
  const pictures = useMemo(() => picturesOf(trainer, folds), [trainer, folds]);
  const [count, width, teeth] = [
    countNumbers(foldNetwork(folds.value)),
    equalWidth(folds.value),
    2 ** (folds.value - 1),
  ];
  return (
    <div class="lesson two">
      <section aria-labelledby="deep">
        <h2 id="deep">Deep: {2 * folds.value} layers of at most 2 units</h2>
        <p>
          {count} numbers, written down by hand. It is exact: the largest error is <b>{pictures.deepError}</b>.
        </p>
        <CurvePlot scene={pictures.deep} description={pictures.deepText} isLow />
        <h2>Wide: 1 layer of {width} units</h2>
        <p>
          {3 * width + 1} numbers, learned. The largest error is <b>{pictures.wideError}</b>.
        </p>
        <CurvePlot scene={pictures.wide} description={pictures.wideText} isLow />
        <p class="legend">
          <span class="key">the folded tent</span> <span class="key step">the network</span>
        </p>
      </section>
      <section aria-labelledby="fold">
        <h2 id="fold">Fold a strip of paper</h2>
        <p>
          Each fold puts the paper double: T(x) = 2x up to the middle, and back from there. Folding what is folded
          already doubles the teeth.
        </p>
        <Slider title="Folds" setting={settings.folds} low={1} high={mostFolds} step={1} />
        <div class="equation">
          <p>
            T(<i>x</i>) = α(2·α(<i>x</i>) − 4·α(<i>x</i> − ½)), &nbsp;α = ReLU
          </p>
          <p class="numbers">
            {teeth} {teeth === 1 ? "tooth" : "teeth"}, {2 * teeth} straight pieces
          </p>
        </div>
        <PlayControls of={trainer} pace={settings.pace} />
        <Verdict folds={folds.value} width={width} teeth={teeth} />
      </section>
    </div>
  );
}

/** What can be proved of the wide layer. */
function Verdict({ folds, width, teeth }: { readonly folds: number; readonly width: number; readonly teeth: number }) {
  if (leastErrorOfWide(folds, width) === 0) {
    return (
      <p>
        One layer of {width} units bends {width} times, and the tent has {teeth} {teeth === 1 ? "tooth" : "teeth"}: it
        might do. Train it, then fold on.
      </p>
    );
  }
  return (
    <p>
      One layer of {width} units bends at most {width} times; the tent has {teeth} teeth. So one tooth has no bend in
      it, and there a straight line must miss foot or tip by at least <b>0.5</b>. No training can change that: every
      fold costs the deep network 7 numbers, and doubles what a wide one needs.
    </p>
  );
}

function picturesOf(trainer: Trainer<"curve">, folds: ReadonlySignal<number>) {
  const wanted = computed(() =>
    Float32Array.from({ length: points }, (_, index) => tent(index / (points - 1), folds.value)),
  );
  const snapshot = computed(() => {
    const now = trainer.snapshot.value;
    // One that belongs to other folds is on its way out
    return now?.folded?.folds === folds.value ? now : undefined;
  });
  const deep = computed((): CurveScene => ({ ...axes, wanted: wanted.value, fit: snapshot.value?.folded?.values }));
  const wide = computed((): CurveScene => ({ ...axes, wanted: wanted.value, fit: snapshot.value?.fit }));
  const deepError = computed(() => textOf(snapshot.value?.folded?.largestError));
  const wideError = computed(() => textOf(snapshot.value?.largestError));
  const tentText = computed(() => `The tent folded ${folds.value} times, ${2 ** (folds.value - 1)} teeth`);
  const deepText = computed(
    () => `${tentText.value}, and the deep network on top of it; largest error ${deepError.value}.`,
  );
  const wideText = computed(
    () => `${tentText.value}, and one wide layer after ${trainer.step.value} steps; largest error ${wideError.value}.`,
  );
  return { deep, wide, deepError, wideError, deepText, wideText };
}

function textOf(error: number | undefined): string {
  if (error === undefined) return "…";
  return error === 0 ? "0" : error.toFixed(3);
}
