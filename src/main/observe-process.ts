import type { Metrics } from "../ports/metrics.ts";

/** Has metrics tell what this process uses, under the names that dashboards know, until it is disposed. */
export function observeProcess(metrics: Metrics, version: string): Disposable {
  const stack = new DisposableStack();
  const startSeconds = Date.now() / 1_000 - process.uptime();
  stack.use(metrics.observe("tutti_build_info", () => [{ labels: { version }, value: 1 }]));
  stack.use(metrics.observe("process_resident_memory_bytes", () => [{ labels: {}, value: process.memoryUsage.rss() }]));
  stack.use(metrics.observe("process_start_time_seconds", () => [{ labels: {}, value: startSeconds }]));
  stack.use(
    metrics.observe("process_cpu_seconds_total", () => {
      const { user, system } = process.cpuUsage();
      return [{ labels: {}, value: (user + system) / 1_000_000 }];
    }),
  );
  return stack;
}
