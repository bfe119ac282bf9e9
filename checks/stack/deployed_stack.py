"""The stack as CloudFormation deploys it: template.yaml after the SAM transform, with intrinsic functions evaluated.

Linters check the template's form. This module gives tests its meaning: the principals, ARNs and values for a region, an
account and a set of parameters.
"""

import copy
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATE = REPOSITORY / "template.yaml"

# Made-up values of a deployed stack.
ACCOUNT = "123456789012"
STACK_NAME = "lectures"
STACK_GUID = "5b1c8a10-3f0e-11f0-9c5d-0e1f2a3b4c5d"

# The parameters without a default.
REQUIRED_PARAMETERS = {
    "JwtIssuer": "https://issuer.example.com",
    "JwtAudience": "web,mobile",
    "TokenUse": "access",
}

NO_VALUE = object()


class TemplateError(Exception):
    """The template or a parameter is invalid for CloudFormation."""


def parsed_template(path: Path = TEMPLATE) -> dict:
    """Returns the template as SAM parses it, with short forms of intrinsic functions written out. It may be changed."""
    return copy.deepcopy(_parsed(path.read_text()))


@cache
def _session(region: str) -> boto3.Session:
    return boto3.Session(region_name=region)


@cache
def _parsed(text: str) -> dict:
    # Each planted fault begins with the same text, whose parsing took more than half of the time.
    return yaml_parse(text)


def partition_of(region: str) -> str:
    """Returns the partition of a region, the second part of every ARN."""
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


@dataclass
class DeployedStack:
    """One deployment: resources, outputs and rules with every intrinsic function evaluated.

    A reference to a resource becomes `<LogicalId>`, a resource's attribute `<LogicalId.Attribute>`. A layer's ARN has
    such a placeholder for its version number only.
    """

    source: dict
    region: str
    parameters: dict
    transformed: dict
    resources: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)

    @property
    def has_registry(self) -> bool:
        """Whether this deployment has the table for rooms and limits."""
        return self.parameters.get("Registry") == "true"

    def of_type(self, resource_type: str) -> dict:
        """Returns the resources of a type, by logical id."""
        return {name: body for name, body in self.resources.items() if body["Type"] == resource_type}

    def properties(self, logical_id: str) -> dict:
        """Returns a resource's properties; none for a missing resource."""
        return self.resources.get(logical_id, {}).get("Properties", {})


def deploy(template: dict, region: str = "us-east-1", content: dict | None = None, **parameters: str) -> DeployedStack:
    """Evaluates a deployment of a parsed template. `content` names changed packages, by logical id."""
    source = copy.deepcopy(template)
    packaged = copy.deepcopy(template)
    for logical_id, property_name in (
        ("GatewayFunction", "CodeUri"),
        ("NotificationsFunction", "CodeUri"),
        ("PolicyLayer", "ContentUri"),
    ):
        resource = packaged["Resources"].get(logical_id, {})
        if property_name in resource.get("Properties", {}):
            # `sam deploy` replaces a folder by an object that is named by a hash of the content.
            key = (content or {}).get(logical_id, "first")
            resource["Properties"][property_name] = f"s3://packages/{logical_id}-{key}"
    given = REQUIRED_PARAMETERS | parameters
    unknown = given.keys() - template.get("Parameters", {}).keys()
    if unknown:
        raise TemplateError(f"unknown parameters: {sorted(unknown)}")
    transformed = Translator(None, Parser(), boto_session=_session(region)).translate(packaged, dict(given))
    values = _parameter_values(template, given)
    stack = DeployedStack(source, region, values, transformed)
    evaluator = Evaluator(stack)
    for logical_id, body in transformed["Resources"].items():
        if "Condition" in body and not evaluator.condition(body["Condition"]):
            continue
        stack.resources[logical_id] = evaluator.value(body)
    for name, body in transformed.get("Outputs", {}).items():
        if "Condition" not in body or evaluator.condition(body["Condition"]):
            stack.outputs[name] = evaluator.value(body)["Value"]
    return stack


def refused_by_rules(stack: DeployedStack) -> list[str]:
    """Returns the messages of the template's rules that this deployment breaks."""
    evaluator = Evaluator(stack)
    return [
        assertion["AssertDescription"]
        for rule in stack.source.get("Rules", {}).values()
        if "RuleCondition" not in rule or evaluator.boolean(rule["RuleCondition"])
        for assertion in rule["Assertions"]
        if not evaluator.boolean(assertion["Assert"])
    ]


def published_version(stack: DeployedStack, function: str = "GatewayFunction") -> tuple[str, str]:
    """Returns what identifies a function's version: CloudFormation makes a new one when name or properties change."""
    versions = stack.of_type("AWS::Lambda::Version").items()
    ((logical_id, version),) = [item for item in versions if item[0].startswith(f"{function}Version")]
    return logical_id, json.dumps(version["Properties"], sort_keys=True)


def _parameter_values(template: dict, given: dict) -> dict:
    values = {}
    for name, parameter in template.get("Parameters", {}).items():
        if name not in given and "Default" not in parameter:
            raise TemplateError(f"parameter {name} has no value")
        value = given.get(name, parameter.get("Default"))
        pattern = parameter.get("AllowedPattern")
        if pattern and not re.fullmatch(pattern, str(value)):
            raise TemplateError(f"parameter {name}: {value!r} does not match {pattern}")
        if len(str(value)) > parameter.get("MaxLength", 4096):
            raise TemplateError(f"parameter {name}: longer than {parameter['MaxLength']} characters")
        allowed = parameter.get("AllowedValues")
        if allowed and str(value) not in [str(choice) for choice in allowed]:
            raise TemplateError(f"parameter {name}: {value!r} is not one of {allowed}")
        if parameter["Type"] == "CommaDelimitedList":
            value = [part.strip() for part in str(value).split(",")]
        values[name] = value
    return values


class Evaluator:
    """CloudFormation's intrinsic functions, those that this template uses; any other is an error."""

    def __init__(self, stack: DeployedStack):
        self.stack = stack
        self.pseudo_parameters = {
            "AWS::AccountId": ACCOUNT,
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": partition_of(stack.region),
            "AWS::Region": stack.region,
            "AWS::StackId": f"arn:{partition_of(stack.region)}:cloudformation:{stack.region}:{ACCOUNT}:stack/"
            f"{STACK_NAME}/{STACK_GUID}",
            "AWS::StackName": STACK_NAME,
            "AWS::URLSuffix": "amazonaws.com",
        }

    def value(self, node):
        """Evaluates every function in the node, and removes members whose value is `AWS::NoValue`."""
        if isinstance(node, list):
            return [value for value in map(self.value, node) if value is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref":
                return self.reference(argument)
            if name.startswith("Fn::"):
                return self.function(name, argument)
        members = {name: self.value(member) for name, member in node.items()}
        return {name: member for name, member in members.items() if member is not NO_VALUE}

    def reference(self, name: str):
        if name in self.pseudo_parameters:
            return self.pseudo_parameters[name]
        if name in self.stack.parameters:
            return self.stack.parameters[name]
        resource = self.resource(name)
        if resource["Type"] == "AWS::Lambda::LayerVersion":
            # The template splits this reference to get the version number.
            layer = self.value(resource["Properties"]["LayerName"])
            return f"arn:{partition_of(self.stack.region)}:lambda:{self.stack.region}:{ACCOUNT}:layer:{layer}:<{name}>"
        return f"<{name}>"

    def resource(self, logical_id: str) -> dict:
        """Returns what is referred to; CloudFormation refuses a reference to what this deployment does not have."""
        resource = self.stack.transformed["Resources"].get(logical_id)
        if resource is None or ("Condition" in resource and not self.condition(resource["Condition"])):
            raise TemplateError(f"a reference to what is not there: {logical_id}")
        return resource

    def attribute(self, logical_id: str, attribute: str) -> str:
        self.resource(logical_id)
        return f"<{logical_id}.{attribute}>"

    def function(self, name: str, argument):
        if name == "Fn::GetAtt":
            logical_id, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
            return self.attribute(logical_id, attribute)
        if name == "Fn::Sub":
            return self.substitution(argument)
        if name == "Fn::Join":
            separator, parts = argument
            return separator.join(map(str, self.value(parts)))
        if name == "Fn::Split":
            separator, text = argument
            return self.value(text).split(separator)
        if name == "Fn::Select":
            index, values = argument
            return self.value(values)[int(index)]
        if name == "Fn::If":
            condition, then, otherwise = argument
            return self.value(then if self.condition(condition) else otherwise)
        raise TemplateError(f"unsupported function: {name}")

    def substitution(self, argument) -> str:
        text, variables = (argument[0], argument[1]) if isinstance(argument, list) else (argument, {})

        def replace(match: re.Match) -> str:
            name = match.group(1)
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in variables:
                return str(self.value(variables[name]))
            if "." in name:
                return self.attribute(*name.split(".", 1))
            return str(self.reference(name))

        return re.sub(r"\$\{([^}]+)\}", replace, text)

    def condition(self, name: str) -> bool:
        conditions = self.stack.transformed.get("Conditions", {})
        if name not in conditions:
            raise TemplateError(f"unknown condition: {name}")
        return self.boolean(conditions[name])

    def boolean(self, node) -> bool:
        ((name, argument),) = node.items()
        if name == "Condition":
            return self.condition(argument)
        if name == "Fn::Not":
            return not self.boolean(argument[0])
        if name == "Fn::Equals":
            first, second = self.value(argument)
            return str(first) == str(second)
        if name == "Fn::Contains":
            choices, wanted = argument
            return self.value(wanted) in self.value(choices)
        raise TemplateError(f"unsupported function: {name}")
