/**
 * features/index.html: what a network looks for, layer by layer, and why pictures got their answers. One file that loads nothing; the
 * pictures are in it, and beside it as PNG files. `study.ts` and `decision.ts` found what it shows.
 */

import type { PixelStore } from "../../../data/images/imageSet.ts";
import { encodePng, type PixelPicture, pngAddress } from "../../../data/images/pngEncoder.ts";
import { type PictureNetwork, type PictureShape, readPictures, type StrongPatch } from "../../../explain/index.ts";
import { at } from "../../../support/invariant.ts";
import { type Making, type Section, sectionHtml, table } from "../../reportHtml.ts";
import { pageHtml } from "../../reportPage.ts";
import { counted, list, nameHtml, number, plainText, shareText } from "../../reportSpell.ts";
import { pageCss } from "../../reportStyle.ts";
import { escapeMarkup } from "../../reportText.ts";
import { type Decision, type DecisionMap, decisionInWords } from "./decision.ts";
import { cropOf, outlined, overlayOf, pixelsOf, sheetOf } from "./paint.ts";
import { smoothed } from "./parts.ts";
import type { FeatureStudy, StageStudy, UnitStudy } from "./study.ts";

/** A decision with the name of its picture. */
export interface NamedDecision {
  readonly name: string;
  readonly decision: Decision;
}

/** What the page is made of. */
export interface FeaturePageParts {
  readonly network: PictureNetwork;
  /** What the network is called, and its classes. */
  readonly title: string;
  readonly classes: readonly string[];
  readonly study: FeatureStudy | undefined;
  readonly decisions: readonly NamedDecision[];
  /** The pictures that patches are cut from. */
  readonly pictures: PixelStore | undefined;
  readonly making: Making;
}

/** The page and its pictures, by path within the folder. */
export async function featurePage(parts: FeaturePageParts): Promise<ReadonlyMap<string, Uint8Array | string>> {
  const files = new Map<string, Uint8Array | string>();
  const sections: Section[] = [];
  for (const [index, named] of parts.decisions.entries())
    sections.push(await decisionSection(named, index, parts, files));
  const { study } = parts;
  if (study !== undefined) {
    if (study.filters !== undefined) sections.push(await filterSection(study.filters, files));
    for (const stage of study.stages) sections.push(await stageSection(stage, parts, files));
  }
  files.set("index.html", pageOf(parts, sections));
  return files;
}

function pageOf({ title, making, study }: FeaturePageParts, sections: readonly Section[]): string {
  const links = sections.map(({ id, title: name }) => `<li><a href="#${id}">${name}</a></li>`);
  const seen =
    study === undefined
      ? ""
      : `<p class="lede">From edges to parts to classes: each layer is shown by pictures that its units were asked to draw${study.pictures > 0 ? `, and by the parts of ${counted(study.pictures, "real picture")} to which they answer most strongly` : ""}.</p>`;
  return pageHtml({
    title: `What ${plainText(title)} looks for · Smilodon`,
    css: pageCss + ownCss,
    hasPictures: true,
    main: `<header><p class="kicker">Smilodon</p><h1>What ${nameHtml(title)} looks for</h1>${seen}</header>
<nav aria-label="Parts of this page"><ol>${links.join("")}</ol></nav>
${sections.map(sectionHtml).join("\n")}
<footer>Written by Smilodon ${escapeMarkup(making.version)} on ${escapeMarkup(making.date)}: <code>${escapeMarkup(making.command)}</code>. This page loads nothing from anywhere and runs no script. It may contain pictures of the training set, whose terms apply.</footer>`,
  });
}

const ownCss = `
.units{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr));gap:1rem 1.4rem;grid-column:1/-1}
.unit{display:grid;grid-template-columns:5.6rem 1fr;gap:.5rem;align-items:start}.unit figcaption{grid-column:1/-1;margin:0}
.unit img,.maps img,.filters img{image-rendering:pixelated;width:100%;height:auto;display:block;border-radius:3px;outline:1px solid var(--line)}
.unit.alone{grid-template-columns:7rem}.units:has(.alone){grid-template-columns:repeat(auto-fill,7rem)}
.maps{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,11rem),1fr));gap:1rem 1.2rem;grid-column:1/-1}
.filters{grid-column:1/-1;max-width:34rem}
.key i{display:inline-block;width:.9em;height:.9em;border-radius:2px;vertical-align:-.1em;margin-right:.3em}`;

async function image(picture: PixelPicture, words: string): Promise<string> {
  return `<img src="${await pngAddress(picture)}" width="${picture.width}" height="${picture.height}" alt="${escapeMarkup(words)}">`;
}

async function filterSection(
  filters: NonNullable<FeatureStudy["filters"]>,
  files: Map<string, Uint8Array | string>,
): Promise<Section> {
  const { count, channels, height, width } = filters;
  const size = channels * height * width;
  const all = Array.from({ length: count }, (_, filter) =>
    pixelsOf(filters.pictures.subarray(filter * size, (filter + 1) * size), filters),
  );
  const sheet = sheetOf(all, Math.min(count, 16));
  files.set("filters.png", await encodePng(enlarged(sheet, 8)));
  return {
    id: "filters",
    title: "The first filters",
    plain: `${counted(count, "filter")} of ${height} × ${width} pixels look at the picture itself: stripes find edges, colours find colours.`,
    figures: [
      `<figure class="filters">${await image(enlarged(sheet, 4), "The filters of the first convolution")}</figure>`,
    ],
    how: `The weights of <code>${escapeMarkup(filters.layer)}</code>; middle grey is 0, and each filter is stretched to the full range by itself.`,
  };
}

async function stageSection(
  stage: StageStudy,
  parts: FeaturePageParts,
  files: Map<string, Uint8Array | string>,
): Promise<Section> {
  const { shape } = parts.network;
  const drawn = stage.shown.map(({ optimized }) => pixelsOf(optimized, shape));
  files.set(
    `units-${stage.name.replace(/[^\w-]/g, "-")}.png`,
    await encodePng(enlarged(sheetOf(drawn, 6), zoomOf(shape))),
  );
  const units: string[] = [];
  for (const unit of stage.shown) units.push(await unitHtml(unit, stage, parts));
  const isLast = stage.shown.some(({ patches }) => patches.length > 0) === false && stage.rows * stage.columns === 1;
  const [tall, wide] = stage.field;
  const places = stage.rows * stage.columns === 1 ? "the whole picture" : `${tall} × ${wide} pixels`;
  return {
    id: `stage-${stage.name.replace(/[^\w-]/g, "-")}`,
    title: nameHtml(stage.name),
    plain: `${counted(stage.units, "unit")}${stage.rows * stage.columns === 1 ? "" : ` at ${stage.rows} × ${stage.columns} places`}; each sees ${places}.${stage.shown.length < stage.units ? ` ${stage.shown.length} of them are shown.` : ""}`,
    figures: [`<div class="units">${units.join("")}</div>`],
    // Said once, for the first of them
    how:
      stage !== parts.study?.stages[0]
        ? undefined
        : `Left of each: a picture changed by gradients until the unit's mean answer is as large as it gets, made of waves and moved a little at each step (Olah, Mordvintsev, Schubert 2017).${isLast ? "" : " Right: the parts of real pictures with its strongest answers, as large as what it can see (Zeiler, Fergus 2014)."}`,
    limits:
      "Such pictures show what drives a unit most, not all that it answers to; one unit may serve several purposes.",
  };
}

async function unitHtml(unit: UnitStudy, stage: StageStudy, parts: FeaturePageParts): Promise<string> {
  const { network, pictures } = parts;
  const words = unit.name ?? `unit ${unit.unit}`;
  const drawn = await image(pixelsOf(unit.optimized, network.shape), `What ${words} of ${stage.name} looks for`);
  const isShown = pictures !== undefined && unit.patches.length > 0;
  const patches = isShown
    ? await image(await patchSheet(network, pictures, unit.patches), `Real parts to which ${words} answers`)
    : "";
  const facts = [
    unit.name === undefined ? "" : `<strong>${nameHtml(unit.name)}</strong>`,
    `unit ${unit.unit}`,
    unit.activeShare === undefined ? "" : `answers in ${shareText(unit.activeShare, 0)} of pictures`,
  ].filter((fact) => fact !== "");
  return `<figure class="unit${isShown ? "" : " alone"}">${drawn}${patches}<figcaption>${facts.join(", ")}</figcaption></figure>`;
}

async function patchSheet(
  network: PictureNetwork,
  pictures: PixelStore,
  patches: readonly StrongPatch[],
): Promise<PixelPicture> {
  const rows = patches.map(({ picture }) => picture);
  const values = await readPictures(network, pictures, rows);
  const crops = patches.map(({ box }, index) =>
    cropOf(pixelsOf(values.subarray(index * network.pictureSize), network.shape), box),
  );
  return sheetOf(crops, 3);
}

async function decisionSection(
  { name, decision }: NamedDecision,
  index: number,
  { network, classes }: FeaturePageParts,
  files: Map<string, Uint8Array | string>,
): Promise<Section> {
  const plain = pixelsOf(decision.picture, network.shape);
  const maps = decision.maps.map(({ explanation }) => overlayOf(plain, seenMap(explanation)));
  const marked = outlined(
    plain,
    decision.parts.map(({ box }) => box),
  );
  const zoom = zoomOf(network.shape);
  files.set(`decision-${index + 1}.png`, await encodePng(enlarged(sheetOf([plain, marked, ...maps], 5), zoom)));
  const figures = [
    `<figure>${await image(marked, `The picture, with the parts that led to ${at(classes, decision.answer)}`)}<figcaption>The picture, with the parts below</figcaption></figure>`,
  ];
  for (const [place, map] of decision.maps.entries()) figures.push(await mapHtml(map, at(maps, place)));
  return {
    id: `decision-${index + 1}`,
    title: `Why ${nameHtml(name)} is ${nameHtml(at(classes, decision.answer))}`,
    plain: escapeMarkup(decisionInWords(decision, classes)),
    figures: [`<div class="maps">${figures.join("")}</div>`, partTable(decision, classes)],
    how: `Everything explains how far the score of ${nameHtml(at(classes, decision.answer))} is above that of ${nameHtml(at(classes, decision.other))}. <span class="key"><i style="background:#e66100"></i>speaks for the answer</span><span class="key"><i style="background:#1e64dc"></i>against it</span> Methods: ${list(decision.maps.map(({ explanation }) => escapeMarkup(explanation.method)))}; maps are shown smoothed. ${sanityWords(decision.maps)}`,
    limits:
      "Maps say what the network used, not what a picture shows; a covered picture is one that the network never saw.",
  };
}

/** A map as it is shown: single pixels go up and down, so it is smoothed by a pixel or two. */
function seenMap({ maps, height, width }: DecisionMap["explanation"]): Float64Array {
  return smoothed(maps, { height, width }, Math.max(1, Math.round(Math.min(height, width) / 48)));
}

async function mapHtml({ title, explanation }: DecisionMap, painted: PixelPicture): Promise<string> {
  const rest = explanation.relativeDelta?.[0];
  const facts = [
    explanation.isExact[0] === 1
      ? "explains the plain answer, bit for bit"
      : "computed with other roundings than the plain answer",
    rest === undefined ? "" : `leaves ${number(100 * rest, 2)} % unexplained`,
    `${counted(explanation.cost.forward, "pass", "passes")} forward, ${explanation.cost.backward} backward`,
  ].filter((fact) => fact !== "");
  return `<figure>${await image(painted, `${title}: where the answer comes from`)}<figcaption><strong>${title}</strong>: ${facts.join("; ")}</figcaption></figure>`;
}

function sanityWords(maps: readonly DecisionMap[]): string {
  const checked = maps.flatMap(({ title, sanity }) => (sanity === undefined ? [] : [{ title, sanity }]));
  if (checked.length === 0) return "";
  const words = checked.map(
    ({ title, sanity }) =>
      `${title} ${number(sanity.correlation, 2)}${sanity.dependsOnWeights ? "" : " (too much: this map shows the picture more than the network)"}`,
  );
  return `Checked with all weights drawn anew (Adebayo et al. 2018): rank correlation of maps before and after, near 0 is right: ${words.join(", ")}.`;
}

function partTable({ parts, probability, answer }: Decision, classes: readonly string[]): string {
  const name = nameHtml(at(classes, answer));
  return table({
    caption: `Parts, and what becomes of ${name} (${shareText(probability)}) when each is covered`,
    head: ["Part", "share of what speaks for it", "covered"],
    rows: parts.map((part) => ({ cells: [nameHtml(part.name), shareText(part.share), shareText(part.covered)] })),
  });
}

/** How often a pixel is repeated so that small pictures can be seen. */
function zoomOf({ height, width }: PictureShape): number {
  return Math.max(1, Math.round(160 / Math.max(height, width)));
}

function enlarged(picture: PixelPicture, factor: number): PixelPicture {
  const [height, width] = [picture.height * factor, picture.width * factor];
  const pixels = new Uint8Array(height * width * 3);
  for (let index = 0; index < height * width; index++) {
    const source =
      Math.floor(Math.floor(index / width) / factor) * picture.width + Math.floor((index % width) / factor);
    pixels.set(picture.pixels.subarray(3 * source, 3 * source + 3), 3 * index);
  }
  return { pixels, height, width, channels: 3 };
}
