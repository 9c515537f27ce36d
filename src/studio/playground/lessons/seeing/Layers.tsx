/** What the network found, layer by layer: every unit with its filter and its map of the visitor's drawing. */
import { type ReadonlySignal, useComputed } from "@preact/signals";
import { useCalm } from "../../parts/calm.ts";
import { colours } from "../../shell/palette.ts";
import { filterSize, seeingLayers } from "../../training/seeing/layers.ts";
import type { SeeingSnapshot, UnitPlace } from "../../training/seeing/shown.ts";
import { Dots } from "./Dots.tsx";
import { inkShading, signShading } from "./dots.ts";

interface LayersProps {
  readonly snapshot: ReadonlySignal<SeeingSnapshot | undefined>;
  readonly chosen: ReadonlySignal<UnitPlace>;
  readonly choose: (unit: UnitPlace) => void;
}

const texts = [
  "Eight units slide a filter of 5 by 5 dots over the drawing. A map is strong where ink lies on the filter’s blue and not on its orange: edges, ends, slopes.",
  "Sixteen units do the same with the eight maps below them, so each sees 13 by 13 dots of the drawing: corners, bends, crossings.",
] as const;

/** Both layers. */
export function Layers({ snapshot, chosen, choose }: LayersProps) {
  return (
    <>
      {seeingLayers.map(({ units }, layer) => (
        <section class="seen-layer" key={units} aria-labelledby={`layer-${layer}`}>
          <h3 id={`layer-${layer}`}>Layer {layer + 1}</h3>
          <p>{texts[layer]}</p>
          <fieldset class={`map-units map-units-${layer + 1}`}>
            <legend class="unseen">Units of layer {layer + 1}: choose one to see what excites it</legend>
            {Array.from({ length: units }, (_, unit) => (
              <Unit key={`${layer}-${unit}`} {...{ snapshot, chosen, choose }} place={{ layer, unit }} />
            ))}
          </fieldset>
        </section>
      ))}
    </>
  );
}

function Unit({ snapshot, chosen, choose, place }: LayersProps & { readonly place: UnitPlace }) {
  const { layer, unit } = place;
  const isChosen = useComputed(() => chosen.value.layer === layer && chosen.value.unit === unit);
  const columns = seeingLayers[layer]?.places ?? 1;
  const map = useComputed(() => {
    const all = snapshot.value?.maps[layer === 0 ? 0 : 1];
    if (all === undefined) return undefined;
    const values = all.subarray(unit * columns ** 2, (unit + 1) * columns ** 2);
    return { values, columns, shading: inkShading(colours.value, largest(all)) };
  });
  const peak = useCalm(useComputed(() => largest(map.value?.values ?? new Float32Array())));
  const filter = useComputed(() => {
    const all = layer === 0 ? snapshot.value?.filters : undefined;
    if (all === undefined) return undefined;
    const values = all.subarray(unit * filterSize ** 2, (unit + 1) * filterSize ** 2);
    return { values, columns: filterSize, shading: signShading(colours.value, largest(all)) };
  });
  return (
    <button
      type="button"
      class="map-unit"
      aria-pressed={isChosen.value}
      aria-label={`Layer ${layer + 1}, unit ${unit + 1}: answers up to ${peak.value.toFixed(1)}`}
      onClick={() => choose(place)}
    >
      {layer === 0 && <Dots scene={filter} />}
      <Dots scene={map} />
    </button>
  );
}

/** The largest size of any value: pictures of one layer are shaded alike. */
function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
