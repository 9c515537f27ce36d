/** Data: tables from CSV, JSON lines, Parquet and Arrow, splits, standardization, batches. `smilodon/node` opens files. */

export { type HostArray, hostArray } from "../tensor/hostArray.ts";
export { type ByteSource, blobSource, bytesSource } from "./byteSource.ts";
export { type EncodedClasses, encodeClasses } from "./classes.ts";
export { type Column, type NumberColumn, type TextColumn, textColumn, textColumnOf } from "./column.ts";
export { type CsvOptions, type CsvRow, formatCsv, parseCsv } from "./csv.ts";
export { type CsvReadOptions, type TextEncoding, usualMissing } from "./csvLayout.ts";
export type { TableOptions } from "./csvPlan.ts";
export { type DateForm, dateFormOf, readDate } from "./dates.ts";
export { type EncoderPart, type EncoderState, encoderSchema } from "./encoder/state.ts";
export { type EncodedFeature, type EncoderOptions, encoderOf, fitEncoder, TableEncoder } from "./encoder.ts";
export { groupFolds, groupSplit } from "./groupSplit.ts";
export { type ArchiveOptions, openArchive } from "./images/archive.ts";
export { type CifarRecords, readCifar, readIdx } from "./images/binaryImages.ts";
export { type DecodePicturesOptions, decodePictures } from "./images/decodePictures.ts";
export type { DecodeOptions, PictureDecoder } from "./images/decoder.ts";
export {
  type HostEpochOptions,
  ImageLoader,
  type ImageLoaderOptions,
  type ImageSet,
  imagesInMemory,
  type PictureFailure,
  type PixelStore,
  type Pixels,
  selectImages,
} from "./images/imageSet.ts";
export { openImages } from "./images/openImages.ts";
export { pageDecoder } from "./images/pageDecoder.ts";
export type { EncodedPicture, PictureSource } from "./images/pictureSource.ts";
export { encodePng, type PixelPicture, pngAddress } from "./images/pngEncoder.ts";
export { type ColumnKind, inferKinds, type KindFinding, type KindOptions } from "./kinds.ts";
export {
  type Batch,
  type Epoch,
  type HostBatch,
  Loader,
  type LoaderOptions,
  type LoaderPosition,
  selectRows,
  tensorsOf,
} from "./loader.ts";
export { type OpenOptions, openTable, type TableFormat } from "./openTable.ts";
export { type Prefetched, type PrefetchOptions, prefetch } from "./prefetch.ts";
export { readTable, writeTable } from "./readTable.ts";
export { balancedWeights } from "./sampling.ts";
export { shuffledOrder } from "./shuffle.ts";
export { type Fold, stratifiedFolds, stratifiedSplit } from "./split.ts";
export { type Standardization, standardizationOf, standardize, unstandardize } from "./standardization.ts";
export { type ChunkSource, type StreamEpoch, StreamLoader, type StreamLoaderOptions } from "./streamLoader.ts";
export { type PlaceUnit, Table } from "./table.ts";
export type { SourceColumn, SourceOptions, TableSource } from "./tableSource.ts";
export { timeFolds, timeSplit } from "./timeSplit.ts";
export {
  type HostBatchSource,
  type MessageEnd,
  serveBatches,
  type WorkerEnd,
  WorkerLoader,
  type WorkerLoaderOptions,
} from "./workerLoader.ts";
