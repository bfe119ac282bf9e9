"""The function's environment as `sam local` makes it: the template's variables, overridden by events/env.json."""

import json
from pathlib import Path

from processes import REPOSITORY
from samcli.yamlhelper import yaml_parse

BUILD = REPOSITORY / ".aws-sam" / "build"
FUNCTION = "GatewayFunction"
BINARY = BUILD / FUNCTION / "bootstrap"
OVERRIDES = REPOSITORY / "events" / "env.json"


def built_template() -> dict:
    """The template that `sam build` wrote: with the paths of what it built."""
    return yaml_parse((BUILD / "template.yaml").read_text())


def overrides() -> dict[str, str]:
    """The variables of the sample environment."""
    return json.loads(OVERRIDES.read_text())[FUNCTION]


def layer_folder() -> Path:
    """The folder that becomes /opt in Lambda."""
    return (BUILD / built_template()["Resources"]["PolicyLayer"]["Properties"]["ContentUri"]).resolve()


def sample_environment(chime_url: str) -> dict[str, str]:
    """What the function finds in its environment under `sam local --env-vars events/env.json`.

    Two values differ, because the emulator here runs without a container: the layer is where it was built, and the
    simulator is on a port of its own.
    """
    declared = built_template()["Resources"][FUNCTION]["Properties"]["Environment"]["Variables"]
    literal = {name: value for name, value in declared.items() if isinstance(value, str)}
    variables = literal | overrides()
    if unresolved := declared.keys() - variables.keys():
        raise ValueError(f"events/env.json leaves to CloudFormation what `sam local` can't know: {sorted(unresolved)}")
    policy = variables["POLICY_FILE"]
    if not policy.startswith("/opt/"):
        raise ValueError(f"POLICY_FILE is {policy}, not in the layer")
    return variables | {
        "POLICY_FILE": str(layer_folder() / policy.removeprefix("/opt/")),
        "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS": chime_url,
    }
