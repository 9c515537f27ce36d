/** Decoding with sharp, an optional package: JPEG, PNG, WebP, GIF, TIFF and AVIF, in threads of its own. */
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { DataError, UnsupportedError } from "../../support/errors.ts";
import type { DecodeOptions, PictureDecoder } from "./decoder.ts";
import { readJpegHeader } from "./jpegHeader.ts";

/** What of sharp is used. */
interface Pipeline {
  autoOrient(): Pipeline;
  resize(width: number, height: number, options: Readonly<Record<string, unknown>>): Pipeline;
  flatten(options: Readonly<Record<string, unknown>>): Pipeline;
  toColourspace(space: string): Pipeline;
  raw(): Pipeline;
  toBuffer(options: { resolveWithObject: true }): Promise<{ data: Uint8Array; info: { channels: number } }>;
  metadata(): Promise<{
    readonly width: number;
    readonly height: number;
    readonly channels: number;
    readonly depth: string;
    readonly format: string;
    readonly orientation?: number;
  }>;
}
interface Sharp {
  (bytes: Uint8Array, options: Readonly<Record<string, unknown>>): Pipeline;
  concurrency(threads: number): number;
  cache(isOn: boolean): unknown;
}

/** Pictures beyond this are refused: a small file may say that it is huge. */
const mostPixels = 2 ** 28;

/**
 * The decoder for Node. Pictures may be cut short: their first rows are no picture, so that counts as damage.
 * @throws UnsupportedError where sharp is not installed.
 */
export function sharpDecoder(): PictureDecoder {
  const sharp = loadSharp();
  // Pictures side by side, each in one thread; nothing is decoded twice
  sharp.concurrency(1);
  sharp.cache(false);
  return { parallel: 2 * availableParallelism(), decode: (bytes, options) => decode(sharp, bytes, options) };
}

async function decode(sharp: Sharp, bytes: Uint8Array, options: DecodeOptions): Promise<Uint8Array> {
  const { width, height, channels = 3, fit = "cover", background = [255, 255, 255] } = options;
  const [r, g, b] = background;
  try {
    const opened = sharp(bytes, { failOn: "error", limitInputPixels: mostPixels });
    const header = readJpegHeader(bytes);
    const isReady = header?.width === width && header.height === height && !header.hasExif;
    const sized = isReady
      ? opened
      : opened
          .autoOrient()
          .resize(width, height, { fit, background: { r, g, b }, kernel: "cubic" })
          .flatten({ background: { r, g, b } });
    const { data, info } = await sized
      .toColourspace(channels === 1 ? "b-w" : "srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== channels || data.length !== width * height * channels)
      throw new DataError(`${info.channels} channels came out where ${channels} were asked for.`);
    return data;
  } catch (error) {
    if (error instanceof DataError) throw error;
    const [reason] = (error instanceof Error ? error.message : String(error)).trim().split("\n");
    throw new DataError(`no picture that can be read: ${reason ?? "unknown"}.`, { bytes: bytes.length });
  }
}

/** The package. @throws UnsupportedError where it is not installed. */
export function loadSharp(): Sharp {
  try {
    return createRequire(import.meta.url)("sharp");
  } catch (cause) {
    throw new UnsupportedError(
      "Pictures are decoded by the package sharp, which is not installed here. Install it beside Smilodon: npm install sharp.",
      { cause: String(cause) },
    );
  }
}
