/**
 * From blocks of coefficients to pixels, bit for bit as libjpeg has it: the accurate integer transform, triangles between halved colours,
 * colours in 16 bits of fraction. Sources: C. Loeffler, A. Ligtenberg, G. Moschytz, "Practical fast 1-D DCT algorithms with 11
 * multiplications", ICASSP 1989; ITU-T T.871 for the colours.
 */

/** One component's samples, in rows of whole blocks. */
export interface Plane {
  readonly data: Uint8ClampedArray;
  /** Samples from one row to the next. */
  readonly stride: number;
  /** Samples that belong to the picture. */
  readonly width: number;
  readonly height: number;
}

const fractionBits = 13;
const passBits = 2;
const columnShift = fractionBits - passBits;
const columnHalf = 1 << (columnShift - 1);
const rowShift = fractionBits + passBits + 3;
const rowHalf = 1 << (rowShift - 1);
const middle = new Int32Array(64);
/** Blocks of less weight can nowhere leave 16 bits, beyond which decoders differ. */
const safeWeight = 5800;
const mostCoefficient = 4096;

/**
 * Writes the samples of `block`, whose sizes sum up to `weight`, to `plane` at `place`, and makes it zeros again; false where numbers are larger
 * than any picture's.
 */
export function writeBlock(block: Int32Array, weight: number, { data, stride }: Plane, place: number): boolean {
  const start = block[0] ?? 0;
  if (weight === start || weight === -start) {
    // One colour throughout
    block[0] = 0;
    const sample = ((start + 4) >> 3) + 128;
    for (let row = 0, at = place; row < 8; row++, at += stride) data.fill(sample, at, at + 8);
    return weight < mostCoefficient;
  }
  if (weight >= safeWeight && !isBelow(block, mostCoefficient)) return false;
  for (let column = 0; column < 8; column++) toColumn(block, column);
  for (let row = 0, at = place; row < 8; row++, at += stride) toSamples(8 * row, data, at);
  return weight < safeWeight || isBelow(middle, 1 << 15);
}

function isBelow(numbers: Int32Array, most: number): boolean {
  return numbers.every((number) => number < most && number >= -most);
}

/** Column `column` of `block`, transformed, into `middle`; zeros stay behind. */
function toColumn(block: Int32Array, column: number): void {
  const a0 = block[column] ?? 0;
  const a1 = block[column + 8] ?? 0;
  const a2 = block[column + 16] ?? 0;
  const a3 = block[column + 24] ?? 0;
  const a4 = block[column + 32] ?? 0;
  const a5 = block[column + 40] ?? 0;
  const a6 = block[column + 48] ?? 0;
  const a7 = block[column + 56] ?? 0;
  block[column] = 0;
  if ((a1 | a2 | a3 | a4 | a5 | a6 | a7) === 0) {
    for (let place = column; place < 64; place += 8) middle[place] = a0 << passBits;
    return;
  }
  for (let place = column + 8; place < 64; place += 8) block[place] = 0;
  const turned = Math.imul(a2 + a6, 4433);
  const low = (turned - Math.imul(a6, 15137)) | 0;
  const high = (turned + Math.imul(a2, 6270)) | 0;
  const sum = (((a0 + a4) << fractionBits) + columnHalf) | 0;
  const difference = (((a0 - a4) << fractionBits) + columnHalf) | 0;
  const e0 = (sum + high) | 0;
  const e1 = (difference + low) | 0;
  const e2 = (difference - low) | 0;
  const e3 = (sum - high) | 0;
  const all = Math.imul(a7 + a3 + a5 + a1, 9633);
  const z1 = Math.imul(a7 + a1, -7373);
  const z2 = Math.imul(a5 + a3, -20995);
  const z3 = (Math.imul(a7 + a3, -16069) + all) | 0;
  const z4 = (Math.imul(a5 + a1, -3196) + all) | 0;
  const o0 = (Math.imul(a7, 2446) + z1 + z3) | 0;
  const o1 = (Math.imul(a5, 16819) + z2 + z4) | 0;
  const o2 = (Math.imul(a3, 25172) + z2 + z3) | 0;
  const o3 = (Math.imul(a1, 12299) + z1 + z4) | 0;
  middle[column] = (e0 + o3) >> columnShift;
  middle[column + 8] = (e1 + o2) >> columnShift;
  middle[column + 16] = (e2 + o1) >> columnShift;
  middle[column + 24] = (e3 + o0) >> columnShift;
  middle[column + 32] = (e3 - o0) >> columnShift;
  middle[column + 40] = (e2 - o1) >> columnShift;
  middle[column + 48] = (e1 - o2) >> columnShift;
  middle[column + 56] = (e0 - o3) >> columnShift;
}

/** The row of `middle` from `start`, transformed, into `data`, whose elements are limited to bytes. */
function toSamples(start: number, data: Uint8ClampedArray, place: number): void {
  const a0 = middle[start] ?? 0;
  const a1 = middle[start + 1] ?? 0;
  const a2 = middle[start + 2] ?? 0;
  const a3 = middle[start + 3] ?? 0;
  const a4 = middle[start + 4] ?? 0;
  const a5 = middle[start + 5] ?? 0;
  const a6 = middle[start + 6] ?? 0;
  const a7 = middle[start + 7] ?? 0;
  const turned = Math.imul(a2 + a6, 4433);
  const low = (turned - Math.imul(a6, 15137)) | 0;
  const high = (turned + Math.imul(a2, 6270)) | 0;
  const sum = (((a0 + a4) << fractionBits) + rowHalf) | 0;
  const difference = (((a0 - a4) << fractionBits) + rowHalf) | 0;
  const e0 = (sum + high) | 0;
  const e1 = (difference + low) | 0;
  const e2 = (difference - low) | 0;
  const e3 = (sum - high) | 0;
  const all = Math.imul(a7 + a3 + a5 + a1, 9633);
  const z1 = Math.imul(a7 + a1, -7373);
  const z2 = Math.imul(a5 + a3, -20995);
  const z3 = (Math.imul(a7 + a3, -16069) + all) | 0;
  const z4 = (Math.imul(a5 + a1, -3196) + all) | 0;
  const o0 = (Math.imul(a7, 2446) + z1 + z3) | 0;
  const o1 = (Math.imul(a5, 16819) + z2 + z4) | 0;
  const o2 = (Math.imul(a3, 25172) + z2 + z3) | 0;
  const o3 = (Math.imul(a1, 12299) + z1 + z4) | 0;
  data[place] = ((e0 + o3) >> rowShift) + 128;
  data[place + 1] = ((e1 + o2) >> rowShift) + 128;
  data[place + 2] = ((e2 + o1) >> rowShift) + 128;
  data[place + 3] = ((e3 + o0) >> rowShift) + 128;
  data[place + 4] = ((e3 - o0) >> rowShift) + 128;
  data[place + 5] = ((e2 - o1) >> rowShift) + 128;
  data[place + 6] = ((e1 - o2) >> rowShift) + 128;
  data[place + 7] = ((e0 - o3) >> rowShift) + 128;
}

/** `plane` with twice the rows and columns, for a picture of `width` × `height`: each sample a mean of the nearest four, 3 to 1 in both directions. */
export function doubled(plane: Plane, { width, height }: { width: number; height: number }): Plane {
  const stride = 2 * plane.width;
  const data = new Uint8ClampedArray(stride * height);
  const sums = new Int32Array(plane.width);
  for (let row = 0; row < height; row++) {
    const near = row >> 1;
    const next = Math.min(plane.height - 1, Math.max(0, near + (row & 1 ? 1 : -1)));
    const [own, other] = [near * plane.stride, next * plane.stride];
    for (let column = 0; column < plane.width; column++)
      sums[column] = 3 * (plane.data[own + column] ?? 0) + (plane.data[other + column] ?? 0);
    doubleRow(sums, data, row * stride);
  }
  return { data, stride, width, height };
}

/** Writes two samples for each of `sums`, 3 to 1 with its neighbours, halves rounded up and down in turns. */
function doubleRow(sums: Int32Array, data: Uint8ClampedArray, start: number): void {
  const last = sums.length - 1;
  for (let column = 0; column <= last; column++) {
    const own = sums[column] ?? 0;
    const before = column === 0 ? own : (sums[column - 1] ?? 0);
    const after = column === last ? own : (sums[column + 1] ?? 0);
    data[start + 2 * column] = (3 * own + before + 8) >> 4;
    data[start + 2 * column + 1] = (3 * own + after + 7) >> 4;
  }
}

/** Pixels, red, green and blue side by side, of brightness and the two differences of colour. */
export function toColours([light, blue, red]: readonly [Plane, Plane, Plane]): Uint8Array<ArrayBuffer> {
  const { width, height } = light;
  const pixels = new Uint8ClampedArray(3 * width * height);
  let place = 0;
  for (let row = 0; row < height; row++) {
    const [ofLight, ofBlue, ofRed] = [row * light.stride, row * blue.stride, row * red.stride];
    for (let column = 0; column < width; column++) {
      const y = light.data[ofLight + column] ?? 0;
      const cb = (blue.data[ofBlue + column] ?? 0) - 128;
      const cr = (red.data[ofRed + column] ?? 0) - 128;
      pixels[place] = y + ((91881 * cr + 32768) >> 16);
      pixels[place + 1] = y + ((-46802 * cr - 22554 * cb + 32768) >> 16);
      pixels[place + 2] = y + ((116130 * cb + 32768) >> 16);
      place += 3;
    }
  }
  return new Uint8Array(pixels.buffer);
}
