import { PAGE_STYLE } from "./page-style.ts";

/**
 * A page that needs nothing but itself, in light and dark, and on paper. Its policy comes before all content, so that no
 * script in it runs and nothing is loaded, whatever it says.
 *
 * @param body - HTML
 */
export function htmlPage({ title, body }: { readonly title: string; readonly body: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${body.trim()}
</main>
</body>
</html>
`;
}

/** Text as it stands in HTML, also in attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
