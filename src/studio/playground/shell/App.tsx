/** The frame around every page: the pages in order, the tools, the page itself, and where the work is done. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { engineThreads } from "../training/client.ts";
import { currentAddress, goTo, hashOf, page, query } from "./address.ts";
import { useCommands } from "./commands.ts";
import { Help } from "./Help.tsx";
import { allowThreads, mayAllowThreads } from "./isolation.ts";
import type { Lesson, LessonProps } from "./lesson.ts";
import { lessonNamed, lessons } from "./lessons.ts";
import { chooseTheme, isDark } from "./palette.ts";
import { isPresenting, togglePresenting } from "./presenting.ts";

/** The whole page. */
export function App() {
  const isHelping = useSignal(false);
  const { lesson, index } = lessonNamed(page.value);
  const [before, after] = [lessons[index - 1], lessons[index + 1]];
  useCommands([
    { key: "ArrowRight", title: "next page", run: () => turn(1) },
    { key: "ArrowLeft", title: "page before", run: () => turn(-1) },
    { key: "PageDown", title: "next page", run: () => turn(1) },
    { key: "PageUp", title: "page before", run: () => turn(-1) },
    ...lessons.map(({ id, title }, number) => ({ key: String(number + 1), title, run: () => goTo(id) })),
    { key: "p", title: "presenter’s mode", run: togglePresenting },
    { key: "t", title: "light or dark", run: switchTheme },
    { key: "?", title: "this help", run: () => (isHelping.value = true) },
  ]);
  useEffect(() => {
    document.title = `${lesson.title} · Smilodon`;
  }, [lesson]);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        To the page
      </button>
      <Header current={lesson} openHelp={() => (isHelping.value = true)} />
      <main id="main" tabIndex={-1}>
        <h1>{lesson.title}</h1>
        <p class="idea">{lesson.idea}</p>
        <Stage key={lesson.id} lesson={lesson} settings={query} />
      </main>
      <footer>
        <nav class="turn" aria-label="Page before and next page">
          {before && <a href={hashOf(before.id)}>← {before.title}</a>}
          {after && <a href={hashOf(after.id)}>{after.title} →</a>}
        </nav>
        <Engine />
      </footer>
      {isHelping.value && <Help close={() => (isHelping.value = false)} />}
    </>
  );
}

function Header({ current, openHelp }: { readonly current: Lesson; readonly openHelp: () => void }) {
  return (
    <header>
      <p class="brand">Smilodon</p>
      <nav class="pages" aria-label="Pages">
        <ol>
          {lessons.map((each) => (
            <li key={each.id}>
              <a href={hashOf(each.id)} aria-current={each === current ? "page" : undefined}>
                {each.title}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <div class="tools">
        <CopyLink />
        <button type="button" class="button" onClick={switchTheme}>
          {isDark.value ? "Light" : "Dark"}
        </button>
        <button type="button" class="button" aria-pressed={isPresenting.value} onClick={togglePresenting}>
          Present
        </button>
        <button type="button" class="button" aria-label="Keys and help" onClick={openHelp}>
          ?
        </button>
      </div>
    </header>
  );
}

/** Copies the address; says so in the button itself, which a screen reader reads again. */
function CopyLink() {
  const said = useSignal("");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(currentAddress());
      said.value = "Copied";
    } catch {
      said.value = "Copy it from the address line";
      history.replaceState(null, "", currentAddress());
    }
    setTimeout(() => (said.value = ""), 4000);
  };
  return (
    <>
      <button type="button" class="button" onClick={() => void copy()}>
        Copy link
      </button>
      <output class="said">{said.value}</output>
    </>
  );
}

/** The page itself, once its code is there. */
function Stage({ lesson, settings }: { readonly lesson: Lesson; readonly settings: Signal<URLSearchParams> }) {
  const [Page, setPage] = useState<ComponentType<LessonProps>>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let isShown = true;
    lesson.load().then(
      (module) => isShown && setPage(() => module.default),
      (error: unknown) => isShown && setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isShown = false;
    };
  }, [lesson]);
  if (problem !== undefined) {
    return (
      <p class="problem" role="alert">
        This page could not be loaded ({problem}). Check the connection and reload; the address keeps what you have set.
      </p>
    );
  }
  return Page === undefined ? <p class="soft">Loading…</p> : <Page query={settings} />;
}

/** One line that says which threads do the work, and how to have more. */
function Engine() {
  const threads = engineThreads.value;
  if (threads === undefined) return <p class="soft small engine">Everything is computed on your own machine.</p>;
  const count = threads === 1 ? "one thread" : `${threads} threads`;
  return (
    <p class="soft small engine">
      Everything is computed on your own machine, on {count}.{" "}
      {!crossOriginIsolated && mayAllowThreads() && (
        <button type="button" class="button" onClick={allowThreads}>
          Use all threads
        </button>
      )}
    </p>
  );
}

function turn(by: number): void {
  const next = lessons[lessonNamed(page.peek()).index + by];
  if (next !== undefined) goTo(next.id);
}

function switchTheme(): void {
  chooseTheme(isDark.peek() ? "light" : "dark");
}
