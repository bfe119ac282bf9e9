"""The stack as CloudFormation sees it: template.yaml through the SAM transform, then every intrinsic function evaluated.

What the linters check is the template's form. This gives a test the meaning: which principal, which ARN, which value, for
a given region, account and set of parameters.
"""

import copy
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATE = REPOSITORY / "template.yaml"

# Made up, as is everything that stands for a deployed stack here.
ACCOUNT = "123456789012"
STACK_NAME = "lectures"
STACK_GUID = "5b1c8a10-3f0e-11f0-9c5d-0e1f2a3b4c5d"

# The parameters that have no default.
REQUIRED_PARAMETERS = {
    "JwtIssuer": "https://issuer.example.com",
    "JwtAudience": "web,mobile",
    "TokenUse": "access",
}

NO_VALUE = object()


class TemplateError(Exception):
    """The template asks CloudFormation for something that is not there."""


def parsed_template(path: Path = TEMPLATE) -> dict:
    """The template as SAM reads it: YAML with the short forms of the intrinsic functions written out."""
    return yaml_parse(path.read_text())


def partition_of(region: str) -> str:
    """The partition, the first part of every ARN, that a region belongs to."""
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


@dataclass
class DeployedStack:
    """One deployment: resources, outputs and rules with every intrinsic function evaluated.

    A reference to a resource becomes `<LogicalId>`, an attribute of one `<LogicalId.Attribute>`; of a layer's ARN only the
    version number is replaced so.
    """

    source: dict
    region: str
    parameters: dict
    transformed: dict
    resources: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)

    def of_type(self, resource_type: str) -> dict:
        """The resources of a type that this deployment makes, by logical id."""
        return {name: body for name, body in self.resources.items() if body["Type"] == resource_type}

    def properties(self, logical_id: str) -> dict:
        """A resource's properties; none for a resource that is not there."""
        return self.resources.get(logical_id, {}).get("Properties", {})


def deploy(template: dict, region: str = "us-east-1", content: dict | None = None, **parameters: str) -> DeployedStack:
    """Deploys a parsed template on paper. `content` names other package contents than `first`, by logical id."""
    source = copy.deepcopy(template)
    packaged = copy.deepcopy(template)
    for logical_id, property_name in (("GatewayFunction", "CodeUri"), ("PolicyLayer", "ContentUri")):
        resource = packaged["Resources"].get(logical_id, {})
        if property_name in resource.get("Properties", {}):
            # As `sam deploy` does: a folder becomes an object whose name is its content's hash.
            key = (content or {}).get(logical_id, "first")
            resource["Properties"][property_name] = f"s3://packages/{logical_id}-{key}"
    given = REQUIRED_PARAMETERS | parameters
    unknown = given.keys() - template.get("Parameters", {}).keys()
    if unknown:
        raise TemplateError(f"no such parameters: {sorted(unknown)}")
    transformed = Translator(None, Parser(), boto_session=boto3.Session(region_name=region)).translate(
        packaged, dict(given)
    )
    values = _parameter_values(template, given)
    stack = DeployedStack(source, region, values, transformed)
    evaluator = Evaluator(stack)
    for logical_id, body in transformed["Resources"].items():
        if "Condition" in body and not evaluator.condition(body["Condition"]):
            continue
        stack.resources[logical_id] = evaluator.value(body)
    stack.outputs = {name: evaluator.value(body)["Value"] for name, body in transformed.get("Outputs", {}).items()}
    return stack


def refused_by_rules(stack: DeployedStack) -> list[str]:
    """The messages of the template's rules that this deployment breaks."""
    evaluator = Evaluator(stack)
    return [
        assertion["AssertDescription"]
        for rule in stack.source.get("Rules", {}).values()
        if "RuleCondition" not in rule or evaluator.boolean(rule["RuleCondition"])
        for assertion in rule["Assertions"]
        if not evaluator.boolean(assertion["Assert"])
    ]


def published_version(stack: DeployedStack) -> tuple[str, str]:
    """What makes a version another one: CloudFormation replaces it when its name or any of its properties changes."""
    ((logical_id, version),) = stack.of_type("AWS::Lambda::Version").items()
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
            raise TemplateError(f"parameter {name}: {value!r} is none of {allowed}")
        if parameter["Type"] == "CommaDelimitedList":
            value = [part.strip() for part in str(value).split(",")]
        values[name] = value
    return values


class Evaluator:
    """CloudFormation's intrinsic functions, as far as this template uses them; any other is an error."""

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
        """The node with every function in it evaluated, and without the members that come to `AWS::NoValue`."""
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
        if name not in self.stack.transformed["Resources"]:
            raise TemplateError(f"nothing is called {name}")
        resource = self.stack.transformed["Resources"][name]
        if resource["Type"] == "AWS::Lambda::LayerVersion":
            # The one kind of resource whose reference this template takes apart.
            layer = self.value(resource["Properties"]["LayerName"])
            return f"arn:{partition_of(self.stack.region)}:lambda:{self.stack.region}:{ACCOUNT}:layer:{layer}:<{name}>"
        return f"<{name}>"

    def attribute(self, logical_id: str, attribute: str) -> str:
        if logical_id not in self.stack.transformed["Resources"]:
            raise TemplateError(f"no resource is called {logical_id}")
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
        raise TemplateError(f"{name} is not evaluated here")

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
            raise TemplateError(f"no condition is called {name}")
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
        raise TemplateError(f"{name} is not evaluated here")
