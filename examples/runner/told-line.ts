/** A line of what is told after a run: what it is about, and behind that where to look or how it was. */
export function toldLine(label: string, text: string): string {
  return `${label.padEnd(13)} ${text}`;
}
