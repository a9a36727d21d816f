/** A reference server, as strangers find it: its tools, by name, without `get_server_status`, which all have. */
export interface ListedServer {
  readonly name: string;
  readonly tools: readonly string[];
}

/** The twelve, with exactly the tools that are documented. */
export const REFERENCE_SERVERS: readonly ListedServer[] = [
  { name: "news-data", tools: ["search_news", "get_category_news", "get_trending_news", "get_categories"] },
  {
    name: "template",
    tools: ["list_templates", "get_template", "render_template", "validate_template_params", "create_template", "get_categories"],
  },
  {
    name: "database",
    tools: ["execute_query", "list_tables", "get_table_schema", "validate_query", "get_query_plan", "get_database_stats"],
  },
  {
    name: "analytics",
    tools: [
      "track_content_creation",
      "get_content_metrics",
      "get_audience_insights",
      "get_engagement_trends",
      "generate_analytics_report",
      "get_available_metrics",
      "get_time_periods",
      "record_events",
      "calculate_kpis",
    ],
  },
  {
    name: "workflow",
    tools: [
      "execute_workflow",
      "get_workflow_status",
      "list_available_workflows",
      "get_workflow_definition",
      "cancel_workflow",
      "create_workflow",
    ],
  },
  { name: "api-gateway", tools: ["call_external_api", "list_available_apis", "get_api_schema", "test_api_connection"] },
  { name: "data", tools: ["sql_query", "table_schema", "data_export", "analytics_query"] },
  { name: "compute", tools: ["train_model", "predict", "data_processing", "gpu_status", "model_export"] },
  { name: "storage", tools: ["upload_file", "download_file", "list_files", "backup_data"] },
  { name: "integration", tools: ["rest_call", "webhook_setup", "api_key_mgmt", "rate_limit", "model_deploy"] },
  { name: "security", tools: ["authenticate", "authorize", "encrypt", "audit_log"] },
  { name: "notification", tools: ["send_email", "send_slack", "create_alert", "dashboard_update"] },
];
