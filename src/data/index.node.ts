/** What `data` adds in Node: tables in files. Part of `smilodon/node`. */
export { readTableFile, writeTableFile } from "./tableFile.node.ts";
