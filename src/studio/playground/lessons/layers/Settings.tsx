/** The controls of the page of layers. */
import { Choice } from "../../parts/Choice.tsx";
import { Slider } from "../../parts/Slider.tsx";
import { Stepper } from "../../parts/Stepper.tsx";
import { nonlinearityTitles, optimizerTitles } from "../../training/choiceNames.ts";
import { layerCount, unitsOf } from "./layersModel.ts";
import { dataTitles, type LayerSettings, most, penaltyTitles } from "./settings.ts";

/** How many layers, and how many units in each. */
export function ShapeControls({ settings }: { readonly settings: LayerSettings }) {
  return (
    <div class="shape">
      <div class="shape-part">
        <span class="small soft">Layers</span>
        <Stepper title="Hidden layers" setting={layerCount(settings)} low={0} high={most.layers} />
      </div>
      {settings.hidden.value.map((_, layer) => (
        <div class="shape-part" key={`layer ${layer + 1}`}>
          <span class="small soft">Units in {layer + 1}</span>
          <Stepper title={`Units in layer ${layer + 1}`} setting={unitsOf(settings, layer)} low={1} high={most.units} />
        </div>
      ))}
    </div>
  );
}

/** Everything else that may be set. */
export function Settings({ settings }: { readonly settings: LayerSettings }) {
  const { data, count, noise, nonlinearity, optimizer, rate, penalty, strength, batch, seed } = settings;
  const isDrawn = data.value === "own";
  return (
    <section class="settings-part" aria-labelledby="settings">
      <h2 id="settings">Settings</h2>
      <div class="settings">
        <Choice title="Data" setting={data} choices={dataTitles} />
        {!isDrawn && <Slider title="Points" setting={count} low={20} high={1000} step={20} />}
        {!isDrawn && <Slider title="Noise" setting={noise} low={0} high={1} step={0.05} />}
        <Choice title="Nonlinearity α" setting={nonlinearity} choices={nonlinearityTitles} />
        <Choice title="Optimizer" setting={optimizer} choices={optimizerTitles} isList />
        <Slider title="Learning rate" setting={rate} low={0.0001} high={10} step={0.05} isLogarithmic />
        <Slider title="Points in a step" setting={wholeOf(batch)} low={1} high={1000} step={0.05} isLogarithmic />
        <Choice title="Regularization" setting={penalty} choices={penaltyTitles} isList />
        {penalty.value !== "none" && (
          <Slider title="Its strength" setting={strength} low={0.0001} high={1} step={0.05} isLogarithmic />
        )}
        <div class="control">
          <span class="small soft">First weights: number {seed.value}</span>
          <button type="button" class="button" onClick={() => (seed.value = seed.peek() + 1)}>
            Draw new ones
          </button>
        </div>
      </div>
    </section>
  );
}

/** A setting that a slider by factors of ten may only bring to whole numbers. */
function wholeOf(setting: LayerSettings["batch"]): { value: number } {
  return {
    get value() {
      return setting.value;
    },
    set value(next: number) {
      setting.value = Math.max(1, Math.round(next));
    },
  };
}
