import { expect, test } from "vitest";
import { CLUSTER_KEY, openTestCluster } from "../../support/cluster-rig.ts";
import { listen } from "../../support/stranger.ts";

test("a listener that was written from the documentation alone joins, and hears what happens", async () => {
  await using cluster = await openTestCluster();
  const heard: Record<string, unknown>[] = [];
  const both = Promise.withResolvers<void>();
  const socket = await listen(cluster.url, CLUSTER_KEY, (message) => {
    heard.push(message);
    if (heard.length === 2) both.resolve();
  });
  for (const status of ["executing", "completed"]) cluster.broadcastStatus({ workflowId: "order", executionId: "e", status, atMs: 0 });
  await both.promise;
  expect(heard.map(({ type, workflow_id, status, source }) => [type, workflow_id, status, source])).toEqual([
    ["workflow_status_update", "order", "executing", "caelum-workflow-orchestration"],
    ["workflow_status_update", "order", "completed", "caelum-workflow-orchestration"],
  ]);
  socket.terminate();
});

test("with another key it is told why it is not let in", async () => {
  await using cluster = await openTestCluster();
  await expect(listen(cluster.url, "another key", () => undefined)).rejects.toThrow("the keys are not the same");
});
