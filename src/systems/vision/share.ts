/** A share of pictures: what a training of seconds takes where there are very many. Each class keeps its part of the whole. */
import { selectImages } from "../../data/images/imageSet.ts";
import type { PictureSource } from "../../data/images/pictureSource.ts";
import { shuffledOrder } from "../../data/shuffle.ts";
import { at } from "../../support/invariant.ts";
import type { Scale } from "./chooseSettings.ts";
import type { GivenPictures } from "./given.ts";

/** Pictures that each scale takes at most, for training and measuring together. */
export const mostPictures = {
  tiny: 4000,
  small: Number.POSITIVE_INFINITY,
  full: Number.POSITIVE_INFINITY,
} as const satisfies Record<Scale, number>;

/**
 * About `most` of the rows that belong to `groups`, in rising order, the same ones each time: the same share of each group, and one of each at
 * least.
 */
export function shareOfRows(groups: readonly string[], most: number): Uint32Array {
  const rowsOf = new Map<string, number[]>();
  for (const row of shuffledOrder(groups.length, 0, "sample")) {
    const rows = rowsOf.get(at(groups, row)) ?? [];
    rows.push(row);
    rowsOf.set(at(groups, row), rows);
  }
  const share = Math.min(1, most / groups.length);
  return Uint32Array.from([...rowsOf.values()].flatMap((rows) => rows.slice(0, Math.ceil(share * rows.length)))).sort();
}

/** A share of pictures that are at hand, and of what is known of each. */
export function shareOfPictures<Given extends GivenPictures>(given: Given, most: number): Given {
  const { set, parts, groups } = given;
  const { count } = set.pixels;
  if (count <= most) return given;
  const classesOfParts = Array.from(set.labels, (label, row) => `${label} ${parts?.[row]}`);
  const rows = shareOfRows(classesOfParts, most);
  const some = (values: readonly string[]) => Array.from(rows, (row) => at(values, row));
  return {
    ...given,
    set: selectImages(set, rows),
    parts: parts === undefined ? undefined : Array.from(rows, (row) => at(parts, row)),
    groups: groups.map(({ name, values }) => ({ name, values: some(values) })),
    outOf: count,
  };
}

/** A source, and how many pictures there were before a share of them was taken. */
export interface SharedSource {
  readonly source: PictureSource;
  readonly outOf: number | undefined;
}

/** A share of the pictures of `source`, chosen before any is decoded. Where it does not know how many there are, it is read through once. */
export async function shareOfSource(source: PictureSource, most: number): Promise<SharedSource> {
  if ((source.count ?? 0) > most || (source.count === undefined && most < Number.POSITIVE_INFINITY)) {
    const groups: string[] = [];
    // Folders above may be parts
    for await (const { name, label } of source.pictures())
      groups.push(`${label} ${name.slice(0, name.lastIndexOf("/") + 1)}`);
    if (groups.length > most) return { source: thinned(source, shareOfRows(groups, most)), outOf: groups.length };
  }
  return { source, outOf: undefined };
}

function thinned(source: PictureSource, rows: Uint32Array): PictureSource {
  return {
    name: source.name,
    mark: `${source.mark} ${rows.length}`,
    count: rows.length,
    async *pictures(skip = 0) {
      let [index, next] = [0, skip];
      for await (const picture of source.pictures()) {
        if (index++ !== rows[next]) continue;
        yield picture;
        if (++next === rows.length) return;
      }
    },
  };
}
