"""The deployed stack: its parameters, outputs and resources, and whether its parts are as in template.yaml."""

from dataclasses import dataclass

from smoke.aws import Aws, AwsError

# The properties of NotificationsMapping in template.yaml, as Lambda returns them.
MAPPING = {
    "State": "Enabled",
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "BatchSize": 10,
    "MaximumBatchingWindowInSeconds": 5,
    "ScalingConfig": {"MaximumConcurrency": 5},
}


@dataclass(frozen=True)
class Stack:
    """A deployed stack."""

    name: str
    parameters: dict[str, str]
    outputs: dict[str, str]
    # Type and name of each resource, by logical id.
    resources: dict[str, tuple[str, str]]

    @property
    def reads_its_queue(self) -> bool:
        """Whether the stack's own function reads the queue."""
        return self.parameters["QueueIsConsumed"] == "false"

    @property
    def has_registry(self) -> bool:
        """Whether the stack has the table for rooms and limits."""
        return self.parameters["Registry"] == "true"

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Returns an ARN in the stack's partition, account and region."""
        # The queue's ARN has all three.
        _, partition, _, own_region, account, _ = self.outputs["MeetingEventsQueueArn"].split(":")
        return f"arn:{partition}:{service}:{own_region if region is None else region}:{account}:{resource}"


def described(aws: Aws, name: str) -> Stack:
    """Reads the stack from CloudFormation."""
    stack = aws.must("cloudformation", "describe-stacks", "--stack-name", name)["Stacks"][0]
    listed = aws.must("cloudformation", "list-stack-resources", "--stack-name", name)["StackResourceSummaries"]
    return Stack(
        name,
        {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]},
        {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]},
        {item["LogicalResourceId"]: (item["ResourceType"], item["PhysicalResourceId"]) for item in listed},
    )


def check_mapping(aws: Aws, stack: Stack) -> list[str]:
    """Finds faults of what invokes functions with the queue's messages."""
    queue = stack.outputs["MeetingEventsQueueArn"]
    alias = stack.arn("lambda", f"function:{stack.outputs['NotificationsFunctionName']}:live")
    try:
        mappings = aws.ask("lambda", "list-event-source-mappings", "--event-source-arn", queue)["EventSourceMappings"]
    except AwsError as error:
        return [str(error)]
    own = [mapping for mapping in mappings if mapping["FunctionArn"] == alias]
    if stack.reads_its_queue:
        faults = _of_own_mapping(alias, own)
        others = [mapping["FunctionArn"] for mapping in mappings if mapping["FunctionArn"] != alias]
        faults += [f"{other} takes messages of the queue from the stack's function" for other in others]
    else:
        faults = [f"QueueIsConsumed is `true`, but {alias} reads the queue as well" for _ in own]
    print(f"checked  what reads the queue: {len(mappings)} mapping(s), {len(faults)} fault(s)")
    return faults


def _of_own_mapping(alias: str, own: list[dict]) -> list[str]:
    if len(own) != 1:
        return [f"{len(own)} mappings invoke {alias} with the queue's messages, not 1"]
    (mapping,) = own
    return [
        f"the mapping {mapping['UUID']}: {name} is {mapping.get(name)}, not {expected}"
        + (f": {mapping['StateTransitionReason']}" if name == "State" and "StateTransitionReason" in mapping else "")
        for name, expected in MAPPING.items()
        if mapping.get(name) != expected
    ]


def check_bus(aws: Aws, stack: Stack) -> list[str]:
    """Finds out whether the event bus exists. EventBridge accepts events for a missing one and drops them."""
    bus = stack.parameters["EventBusName"]
    if not bus:
        return []
    try:
        aws.ask("events", "describe-event-bus", "--name", bus)
    except AwsError as error:
        return [f"the event bus {bus} can't be found, and EventBridge drops events for a missing one: {error}"]
    print(f"checked  the event bus {bus}: it exists")
    return []
