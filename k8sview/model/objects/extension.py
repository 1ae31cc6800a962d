"""How the API is extended: CRDs (without their schemas), APIServices, admission webhooks; endpoint slices, leases."""

from __future__ import annotations

from typing import Any

from msgspec import field

from k8sview.model.objects.meta import Condition, LabelSelector, ObjectMeta, ObjectReference, Struct


class ServiceReference(Struct, frozen=True):
    namespace: str = ""
    name: str = ""
    path: str | None = None
    port: int | None = None


class WebhookClientConfig(Struct, frozen=True):
    service: ServiceReference | None = None
    url: str | None = None
    ca_bundle: str | None = None  # base64 PEM


class PrinterColumn(Struct, frozen=True):
    name: str = ""
    type: str = "string"
    json_path: str = field(name="jsonPath", default="")
    priority: int = 0
    description: str = ""


class CustomResourceDefinitionVersion(Struct, frozen=True):
    """One version; its schema (often megabytes) is skipped while decoding."""

    name: str = ""
    served: bool = False
    storage: bool = False
    deprecated: bool = False
    additional_printer_columns: tuple[PrinterColumn, ...] = ()


class CustomResourceDefinitionNames(Struct, frozen=True):
    plural: str = ""
    singular: str = ""
    kind: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class ConversionWebhook(Struct, frozen=True):
    client_config: WebhookClientConfig | None = None


class CustomResourceConversion(Struct, frozen=True):
    strategy: str = "None"
    webhook: ConversionWebhook | None = None


class CustomResourceDefinitionSpec(Struct, frozen=True):
    group: str = ""
    scope: str = ""
    names: CustomResourceDefinitionNames = CustomResourceDefinitionNames()
    versions: tuple[CustomResourceDefinitionVersion, ...] = ()
    conversion: CustomResourceConversion | None = None


class CustomResourceDefinitionStatus(Struct, frozen=True):
    conditions: tuple[Condition, ...] = ()
    stored_versions: tuple[str, ...] = ()


class CustomResourceDefinition(Struct, frozen=True):
    metadata: ObjectMeta
    spec: CustomResourceDefinitionSpec = CustomResourceDefinitionSpec()
    status: CustomResourceDefinitionStatus = CustomResourceDefinitionStatus()


class APIServiceSpec(Struct, frozen=True):
    group: str = ""
    version: str = ""
    service: ServiceReference | None = None  # null: served by this API server itself
    ca_bundle: str | None = None
    insecure_skip_tls_verify: bool = field(name="insecureSkipTLSVerify", default=False)


class APIServiceStatus(Struct, frozen=True):
    conditions: tuple[Condition, ...] = ()


class APIService(Struct, frozen=True):
    metadata: ObjectMeta
    spec: APIServiceSpec = APIServiceSpec()
    status: APIServiceStatus = APIServiceStatus()


class RuleWithOperations(Struct, frozen=True):
    operations: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    api_versions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    scope: str | None = None


class Webhook(Struct, frozen=True):
    name: str = ""
    client_config: WebhookClientConfig = WebhookClientConfig()
    rules: tuple[RuleWithOperations, ...] = ()
    failure_policy: str = "Fail"
    timeout_seconds: int = 10
    namespace_selector: LabelSelector | None = None
    object_selector: LabelSelector | None = None
    match_conditions: tuple[dict[str, Any], ...] = ()


class WebhookConfiguration(Struct, frozen=True):
    """Validating and mutating configurations share all that is judged."""

    metadata: ObjectMeta
    webhooks: tuple[Webhook, ...] = ()


class EndpointConditions(Struct, frozen=True):
    ready: bool | None = None  # null means ready (discovery.k8s.io/v1)
    serving: bool | None = None
    terminating: bool | None = None


class Endpoint(Struct, frozen=True):
    addresses: tuple[str, ...] = ()
    conditions: EndpointConditions = EndpointConditions()
    target_ref: ObjectReference | None = None
    node_name: str | None = None
    zone: str | None = None

    @property
    def ready(self) -> bool:
        return self.conditions.ready is not False


class EndpointPort(Struct, frozen=True):
    name: str | None = None
    port: int | None = None
    protocol: str | None = None


class EndpointSlice(Struct, frozen=True):
    """``kubernetes.io/service-name`` among its labels names the Service."""

    metadata: ObjectMeta
    address_type: str = ""
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


class LeaseSpec(Struct, frozen=True):
    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    renew_time: str | None = None


class Lease(Struct, frozen=True):
    metadata: ObjectMeta
    spec: LeaseSpec = LeaseSpec()
