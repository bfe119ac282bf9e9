"""`sam local invoke` of sample events, where a container engine answers and the runtime's image is available.

Exit status 75 (EX_TEMPFAIL of sysexits.h) means that it did not run; the last line of the output says why.
"""

import ipaddress
import json
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from function_environment import FUNCTION, NOTIFICATIONS, overrides
from processes import REPOSITORY, LocalServices

NOT_RUN = 75
# The image in which SAM runs the runtime provided.al2023.
IMAGE = "public.ecr.aws/lambda/provided:al2023"
# One event that reaches Chime, and one that is refused.
SAMPLES = ["http-api-create.json", "http-api-unknown-tenant.json"]
# A batch of messages that is no event in part.
BATCH = "sqs-poisoned.json"
EXPECTED = json.loads(Path(__file__).with_name("expected.json").read_text())


def docker(*arguments: str, seconds: float = 30) -> str | None:
    """Runs `docker` and returns its output; None when it fails or is missing."""
    try:
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def bridge_address() -> str | None:
    """Returns this machine's address on the engine's default bridge, which containers can reach."""
    described = docker("network", "inspect", "bridge")
    for configuration in json.loads(described)[0]["IPAM"]["Config"] if described else []:
        # Engines before 24 name the gateway only when it was set by hand; otherwise it is the subnet's first address.
        network = ipaddress.ip_network(configuration["Subnet"])
        return configuration.get("Gateway") or str(next(network.hosts()))
    return None


def is_local_address(host: str) -> bool:
    """Whether this machine can listen there. It can't when the engine runs in a virtual machine."""
    with socket.socket() as listener:
        try:
            listener.bind((host, 0))
        except OSError:
            return False
    return True


def invoke(event: str, environment: Path, function: str = FUNCTION) -> dict:
    """Returns a function's answer to a sample event. `sam local invoke` exits 0 whatever the answer is."""
    command = ["sam", "local", "invoke", function, "--event", f"events/{event}", "--env-vars", environment]
    done = subprocess.run(
        [*command, "--skip-pull-image"], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, timeout=300, check=False
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        sys.exit(f"sam local invoke of {event} did not print JSON: {done.stdout!r}")


def main() -> int:
    if docker("info") is None:
        print("no container engine answers")
        return NOT_RUN
    if docker("image", "inspect", IMAGE) is None and docker("pull", IMAGE, seconds=300) is None:
        print(f"the image {IMAGE} is missing and can't be pulled")
        return NOT_RUN
    host = bridge_address()
    if host is None or not is_local_address(host):
        print("containers can't reach a simulator on this machine")
        return NOT_RUN
    with LocalServices(bind=host) as services, tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "env.json"
        variables = overrides() | {
            "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS": services.chime_url,
            "AWS_ENDPOINT_URL_DYNAMODB": services.registry_url,
        }
        environment.write_text(json.dumps({FUNCTION: variables, NOTIFICATIONS: overrides(NOTIFICATIONS)}))
        for event in SAMPLES:
            services.reset()
            answer = invoke(event, environment)
            expected = EXPECTED[event]["status"]
            if answer.get("statusCode") != expected:
                sys.exit(f"{event}: expected status {expected}, got {answer}")
            if len(services.meetings()) != (expected == 201):
                sys.exit(f"{event}: the simulator has {len(services.meetings())} meetings after status {expected}")
            print(f"{event}: {expected}, as expected")
        answer = invoke(BATCH, environment, NOTIFICATIONS)
        expected = len(json.loads(Path(__file__).with_name("expected_batches.json").read_text())[BATCH]["failed"])
        if len(answer.get("batchItemFailures", [])) != expected:
            sys.exit(f"{BATCH}: expected {expected} failures, got {answer}")
        print(f"{BATCH}: {expected} failures, as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
