import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { refuse } from "../reference-server.ts";

const NAME_BYTES_MAX = 255;
const PATH_CHARACTERS_MAX = 1_000;

/**
 * Where a relative path of somebody else's lies below a folder: nothing leads out of it, no `..`, no absolute path, no
 * link. Of what is there, every part is a real folder or, at the end, a real file.
 *
 * @throws ToolError - the path is none that is allowed
 */
export function confinedPath(root: string, path: string): string {
  const parts = pathParts(path);
  const place = join(root, ...parts);
  let current = root;
  for (const part of parts) {
    current = join(current, part);
    const found = lstatSync(current, { throwIfNoEntry: false });
    if (found === undefined) break;
    if (found.isSymbolicLink()) throw refuse(`"${path}" leads over a link`);
    if (!found.isDirectory() && (current !== place || !found.isFile())) throw refuse(`"${path}" is no path to a file`);
  }
  return place;
}

/** As `confinedPath`, and makes the folders on the way. */
export function confinedPathToWrite(root: string, path: string): string {
  const place = confinedPath(root, path);
  const folder = dirname(place);
  mkdirSync(folder, { recursive: true });
  const real = realpathSync(folder);
  const realRoot = realpathSync(root);
  // A link that came between looking and making.
  if (real !== realRoot && !real.startsWith(realRoot + sep)) throw refuse(`"${path}" leads out of its folder`);
  return place;
}

/** The parts of a relative path, with `/` between them. @throws ToolError - a part is none that is allowed */
export function pathParts(path: string): readonly string[] {
  if (path.length > PATH_CHARACTERS_MAX) throw refuse(`a path has at most ${PATH_CHARACTERS_MAX} characters`);
  const parts = path.split("/");
  for (const part of parts) {
    const problem = problemOf(part);
    if (problem !== undefined) throw refuse(`"${path.slice(0, 200)}" is no path: ${problem}. Right is "folder/name.csv"`);
  }
  return parts;
}

function problemOf(part: string): string | undefined {
  if (part === "") return "it begins or ends with /, or has // in it";
  if (part === "." || part === "..") return `"${part}" is not allowed`;
  if (Buffer.byteLength(part) > NAME_BYTES_MAX) return `a name has at most ${NAME_BYTES_MAX} bytes`;
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(part)) return "control characters and backslashes are not allowed";
  return part.isWellFormed() ? undefined : "it is no Unicode text";
}
