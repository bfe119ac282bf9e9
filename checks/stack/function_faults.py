"""What must hold for each function of the stack."""

from deployed_stack import DeployedStack
from differences import differs


def function_faults(stack: DeployedStack, name: str, log_group: str, binary: str, **own: object) -> list[str]:
    """Finds faults of a function: of what all have in common, and of its own properties."""
    function = stack.properties(name)
    expected = {
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Architectures": [stack.parameters["Architecture"]],
        "MemorySize": stack.parameters["MemorySize"],
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {
            "LogGroup": f"<{log_group}>",
            "LogFormat": "JSON",
            "ApplicationLogLevel": stack.parameters["LogLevel"],
            "SystemLogLevel": "INFO",
        },
    }
    found = []
    for property_name, value in (expected | own).items():
        found += differs(f"{name}: {property_name}", function.get(property_name), value)
    metadata = stack.source["Resources"].get(name, {}).get("Metadata", {})
    build = {member: metadata.get(member) for member in ("BuildMethod", "BuildProperties")}
    expected_build = {"BuildMethod": "rust-cargolambda", "BuildProperties": {"Binary": binary}}
    return found + differs(f"{name}: how it is built", build, expected_build)
