/** The digits 0 … 9 as people write them, each in a few ways, as strokes in a box of about 0.6 by 1. */
import { arc, type Chance } from "./pen.ts";
import type { Stroke } from "./strokes.ts";

/** What the classes of this problem are called, in order. */
export const digitNames = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

type Ways = (chance: Chance) => readonly Stroke[];

/** One table of ways to write each digit; `chance` chooses among them and moves what may be moved. */
const digits: readonly Ways[] = [
  (chance) => [arc({ middle: [0.5, 0.5], radii: [chance.between(0.22, 0.34), 0.5], to: chance.between(0.72, 0.8) })],
  one,
  two,
  three,
  four,
  five,
  six,
  seven,
  eight,
  nine,
];

/** Strokes of the digit `label`, before a hand makes them unsteady. */
export function writeDigit(label: number, chance: Chance): readonly Stroke[] {
  return digits[label]?.(chance) ?? [];
}

function one(chance: Chance): Stroke[] {
  const flag = chance.between(0.1, 0.26);
  const stem: Stroke = [
    [0.55, 0],
    [0.55, 1],
  ];
  if (chance.happens(0.4)) return [stem];
  const flagged: Stroke = [[0.55 - flag, flag * chance.between(0.6, 1.2)], ...stem];
  if (chance.happens(0.65)) return [flagged];
  return [
    flagged,
    [
      [0.35, 1],
      [0.75, 1],
    ],
  ];
}

function two(chance: Chance): Stroke[] {
  const bow = arc({ middle: [0.5, 0.27], radii: [0.28, 0.27], from: chance.between(0.45, 0.58), to: 1.08 });
  const foot = chance.between(0.2, 0.26);
  if (chance.happens(0.7)) return [[...bow, [foot, 1], [0.82, chance.between(0.94, 1.02)]]];
  // With a loop at the foot
  const loop = arc({ middle: [foot + 0.08, 0.92], radii: [0.09, 0.08], from: 0.1, to: 0.8 });
  return [[...bow, [0.4, 0.82], ...loop, [0.82, 1]]];
}

function three(chance: Chance): Stroke[] {
  const waist = chance.between(0.43, 0.5);
  const lower = arc({ middle: [0.46, (1 + waist) / 2], radii: [0.32, (1 - waist) / 2], from: -0.25, to: 0.42 });
  if (chance.happens(0.15)) return [[[0.25, 0], [0.72, 0], [0.45, waist], ...lower]];
  const upper = arc({
    middle: [0.46, waist / 2],
    radii: [0.26, waist / 2],
    from: chance.between(-0.45, -0.35),
    to: 0.25,
  });
  return [[...upper, ...lower]];
}

function four(chance: Chance): Stroke[] {
  const bar = chance.between(0.58, 0.7);
  const stem = chance.between(0.6, 0.68);
  const right = chance.between(0.8, 0.9);
  if (chance.happens(0.5))
    // Open at the top
    return [
      [
        [chance.between(0.25, 0.36), 0],
        [0.2, bar],
        [right, bar],
      ],
      [
        [stem, chance.between(0, 0.3)],
        [stem, 1],
      ],
    ];
  return [
    [
      [stem, 1],
      [stem, 0],
      [0.15, bar],
      [right, bar],
    ],
  ];
}

function five(chance: Chance): Stroke[] {
  const waist = chance.between(0.38, 0.46);
  const left = chance.between(0.22, 0.3);
  const bow = arc({ middle: [0.45, (1 + waist) / 2], radii: [0.34, (1 - waist) / 2], from: -0.3, to: 0.4 });
  const top = chance.between(0.7, 0.82);
  if (chance.happens(0.6)) return [[[top, 0], [left, 0], [left - 0.02, waist + 0.03], ...bow]];
  return [
    [[left, 0], [left - 0.02, waist + 0.03], ...bow],
    [
      [left, 0],
      [top, 0],
    ],
  ];
}

function six(chance: Chance): Stroke[] {
  const loop = chance.between(0.48, 0.58);
  const middle = [0.48, (1 + loop) / 2] as const;
  const radii = [chance.between(0.24, 0.3), (1 - loop) / 2] as const;
  const top = chance.between(0.55, 0.72);
  return [
    [[top, 0], [0.38, 0.22], [0.26, 0.48], ...arc({ middle, radii, from: 0.5, to: -0.5 - chance.between(0, 0.08) })],
  ];
}

function seven(chance: Chance): Stroke[] {
  const foot = chance.between(0.3, 0.5);
  const corner = chance.between(0.74, 0.84);
  const main: Stroke = [
    [0.2, chance.between(0, 0.05)],
    [corner, 0],
    [(corner + foot) / 2 + chance.between(-0.06, 0.02), 0.5],
    [foot, 1],
  ];
  if (chance.happens(0.6)) return [main];
  const bar = chance.between(0.42, 0.55);
  return [
    main,
    [
      [0.36, bar],
      [0.76, bar],
    ],
  ];
}

function eight(chance: Chance): Stroke[] {
  const waist = chance.between(0.42, 0.52);
  const upper = { middle: [0.5, waist / 2], radii: [chance.between(0.18, 0.25), waist / 2] } as const;
  const lower = { middle: [0.5, (1 + waist) / 2], radii: [chance.between(0.22, 0.32), (1 - waist) / 2] } as const;
  if (chance.happens(0.5)) return [arc({ ...upper, from: 0.25, to: 1.25 }), arc(lower)];
  // In one go: half of the upper loop, the whole lower one the other way round, the rest
  return [
    [
      ...arc({ ...upper, from: 0, to: -0.75 }),
      ...arc({ ...lower, from: -0.25, to: 0.75 }),
      ...arc({ ...upper, from: 0.25, to: 0 }),
    ],
  ];
}

function nine(chance: Chance): Stroke[] {
  const loop = chance.between(0.42, 0.54);
  const width = chance.between(0.22, 0.3);
  const right = 0.5 + width;
  const head = arc({ middle: [0.5, loop / 2], radii: [width, loop / 2], from: 0, to: -1 });
  if (chance.happens(0.5)) return [[...head, [right - chance.between(0, 0.05), 1]]];
  const tail = arc({ middle: [0.5, 0.72], radii: [width, 0.28], from: 0, to: chance.between(0.3, 0.42) });
  return [[...head, ...tail]];
}
