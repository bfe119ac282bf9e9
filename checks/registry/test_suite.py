"""The suite of the gateway's registry (tests/registry) passes on DynamoDBs of others, as it does on `local`'s."""

import os
import subprocess

from processes import REPOSITORY


def test_the_registrys_own_suite_passes(endpoint):
    # Of the whole workspace, as in every step, so that cargo compiles nothing anew.
    command = ["cargo", "test", "--quiet", "--workspace", "--test", "registry"]
    done = subprocess.run(command, cwd=REPOSITORY, env=os.environ | {"REGISTRY_ENDPOINT": endpoint}, check=False)
    assert done.returncode == 0
