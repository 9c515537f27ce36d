/** What the header of a JPEG file says, read without decoding: most pictures of prepared sets need no resizing, which takes half of the time. */

/** Size of a picture and whether it is to be turned when shown. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** There is EXIF data, which may say that the picture is turned. */
  readonly hasExif: boolean;
}

/** The header of `bytes`; undefined where they are no JPEG, or one whose header is damaged. Source: ITU-T T.81, annex B. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hasExif = false;
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xe1) hasExif = true;
    if (isFrame(marker)) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), hasExif };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** Start of a frame, of whatever kind: C0 … CF but for the tables C4, C8 and CC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
