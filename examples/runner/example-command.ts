/** What `npm run example` was asked for. */
export interface ExampleCommand {
  /** Undefined for all of them. */
  readonly name?: string;
  /** Takes up what was interrupted, in place of beginning anew. */
  readonly resume: boolean;
  /** For `tutti run`: inputs. */
  readonly inputs: readonly string[];
  /** For the example itself, such as `--rows 60000`. */
  readonly settings: readonly string[];
}

const USAGE = `npm run example -- NAME [--resume] [-p KEY=VALUE]... [what the README of the example names]
npm run examples`;

/** @throws Error - the words make no sense */
export function readExampleCommand(words: readonly string[]): ExampleCommand {
  const [name, ...rest] = words;
  if (name === undefined) throw new Error(`say which example:\n${USAGE}`);
  if (name === "--all" && rest.length === 0) return { resume: false, inputs: [], settings: [] };
  if (name.startsWith("-")) throw new Error(`the name of an example comes first, not "${name}":\n${USAGE}`);
  const inputs: string[] = [];
  const settings: string[] = [];
  let resume = false;
  const left = [...rest];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === "--resume") resume = true;
    else if (word === "-p" || word === "--param") inputs.push(inputAfter(word, left.shift()));
    else settings.push(word);
  }
  return { name, resume, inputs, settings };
}

function inputAfter(flag: string, input: string | undefined): string {
  if (input === undefined || !input.includes("=")) throw new Error(`${flag} wants KEY=VALUE behind it, not "${input ?? ""}"`);
  return input;
}
