/**
 * Sketches: a face of a cat or a dog with all that its factors say, painted by operations of the engine from the back to the
 * front, so that a batch of pictures is one launch. Lengths are in face units: the head is about 2 wide, y points down.
 */
import { add, clip, divide, maximum, minimum, multiply, sqrt, subtract } from "../../../tensor/arithmetic.ts";
import { where } from "../../../tensor/comparison.ts";
import { linspace } from "../../../tensor/creation.ts";
import { stack } from "../../../tensor/joining.ts";
import { reshape } from "../../../tensor/manipulate.ts";
import { slice } from "../../../tensor/slice.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { cos, sin } from "../../../tensor/transcendental.ts";
import { compile } from "../../../transforms/compile.ts";
import { type Colour, furColours, irisColours, mixedColour, sceneColours, shaded } from "./colours.ts";
import { type FactorName, factorNames } from "./factors.ts";
import {
  absolute,
  capsule,
  circle,
  cone,
  ellipse,
  joined,
  lengthOf,
  type Plane,
  type Point,
  seenFrom,
  smile,
  type Value,
} from "./shapes.ts";

/**
 * Pictures [count, 3, height, width], f32 from 0 to 1, of factors [count, factorNames.length]: one launch a call.
 */
export const drawSketches = compile((values: Tensor, height: number, width: number): Tensor => {
  const factor = (name: FactorName): Tensor =>
    reshape(slice(values, null, factorNames.indexOf(name)), [values.shape[0] ?? 0, 1, 1]);
  return paint(factor, height, width);
});

type Factors = (name: FactorName) => Tensor;

/** What is being painted: the colours so far, and how wide a pixel is. */
interface Canvas {
  colour: Colour;
  readonly pixel: Tensor;
}

const ink: Colour = [0.17, 0.12, 0.12];
const white: Colour = [0.98, 0.97, 0.95];
const outline = 0.035;

function paint(factor: Factors, height: number, width: number): Tensor {
  const short = Math.min(height, width);
  const half = (pixels: number): number => (pixels - 1) / short;
  const page: Plane = {
    x: reshape(linspace(-half(width), half(width), width), [1, 1, width]),
    y: reshape(linspace(-half(height), half(height), height), [1, height, 1]),
  };
  const scale = factor("scale");
  const centred = seenFrom(page, { x: factor("x"), y: factor("y") });
  const upright = { x: divide(centred.x, scale), y: divide(centred.y, scale) };
  const canvas: Canvas = { colour: background(factor, page), pixel: divide(2 / short, scale) };
  const fur = mixedColour(furColours.main, factor("fur"), factor("furLight"));
  const second = mixedColour(furColours.second, factor("fur"), factor("furLight"));
  const head = turned(upright, factor("rotation"));
  const scene: Scene = { factor, canvas, head, mirrored: { x: absolute(head.x), y: head.y }, fur, second };
  paintBody(scene, upright);
  paintHead(scene);
  paintMarkings(scene);
  paintFace(scene);
  return stack(
    canvas.colour.map((channel) => clip(add(channel, multiply(page.x, 0)), 0, 1)),
    1,
  );
}

interface Scene {
  readonly factor: Factors;
  readonly canvas: Canvas;
  /** The plane of the head, and the same with the left half a mirror image of the right. */
  readonly head: Plane;
  readonly mirrored: Plane;
  readonly fur: Colour;
  readonly second: Colour;
}

function background(factor: Factors, page: Plane): Colour {
  const isRoom = factor("scene").greater(0.5);
  const [tone, light] = [factor("sceneColour"), factor("sceneLight")];
  const [upper, lower] = (["upper", "lower"] as const).map((part) => {
    const meadow = mixedColour(sceneColours.meadow[part], tone, light);
    const room = mixedColour(sceneColours.room[part], tone, light);
    return room.map((channel, index) => where(isRoom, channel, meadow[index] ?? 0));
  });
  const hill = multiply(sin(add(multiply(page.x, 2.6), factor("furPhase"))), where(isRoom, 0, 0.07));
  const isFloor = page.y.greater(subtract(factor("horizon"), hill));
  // Lighter towards the middle of the picture, darker below
  const shade = subtract(1.02, multiply(add(multiply(page.x, page.x), multiply(page.y, add(page.y, 0.4))), 0.09));
  const [red, green, blue] = [0, 1, 2].map((index) =>
    multiply(where(isFloor, lower?.[index] ?? 0, upper?.[index] ?? 0), shade),
  );
  return [red ?? 0, green ?? 0, blue ?? 0];
}

function paintBody({ factor, canvas, fur, second }: Scene, upright: Plane): void {
  const body = seenFrom(upright, { x: 0, y: 1.75 });
  const shape = subtract(
    ellipse(body, { x: 0.86, y: 1.15 }),
    multiply(tufts(body, factor("furPhase")), multiply(factor("fluffiness"), 0.32)),
  );
  fill(canvas, shape, shaded(fur, 0.9));
  const chest = ellipse(seenFrom(upright, { x: 0, y: 1.6 }), { x: 0.45, y: 0.8 });
  fill(
    canvas,
    subtract(chest, multiply(tufts(body, factor("furPhase")), multiply(factor("fluffiness"), 0.2))),
    second,
    "plain",
  );
}

function paintHead({ factor, canvas, head, mirrored, fur, second }: Scene): void {
  const ear = earOf(factor, mirrored);
  const isHanging = clip(multiply(subtract(factor("ears"), 0.42), 8), 0, 1);
  const inner: Colour = [0.93, 0.66, 0.64];
  fill(canvas, ear.shape, shaded(fur, 0.86));
  fill(canvas, ear.inner, inner, "plain", subtract(1, isHanging));
  const fringe = multiply(tufts(head, factor("furPhase")), multiply(factor("fluffiness"), 0.4));
  // Cheeks have the longest fur, the forehead hardly any
  const cheeks = clip(add(0.35, multiply(head.y, 0.8)), 0.12, 1);
  const skull = ellipse(seenFrom(head, { x: 0, y: -0.08 }), { x: 0.95, y: 0.84 });
  const jaw = ellipse(seenFrom(mirrored, { x: 0.36, y: 0.34 }), { x: 0.52, y: 0.42 });
  // Strokes of the same tufts, the darker the further out
  const strokes = multiply(subtract(0.5, tufts(head, factor("furPhase"))), multiply(factor("fluffiness"), 0.5));
  const far = clip(subtract(lengthOf(head), 0.25), 0, 0.8);
  fill(canvas, subtract(joined(skull, jaw, 0.25), multiply(fringe, cheeks)), fur);
  fill(
    canvas,
    subtract(joined(skull, jaw, 0.25), multiply(fringe, cheeks)),
    shaded(fur, 0.45),
    "plain",
    maximum(multiply(strokes, far), 0),
  );
  fill(canvas, ear.shape, shaded(fur, 0.78), "outlined", isHanging);
  const fold = ellipse(seenFrom(mirrored, { x: 0.3, y: 0.42 }), { x: 0.36, y: 0.32 });
  fill(canvas, subtract(fold, multiply(fringe, 0.3)), second, "plain", 0.5);
}

/** From a pointed ear that stands on the head to a drop that hangs beside it; between them it sticks out. */
function earOf(factor: Factors, mirrored: Plane): { readonly shape: Tensor; readonly inner: Tensor } {
  const [hang, size] = [factor("ears"), factor("earSize")];
  const angle = subtract(multiply(hang, 2.5), 1.2);
  const length = add(0.5, multiply(size, 0.45));
  const from: Point = { x: add(0.52, multiply(hang, 0.24)), y: add(-0.56, multiply(hang, 0.02)) };
  const to = (share: number): Point => ({
    x: add(from.x, multiply(multiply(cos(angle), length), share)),
    y: add(from.y, multiply(multiply(sin(angle), length), share)),
  });
  const base = subtract(0.36, multiply(hang, 0.17));
  const tip = add(0.05, multiply(hang, add(0.13, multiply(size, 0.1))));
  const shape = cone(mirrored, from, to(1), base, tip);
  const inner = cone(mirrored, from, to(0.82), multiply(base, 0.58), multiply(tip, 0.6));
  return { shape, inner };
}

function paintMarkings({ factor, canvas, head, mirrored, fur, second }: Scene): void {
  const stripe = minimum(
    capsule(head, { x: 0, y: -0.84 }, { x: 0, y: -0.5 }, 0.045),
    capsule(mirrored, { x: 0.2, y: -0.8 }, { x: 0.16, y: -0.54 }, 0.04),
  );
  const cheekStripes = minimum(
    capsule(mirrored, { x: 0.86, y: 0.12 }, { x: 0.66, y: 0.12 }, 0.035),
    capsule(mirrored, { x: 0.82, y: 0.3 }, { x: 0.64, y: 0.26 }, 0.035),
  );
  fill(canvas, minimum(stripe, cheekStripes), shaded(fur, 0.55), "plain", factor("stripes"));
  const blaze = cone(head, { x: 0, y: 0.3 }, { x: 0, y: -0.62 }, 0.2, 0.05);
  fill(canvas, blaze, second, "plain", factor("blaze"));
  const patch = factor("patch");
  const side = where(patch.less(0), -1, 1);
  const around = ellipse(seenFrom(head, { x: multiply(side, 0.4), y: -0.12 }), { x: 0.3, y: 0.34 });
  fill(canvas, around, shaded(fur, 0.62), "plain", absolute(patch));
}

/** Eyes, snout, nose, mouth, tongue and whiskers: what moves when the head turns. */
function paintFace({ factor, canvas, head, fur, second }: Scene): void {
  const moved = multiply(factor("turn"), 0.16);
  const eyes = seenFrom(head, { x: moved, y: -0.12 });
  paintEyes(factor, canvas, eyes);
  const snout = factor("snout");
  const face = seenFrom(head, { x: multiply(moved, add(1, snout)), y: add(0.26, multiply(snout, 0.14)) });
  const mirrored: Plane = { x: absolute(face.x), y: face.y };
  const muzzle = joined(
    ellipse(seenFrom(mirrored, { x: add(0.1, multiply(snout, 0.06)), y: 0.12 }), {
      x: add(0.2, multiply(snout, 0.12)),
      y: add(0.16, multiply(snout, 0.2)),
    }),
    ellipse(face, { x: add(0.14, multiply(snout, 0.17)), y: add(0.1, multiply(snout, 0.4)) }),
    0.08,
  );
  const tongue = factor("tongue");
  const tip = add(0.26, multiply(tongue, 0.3));
  const mouth = add(0.14, multiply(snout, 0.12));
  const isOut = tongue.greater(0.03).astype("f32");
  const tongueShape = capsule(face, { x: 0, y: mouth }, { x: 0, y: add(mouth, tip) }, 0.1);
  fill(canvas, tongueShape, [0.93, 0.45, 0.5], "outlined", isOut);
  const isDark = luminance(second).less(0.35);
  const light = second.map((channel) => where(isDark, add(multiply(channel, 0.6), 0.22), channel));
  fill(canvas, muzzle, [light[0] ?? 0, light[1] ?? 0, light[2] ?? 0], "soft");
  paintMouth(canvas, mirrored, face, snout, mouth);
  paintWhiskers(factor, canvas, mirrored, fur);
}

function paintEyes(factor: Factors, canvas: Canvas, eyes: Plane): void {
  const eye = seenFrom({ x: absolute(eyes.x), y: eyes.y }, { x: 0.4, y: 0 });
  const ball = ellipse(eye, { x: 0.17, y: 0.18 });
  fill(canvas, ball, mixedColour(irisColours, factor("iris"), 1));
  const pupil = ellipse(eye, {
    x: subtract(0.125, multiply(factor("pupils"), 0.085)),
    y: add(0.125, multiply(factor("pupils"), 0.02)),
  });
  fill(canvas, pupil, [0.06, 0.05, 0.06], "plain");
  // Light falls on both from the same side
  const shine = (x: number) => circle(seenFrom(eyes, { x: x - 0.055, y: -0.065 }), 0.042);
  fill(canvas, minimum(shine(0.4), shine(-0.4)), white, "plain");
}

function paintMouth(canvas: Canvas, mirrored: Plane, face: Plane, snout: Tensor, mouth: Tensor): void {
  const line = capsule(face, { x: 0, y: 0 }, { x: 0, y: mouth }, 0.02);
  const radius = add(0.09, multiply(snout, 0.04));
  const smiles = smile(seenFrom(mirrored, { x: radius, y: mouth }), radius, 0.022);
  fill(canvas, minimum(line, smiles), ink, "plain");
  const [wide, high] = [add(0.1, multiply(snout, 0.09)), add(0.06, multiply(snout, 0.06))];
  const nose = joined(
    ellipse(seenFrom(face, { x: 0, y: -0.03 }), { x: wide, y: high }),
    circle(seenFrom(face, { x: 0, y: multiply(high, 0.6) }), multiply(high, 0.5)),
    0.05,
  );
  const pink: Colour = [0.86, 0.5, 0.5];
  const dark: Colour = [0.16, 0.12, 0.13];
  const share = clip(multiply(subtract(snout, 0.25), 4), 0, 1);
  fill(canvas, nose, mixOf(pink, dark, share));
  fill(
    canvas,
    ellipse(seenFrom(face, { x: -0.03, y: add(-0.05, multiply(high, -0.2)) }), {
      x: multiply(wide, 0.3),
      y: multiply(high, 0.22),
    }),
    white,
    "plain",
    0.7,
  );
}

function paintWhiskers(factor: Factors, canvas: Canvas, mirrored: Plane, fur: Colour): void {
  const length = factor("whiskers");
  const start = add(0.22, multiply(factor("snout"), 0.12));
  const hairs = [-0.17, 0.02, 0.2].map((slope, index) => {
    const y = 0.06 + 0.07 * index;
    const reach = multiply(length, 0.95);
    return capsule(mirrored, { x: start, y }, { x: add(start, reach), y: add(y, multiply(reach, slope)) }, 0.014);
  });
  const colour = where(luminance(fur).less(0.38), 0.95, 0.16);
  const shape = hairs.reduce((all, hair) => minimum(all, hair));
  fill(canvas, shape, [colour, colour, colour], "plain", clip(multiply(length, 10), 0, 1));
}

/** The plane seen by a head that is turned clockwise by `angle`. */
function turned({ x, y }: Plane, angle: Tensor): Plane {
  const [cosine, sine] = [cos(angle), sin(angle)];
  return {
    x: add(multiply(x, cosine), multiply(y, sine)),
    y: subtract(multiply(y, cosine), multiply(x, sine)),
  };
}

/**
 * How far tufts of fur reach, from 0 to 1, by direction: pointed peaks, twelve, seventeen and 29 to the round. Angles are
 * powers of a direction as a complex number, so no pixel needs an arc tangent.
 */
function tufts(plane: Plane, phase: Tensor): Tensor {
  const length = maximum(lengthOf(plane), 1e-4);
  const one: Point<Tensor> = { x: divide(plane.x, length), y: divide(plane.y, length) };
  const four = squared(squared(one));
  const [eight, sixteen] = [squared(four), squared(squared(four))];
  const seventeen = product(sixteen, one);
  const twelve = product(eight, four);
  const start = (turns: number): Point<Tensor> => ({ x: cos(multiply(phase, turns)), y: sin(multiply(phase, turns)) });
  const peak = (direction: Point<Tensor>, turns: number): Tensor => {
    const cosine = product(direction, start(turns)).x;
    return subtract(1, sqrt(maximum(multiply(subtract(1, cosine), 0.5), 0)));
  };
  const parts = [
    multiply(peak(seventeen, 1), 0.6),
    multiply(peak(product(seventeen, twelve), 2), 0.35),
    multiply(peak(twelve, 3), 0.25),
  ];
  return parts.reduce((sum, part) => add(sum, part));
}

function squared(z: Point<Tensor>): Point<Tensor> {
  return product(z, z);
}

function product(a: Point<Tensor>, b: Point<Tensor>): Point<Tensor> {
  return {
    x: subtract(multiply(a.x, b.x), multiply(a.y, b.y)),
    y: add(multiply(a.x, b.y), multiply(a.y, b.x)),
  };
}

/** Paints what lies inside `shape`, with an outline, a soft one or none. */
function fill(
  canvas: Canvas,
  shape: Tensor,
  colour: Colour,
  border: "outlined" | "soft" | "plain" = "outlined",
  opacity: Value = 1,
): void {
  const covered = (distance: Tensor): Tensor =>
    multiply(clip(subtract(0.5, divide(distance, canvas.pixel)), 0, 1), opacity);
  if (border !== "plain") {
    const edge = border === "outlined" ? ink : shaded(colour, 0.72);
    canvas.colour = mixOf(canvas.colour, edge, covered(subtract(shape, outline)));
  }
  canvas.colour = mixOf(canvas.colour, colour, covered(shape));
}

function mixOf(below: Colour, above: Colour, share: Tensor): Colour {
  const [red, green, blue] = below;
  const mix = (from: Value, to: Value): Tensor => add(from, multiply(share, subtract(to, from)));
  return [mix(red, above[0]), mix(green, above[1]), mix(blue, above[2])];
}

function luminance([red, green, blue]: Colour): Tensor {
  return add(add(multiply(red, 0.3), multiply(green, 0.59)), multiply(blue, 0.11));
}
