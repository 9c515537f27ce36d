/** Pictures that were found somewhere, not yet decoded: what they are like, and how to read them. `find.node.ts` looks for them. */
import type { GivenPictures } from "./given.ts";
import type { PictureSurvey } from "./survey.ts";
import type { PictureInput } from "./system.ts";

/** How pictures are read. */
export interface ReadPicturesOptions {
  /** What to do with files that cannot be read: leave them out and say which, or end. Default `"skip"`. */
  readonly onDamage?: "skip" | "throw" | undefined;
  /** Of more pictures than these about so many are taken, the same ones each time. Default: all. */
  readonly most?: number | undefined;
  /** Folder for decoded pictures that memory does not hold. */
  readonly cacheFolder: string;
  readonly onProgress?: ((task: string, done: number) => void) | undefined;
}

/** Pictures with labels somewhere. */
export interface FoundPictures {
  /** Name without the folders above it. */
  readonly name: string;
  /** What they are in, in words: "a folder", "an archive". */
  readonly what: string;
  readonly survey: PictureSurvey;
  /** Pixels of all pictures, where they have one size and cannot have another. */
  readonly fixed: { readonly height: number; readonly width: number; readonly channels: 1 | 3 } | undefined;
  /** Decodes them. @throws DataError where none can be read, or one cannot and that was to end it. */
  read(input: PictureInput, options: ReadPicturesOptions): Promise<GivenPictures & AsyncDisposable>;
}
