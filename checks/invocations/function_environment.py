"""The functions' environment as `sam local` sets it: the template's variables, overridden by events/env.json."""

import json
from pathlib import Path

from processes import REPOSITORY, LocalServices
from samcli.yamlhelper import yaml_parse

BUILD = REPOSITORY / ".aws-sam" / "build"
FUNCTION = "GatewayFunction"
NOTIFICATIONS = "NotificationsFunction"
BINARY = BUILD / FUNCTION / "bootstrap"
OVERRIDES = REPOSITORY / "events" / "env.json"


def built_template() -> dict:
    """Reads the template that `sam build` wrote, with the paths of its results."""
    return yaml_parse((BUILD / "template.yaml").read_text())


def overrides(function: str = FUNCTION) -> dict[str, str]:
    """Reads a function's variables in events/env.json."""
    return json.loads(OVERRIDES.read_text())[function]


def declared_variables(function: str) -> dict:
    """Reads the variables that the built template gives a function, among them values that are still to be resolved."""
    return built_template()["Resources"][function]["Properties"]["Environment"]["Variables"]


def layer_folder() -> Path:
    """Returns the folder that becomes /opt in Lambda."""
    return (BUILD / built_template()["Resources"]["PolicyLayer"]["Properties"]["ContentUri"]).resolve()


def sample_environment(services: LocalServices) -> dict[str, str]:
    """Returns the function's environment under `sam local --env-vars events/env.json`.

    The layer's folder and the services' addresses differ, because the emulator runs without a container here.
    """
    declared = declared_variables(FUNCTION)
    literal = {name: value for name, value in declared.items() if isinstance(value, str)}
    variables = literal | overrides()
    if unresolved := declared.keys() - variables.keys():
        raise ValueError(
            f"events/env.json has no value for {sorted(unresolved)}, which only CloudFormation can resolve"
        )
    policy = variables["POLICY_FILE"]
    if not policy.startswith("/opt/"):
        raise ValueError(f"POLICY_FILE is {policy}, which is not in the layer")
    return variables | {
        "POLICY_FILE": str(layer_folder() / policy.removeprefix("/opt/")),
        "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS": services.chime_url,
        "AWS_ENDPOINT_URL_DYNAMODB": services.registry_url,
    }
