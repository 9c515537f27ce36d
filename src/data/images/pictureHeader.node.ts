/** What the header of a picture file says, read by sharp without decoding the picture. */
import { DataError } from "../../support/errors.ts";
import { loadSharp } from "./sharpDecoder.node.ts";

/** Size, channels and format of a picture. */
export interface PictureHeader {
  /** As it is shown: EXIF orientations that turn by a quarter change width and height. */
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey with transparency, 3 colour, 4 colour with transparency or CMYK. */
  readonly channels: number;
  /** Of a channel. */
  readonly bits: number;
  /** "jpeg", "png", … */
  readonly format: string;
}

/** Bits of a number of each of sharp's depths. */
const bitsOf: Readonly<Record<string, number>> = {
  uchar: 8,
  char: 8,
  ushort: 16,
  short: 16,
  uint: 32,
  int: 32,
  float: 32,
};

/** @throws DataError where the bytes are no picture, UnsupportedError where sharp is not installed. */
export async function readPictureHeader(bytes: Uint8Array): Promise<PictureHeader> {
  const sharp = loadSharp();
  try {
    const { width, height, channels, depth, format, orientation = 1 } = await sharp(bytes, {}).metadata();
    const isTurned = orientation >= 5;
    return {
      width: isTurned ? height : width,
      height: isTurned ? width : height,
      channels,
      bits: bitsOf[depth] ?? 8,
      format,
    };
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).trim().split("\n");
    throw new DataError(`no picture that can be read: ${reason ?? "unknown"}.`, { bytes: bytes.length });
  }
}
