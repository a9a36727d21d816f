const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Reads `"32GB"`, `"512 MiB"` or `"100"` as bytes; undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?) ?([a-z]*)$/.exec(text.trim().toLowerCase());
  if (match === null) return undefined;
  const unit = UNITS[match[2] === "" ? "b" : (match[2] ?? "")];
  return unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}

/** Bytes as a person reads them: `"1.5 GB"`. */
export function printSize(bytes: number): string {
  for (const [name, unit] of [
    ["TB", 1e12],
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const) {
    if (bytes >= unit) return `${Number((bytes / unit).toFixed(2))} ${name}`;
  }
  return `${bytes} B`;
}
