import * as z from "zod";
import { defineTool, type Service } from "../../sqlite-service/service.ts";

const giveCredit = defineTool({
  name: "give_credit",
  description: "Gives a new user something to begin with; once.",
  effect: "changes",
  input: z.object({ user_id: z.string().min(1), amount_minor: z.int().min(1).max(10_000) }),
  output: z.object({ balance_minor: z.int() }),
  run({ database, tenant }, { user_id, amount_minor }) {
    const sql = "INSERT INTO credits (tenant, user_id, balance_minor) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING balance_minor";
    const given = database.prepare(sql).get(tenant, user_id, amount_minor);
    const row = given ?? database.prepare("SELECT balance_minor FROM credits WHERE tenant = ? AND user_id = ?").get(tenant, user_id);
    return { balance_minor: Number(row?.["balance_minor"]) };
  },
});

/** Gives new users presents. */
export const welcomeService: Service = {
  title: "Welcome service",
  store: {
    name: "welcome",
    schema: `
CREATE TABLE credits (
  tenant TEXT NOT NULL,
  user_id TEXT NOT NULL,
  balance_minor INTEGER NOT NULL,
  PRIMARY KEY (tenant, user_id)
) STRICT;`,
    seed: () => undefined,
  },
  tools: [giveCredit],
};
