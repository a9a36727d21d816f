import type { McpServer, ServerEvent } from "@modelcontextprotocol/server";

/** Tells the client of a connection of a change. A client that is gone need not be told. */
export function tellServer({ server }: McpServer, change: ServerEvent): void {
  const told = ((): Promise<void> => {
    switch (change.kind) {
      case "tools_list_changed":
        return server.sendToolListChanged();
      case "prompts_list_changed":
        return server.sendPromptListChanged();
      case "resources_list_changed":
        return server.sendResourceListChanged();
      case "resource_updated":
        return server.sendResourceUpdated({ uri: change.uri });
    }
  })();
  told.catch(() => undefined);
}
