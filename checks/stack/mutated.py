"""Planting a fault in the template, and what the checks say of it."""

import copy

from deployed_stack import TemplateError, deploy, parsed_template
from samtranslator.model.exceptions import InvalidDocumentException
from stack_faults import faults


def messages_about(change, settings, **deployment: str) -> list[str]:
    """Returns the faults of the template after a change of its resources, deployed with these parameters."""
    template = parsed_template()
    untouched = copy.deepcopy(template)
    change(template["Resources"])
    assert template != untouched, "the mutation changes nothing"
    try:
        return faults(deploy(template, **deployment), settings)
    except (TemplateError, InvalidDocumentException) as error:
        return [str(error), *map(str, getattr(error, "causes", []))]


def function(resources: dict) -> dict:
    """Returns the function's properties."""
    return resources["GatewayFunction"]["Properties"]


def document(resources: dict) -> dict:
    """Returns the API's OpenAPI document."""
    return resources["GatewayApi"]["Properties"]["DefinitionBody"]


def statement(resources: dict, action: str) -> dict:
    """Returns the statement of the function's role that allows an action."""
    policies = resources["GatewayRole"]["Properties"]["Policies"]
    (found,) = [s for p in policies for s in p["PolicyDocument"]["Statement"] if action in s["Action"]]
    return found
