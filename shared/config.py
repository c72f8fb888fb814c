"""Configuration: `shared/config.yml`, then the service's own `config.yml`; ``${ENV:default}``.

Guarantees: secrets come from the environment only. Does not: watch files or fetch anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from nameko.cli.main import setup_yaml_parser

from shared.amqp import tls

COMMON = Path(__file__).with_name("config.yml")


def load_config(own: Path | None = None) -> dict[str, Any]:
    """The common configuration, overlaid with the file `own` where it exists."""
    setup_yaml_parser()
    files = [COMMON, *([own] if own and own.exists() else [])]
    config: dict[str, Any] = {}
    for file in files:
        config |= yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    return config | {"AMQP_SSL": tls(config["AMQP_URI"])}
