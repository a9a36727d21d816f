import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import type { OperationClient } from "../../../src/client/operation-client.ts";
import { callTool } from "../../../src/contract/call-tool.ts";
import { connectToOwner } from "../../../src/main/owner-client.ts";
import { Owner } from "../../../src/main/owner.ts";
import type { AccessConfig } from "../../../src/model/access.ts";
import { newIssuer } from "../../support/issuer.ts";
import { testServer } from "../../support/servers/test-connections.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const { signal } = new AbortController();

const OPEN: AccessConfig = { roles: {}, tenants: {} };

const SERVERS = [testServer("asks.ts", [], { name: "asks" }), testServer("tells-all.ts", [], { name: "tells" })];

/** What the person before the owner of a data directory sees of the servers of a guest, who is of another tenant. */
async function seenByOwner(identified: boolean, visit: (guest: OperationClient) => Promise<unknown>): Promise<readonly string[]> {
  using folder = temporaryDirectory();
  const directory = join(folder.path, "data");
  const issuer = await newIssuer(folder.path, systemClock.nowMs());
  const seen: string[] = [];
  await using _owner = await Owner.open({
    directory,
    servers: [],
    secrets: { get: async () => undefined },
    access: identified ? { ...OPEN, identity: issuer.config } : OPEN,
    caller: identified ? { identity: { tenant: "acme", roles: [], permissions: [], authMethod: "jwt" } } : {},
    maxConcurrentCalls: 5,
    clock: systemClock,
    elicitor: {
      async ask({ message }) {
        seen.push(message);
        return { action: "accept", content: { name: "the person before the owner" } };
      },
    },
    log: { write: ({ text }) => void seen.push(text) },
    version: "0",
  });
  const introduction = {
    surroundings: { servers: SERVERS, access: OPEN, secrets: {} },
    identityToken: await issuer.token({ tenant: "globex" }),
  };
  const guest = await connectToOwner(directory, { clock: systemClock, signal, introduction });
  if (guest === undefined) throw new Error("the owner does not answer");
  using _connection = guest;
  await visit(guest);
  return seen;
}

async function giveAndAsk(guest: OperationClient): Promise<void> {
  await guest.call(callTool, { server: "tells", tool: "give", arguments: { word: "xyzzy" } }, { signal });
  await guest.call(callTool, { server: "asks", tool: "ask" }, { signal }).catch(() => undefined);
}

test("whoever sits before the owner is not asked by the servers of other tenants, and sees nothing that these log", async () => {
  expect(await seenByOwner(true, giveAndAsk)).toEqual([]);
});

test("where there is only one user, the owner asks for all", async () => {
  expect(await seenByOwner(false, giveAndAsk)).toEqual(['it was given {"word":"xyzzy"}', "What is your name?"]);
});
