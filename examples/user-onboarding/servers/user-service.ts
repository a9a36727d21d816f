import * as z from "zod";
import { defineTool, Refusal, type Service, type ToolScope } from "../../sqlite-service/service.ts";

const email = z.string().min(1).max(254);
const user_id = z.string().min(1);

const profileCheck = defineTool({
  name: "profile_check",
  description: "Whether an account with this name and address could be created.",
  effect: "reads",
  input: z.object({ name: z.string(), email }),
  output: z.object({ valid: z.boolean(), reason: z.string().optional() }),
  run(scope, { name, email: address }) {
    const problems: string[] = [];
    if (name.trim() === "") problems.push("the name is empty");
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) problems.push(`"${address}" is no e-mail address`);
    if (userBy(scope, "email", address.toLowerCase()) !== undefined) problems.push(`there is an account for ${address}`);
    return problems.length === 0 ? { valid: true } : { valid: false, reason: problems.join("; ") };
  },
});

const createAccount = defineTool({
  name: "create_account",
  description: "Creates an account. There is one for each e-mail address.",
  effect: "changes",
  input: z.object({ name: z.string().min(1), email }),
  output: z.object({ user_id }),
  run(scope, { name, email: address }) {
    const { database, tenant, now } = scope;
    if (userBy(scope, "email", address.toLowerCase()) !== undefined) throw new Refusal(`there is an account for ${address}`);
    const { lastInsertRowid } = database
      .prepare("INSERT INTO users (tenant, name, email, verified, created_at) VALUES (?, ?, ?, 0, ?)")
      .run(tenant, name, address.toLowerCase(), now.toISOString());
    return { user_id: `user-${lastInsertRowid}` };
  },
});

const findAccount = defineTool({
  name: "find_account",
  description: "The account of an e-mail address, if there is one.",
  effect: "reads",
  input: z.object({ email }),
  output: z.object({ found: z.boolean(), user_id: user_id.optional() }),
  run(scope, { email: address }) {
    const user = userBy(scope, "email", address.toLowerCase());
    return user === undefined ? { found: false } : { found: true, user_id: `user-${user}` };
  },
});

const deleteAccount = defineTool({
  name: "delete_account",
  description: "Deletes an account. One that is not there stays away.",
  effect: "repeatable",
  input: z.object({ user_id }),
  output: z.object({ deleted: z.boolean() }),
  run({ database, tenant }, { user_id: id }) {
    const { changes } = database.prepare("DELETE FROM users WHERE tenant = ? AND number = ?").run(tenant, numberOf(id));
    return { deleted: changes === 1 };
  },
});

const openWorkspace = defineTool({
  name: "open_workspace",
  description: "Opens a workspace with a first project for a new user.",
  effect: "changes",
  input: z.object({ user_id }),
  output: z.object({ workspace: z.string() }),
  run(scope, { user_id: id }) {
    const number = numberOf(id);
    if (userBy(scope, "number", number) === undefined) throw new Refusal(`there is no ${id}`);
    scope.database.prepare("INSERT INTO workspaces (tenant, user) VALUES (?, ?)").run(scope.tenant, number);
    return { workspace: `workspace-of-${id}` };
  },
});

/** Knows who has an account. */
export const userService: Service = {
  title: "User service",
  store: {
    name: "users",
    schema: `
CREATE TABLE users (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  verified INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (tenant, email)
) STRICT;

CREATE TABLE workspaces (
  tenant TEXT NOT NULL,
  user INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
  PRIMARY KEY (tenant, user)
) STRICT;`,
    seed(database) {
      const insert = database.prepare("INSERT INTO users (tenant, name, email, verified, created_at) VALUES (?, ?, ?, 1, ?)");
      for (const tenant of ["acme", "globex"]) insert.run(tenant, "Ada Becker", "ada@example.com", "2026-01-05T09:00:00.000Z");
    },
  },
  tools: [profileCheck, createAccount, findAccount, deleteAccount, openWorkspace],
};

function userBy({ database, tenant }: ToolScope, column: "number" | "email", value: string | number): number | undefined {
  const row = database.prepare(`SELECT number FROM users WHERE tenant = ? AND ${column} = ?`).get(tenant, value);
  return row && Number(row["number"]);
}

function numberOf(userId: string): number {
  return Number(/^user-(\d+)$/.exec(userId)?.[1] ?? -1);
}
