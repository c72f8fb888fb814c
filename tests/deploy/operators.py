"""The operators' resources: what of them we write, and how it must look.

By the definitions of RabbitMQ's cluster operator 2 and messaging topology operator 1
(rabbitmq.com/v1beta1), MongoDB's community operator (mongodbcommunity.mongodb.com/v1), KEDA 2
(keda.sh/v1alpha1) and Prometheus' operator (monitoring.coreos.com/v1). Guaranteed: a name or a type
that they do not have is found. Not guaranteed: what only an operator's webhook checks. Where an
operator takes a piece of Kubernetes' own (a StatefulSet's, a pod's), it is not looked into here.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
NATIVE: Schema = {"type": "object"}


def closed(required: str = "", **properties: Schema) -> Schema:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def many(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


def one_of(*words: str) -> Schema:
    return {"enum": list(words)}


NAMED = closed("name", name=TEXT)
CLUSTER = closed("name", name=TEXT, namespace=TEXT)
QUANTITY: Schema = {"anyOf": [NUMBER, {"type": "string", "pattern": r"^\d+(\.\d+)?(m|[KMGT]i?)?$"}]}
AMOUNTS = {"type": "object", "additionalProperties": QUANTITY}
RESOURCES = closed(requests=AMOUNTS, limits=AMOUNTS)
PATTERN: Schema = {"type": "string", "format": "regex"}

RABBITMQ = {
    "RabbitmqCluster": closed(
        replicas=NUMBER,
        image=TEXT,
        persistence=closed(storage=QUANTITY, storageClassName=TEXT),
        resources=RESOURCES,
        affinity=NATIVE,
        tolerations=many(NATIVE),
        terminationGracePeriodSeconds=NUMBER,
        rabbitmq=closed(additionalConfig=TEXT, advancedConfig=TEXT, additionalPlugins=many(TEXT)),
        tls=closed(secretName=TEXT, caSecretName=TEXT, disableNonTLSListeners=FLAG),
        override=closed(statefulSet=closed("spec", spec=NATIVE), service=NATIVE),
    ),
    "User": closed(
        "rabbitmqClusterReference",
        rabbitmqClusterReference=CLUSTER,
        importCredentialsSecret=NAMED,
        tags=many(one_of("management", "policymaker", "monitoring", "administrator")),
        limits=closed(connections=NUMBER, channels=NUMBER),
    ),
    "Permission": closed(
        "rabbitmqClusterReference vhost permissions userReference",
        rabbitmqClusterReference=CLUSTER,
        vhost=TEXT,
        userReference=NAMED,
        permissions=closed(configure=PATTERN, write=PATTERN, read=PATTERN),
    ),
    "TopicPermission": closed(
        "rabbitmqClusterReference vhost permissions userReference",
        rabbitmqClusterReference=CLUSTER,
        vhost=TEXT,
        userReference=NAMED,
        permissions=closed("exchange", exchange=TEXT, write=PATTERN, read=PATTERN),
    ),
    "Policy": closed(
        "rabbitmqClusterReference name pattern definition",
        rabbitmqClusterReference=CLUSTER,
        name=TEXT,
        vhost=TEXT,
        pattern=PATTERN,
        applyTo=one_of("queues", "classic_queues", "quorum_queues", "streams", "exchanges", "all"),
        priority=NUMBER,
        definition=NATIVE,
    ),
}

ROLE = closed("name db", name=TEXT, db=TEXT)
MONGODB = {
    "MongoDBCommunity": closed(
        "type version security users",
        type=one_of("ReplicaSet"),
        members=NUMBER,
        arbiters=NUMBER,
        version=TEXT,
        featureCompatibilityVersion=TEXT,
        security=closed(
            authentication=closed(
                "modes",
                modes=many(one_of("SCRAM", "SCRAM-SHA-256", "SCRAM-SHA-1", "X509")),
                ignoreUnknownUsers=FLAG,
            ),
            roles=many(NATIVE),
            tls=closed(
                "enabled",
                enabled=FLAG,
                optional=FLAG,
                certificateKeySecretRef=NAMED,
                caCertificateSecretRef=NAMED,
            ),
        ),
        users=many(
            closed(
                "name passwordSecretRef roles scramCredentialsSecretName",
                name=TEXT,
                db=TEXT,
                passwordSecretRef=closed("name", name=TEXT, key=TEXT),
                roles=many(ROLE),
                scramCredentialsSecretName=TEXT,
            )
        ),
        additionalMongodConfig=NATIVE,
        statefulSet=closed("spec", spec=NATIVE),
    )
}

TRIGGER = closed(
    "type metadata",
    type=TEXT,
    name=TEXT,
    metadata={"type": "object", "additionalProperties": {"type": "string"}},
    metricType=one_of("AverageValue", "Value", "Utilization"),
    useCachedMetrics=FLAG,
    authenticationRef=closed("name", name=TEXT, kind=TEXT),
)
KEDA = {
    "ScaledObject": closed(
        "scaleTargetRef triggers",
        scaleTargetRef=closed("name", name=TEXT, kind=TEXT, apiVersion=TEXT),
        minReplicaCount=NUMBER,
        maxReplicaCount=NUMBER,
        idleReplicaCount=NUMBER,
        pollingInterval=NUMBER,
        cooldownPeriod=NUMBER,
        fallback=closed("failureThreshold replicas", failureThreshold=NUMBER, replicas=NUMBER),
        advanced=closed(
            restoreToOriginalReplicaCount=FLAG,
            horizontalPodAutoscalerConfig=closed(name=TEXT, behavior=NATIVE),
        ),
        triggers=many(TRIGGER),
    ),
    "TriggerAuthentication": closed(
        secretTargetRef=many(closed("parameter name key", parameter=TEXT, name=TEXT, key=TEXT)),
    ),
}

DURATION: Schema = {"type": "string", "pattern": r"^(\d+(ms|s|m|h|d))+$"}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
MONITORING = {
    "ServiceMonitor": closed(
        "selector endpoints",
        selector=closed("matchLabels", matchLabels=TEXTS),
        endpoints=many(
            closed(
                "port path",
                port=TEXT,
                path=TEXT,
                interval=DURATION,
                relabelings=many(
                    closed("targetLabel replacement", targetLabel=TEXT, replacement=TEXT)
                ),
                metricRelabelings=many(
                    closed(
                        "sourceLabels regex action",
                        sourceLabels=many(TEXT),
                        regex=PATTERN,
                        action=one_of("drop", "keep"),
                    )
                ),
                params={"type": "object", "additionalProperties": many(TEXT)},
            )
        ),
    ),
    "PrometheusRule": closed(
        "groups",
        groups=many(
            closed(
                "name rules",
                name=TEXT,
                rules=many(
                    closed(
                        "alert expr labels annotations",
                        **{"alert": TEXT, "expr": TEXT, "for": DURATION},
                        labels=TEXTS,
                        annotations=TEXTS,
                    )
                ),
            )
        ),
    ),
}

SPECS: dict[str, dict[str, Schema]] = {
    "rabbitmq.com/v1beta1": RABBITMQ,
    "mongodbcommunity.mongodb.com/v1": MONGODB,
    "keda.sh/v1alpha1": KEDA,
    "monitoring.coreos.com/v1": MONITORING,
}


def schema(api_version: str, kind: str) -> Schema:
    """That of a whole resource."""
    return closed(
        "apiVersion kind metadata spec",
        apiVersion={"const": api_version},
        kind={"const": kind},
        metadata=closed("name namespace", name=TEXT, namespace=TEXT, labels=NATIVE),
        spec=SPECS[api_version][kind],
    )
