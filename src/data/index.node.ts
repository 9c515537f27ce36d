/** What `data` adds in Node: tables and pictures in files. Part of `smilodon/node`. */

export { fileSource } from "./fileSource.node.ts";
export { cacheImages, type ImageCacheOptions } from "./images/imageCache.node.ts";
export { type ImageTableColumns, openImageFolder, openImageTable } from "./images/imageFolder.node.ts";
export { sharpDecoder } from "./images/sharpDecoder.node.ts";
export { openTableFile, readTableFile, type TableFileOptions, writeTableFile } from "./tableFile.node.ts";
