"""Grafana's dashboards, a few lines each (`python -m deploy.monitoring dashboards` writes them).

Guarantees: what is written can be imported as it is (schema 39, Grafana 10 or newer) and asks for
its data source. Does not: keep what is changed in Grafana; change it here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SCHEMA = 39
WIDTH, HEIGHT, ACROSS = 8, 8, 3
"""Of a panel, in Grafana's units; and how many stand side by side."""
SOURCE = {"type": "prometheus", "uid": "${source}"}
OF = '{service=~"$service"}'
QUEUES = 'queue!~".+\\\\.(dead|retry\\\\..+)|rpc\\\\.reply.+"'


@dataclass(frozen=True)
class Panel:
    """A chart over time. lines: expression by legend. unit: as Grafana names it."""

    title: str
    lines: Mapping[str, str]
    unit: str = "short"


def rate(metric: str, by: str, more: str = "") -> str:
    """Per second, of the services that are chosen."""
    chosen = f'{{service=~"$service"{", " + more if more else ""}}}'
    return f"sum by ({by}) (rate({metric}{chosen}[$__rate_interval]))"


def of_all(metric: str, by: str, more: str = "") -> str:
    """Per second, wherever it was counted."""
    chosen = f"{{{more}}}" if more else ""
    return f"sum by ({by}) (rate({metric}{chosen}[5m]))"


def quantile(share: float, metric: str, by: str) -> str:
    """Of a histogram of the services that are chosen."""
    return f"histogram_quantile({share}, {rate(f'{metric}_bucket', f'{by}, le')})"


PLATFORM = (
    Panel(
        "请求 Requests", {"{{service}}": rate("government_http_requests_total", "service")}, "reqps"
    ),
    Panel(
        "失败率 Share of 5xx",
        {
            "{{service}}": rate("government_http_requests_total", "service", 'status=~"5.."')
            + " / "
            + rate("government_http_requests_total", "service")
        },
        "percentunit",
    ),
    Panel(
        "耗时 Latency",
        {
            "p50 {{service}}": quantile(0.5, "government_http_request_seconds", "service"),
            "p99 {{service}}": quantile(0.99, "government_http_request_seconds", "service"),
        },
        "s",
    ),
    Panel(
        "最慢路由 Slowest routes (p99)",
        {"{{route}}": f"topk(8, {quantile(0.99, 'government_http_request_seconds', 'route')})"},
        "s",
    ),
    Panel(
        "失败路由 Failing routes",
        {
            "{{route}} {{status}}": "topk(8, "
            + rate("government_http_requests_total", "route, status", 'status=~"5.."')
            + " > 0)"
        },
        "reqps",
    ),
    Panel(
        "工作线程 Workers busy",
        {"{{service}}": f"max by (service) (government_workers_busy{OF} / government_workers{OF})"},
        "percentunit",
    ),
    Panel(
        "事件 Events handled",
        {"{{queue}} {{outcome}}": rate("government_events_total", "queue, outcome")},
        "eps",
    ),
    Panel(
        "事件时延 Age of events (p99)",
        {"{{queue}}": quantile(0.99, "government_event_age_seconds", "queue")},
        "s",
    ),
    Panel(
        "待发布 Outbox: oldest event",
        {"{{service}}": f"max by (service) (government_outbox_oldest_seconds{OF})"},
        "s",
    ),
    Panel(
        "队列 Messages that wait",
        {"{{queue}}": f"max by (queue) (rabbitmq_detailed_queue_messages_ready{{{QUEUES}}}) > 0"},
    ),
    Panel(
        "死信 Dead letters",
        {"{{queue}}": 'max by (queue) (rabbitmq_detailed_queue_messages{queue=~".+\\\\.dead"})'},
    ),
    Panel(
        "调用 Calls that get no answer",
        {"{{target}}": rate("government_rpc_calls_total", "target", 'outcome="unavailable"')},
        "reqps",
    ),
    Panel(
        "数据库耗时 Database (p99)",
        {"{{service}}": quantile(0.99, "government_mongo_command_seconds", "service")},
        "s",
    ),
    Panel(
        "连接池 Connections in use",
        {
            "{{service}}": "max by (service) "
            f"(government_mongo_pool_in_use{OF} / government_mongo_pool_most{OF})"
        },
        "percentunit",
    ),
    Panel(
        "内存 Memory",
        {"{{service}}": f"max by (service) (process_resident_memory_bytes{OF})"},
        "bytes",
    ),
)

AFFAIRS = (
    Panel(
        "办件 Moves of cases",
        {"{{action}}": "sum by (action) (increase(government_case_moves_total[1h]))"},
    ),
    Panel(
        "各部门受理 Accepted by department",
        {
            "{{department}}": "sum by (department) "
            '(increase(government_case_moves_total{action="accept"}[1d]))'
        },
    ),
    Panel(
        "亮灯办件 Open cases, yellow and red",
        {"{{lamp}}": "max by (lamp) (government_lit_cases)"},
    ),
    Panel(
        "变灯 Lamps that changed",
        {"{{lamp}}": "sum by (lamp) (increase(government_lamp_changes_total[1h]))"},
    ),
    Panel(
        "法定超期 Beyond the law's limit",
        {
            "{{department}}": "sum by (department) "
            '(increase(government_lamp_changes_total{clock="statutory", lamp="red"}[1d]))'
        },
    ),
    Panel(
        "时钟 Clocks: since they last ran",
        {
            "{{service}} {{method}}": "time() - max by (service, method) "
            "(government_periodic_last_success_timestamp_seconds)"
        },
        "s",
    ),
)

ORDERS = "government_exchange_provider_requests_total"
UNANSWERED = 'outcome="unanswered"'
WRITING = of_all("government_exchange_page_seconds_bucket", "le")
EXCHANGE = (
    Panel(
        "共享调用 Uses by outcome",
        {"{{kind}} {{outcome}}": of_all("government_exchange_uses_total", "kind, outcome")},
        "reqps",
    ),
    Panel(
        "存证提交 Pages of evidence",
        {"{{outcome}}": of_all("government_exchange_pages_total", "outcome")},
        "ops",
    ),
    Panel(
        "存证耗时 Until a page is written",
        {f"p{100 * share:.0f}": f"histogram_quantile({share}, {WRITING})" for share in (0.5, 0.99)},
        "s",
    ),
    Panel(
        "节点调用 Orders to nodes",
        {"{{node}}": f"topk(10, {of_all(ORDERS, 'node')})"},
        "reqps",
    ),
    Panel(
        "未应答 Orders without an answer",
        {"{{node}}": f"topk(10, {of_all(ORDERS, 'node', UNANSWERED)} > 0)"},
        "reqps",
    ),
    Panel("熔断 Nodes left alone", {"{{pod}}": "government_exchange_breakers_open"}),
)

DASHBOARDS = {
    "platform": ("政务平台 Platform", PLATFORM),
    "affairs": ("办件 Affairs", AFFAIRS),
    "exchange": ("共享交换 Exchange", EXCHANGE),
}


def dashboard(name: str, title: str, panels: Sequence[Panel]) -> dict[str, Any]:
    """As Grafana imports it."""
    services = any("$service" in expr for panel in panels for expr in panel.lines.values())
    return {
        "uid": f"government-{name}",
        "title": title,
        "tags": ["government"],
        "schemaVersion": SCHEMA,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [_source(), *([_services()] if services else [])]},
        "panels": [_panel(place, panel) for place, panel in enumerate(panels)],
    }


def _panel(place: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(place, ACROSS)
    return {
        "id": place + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": SOURCE, "expr": expr, "legendFormat": legend}
            for n, (legend, expr) in enumerate(panel.lines.items())
        ],
    }


def _source() -> dict[str, Any]:
    return {"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"}


def _services() -> dict[str, Any]:
    return {
        "name": "service",
        "type": "query",
        "label": "服务 Service",
        "datasource": SOURCE,
        "query": {"query": "label_values(government_workers, service)", "refId": "services"},
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
        "current": {"text": "All", "value": "$__all"},
    }
