/** What `data` adds in Node: tables in files. Part of `smilodon/node`. */
export { openTableFile, readTableFile, type TableFileOptions, writeTableFile } from "./tableFile.node.ts";
