import { basename, dirname, join, normalize } from "node:path";
import { strongComponents } from "../../src/planner/strong-components.ts";

/** A source file of the product or of its tests, with its path from the root of the repository. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What each folder of `src/` may import, beside itself. `docs/ARCHITECTURE.md` shows the same table. */
const CORE = ["base", "envelope", "model"] as const;
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  envelope: ["base"],
  model: ["base", "envelope"],
  context: ["base", "envelope"],
  "tenant-sql": CORE,
  "mcp-wire": ["base"],
  "envelope-server": [...CORE, "context", "tenant-sql", "mcp-wire"],
  // Entry points of the package beside index.ts.
  "envelope.ts": ["base", "envelope"],
  "server.ts": [...CORE, "context", "tenant-sql", "mcp-wire", "envelope-server"],
  expression: CORE,
  definition: [...CORE, "expression"],
  planner: [...CORE, "expression"],
  ports: CORE,
  contract: CORE,
  engine: [...CORE, "expression", "ports"],
  calls: [...CORE, "ports", "context", "tenant-sql"],
  registry: [...CORE, "ports"],
  identity: [...CORE, "ports"],
  sqlite: [...CORE, "ports"],
  "mcp-client": [...CORE, "ports"],
  checks: [...CORE, "ports"],
  nats: [...CORE, "ports"],
  telemetry: [...CORE, "ports"],
  restate: [...CORE, "ports", "engine"],
  patterns: [...CORE, "expression", "definition"],
  operations: [...CORE, "expression", "definition", "planner", "patterns", "ports", "contract", "engine"],
  client: [...CORE, "contract"],
  "mcp-server": [...CORE, "contract", "mcp-wire"],
  http: [...CORE, "contract"],
  cluster: [...CORE, "ports", "contract"],
  cli: [...CORE, "contract", "client"],
};

/** Everything knows everything only here. */
const MAY_IMPORT_ALL = ["main", "index.ts"];

const PURE_FOLDERS = ["model", "envelope", "expression", "definition", "planner", "contract"];

/** The files of the engine that touch the world or its time; all others are pure. */
const IMPURE_ENGINE_FILES = [
  "supervisor.ts",
  "execution-loop.ts",
  "calls-in-flight.ts",
  "child-execution.ts",
  "load-execution.ts",
  "plan-hash.ts",
];

const DRAWERS = ["utils", "util", "helpers", "helper", "common", "misc", "types", "interfaces", "constants"];

const LINES_MAX = 400;

/** Every way in which a file breaks the rules of the house, as sentences; none for a tidy file. */
export function untidiness(file: SourceFile): readonly string[] {
  return [...nameProblems(file), ...sizeProblems(file), ...importProblems(file), ...purityProblems(file)].map(
    (problem) => `${file.path}: ${problem}`,
  );
}

/** The files of `src/` that import one another in a circle, also only for their types. */
export function circles(files: readonly SourceFile[]): readonly string[] {
  const places = new Map(files.map((file, place) => [file.path, place]));
  const imports = files.map((file) =>
    importsOf(file).flatMap((specifier) => places.get(normalize(join(dirname(file.path), specifier))) ?? []),
  );
  const component = strongComponents(imports);
  const sizes = new Map<number, number>();
  for (const part of component) sizes.set(part, (sizes.get(part) ?? 0) + 1);
  return files.filter((_, place) => (sizes.get(component[place] ?? -1) ?? 0) > 1).map((file) => file.path);
}

function nameProblems(file: SourceFile): readonly string[] {
  const name = basename(file.path).replace(/(\.test)?\.tsx?$/, "");
  const problems: string[] = [];
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) problems.push("its name is not kebab-case");
  const drawer = [name, ...dirname(file.path).split("/")].find((part) => DRAWERS.includes(part));
  if (drawer !== undefined) problems.push(`"${drawer}" is a drawer, not the name of a thing`);
  return problems;
}

function sizeProblems(file: SourceFile): readonly string[] {
  const lines = file.text.split("\n").length - 1;
  return lines > LINES_MAX ? [`it has ${lines} lines, and at most ${LINES_MAX} are allowed`] : [];
}

function importProblems(file: SourceFile): readonly string[] {
  if (file.path.startsWith("servers/")) return serverImportProblems(file);
  const folder = folderOf(file.path);
  if (folder === undefined || MAY_IMPORT_ALL.includes(folder) || file.path.endsWith(".test.ts")) return [];
  const allowed = MAY_IMPORT[folder];
  if (allowed === undefined) return [`"${folder}" is no folder of the house`];
  return importsOf(file).flatMap((specifier) => {
    if (!specifier.startsWith(".")) return [];
    const target = normalize(join(dirname(file.path), specifier));
    const other = folderOf(target);
    if (other === undefined) return [`it imports ${target} from outside src`];
    return other === folder || allowed.includes(other) ? [] : [`${folder} may not import ${other} (${specifier})`];
  });
}

/** A server stands for those that others write: it has the public API, itself, and the kit that all of them share. */
function serverImportProblems(file: SourceFile): readonly string[] {
  if (file.path.endsWith(".test.ts")) return [];
  const [, own] = file.path.split("/");
  return importsOf(file).flatMap((specifier) => {
    if (!specifier.startsWith(".")) return [];
    const [root, other = ""] = normalize(join(dirname(file.path), specifier)).split("/");
    if (root !== "servers") return [`it imports ${specifier}: servers take only the public API`];
    return other === own || other === "kit" ? [] : [`servers/${own} may not import servers/${other}`];
  });
}

function purityProblems(file: SourceFile): readonly string[] {
  if (!isPure(file.path)) return [];
  const problems = importsOf(file)
    .filter((specifier) => specifier.startsWith("node:"))
    .map((specifier) => `a pure file imports ${specifier}`);
  const code = file.text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  for (const [pattern, what] of [
    [/\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/, "the clock"],
    [/\bMath\.random\(|\brandomUUID\(|\bgetRandomValues\(/, "randomness"],
    [/\bset(Timeout|Interval|Immediate)\(/, "a timer"],
    [/\bprocess\./, "the process"],
  ] as const) {
    if (pattern.test(code)) problems.push(`a pure file uses ${what}`);
  }
  return problems;
}

function isPure(path: string): boolean {
  if (path.endsWith(".test.ts")) return false;
  const folder = folderOf(path);
  if (folder === "engine") return !IMPURE_ENGINE_FILES.includes(basename(path));
  return folder !== undefined && PURE_FOLDERS.includes(folder);
}

/** The folder below `src/`, or the file that lies directly in it; undefined outside. */
function folderOf(path: string): string | undefined {
  const [root, folder] = path.split("/");
  return root === "src" ? folder : undefined;
}

/** What a file imports, by the words that it uses for it; also only for types. */
export function importsOf(file: SourceFile): readonly string[] {
  const pattern = /^\s*(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|^\s*import\s*"([^"]+)"/gm;
  return [...file.text.matchAll(pattern)].flatMap((match) => match[1] ?? match[2] ?? match[3] ?? []);
}
