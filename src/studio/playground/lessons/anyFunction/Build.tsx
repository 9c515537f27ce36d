/** Bumps: how many it takes to come as near as one asks for. Nothing is trained. */
import { computed, type Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Slider } from "../../parts/Slider.tsx";
import { addressSetting, type Setting } from "../../shell/address.ts";
import { numberCodec } from "../../shell/codecs.ts";
import { bumpsFor, bumpValue, largestError } from "../../training/bumps.ts";
import { CurveChoice } from "./CurveChoice.tsx";
import { CurvePlot } from "./CurvePlot.tsx";
import type { CurveScene } from "./curveDrawing.ts";
import type { DrawnCurve } from "./drawnCurve.ts";
import { axes } from "./Learn.tsx";

interface BuildProps {
  readonly query: Signal<URLSearchParams>;
  readonly drawn: Setting<DrawnCurve>;
}

/** Places at which the sum of the bumps is drawn. */
const points = 600;

/** The part of the page. */
export function Build({ query, drawn }: BuildProps) {
  const error = useMemo(() => addressSetting(query, "error", numberCodec(0.03, 1), 0.25), [query]);
  const { curve, scene, description, facts } = useMemo(() => picturesOf(drawn, error), [drawn, error]);
  const { units, bound, measured, steepness } = facts.value;
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
          <span class="key">the curve</span> <span class="key bump">single bumps</span>{" "}
          <span class="key step">their sum, the network</span>
        </p>
        <CurveChoice drawn={drawn} />
      </section>
      <section aria-labelledby="bumps">
        <h2 id="bumps">How near is near enough?</h2>
        <p>
          A steep sigmoid is a step. Two steps, one up and one down, are a bump. Bumps side by side make any curve: that
          is a network of one hidden layer, written down without any training.
        </p>
        <Slider title="Largest error ε" setting={error} low={0.03} high={1} step={0.05} isLogarithmic />
        <dl class="facts">
          <div>
            <dt>Units it takes</dt>
            <dd>{units}</dd>
          </div>
          <div>
            <dt>Proved: nowhere further off than</dt>
            <dd>{bound.toFixed(3)}</dd>
          </div>
          <div>
            <dt>Measured on the picture</dt>
            <dd>{measured.toFixed(3)}</dd>
          </div>
        </dl>
        <div class="equation">
          <p>
            <i>f</i>(<i>x</i>) ≈ <i>c</i> + Σ <i>h</i>ᵢ·α(<i>s</i>·(<i>x</i> − <i>t</i>ᵢ))
          </p>
          <p class="numbers">
            {units} heights <i>h</i>ᵢ, {units} places <i>t</i>ᵢ, <i>s</i> = {Math.round(steepness).toLocaleString("en")}
          </p>
        </div>
        <p class="soft">
          The smaller ε, the more units: about twice as many for half the error. The theorem says that some width is
          always enough. It does not say that a wide layer is the best way: go on to “Fold it”.
        </p>
      </section>
    </div>
  );
}

function picturesOf(drawn: Setting<DrawnCurve>, error: Setting<number>) {
  const curve = computed(() => drawn.value.curve);
  const bumps = computed(() => bumpsFor(curve.value, error.value));
  const scene = computed(
    (): CurveScene => ({
      ...axes,
      wanted: curve.value,
      fit: Float32Array.from({ length: points }, (_, index) => bumpValue(bumps.value, index / (points - 1))),
      band: error.value,
      bumps: bumps.value,
    }),
  );
  const facts = computed(() => ({
    units: bumps.value.edges.length,
    bound: bumps.value.bound,
    steepness: bumps.value.steepness,
    measured: largestError(curve.value, bumps.value, (x) => bumpValue(bumps.value, x)),
  }));
  const description = computed(
    () =>
      `A curve and ${facts.value.units + 1} bumps side by side; their sum is nowhere more than ` +
      `${facts.value.measured.toFixed(3)} from the curve, where ${error.value} was asked for.`,
  );
  return { curve, scene, facts, description };
}
