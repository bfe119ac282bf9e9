"""The registry's table in a stand-in for DynamoDB, as template.yaml has it."""

from typing import Any

from template_values import properties

TABLE = "registry"


def create_registry_table(dynamodb: Any, name: str = TABLE) -> str:
    """Creates the table with the template's keys and its TTL attribute; returns the name."""
    template = properties("RegistryTable")
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=template["AttributeDefinitions"],
        KeySchema=template["KeySchema"],
        BillingMode=template["BillingMode"],
    )
    dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=template["TimeToLiveSpecification"])
    return name
