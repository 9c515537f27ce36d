/** report.html: what each layer has learned, as pictures, and what the network makes of pictures of which half is hidden. */
import { pngAddress } from "../../data/images/pngEncoder.ts";
import { concat } from "../../tensor/joining.ts";
import { slice } from "../../tensor/slice.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { compile } from "../../transforms/compile.ts";
import { pageHtml } from "../reportPage.ts";
import { escapeMarkup } from "../reportText.ts";
import { groundDark, groundLight, themeCss } from "../reportTheme.ts";
import type { DeepBeliefNetwork } from "./deepBelief.ts";
import { drawSheet } from "./drawings.ts";

/** Filters of the first layer while they were learned. */
export interface FilterSnapshot {
  readonly step: number;
  /** [groups, 1, kernel, kernel] */
  readonly filters: Tensor;
}

/** What a report is made of. */
export interface ReportFacts {
  readonly title: string;
  readonly network: DeepBeliefNetwork;
  /** Pictures as the network sees them, [count, 1, height, width], whose right halves are filled in. A few. */
  readonly pictures?: Tensor;
  /** How the first layer's filters came about. */
  readonly forming?: readonly FilterSnapshot[];
}

const layerNames = ["edges", "parts", "wholes"];
const [widest, dreamSweeps] = [12, 20];

/** The page as HTML, self-contained and without scripts. Only layers that see grey pictures are shown. */
export async function makeReport({ title, network, pictures, forming = [] }: ReportFacts): Promise<string> {
  const sheets: string[] = [];
  for (const [index, { settings }] of network.layers.entries()) {
    const filters = network.projectFilters(index);
    const size = filters.shape[2] ?? 0;
    const sheet = await drawSheet(filters, {
      columns: size > 40 ? 6 : widest,
      scale: Math.max(1, Math.floor(48 / size)),
    });
    const what = `${settings.groups} filters of ${settings.kernel} × ${settings.kernel}, ${size} × ${size} pixels each`;
    sheets.push(section(`Layer ${index + 1}: ${layerNames[index] ?? "further"}`, what, await pngAddress(sheet)));
  }
  if (forming.length > 0) sheets.push(await formingSection(forming));
  if (pictures !== undefined) sheets.push(...(await picturesSections(network, pictures)));
  const css = `body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}main{max-width:60rem;margin:auto;padding:1.5rem}
section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem;margin:1rem 0}img{max-width:100%;image-rendering:pixelated}p{color:var(--soft)}`;
  return pageHtml({
    title,
    css: `${themeCss(":root", { light: groundLight, dark: groundDark })}
${css}`,
    hasPictures: true,
    main: `<h1>${escapeMarkup(title)}</h1>
<p>Learned from pictures without labels. Each filter of a higher layer is shown as the weighted sum of the filters below it.</p>
${sheets.join("\n")}`,
  });
}

/** The first layer's filters, a row for each snapshot. */
async function formingSection(forming: readonly FilterSnapshot[]): Promise<string> {
  const filters = concat(
    forming.map((snapshot) => snapshot.filters),
    0,
  );
  const columns = forming[0]?.filters.shape[0] ?? 1;
  const sheet = await drawSheet(filters, { columns, scale: 2 });
  const steps = forming.map(({ step }) => (step + 1).toLocaleString("en-US")).join(", ");
  return section("How the first layer formed", `From above, after ${steps} steps.`, await pngAddress(sheet));
}

/** Hidden halves, and what the network dreams when it sees nothing. */
async function picturesSections(network: DeepBeliefNetwork, pictures: Tensor): Promise<string[]> {
  const [count = 0, , , width = 0] = pictures.shape;
  const known = tensor(Array.from({ length: width }, (_, column) => column < width / 2)).reshape([1, 1, 1, width]);
  const fill = (topDown: boolean) => compile((some: Tensor) => network.fillIn(some, known, { topDown }))(pictures);
  const dreamt = compile((some: Tensor) => network.dream(some, dreamSweeps))(pictures);
  const range = 3 * (await pictures.square().mean().sqrt().item());
  const filled = await drawSheet(concat([pictures, fill(false), fill(true)], 0), { columns: count, range });
  const dreams = await drawSheet(slice(dreamt, [0, count]), { columns: count });
  return [
    section(
      "The right half hidden",
      "Above: the whole pictures. Middle: filled in by the first layer alone. Below: with what the higher layers expect.",
      await pngAddress(filled),
    ),
    section(
      "Dreams",
      `${dreamSweeps} steps of Gibbs sampling of the topmost layer, down to pixels.`,
      await pngAddress(dreams),
    ),
  ];
}

function section(title: string, words: string, address: string): string {
  return `<section>
<h2>${escapeMarkup(title)}</h2>
<p>${escapeMarkup(words)}</p>
<img src="${address}" alt="${escapeMarkup(`${title}: ${words}`)}">
</section>`;
}
