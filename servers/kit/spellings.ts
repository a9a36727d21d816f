/** A secret as it is, and as it stands in addresses, in forms, and in JSON: whoever tells it back may tell any of them. */
export function spellings(secret: string): readonly string[] {
  const inForm = String(new URLSearchParams([["", secret]])).slice(1);
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, encodeURIComponent(secret), inForm, inJson, inJson.replaceAll("/", "\\/")])];
}
