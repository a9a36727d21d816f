/** What `${...}` may stand for in a configuration. */
export interface Variables {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `${workspaceFolder}`: the folder of the configuration, or the one that holds its `.vscode`. */
  readonly workspaceFolder: string;
  readonly userHome: string;
}

/** Text with its variables put in, or what is wrong with them. */
export interface Expansion {
  readonly text: string;
  readonly faults: readonly ExpansionFault[];
}

export interface ExpansionFault {
  readonly code: "unset-variable" | "unsupported-variable";
  readonly message: string;
  /** Of the `${...}` in the text before. */
  readonly offset: number;
  readonly length: number;
}

/** Puts in `${NAME}`, `${NAME:-default}`, `${env:NAME}`, `${workspaceFolder}` and `${userHome}`. What is put in is not looked at again. */
export function expandVariables(text: string, variables: Variables): Expansion {
  const faults: ExpansionFault[] = [];
  const expanded = text.replaceAll(/\$\{([^{}]*)\}/g, (written, inner: string, offset: number) => {
    const read = readVariable(inner, variables);
    if ("value" in read) return read.value;
    faults.push({ ...read, offset, length: written.length });
    return written;
  });
  return { text: expanded, faults };
}

type ReadVariable = { readonly value: string } | Pick<ExpansionFault, "code" | "message">;

function readVariable(inner: string, variables: Variables): ReadVariable {
  if (inner === "workspaceFolder") return { value: variables.workspaceFolder };
  if (inner === "userHome") return { value: variables.userHome };
  if (inner.startsWith("input:")) {
    const message = `\${${inner}} asks a person each time, which tutti does not do - use an environment variable such as \${${inputVariable(inner)}}`;
    return { code: "unsupported-variable", message };
  }
  const parts = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inner);
  if (parts === null) {
    const message = `\${${inner}} is no variable - use \${NAME}, \${NAME:-default} or \${workspaceFolder}`;
    return { code: "unsupported-variable", message };
  }
  const [, name = "", fallback] = parts;
  // As in a shell, ":-" also stands in for a variable that is set to nothing.
  const value = variables.environment[name];
  if (fallback !== undefined) return { value: value === undefined || value === "" ? fallback : value };
  if (value !== undefined) return { value };
  return { code: "unset-variable", message: `the environment variable ${name} is not set - set it, or write \${${name}:-default}` };
}

function inputVariable(inner: string): string {
  return inner
    .slice("input:".length)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_");
}
