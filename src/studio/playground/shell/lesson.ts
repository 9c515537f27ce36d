/** What a page of the lecture is. lessons.ts lists them; App.tsx shows them. */
import type { Signal } from "@preact/signals";
import type { ComponentType } from "preact";

/** One page: one idea, one picture, one thing to do. */
export interface Lesson {
  /** In the address: #/line?… */
  readonly id: string;
  readonly title: string;
  /** In one sentence. */
  readonly idea: string;
  readonly load: () => Promise<{ readonly default: ComponentType<LessonProps> }>;
}

/** What a page is given. */
export interface LessonProps {
  /** The page's part of the address; read and write it through `addressSetting`. */
  readonly query: Signal<URLSearchParams>;
}
