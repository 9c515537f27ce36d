/** Decoding with what browsers have, in pages and in their workers: whatever formats the browser shows. */
import { DataError, UnsupportedError } from "../../support/errors.ts";
import { type DecodeOptions, luma, type PictureDecoder } from "./decoder.ts";

/**
 * The decoder for pages.
 * @throws UnsupportedError where there is no `createImageBitmap` or `OffscreenCanvas`: in Node.
 *
 * @example
 * ```ts no-run
 * import { pageDecoder } from "smilodon/data";
 * const file = await (await fetch("cat.jpg")).blob();
 * const bytes = new Uint8Array(await file.arrayBuffer());
 * const pixels = await pageDecoder().decode(bytes, { width: 32, height: 32 });
 * console.log(pixels.length); // 3072
 * ```
 */
export function pageDecoder(): PictureDecoder {
  if (typeof createImageBitmap === "undefined" || typeof OffscreenCanvas === "undefined")
    throw new UnsupportedError(
      "pageDecoder: there is no createImageBitmap or OffscreenCanvas here. In Node, use sharpDecoder of smilodon/node.",
    );
  return { parallel: 4, decode };
}

async function decode(bytes: Uint8Array, options: DecodeOptions): Promise<Uint8Array> {
  const { width, height, channels = 3, fit = "cover", background = [255, 255, 255] } = options;
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]), { imageOrientation: "from-image" });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`no picture that the browser can read: ${reason}`, { bytes: bytes.length });
  }
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null)
    throw new UnsupportedError("pageDecoder: the browser gives no canvas of that size.", { width, height });
  context.fillStyle = `rgb(${background.join(" ")})`;
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  const [across, down] = [width / picture.width, height / picture.height];
  const both = fit === "cover" ? Math.max(across, down) : Math.min(across, down);
  const [drawnWidth, drawnHeight] = fit === "fill" ? [width, height] : [both * picture.width, both * picture.height];
  context.drawImage(picture, (width - drawnWidth) / 2, (height - drawnHeight) / 2, drawnWidth, drawnHeight);
  picture.close();
  return withoutAlpha(context.getImageData(0, 0, width, height).data, channels);
}

function withoutAlpha(rgba: Uint8ClampedArray, channels: 1 | 3): Uint8Array {
  const pixels = new Uint8ClampedArray((rgba.length / 4) * channels);
  for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
    const [r = 0, g = 0, b = 0] = rgba.subarray(4 * pixel, 4 * pixel + 3);
    if (channels === 3) pixels.set([r, g, b], 3 * pixel);
    else pixels[pixel] = luma[0] * r + luma[1] * g + luma[2] * b;
  }
  return new Uint8Array(pixels.buffer);
}
