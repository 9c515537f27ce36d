/** Sketches by name as pictures that were found: drawn in the size that is asked for. */
import { DataError } from "../../support/errors.ts";
import type { FoundPictures } from "./found.ts";
import type { NamedSketches } from "./sketches/named.ts";
import { sketches } from "./sketches/sketches.ts";

/** Pixels of a side where nobody asks for another size. */
const usualSide = 64;

/** A set of sketches that is known by name. */
export function findSketches({ name, count, telltale }: NamedSketches): FoundPictures {
  const side = { least: usualSide, median: usualSide, most: usualSide };
  return {
    name,
    what: "sketches",
    survey: { looked: 0, isGrey: false, width: side, height: side, kinds: [{ name: "drawn, colour", count }] },
    fixed: undefined,
    async read({ channels, height, width }, { most = count, onProgress }) {
      if (channels !== 3 || height !== width)
        throw new DataError(
          `${name}: sketches are coloured squares; ${channels === 1 ? "grey" : "coloured"} pictures of ${width}×${height} were asked for.`,
          { channels, height, width },
        );
      onProgress?.("drawing sketches", 0);
      const set = await sketches(Math.min(count, most), { size: height, telltale });
      return {
        set,
        parts: undefined,
        groups: [],
        target: "animal",
        outOf: most < count ? count : undefined,
        notes: [],
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}
