import { acceptedContent, CLIENT_CAPABILITIES_META_KEY, inputRequired } from "@modelcontextprotocol/server";
import type {
  CallToolResult,
  ClientCapabilities,
  GetPromptResult,
  InputRequests,
  InputRequiredResult,
  McpServer,
  ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { said } from "./fixture-contents.ts";
import type { FixtureWorld, RoundState } from "./fixture-world.ts";

type Answer = CallToolResult | InputRequiredResult;

/** Tools and a prompt that want to know something first, as servers ask from 2026-07-28 on. */
export function addInputs(server: McpServer, { sealed }: FixtureWorld): void {
  const add = (name: string, answer: (context: ServerContext) => Promise<Answer> | Answer): void => {
    server.registerTool(
      name,
      { description: "Wants to know something first", inputSchema: z.object({}) },
      async (_, context) => await answer(context),
    );
  };
  add("test_input_required_result_elicitation", ({ mcpReq }) => {
    const name = nameIn(mcpReq, "user_name");
    return name === undefined
      ? inputRequired({ inputRequests: { user_name: form("What is your name?", "name") } })
      : said(`Hello, ${name}!`);
  });
  add("test_input_required_result_sampling", ({ mcpReq }) => {
    const answer = mcpReq.inputResponses?.["capital_question"];
    return answer === undefined
      ? inputRequired({ inputRequests: { capital_question: sample("What is the capital of France?") } })
      : said(`the model says ${JSON.stringify(answer)}`);
  });
  add("test_input_required_result_list_roots", ({ mcpReq }) => {
    const answer = mcpReq.inputResponses?.["client_roots"];
    return answer === undefined
      ? inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
      : said(`there are ${JSON.stringify(answer)}`);
  });
  add("test_input_required_result_request_state", async ({ mcpReq }) => {
    const known = mcpReq.requestState<RoundState>() !== undefined && acceptedContent(mcpReq.inputResponses, "confirm") !== undefined;
    return known ? said("state-ok") : await confirmation("request_state");
  });
  add("test_input_required_result_tampered_state", async ({ mcpReq }) => {
    const known = mcpReq.requestState<RoundState>() !== undefined && acceptedContent(mcpReq.inputResponses, "confirm") !== undefined;
    return known ? said("integrity-ok") : await confirmation("tampered_state");
  });
  add("test_input_required_result_multiple_inputs", async ({ mcpReq }) => {
    const answers = mcpReq.inputResponses ?? {};
    if (["user_name", "greeting", "client_roots"].every((key) => key in answers)) return said(JSON.stringify(answers));
    const inputRequests = {
      user_name: form("What is your name?", "name"),
      greeting: sample("Greet"),
      client_roots: inputRequired.listRoots(),
    };
    return inputRequired({ inputRequests, requestState: await sealed.mint({ tool: "multiple_inputs" }) });
  });
  add("test_input_required_result_multi_round", async ({ mcpReq }) => await nextRound(mcpReq));
  add("test_input_required_result_capabilities", ({ mcpReq }) => {
    if (mcpReq.inputResponses !== undefined) return said("all was answered");
    const envelope: { readonly [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } = mcpReq.envelope ?? {};
    const declared = envelope[CLIENT_CAPABILITIES_META_KEY];
    const inputRequests: InputRequests = {
      ...(declared?.elicitation === undefined ? {} : { user_name: form("What is your name?", "name") }),
      ...(declared?.sampling === undefined ? {} : { greeting: sample("Greet") }),
      ...(declared?.roots === undefined ? {} : { client_roots: inputRequired.listRoots() }),
    };
    return Object.keys(inputRequests).length === 0 ? said("nothing can be asked") : inputRequired({ inputRequests });
  });
  add("test_missing_capability", ({ mcpReq }) =>
    mcpReq.inputResponses?.["answer"] === undefined
      ? inputRequired({ inputRequests: { answer: sample("Reply with the single word: pong") } })
      : said("answered"),
  );
  server.registerPrompt("test_input_required_result_prompt", { description: "Wants to know something first" }, addContext as never);

  async function confirmation(tool: string): Promise<InputRequiredResult> {
    const confirm = inputRequired.elicit({
      message: "Please confirm",
      requestedSchema: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] },
    });
    return inputRequired({ inputRequests: { confirm }, requestState: await sealed.mint({ tool }) });
  }

  async function nextRound(request: ServerContext["mcpReq"]): Promise<Answer> {
    const { round = 0, name = "" } = request.requestState<RoundState>() ?? {};
    if (round === 0) {
      const requestState = await sealed.mint({ tool: "multi_round", round: 1 });
      return inputRequired({ inputRequests: { step1: form("What is your name?", "name") }, requestState });
    }
    if (round === 1) {
      const requestState = await sealed.mint({ tool: "multi_round", round: 2, name: nameIn(request, "step1") ?? "nobody" });
      return inputRequired({ inputRequests: { step2: form("Which colour do you like?", "color") }, requestState });
    }
    return said(`${name} likes ${acceptedContent<{ color: string }>(request.inputResponses, "step2")?.color ?? "none"}`);
  }
}

/** A prompt without arguments is given the context alone, which its type does not say. */
function addContext({ mcpReq }: ServerContext): GetPromptResult | InputRequiredResult {
  const told = acceptedContent<{ context: string }>(mcpReq.inputResponses, "user_context")?.context;
  if (told === undefined) return inputRequired({ inputRequests: { user_context: form("Which context?", "context") } });
  return { messages: [{ role: "user", content: { type: "text", text: `Use the following context: ${told}` } }] };
}

function nameIn({ inputResponses }: ServerContext["mcpReq"], key: string): string | undefined {
  const name: unknown = acceptedContent<{ name: string }>(inputResponses, key)?.name;
  return typeof name === "string" ? name : undefined;
}

function form(message: string, field: string): InputRequests[string] {
  return inputRequired.elicit({
    message,
    requestedSchema: { type: "object", properties: { [field]: { type: "string" } }, required: [field] },
  });
}

function sample(text: string): InputRequests[string] {
  return inputRequired.createMessage({ messages: [{ role: "user", content: { type: "text", text } }], maxTokens: 50 });
}
