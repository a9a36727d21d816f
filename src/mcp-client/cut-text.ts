import { type Json, jsonExceeds } from "../base/json.ts";

/** A server's words go into the journal, and a person reads them. */
const TEXT_CHARACTERS_MAX = 4_096;
const DETAIL_BYTES_MAX = 64 * 1_024;

/** Cuts a server's words to what a person reads. */
export function cutText(text: string): string {
  return text.length <= TEXT_CHARACTERS_MAX ? text : `${text.slice(0, TEXT_CHARACTERS_MAX)}...`;
}

/** Keeps what a server said as it is, for programs; its beginning as text under `cut` when it is too much for a journal. */
export function cutDetail<Detail extends Json>(detail: Detail): Detail | { readonly cut: string } {
  return jsonExceeds(detail, DETAIL_BYTES_MAX) ? { cut: JSON.stringify(detail).slice(0, TEXT_CHARACTERS_MAX) } : detail;
}
