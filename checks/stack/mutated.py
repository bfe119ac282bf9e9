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


def registration(mutations: dict):
    """Returns a decorator that registers a change of the resources under a name."""

    def mutation(name: str, found: str, **deployment: str):
        """Names a change, a part of the expected message, and the parameters of the deployment."""

        def register(change):
            assert name not in mutations, name
            mutations[name] = (change, found, deployment)
            return change

        return register

    return mutation


def function(resources: dict) -> dict:
    """Returns the gateway function's properties."""
    return resources["GatewayFunction"]["Properties"]


def without_alarm(resources: dict, name: str) -> None:
    """Removes an alarm, and what refers to it."""
    del resources[name]
    body = resources["MeetingDashboard"]["Properties"]["DashboardBody"]
    body["Fn::Sub"][0] = body["Fn::Sub"][0].replace(f"${{{name}.Arn}}", "removed")
    for resource in resources.values():
        preference = resource.get("Properties", {}).get("DeploymentPreference", {"Alarms": []})
        preference["Alarms"] = [alarm for alarm in preference["Alarms"] if alarm != {"Ref": name}]


def document(resources: dict) -> dict:
    """Returns the API's OpenAPI document."""
    return resources["GatewayApi"]["Properties"]["DefinitionBody"]


def statement(resources: dict, action: str) -> dict:
    """Returns the statement of the gateway's role that allows an action."""
    (found,) = [s for s in statements(resources, "GatewayRole") if action in s["Action"]]
    return found


def statements(resources: dict, role: str) -> list[dict]:
    """Returns the statements of a role, those under a condition too."""
    policies = [policy.get("Fn::If", [None, policy])[1] for policy in resources[role]["Properties"]["Policies"]]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
