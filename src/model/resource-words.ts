import { printSize } from "../base/size.ts";
import { wireName } from "../base/wire-name.ts";

/** A resource as configurations name it, and an amount of it as people read it: `gpu` and `2`, `memory` and `64 GB`. */
export interface ResourceWords {
  readonly key: string;
  readonly amount: string;
}

/** @param name - as the code has it (`memoryBytes`) or as it is on a wire (`memory_bytes`) */
export function resourceWords(name: string, amount: number): ResourceWords {
  const wire = wireName(name);
  const size = /^(\w+)_bytes$/.exec(wire)?.[1];
  return size === undefined ? { key: wire, amount: String(amount) } : { key: size, amount: printSize(amount) };
}
