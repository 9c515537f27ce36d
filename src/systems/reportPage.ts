/** The page that a report is: one file that loads nothing and runs nothing, whatever the data in it holds. */
import { escapeMarkup } from "./reportText.ts";

/** What a page is made of. */
export interface PageParts {
  /** Plain text. */
  readonly title: string;
  readonly css: string;
  /** The page has pictures in it. Default false. */
  readonly hasPictures?: boolean;
  /** HTML of the main part. */
  readonly main: string;
}

/** The page as HTML. */
export function pageHtml({ title, css, hasPictures = false, main }: PageParts): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'${hasPictures ? "; img-src data:" : ""}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeMarkup(title)}</title>
<style>${css}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
}
