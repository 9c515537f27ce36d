/** The pages in the lecture's order, each loaded when it is opened. */
import type { Lesson } from "./lesson.ts";

/** In the lecture's order. */
export const lessons: readonly [Lesson, ...Lesson[]] = [
  {
    id: "line",
    title: "A line",
    idea: "A linear function of length and weight is positive on one side of a line and negative on the other.",
    load: () => import("../lessons/line/Line.tsx"),
  },
  {
    id: "sigmoid",
    title: "A sigmoid",
    idea: "A nonlinearity after the linear function says how sure the answer is.",
    load: () => import("../lessons/sigmoid/Sigmoid.tsx"),
  },
  {
    id: "layers",
    title: "Layers",
    idea: "Linear functions and nonlinearities, one after the other: each unit sees what the units before it found.",
    load: () => import("../lessons/layers/Layers.tsx"),
  },
  {
    id: "anyFunction",
    title: "Any function",
    idea: "Linear functions and one nonlinearity between them come as near to any curve as you like.",
    load: () => import("../lessons/anyFunction/AnyFunction.tsx"),
  },
  {
    id: "moreData",
    title: "More data",
    idea: "The same network learns 20 points by heart and understands 2,000.",
    load: () => import("../lessons/moreData/MoreData.tsx"),
  },
  {
    id: "seeing",
    title: "Seeing",
    idea: "A convolution is a linear function too: the same few numbers, slid over the whole picture.",
    load: () => import("../lessons/seeing/Seeing.tsx"),
  },
  {
    id: "careful",
    title: "Careful",
    idea: "A network answers whatever it is asked. Ask it why, when it may be trusted, and whom it fails.",
    load: () => import("../lessons/careful/Careful.tsx"),
  },
];

/** The page called `name` with its place among them; the first one where there is none of that name. */
export function lessonNamed(name: string): { readonly lesson: Lesson; readonly index: number } {
  const index = Math.max(
    0,
    lessons.findIndex(({ id }) => id === name),
  );
  return { lesson: lessons[index] ?? lessons[0], index };
}
