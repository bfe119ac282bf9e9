"""The members of the log lines that saved queries, the dashboard and docs/operate.md name."""

from emitted_metrics import emitted_metrics

# One line a request.
GATEWAY = {
    *("timestamp", "level", "message", "service", "cold_start", "function_request_id", "correlation_id"),
    *("xray_trace_id", "operation", "tenant", "caller", "outcome", "status", "code", "cause", "attempts"),
    *("duration_ms", "chime_ms", "chime_request_id", "meeting_id", "media_region"),
    *("registry_attempts", "registry_ms", "limit", "room_opened"),
}
# One line an event.
NOTIFICATIONS = {
    *("timestamp", "level", "message", "service", "cold_start", "function_request_id", "xray_trace_id"),
    *("message_id", "receive_count", "detail_type", "event_type", "event_time_ms", "meeting_id", "attendee_id"),
    *("media_region", "machine", "event_bus_id", "cause", "tenant"),
}
# Lambda's own lines: "Lambda Telemetry API Event schema reference" in Lambda's guide. Those that saved queries name.
PLATFORM = {
    *("time", "type", "record.status", "record.errorType", "record.requestId"),
    *("record.metrics.maxMemoryUsedMB", "record.metrics.memorySizeMB"),
}
# Lines about a start or a panic: src/main.rs and src/telemetry/log_filter.rs.
OF_STARTS = {"setting", "location", "error"}
# Lines of both functions about a request to the registry's table that got no answer: src/registry/attempt.rs.
OF_THE_REGISTRY = {"request", "detail", "table_request_id", "attempts"}
# What CloudWatch Logs Insights adds to each line.
OF_INSIGHTS = {"@timestamp", "@message", "@log", "@logStream", "@ingestionTime"}

# The log groups of the functions, with the members of their lines.
GROUPS = {"GatewayLogGroup": ("gateway", GATEWAY), "NotificationsLogGroup": ("notifications", NOTIFICATIONS)}


def members(group: str) -> set[str]:
    """Returns the members that lines of a log group can have."""
    function, own = GROUPS[group]
    metrics = {metric.name for metric in emitted_metrics().values() if metric.function == function}
    return own | metrics | PLATFORM | OF_STARTS | OF_THE_REGISTRY | OF_INSIGHTS
