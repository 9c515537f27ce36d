/** What the sections of a report on pictures are written from, and how pictures stand in it. */
import type { Making } from "../../reportHtml.ts";
import { nameHtml, shareText } from "../../reportSpell.ts";
import { escapeMarkup } from "../../reportText.ts";
import type { ShownPicture, VisionStudy } from "../study.ts";

/** What sections are written from. */
export interface Facts {
  readonly study: VisionStudy;
  readonly making: Making;
}

/** Pictures side by side, each with words below. @param caption HTML */
export function gallery(
  pictures: readonly ShownPicture[],
  words: (picture: ShownPicture) => string,
  caption = "",
): string {
  const items = pictures.map(
    (picture) =>
      `<figure class="picture">${image(picture)}<figcaption>${words(picture)}<span class="name">${nameHtml(picture.name, 60)}</span></figcaption></figure>`,
  );
  const above = caption === "" ? "" : `<p class="caption">${caption}</p>`;
  return `<div class="wide">${above}<div class="gallery">${items.join("")}</div></div>`;
}

/** A picture by itself. Few pixels are shown as squares, not blurred. */
export function image({ address, name, height, width }: ShownPicture): string {
  return `<img src="${address}" alt="${escapeMarkup(name.slice(0, 80))}" width="${width}" height="${height}"${Math.max(height, width) <= 48 ? ' class="pixels"' : ""}>`;
}

/** "cat, 93 %; is dog". */
export function answerWords({ answer, probability, truth }: ShownPicture): string {
  const said = `<strong>${nameHtml(answer, 24)}</strong> ${shareText(probability, 0)}`;
  return answer === truth ? said : `${said}<br>is ${nameHtml(truth, 24)}`;
}

/** What pages of pictures have beside the style of all reports. */
export const pictureCss = `
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(6.2rem,1fr));gap:1rem .9rem;margin-top:.6rem}
.picture{min-width:0;margin:0}.picture img{display:block;width:100%;height:auto;aspect-ratio:1;object-fit:contain;object-position:left bottom;border-radius:3px}
img.pixels{image-rendering:pixelated}
.picture figcaption{font-size:.8rem;line-height:1.3;overflow-wrap:anywhere;color:var(--ink)}
.picture .name{display:block;color:var(--soft);font-size:.72rem;line-height:1.3;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;direction:rtl;text-align:left}
.strip{display:grid;grid-template-columns:minmax(5rem,9rem) 1fr;gap:.5rem 1rem;align-items:center;font-size:.9rem}
.strip>div{display:flex;flex-wrap:wrap;gap:.4rem}.strip img{display:block;height:3.6rem;width:auto;border-radius:3px}
.pairs{display:grid;gap:1rem 2rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr))}
.pairs .gallery{margin:0;grid-template-columns:repeat(3,minmax(0,1fr))}
@media (max-width:560px){.gallery{grid-template-columns:repeat(auto-fill,minmax(5.2rem,1fr))}.strip{grid-template-columns:1fr;gap:.2rem}}
@media print{.picture{break-inside:avoid}}`;
