/**
 * JPEG files of the plain kind decoded without sharp, to the same pixels: baseline, one interleaved scan, grey or YCbCr, colours whole or
 * halved in both directions, no restarts, undamaged, without a profile of colours or EXIF data. What is anything else is left to a decoder that
 * knows everything. Source: ITU-T T.81. Next: `scan.ts`, `samples.ts`.
 */
import { doubled, type Plane, toColours, writeBlock } from "./samples.ts";
import { type HuffmanTable, huffmanTable, type ScanComponent, ScanReader } from "./scan.ts";

/** A picture as it is stored: red, green and blue side by side, or grey. */
export interface PlainPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** A component as the frame has it. */
interface FrameComponent {
  readonly name: number;
  readonly across: number;
  readonly down: number;
  readonly table: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: readonly FrameComponent[];
}

/** What stands before the scan. */
interface Tables {
  readonly quantization: (Uint16Array | undefined)[];
  /** By class · 4 + number. */
  readonly huffman: (HuffmanTable | undefined)[];
  frame?: Frame;
  isJfif: boolean;
}

const marker = {
  comment: 0xfe,
  frame: 0xc0,
  extendedFrame: 0xc1,
  huffman: 0xc4,
  end: 0xd9,
  quantization: 0xdb,
  scan: 0xda,
  jfif: 0xe0,
} as const;

/** The picture in `bytes`; undefined where they are not of the plain kind, or damaged. */
export function decodeJpeg(bytes: Uint8Array): PlainPicture | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const tables: Tables = { quantization: [], huffman: [], isJfif: false };
  for (let at = 2; at + 4 <= bytes.length; ) {
    const code = bytes[at + 1] ?? 0;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const next = at + 2 + length;
    if (bytes[at] !== 0xff || length < 2 || next > bytes.length) return undefined;
    const segment = bytes.subarray(at + 4, next);
    if (code === marker.scan) return decodeScan(segment, bytes.subarray(next), tables);
    if (!readSegment(code, segment, tables)) return undefined;
    at = next;
  }
  return undefined;
}

/** Takes in what a segment says; false where that is not plain. */
function readSegment(code: number, segment: Uint8Array, tables: Tables): boolean {
  switch (code) {
    case marker.comment:
      return true;
    case marker.jfif:
      tables.isJfif ||= String.fromCharCode(...segment.subarray(0, 5)) === "JFIF\0";
      return true;
    case marker.quantization:
      return readQuantization(segment, tables);
    case marker.huffman:
      return readHuffman(segment, tables);
    case marker.frame:
    case marker.extendedFrame:
      return readFrame(segment, tables);
    default:
      return false;
  }
}

function readQuantization(segment: Uint8Array, { quantization }: Tables): boolean {
  for (let at = 0; at < segment.length; at += 65) {
    const kind = segment[at] ?? 0;
    if (kind > 3 || at + 65 > segment.length) return false;
    quantization[kind] = Uint16Array.from(segment.subarray(at + 1, at + 65));
  }
  return true;
}

function readHuffman(segment: Uint8Array, { huffman }: Tables): boolean {
  for (let at = 0; at < segment.length; ) {
    const kind = segment[at] ?? 0;
    const counts = segment.subarray(at + 1, at + 17);
    const count = counts.reduce((sum, each) => sum + each, 0);
    const end = at + 17 + count;
    if ((kind & ~0x13) !== 0 || end > segment.length) return false;
    const table = huffmanTable(counts, segment.slice(at + 17, end));
    if (table === undefined) return false;
    huffman[(kind >> 4) * 4 + (kind & 3)] = table;
    at = end;
  }
  return true;
}

function readFrame(segment: Uint8Array, tables: Tables): boolean {
  const number = (at: number) => ((segment[at] ?? 0) << 8) | (segment[at + 1] ?? 0);
  const count = segment[5] ?? 0;
  if (tables.frame !== undefined || segment[0] !== 8 || segment.length !== 6 + 3 * count) return false;
  const components = Array.from({ length: count }, (_, index): FrameComponent => {
    const [name = 0, factors = 0, table = 0] = segment.subarray(6 + 3 * index, 9 + 3 * index);
    return { name, across: factors >> 4, down: factors & 15, table };
  });
  tables.frame = { width: number(3), height: number(1), components };
  return isPlain(tables.frame);
}

/** Grey, or colours whose differences are stored once for each pixel, or for four. */
function isPlain({ width, height, components }: Frame): boolean {
  const [first, ...others] = components;
  if (first === undefined || width < 8 || height < 8 || first.across !== first.down) return false;
  if (others.length === 0) return first.across === 1;
  const isWhole = others.every(({ across, down }) => across === 1 && down === 1);
  return others.length === 2 && isWhole && (first.across === 1 || first.across === 2);
}

function decodeScan(header: Uint8Array, packed: Uint8Array, tables: Tables): PlainPicture | undefined {
  const { frame, isJfif } = tables;
  if (frame === undefined) return undefined;
  const components = scanComponents(header, frame, tables);
  // Without a header, numbers from 1 mean brightness and differences of colour
  const isKnown = isJfif || frame.components.every(({ name }, index) => name === index + 1);
  if (components === undefined || !isKnown) return undefined;
  const bits = unpacked(packed);
  const [most] = frame.components;
  if (bits === undefined || most === undefined) return undefined;
  const across = Math.ceil(frame.width / (8 * most.across));
  const down = Math.ceil(frame.height / (8 * most.down));
  const planes = frame.components.map((own, index): Plane => {
    const stride = 8 * own.across * across;
    return {
      data: scratch(index, stride * 8 * own.down * down),
      stride,
      width: Math.ceil((frame.width * own.across) / most.across),
      height: Math.ceil((frame.height * own.down) / most.down),
    };
  });
  return readUnits(new ScanReader(bits), { components, planes, across, units: across * down })
    ? pictureOf(frame, planes)
    : undefined;
}

/** The components with their tables, where the scan has all of them in order, in one go. */
function scanComponents(
  header: Uint8Array,
  { components }: Frame,
  { quantization, huffman }: Tables,
): ScanComponent[] | undefined {
  const count = components.length;
  const [first, last, bits] = header.subarray(1 + 2 * count);
  if (header[0] !== count || header.length !== 4 + 2 * count || first !== 0 || last !== 63 || bits !== 0)
    return undefined;
  const found = components.flatMap(({ name, across, down, table }, index): ScanComponent[] => {
    const codes = header[2 + 2 * index] ?? 0;
    const [dc, ac, own] = [huffman[codes >> 4], huffman[4 + (codes & 15)], quantization[table]];
    if (header[1 + 2 * index] !== name || codes >> 4 > 3 || (codes & 15) > 3) return [];
    return dc === undefined || ac === undefined || own === undefined
      ? []
      : [{ across, down, dc, ac, quantization: own }];
  });
  return found.length === count ? found : undefined;
}

/** The bits of a scan without what is stuffed in; undefined where it does not end with the picture. */
function unpacked(packed: Uint8Array): Uint8Array | undefined {
  const data = new Uint8Array(packed.length + 4);
  let [from, length] = [0, 0];
  for (;;) {
    const mark = packed.indexOf(0xff, from);
    if (mark < 0) return undefined;
    const isByte = packed[mark + 1] === 0;
    data.set(packed.subarray(from, isByte ? mark + 1 : mark), length);
    length += mark - from + (isByte ? 1 : 0);
    from = mark + 2;
    if (isByte) continue;
    // Four bytes more, so that reading ahead needs no question
    return packed[mark + 1] === marker.end ? data.subarray(0, length + 4) : undefined;
  }
}

/** Memory for the planes, which are copied from before the next picture is decoded. */
function scratch(index: number, size: number): Uint8ClampedArray {
  const known = planeMemory[index];
  if (known !== undefined && known.length >= size) return known;
  const memory = new Uint8ClampedArray(size);
  // What one large picture needed is not kept
  if (size <= keptBytes) planeMemory[index] = memory;
  return memory;
}

const planeMemory: (Uint8ClampedArray | undefined)[] = [];
const keptBytes = 2 ** 22;

interface Units {
  readonly components: readonly ScanComponent[];
  readonly planes: readonly Plane[];
  readonly across: number;
  readonly units: number;
}

/** Reads all units into the planes; false where something is damaged. */
function readUnits(reader: ScanReader, { components, planes, across, units }: Units): boolean {
  const before = new Int32Array(components.length);
  let isSane = true;
  for (let unit = 0; unit < units; unit++) {
    const row = Math.floor(unit / across);
    const column = unit % across;
    for (const [index, component] of components.entries()) {
      const plane = planes[index];
      if (plane === undefined) return false;
      const corner = 8 * (row * component.down * plane.stride + column * component.across);
      for (let down = 0; down < component.down; down++)
        for (let right = 0; right < component.across; right++) {
          before[index] = reader.read(component, before[index] ?? 0);
          isSane = writeBlock(reader.block, reader.weight, plane, corner + 8 * (down * plane.stride + right)) && isSane;
        }
    }
    if (reader.isDamaged || !isSane) return false;
  }
  return reader.isAtEnd();
}

function pictureOf({ width, height, components }: Frame, planes: readonly Plane[]): PlainPicture | undefined {
  const [light, blue, red] = planes;
  const [first] = components;
  if (light === undefined || first === undefined) return undefined;
  if (blue === undefined || red === undefined) {
    const pixels = new Uint8Array(width * height);
    for (let row = 0; row < height; row++)
      pixels.set(light.data.subarray(row * light.stride, row * light.stride + width), row * width);
    return { width, height, channels: 1, pixels };
  }
  const spread = (plane: Plane) => (first.across === 1 ? plane : doubled(plane, { width, height }));
  return { width, height, channels: 3, pixels: toColours([light, spread(blue), spread(red)]) };
}
