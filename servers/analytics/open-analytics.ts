import { join } from "node:path";
import { referenceServer } from "../kit/reference-server.ts";
import type { OpenServer } from "../kit/serve-reference-server.ts";
import { type Environment, numberSetting, stateDirectory, textSetting } from "../kit/server-settings.ts";
import { openState } from "../kit/state/state.ts";
import { getAvailableMetrics, getTimePeriods } from "./available.ts";
import { calculateKpis } from "./calculate-kpis.ts";
import { contentStore } from "./content-store.ts";
import { ANALYTICS_SCHEMA, eventStore } from "./event-store.ts";
import { generateAnalyticsReport } from "./generate-analytics-report.ts";
import { getAudienceInsights } from "./get-audience-insights.ts";
import { getContentMetrics } from "./get-content-metrics.ts";
import { getEngagementTrends } from "./get-engagement-trends.ts";
import { loadEventsFile } from "./load-events-file.ts";
import { recordEvents } from "./record-events.ts";
import { trackContentCreation } from "./track-content-creation.ts";

/** The server that tells how contents are read, from events alone. README.md says what its variables mean. */
export async function openAnalytics(environment: Environment): Promise<OpenServer> {
  const directory = stateDirectory("analytics", environment);
  const eventsMax = numberSetting(environment, "EVENTS_MAX", { fallback: 200_000, min: 1, max: 5_000_000 });
  using opening = new DisposableStack();
  const state = opening.use(openState({ path: join(directory, "analytics.db"), schema: ANALYTICS_SCHEMA }));
  const events = eventStore(state, eventsMax);
  const contents = contentStore(state);
  const file = textSetting(environment, "EVENTS_FILE");
  const tenant = textSetting(environment, "EVENTS_TENANT") ?? "default";
  const loaded = file === undefined ? 0 : await loadEventsFile({ file, tenant, state, events });
  const opened = opening.move();
  return {
    server: referenceServer({
      name: "analytics",
      instructions:
        "Counts what visitors did with contents. record_events stores what they did, everything else is computed from it; a period ends with the newest event unless as_of says otherwise.",
      state,
      tools: [
        trackContentCreation(contents, events),
        getContentMetrics(events, contents),
        getAudienceInsights(events),
        getEngagementTrends(events),
        generateAnalyticsReport(events),
        getAvailableMetrics(),
        getTimePeriods(),
        recordEvents(events),
        calculateKpis(),
      ],
      status: () => ({ status: "healthy", facts: { events: events.count(), events_loaded: loaded, events_max_per_tenant: eventsMax } }),
    }),
    [Symbol.asyncDispose]: async () => opened.dispose(),
  };
}
