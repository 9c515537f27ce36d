/** Pictures as PNG files, for reports: without a package, in Node and in pages. `sharpDecoder.node.ts` and `pageDecoder.ts` read them. */
import { ArgumentError } from "../../support/errors.ts";
import { joinBytes } from "../joinBytes.ts";

/** A picture as rows of pixels, its channels side by side, 8 bits each. */
export interface PixelPicture {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** Grey, or red, green and blue. */
  readonly channels: number;
}

/**
 * The bytes of a PNG file of a picture.
 * @throws ArgumentError where the pixels do not fill the picture, or there are neither 1 nor 3 channels.
 *
 * Source: W3C, Portable Network Graphics (PNG) Specification, third edition; filter "up" for all rows.
 *
 * @example
 * ```ts
 * import { encodePng } from "smilodon/data";
 * const pixels = Uint8Array.from({ length: 64 }, (_, index) => 4 * index);
 * const bytes = await encodePng({ pixels, height: 8, width: 8, channels: 1 });
 * console.log(bytes.subarray(1, 4)); // [80, 78, 71]: "PNG"
 * ```
 */
export async function encodePng({ pixels, height, width, channels }: PixelPicture): Promise<Uint8Array<ArrayBuffer>> {
  const row = width * channels;
  if ((channels !== 1 && channels !== 3) || height < 1 || width < 1 || pixels.length !== height * row)
    throw new ArgumentError(
      `encodePng: ${pixels.length} bytes for ${height}×${width} pixels of ${channels} channels; 1 or 3 channels are possible.`,
      { height, width, channels },
    );
  const filtered = new Uint8Array(height * (row + 1));
  for (let y = 0; y < height; y++) {
    filtered[y * (row + 1)] = 2;
    for (let x = 0; x < row; x++)
      filtered[y * (row + 1) + 1 + x] = (pixels[y * row + x] ?? 0) - (y === 0 ? 0 : (pixels[(y - 1) * row + x] ?? 0));
  }
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head[8] = 8;
  head[9] = channels === 3 ? 2 : 0;
  const signature = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  const data = await deflated(filtered);
  return joinBytes([signature, chunk("IHDR", head), chunk("IDAT", data), chunk("IEND", new Uint8Array())]);
}

/** The same as an address that pages can show without loading anything. */
export async function pngAddress(picture: PixelPicture): Promise<string> {
  const bytes = await encodePng(picture);
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192)
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return `data:image/png;base64,${btoa(text)}`;
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let index = 0; index < 4; index++) bytes[4 + index] = name.charCodeAt(index);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** CRC-32 of ISO 3309, as PNG has it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 255] ?? 0);
  return ~crc >>> 0;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
