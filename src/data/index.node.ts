/** What `data` adds in Node: tables and pictures in files. Part of `smilodon/node`. */

export { type Dataset, type DatasetFile, type DatasetName, datasets } from "./datasets/catalog.ts";
export { type OpenDatasetOptions, openDataset } from "./datasets/openDataset.node.ts";
export {
  datasetNamed,
  type FetchDatasetOptions,
  type FoundFile,
  fetchDataset,
  findFiles,
} from "./datasets/store.node.ts";
export { fileSource } from "./fileSource.node.ts";
export { cacheImages, type ImageCacheOptions } from "./images/imageCache.node.ts";
export { type ImageTableColumns, openImageFolder, openImageTable } from "./images/imageFolder.node.ts";
// Here and not in index.ts: pages that read no Parquet do without its reader
export { type ImageParquetColumns, openImageParquet } from "./images/imageParquet.ts";
export { sharpDecoder } from "./images/sharpDecoder.node.ts";
export { openTableFile, readTableFile, type TableFileOptions, writeTableFile } from "./tableFile.node.ts";
