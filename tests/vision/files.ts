/** Small picture files for tests. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";

/** Writes files below a new folder, and says which it is. */
export async function writeFiles(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), "pictures-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(place, path)), { recursive: true });
    await writeFile(join(place, path), content);
  }
  return place;
}

/** Pixels of noise around a colour: pictures of one class look alike, and no two are the same. */
export function speckled(
  seed: number,
  [r, g, b]: readonly [number, number, number],
  width = 12,
  height = 12,
): Uint8Array {
  return Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    const noise = ((Math.imul(index + 1, 2654435761) ^ Math.imul(seed + 1, 40503 * 65537)) >>> 24) % 60;
    return ([r, g, b][index % 3] ?? 0) + noise - 30;
  });
}

const colours = { red: [200, 60, 50], green: [60, 180, 70], blue: [50, 70, 200] } as const;

/** A PNG of a colour. */
export async function picture(
  colour: keyof typeof colours,
  seed: number,
  { width = 12, height = 12 } = {},
): Promise<Uint8Array> {
  const pixels = speckled(seed, colours[colour], width, height);
  return new Uint8Array(
    await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}

/** `count` pictures of each colour as files in folders, the folders below `under`. */
export async function colourFiles(
  count: number,
  { names = ["red", "green"] as readonly (keyof typeof colours)[], under = "", first = 0 } = {},
): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const name of names)
    for (let index = 0; index < count; index++)
      files[`${under}${name}/${String(index).padStart(3, "0")}.png`] = await picture(
        name,
        first + 1000 * names.indexOf(name) + index,
      );
  return files;
}
