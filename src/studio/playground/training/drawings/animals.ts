/**
 * Faces of small cats and dogs, as a child would draw them with a pen. Cats have pointed ears that stand, a small nose and
 * mostly whiskers; dogs have ears that mostly hang, a long snout and a large nose. Both may be fluffy, thin or wide.
 */
import { cos, sin } from "../../../../support/sameMath.ts";
import { arc, type Chance } from "./pen.ts";
import type { Point, Stroke } from "./strokes.ts";

/** What the classes of this problem are called, in order. */
export const animalNames = ["cat", "dog"] as const;

/** Sizes that both kinds have. */
interface Head {
  readonly middle: Point;
  readonly radii: Point;
}

/** Strokes of a face: `label` 0 is a cat, 1 a dog; before a hand makes them unsteady. */
export function drawAnimal(label: number, chance: Chance): readonly Stroke[] {
  return label === 0 ? drawCat(chance) : drawDog(chance);
}

function drawCat(chance: Chance): Stroke[] {
  const head: Head = { middle: [0.5, 0.6], radii: [chance.between(0.32, 0.42), chance.between(0.26, 0.34)] };
  return [
    outline(head, chance),
    ...standingEars(head, chance.between(0.22, 0.36), chance),
    ...eyes(head, chance),
    ...catNose(head, chance),
    ...(chance.happens(0.85) ? whiskers(head, chance) : []),
  ];
}

function drawDog(chance: Chance): Stroke[] {
  const head: Head = { middle: [0.5, 0.5], radii: [chance.between(0.24, 0.34), chance.between(0.34, 0.44)] };
  const hanging = chance.happens(0.8);
  return [
    outline(head, chance),
    ...(hanging ? hangingEars(head, chance) : standingEars(head, chance.between(0.16, 0.26), chance)),
    ...eyes(head, chance),
    ...snout(head, chance),
  ];
}

/** The head's outline, smooth or fluffy. */
function outline(head: Head, chance: Chance): Stroke {
  const smooth = arc(head);
  if (chance.happens(0.6)) return smooth;
  const fluff = chance.between(0.04, 0.12);
  const tufts = 12 + chance.below(8);
  return Array.from({ length: 2 * tufts + 1 }, (_, index) =>
    onHead(head, index / (2 * tufts), 1 + (index % 2) * fluff),
  );
}

/** The place on the head's outline at so many turns; `reach` above 1 is outside. */
function onHead({ middle: [cx, cy], radii: [rx, ry] }: Head, turns: number, reach = 1): Point {
  const angle = 2 * Math.PI * turns;
  return [cx + reach * rx * cos(angle), cy + reach * ry * sin(angle)];
}

/** Two triangles on the head. */
function standingEars(head: Head, height: number, chance: Chance): Stroke[] {
  const [inner, outer] = [chance.between(0.045, 0.08), chance.between(0.16, 0.2)];
  return [-1, 1].map((side): Stroke => {
    const [x0, y0] = onHead(head, -0.25 + side * inner);
    const [x1, y1] = onHead(head, -0.25 + side * outer);
    const tip: Point = [(x0 + x1) / 2 + side * chance.between(0, 0.08), Math.min(y0, y1) - height];
    return [[x0, y0], tip, [x1, y1]];
  });
}

/** Two flaps that hang from the top of the head. */
function hangingEars(head: Head, chance: Chance): Stroke[] {
  const [length, width] = [chance.between(0.3, 0.5), chance.between(0.12, 0.2)];
  return [-1, 1].map((side): Stroke => {
    const [x0, y0] = onHead(head, -0.25 + side * 0.1);
    const [x1, y1] = onHead(head, -0.25 + side * 0.19);
    const out = x1 + side * width;
    return [
      [x0, y0],
      [out - side * 0.02, y0 + 0.02],
      [out, y0 + length * 0.6],
      [out - side * width * 0.4, y0 + length],
      [x1, y1],
    ];
  });
}

/** Dots, rings or narrow slits. */
function eyes({ middle: [cx, cy], radii: [rx, ry] }: Head, chance: Chance): Stroke[] {
  const apart = rx * chance.between(0.36, 0.5);
  const high = cy - ry * chance.between(0.15, 0.35);
  const size = chance.between(0.02, 0.05);
  const kind = chance.below(3);
  return [-1, 1].map((side): Stroke => {
    const middle: Point = [cx + side * apart, high];
    if (kind === 0) return [middle];
    return arc({ middle, radii: kind === 1 ? [size, size] : [size * 1.6, size * 0.8] });
  });
}

/** A small triangle and a mouth below it. */
function catNose({ middle: [cx, cy], radii: [, ry] }: Head, chance: Chance): Stroke[] {
  const nose = cy + ry * chance.between(0.15, 0.35);
  const size = chance.between(0.025, 0.05);
  const triangle: Stroke = [
    [cx - size, nose],
    [cx + size, nose],
    [cx, nose + size],
    [cx - size, nose],
  ];
  if (chance.happens(0.3)) return [triangle];
  const smile = chance.between(0.05, 0.1);
  const mouth = [-1, 1].map((side) =>
    arc({
      middle: [cx + side * smile, nose + size],
      radii: [smile, smile],
      from: side < 0 ? 0 : 0.5,
      to: side < 0 ? 0.35 : 0.15,
    }),
  );
  return [triangle, ...mouth];
}

/** Two or three hairs at each side. */
function whiskers({ middle: [cx, cy], radii: [rx, ry] }: Head, chance: Chance): Stroke[] {
  const count = 2 + chance.below(2);
  const [from, to] = [rx * chance.between(0.4, 0.6), rx * chance.between(1.1, 1.45)];
  const spread = chance.between(0.08, 0.2);
  return [-1, 1].flatMap((side) =>
    Array.from({ length: count }, (_, index): Stroke => {
      const slope = (index / (count - 1) - 0.5) * spread;
      const level = cy + ry * 0.3;
      return [
        [cx + side * from, level + slope * 0.4],
        [cx + side * to, level + slope],
      ];
    }),
  );
}

/** A long muzzle with a filled nose, and sometimes a tongue. */
function snout({ middle: [cx, cy], radii: [rx, ry] }: Head, chance: Chance): Stroke[] {
  const width = rx * chance.between(0.5, 0.72);
  const middle: Point = [cx, cy + ry * chance.between(0.45, 0.62)];
  const height = ry * chance.between(0.32, 0.44);
  const size = chance.between(0.04, 0.08);
  const nose: Point = [cx, middle[1] - height * 0.6];
  const strokes: Stroke[] = [arc({ middle, radii: [width, height] })];
  for (const part of [1, 0.5]) strokes.push(arc({ middle: nose, radii: [size * part, size * part * 0.7] }));
  if (chance.happens(0.4))
    strokes.push(arc({ middle: [cx, middle[1] + height], radii: [0.05, 0.12], from: 0, to: 0.5 }));
  return strokes;
}
