/**
 * From the bytes of a picture file to pixels of a given size. Node decodes with sharp (`sharpDecoder.node.ts`), pages with
 * what the browser has (`pageDecoder.ts`).
 */

/** How pictures become arrays of one size. */
export interface DecodeOptions {
  /** Pixels from left to right of what comes out. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
  /** 3 for red, green and blue, 1 for grey. Default 3. */
  readonly channels?: 1 | 3;
  /**
   * Where the picture has another shape: `"cover"` (default) keeps its middle, `"contain"` fits all of it into the
   * background, `"fill"` stretches it.
   */
  readonly fit?: "cover" | "contain" | "fill";
  /** Red, green and blue, 0 … 255, behind what is transparent or does not fill the shape. Default white. */
  readonly background?: readonly [number, number, number];
}

/** What decodes. One of it may have several pictures in hand. */
export interface PictureDecoder {
  /** Pictures that it decodes side by side. */
  readonly parallel: number;
  /**
   * Rows of pixels, the channels of each side by side: height × width × channels bytes. Turned as its EXIF orientation says;
   * 16 bits are rounded to 8.
   * @throws DataError where the bytes are no picture.
   */
  decode(bytes: Uint8Array, options: DecodeOptions): Promise<Uint8Array>;
}

/** Grey of red, green and blue, as sRGB is weighted. Source: ITU-R BT.601, luma. */
export const luma = [0.299, 0.587, 0.114] as const;
