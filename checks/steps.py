"""The steps that `checks/run` lists."""

import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from commands import (
    CHECKS,
    REPOSITORY,
    TOOLS,
    StepFailedError,
    StepNotRunError,
    pytest,
    python,
    run,
    run_where_possible,
)
from tools import CARGO_FUZZ, CARGO_MUTANTS, install_cargo_tool

DEBUG = REPOSITORY / "target" / "debug"
LOCAL = DEBUG / "local"


# ---- code and configuration ------------------------------------------------------------------------------------------


def check_format() -> None:
    run("cargo", "fmt", "--all", "--", "--check")


def check_lints() -> None:
    run("cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings")


def check_documentation() -> None:
    run("cargo", "doc", "--workspace", "--no-deps", "--document-private-items", RUSTDOCFLAGS="-D warnings")


def check_python() -> None:
    ruff = ("ruff", "--config", CHECKS / "ruff.toml")
    # ruff finds files without the suffix .py only by name.
    files = (".", "checks/run", "smoke-test")
    run(*ruff, "check", *files)
    run(*ruff, "format", "--check", *files)


def check_javascript() -> None:
    biome = CHECKS / "frontend" / "node_modules" / ".bin" / "biome"
    run(biome, "ci", "--error-on-warnings", ".", "../benches/node", "../local/playground", folder=CHECKS)


def check_vendored() -> None:
    run("node", "--test", "--test-reporter=spec", CHECKS / "vendored" / "vendored.test.mjs")


def check_workflows() -> None:
    workflows = sorted((REPOSITORY / ".github" / "workflows").iterdir())
    run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    # The schema of workflows does not ask for a time limit.
    run("check-jsonschema", "--builtin-schema", "custom.github-workflows-require-timeout", *workflows)
    run("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")
    run("zizmor", "--offline", "--quiet", "--no-progress", ".github")


# ---- the gateway and its dependencies --------------------------------------------------------------------------------


def run_tests() -> None:
    build_programs()
    waiting = ["wire", "local"]
    others = [f"--test={name}" for name in test_targets() if name not in waiting]
    # Each of the whole workspace, so that cargo compiles nothing anew. Those that wait run beside those that compute.
    selections = [["--test=wire"], ["--test=local"], ["--lib", "--bins", *others], ["--doc"]]
    with ThreadPoolExecutor(max_workers=len(selections)) as pool:
        # The program makes rustdoc compare the error codes of the doctests that must not compile.
        test = ("cargo", "test", "--workspace")
        runs = [pool.submit(run, *test, *selection, RUSTDOC=str(CHECKS / "rustdoc")) for selection in selections]
    for done in runs:
        done.result()


def test_targets() -> set[str]:
    """The integration tests of all packages, by their names."""
    command = ["cargo", "metadata", "--no-deps", "--format-version=1"]
    metadata = json.loads(subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True).stdout)
    targets = [target for package in metadata["packages"] for target in package["targets"]]
    return {target["name"] for target in targets if "test" in target["kind"]}


def check_layout() -> None:
    pytest(CHECKS / "layout")


def check_dependencies() -> None:
    # Advisories are a step of their own: their database is not reachable everywhere.
    deny = TOOLS / "cargo" / "bin" / "cargo-deny"
    run(deny, "--workspace", "check", "licenses", "sources")
    # Two versions of a crate cost size and start-up where the gateway is deployed; `local` may have them.
    run(deny, "--exclude", "local", "check", "bans")
    compare_crates_with_the_page()
    pytest(CHECKS / "dependencies")


def compare_crates_with_the_page() -> None:
    """Fails when ARCHITECTURE.md names other crates than those that are deployed."""
    selection = [
        "--edges",
        "normal,no-proc-macro",
        "--package",
        "meeting-gateway",
        "--target",
        "x86_64-unknown-linux-gnu",
    ]
    command = ["cargo", "tree", *selection, "--prefix", "none", "--format", "{p}"]
    tree = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    # A package of this repository has its folder behind its version.
    deployed = {line.split()[0] for line in tree.splitlines() if "(/" not in line}
    _, _, rest = (REPOSITORY / "ARCHITECTURE.md").read_text().partition("holds this list against")
    rows = [line.split("|")[2] for line in rest.partition("<!-- end")[0].splitlines() if line.count("|") == 3]
    named = {name.strip() for row in rows[2:] for name in row.split(",")}
    if deployed != named:
        message = f"ARCHITECTURE.md lacks {sorted(deployed - named)} and should not have {sorted(named - deployed)}"
        raise StepFailedError(message)


def check_advisories() -> None:
    # Only what is deployed: `local` and the benchmarks run on developers' machines.
    arguments = [TOOLS / "cargo" / "bin" / "cargo-deny", "--exclude", "local"]
    run_where_possible("advisories", CHECKS / "dependencies" / "advisories.py", *arguments)


# ---- the stack and the built function --------------------------------------------------------------------------------


def check_template() -> None:
    # Only the first runs the transform.
    run("sam", "validate")
    run("sam", "validate", "--lint")
    run("cfn-lint", "--template", "template.yaml")
    run("cfn-lint", "--append-rules", "cfn_lint_serverless.rules", "--template", "template.yaml")
    checkov = TOOLS / "checkov" / "bin" / "checkov"
    run(checkov, "--framework", "cloudformation", "--skip-download", "--compact", "--quiet", "--file", "template.yaml")
    # The tests compare its front and its log lines with the template.
    build_programs()
    pytest(CHECKS / "stack")


def check_build() -> None:
    # SAM's build is the one that is deployed; the steps below use it.
    run("sam", "build")


def build_programs() -> None:
    # Of the whole workspace and with its tests: a part of it would be built with other features of its dependencies, so
    # that each step would compile most of them again.
    run("cargo", "build", "--workspace", "--all-targets")


def check_instructions() -> None:
    if not shutil.which("valgrind"):
        raise StepNotRunError("valgrind is not installed, which counts them")
    # As `sam build` has built the functions, so that of the references only they themselves are compiled.
    run("cargo-lambda", "lambda", "build", "--release", "--package=benchmark-peers", "--package=benchmark-request-line")
    built = REPOSITORY / ".aws-sam" / "build"
    programs = ["--peers", REPOSITORY / "target" / "lambda"]
    for option, function in (("--gateway", "GatewayFunction"), ("--notifications", "NotificationsFunction")):
        programs += [option, built / function / "bootstrap"]
    build_programs()
    run(DEBUG / "benchmark", "check", *programs)


def check_events() -> None:
    pytest(CHECKS / "invocations")


def check_notifications() -> None:
    build_programs()
    pytest(CHECKS / "notifications", environment="notifications")


def check_registry() -> None:
    build_programs()
    pytest(CHECKS / "registry", environment="notifications")


def check_sam_local() -> None:
    run_where_possible("sam local invoke", CHECKS / "invocations" / "sam_local.py")


# ---- against other software ------------------------------------------------------------------------------------------


def check_model() -> None:
    build_programs()
    pytest(CHECKS / "model")


def check_api() -> None:
    build_programs()
    pytest(CHECKS / "api", environment="api")


def check_frontend() -> None:
    build_programs()
    folder = CHECKS / "frontend"
    run("node", folder / "meeting_session.mjs", LOCAL_PROGRAM=str(LOCAL))
    tests = sorted(folder.glob("*.test.mjs")) + sorted(folder.glob("browser/*.test.mjs"))
    run("node", "--test", "--test-reporter=spec", *tests, LOCAL_PROGRAM=str(LOCAL))


def check_playground() -> None:
    build_programs()
    tests = sorted((CHECKS / "frontend" / "playground").glob("*.test.mjs"))
    run("node", "--test", "--test-concurrency=2", "--test-reporter=spec", *tests, LOCAL_PROGRAM=str(LOCAL))


def check_clients() -> None:
    build_programs()
    tests = sorted((CHECKS / "clients").glob("*.test.mjs"))
    # Mostly they wait: for answers that do not come, and as long as a refusal says.
    with ThreadPoolExecutor(max_workers=2) as pool:
        runs = [
            pool.submit(pytest, CHECKS / "clients", "-n4", "--dist=loadfile", environment="clients"),
            pool.submit(
                run,
                *("node", "--test", "--test-concurrency=4", "--test-reporter=spec", *tests),
                LOCAL_PROGRAM=str(LOCAL),
                # It says at each start that the SDK's later versions need a later Node.js.
                AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED="true",
            ),
        ]
    for done in runs:
        done.result()


def check_tokens() -> None:
    compare_tokens(1_000)


def check_many_tokens() -> None:
    compare_tokens(20_000)


def compare_tokens(count: int) -> None:
    """Compares the token verifier with other libraries and issuers; `count` is the number of mutated tokens."""
    build_programs()
    # Ports of its own, and a policy that asks for no group, because one of the issuers has none.
    ports = "--port 3999 --simulator-port 3998 --issuer-port 3997 --registry-port 3996"
    command = f"{LOCAL} {ports} --policy {CHECKS / 'tokens' / 'policy.json'}"
    gateway = ("--gateway", "http://127.0.0.1:3999", "--gateway-command", command)
    for program, *arguments in (
        ("minted_by_libraries.py",),
        ("differential.py", str(count)),
        ("issuer_moto_cognito.py", *gateway),
        ("issuer_oidc_provider.py", *gateway),
    ):
        python(CHECKS / "tokens" / program, *arguments, environment="tokens")


# ---- the deep tier ---------------------------------------------------------------------------------------------------


def check_deadline() -> None:
    run("cargo", "test", "--package", "gateway-tests", "--test", "wire", "--", "--ignored", "time::")


def check_walks() -> None:
    gateway = str(build_release_gateway())
    tests = ("--package", "gateway-tests", "--test", "wire")
    run("cargo", "test", *tests, "--", "--ignored", "who_owns_what::", GATEWAY_BINARY=gateway)


def check_minute() -> None:
    run("cargo", "test", "--package", "gateway-tests", "--test", "wire", "--", "--ignored", "calls::")


def check_panic() -> None:
    feature = ("--features", "planted-panic")
    gateway = str(build_release_gateway(*feature))
    tests = ("--package", "gateway-tests", *feature, "--test", "wire")
    run("cargo", "test", *tests, "--", "panic::", GATEWAY_BINARY=gateway)


def check_soak() -> None:
    run("cargo", "run", "--package", "local", "--bin", "soak", "--", "--gateway", build_release_gateway())


def check_soak_events() -> None:
    build_programs()
    gateway = build_release_gateway()
    run("cargo", "build", "--release", "--bin", "notifications")
    program = (CHECKS / "notifications" / "soak.py", "--gateway", gateway)
    python(*program, environment="notifications", NOTIFICATIONS_BINARY=str(gateway.with_name("notifications")))


def check_registry_rounds() -> None:
    build_programs()
    python(CHECKS / "registry" / "atomicity.py", "--rounds", "300", environment="notifications")
    rounds = CHECKS / "registry" / "rounds.py"
    python(rounds, "--rounds", "1000", "--on", "player", "ministack", environment="notifications")
    # It takes six times as long.
    python(rounds, "--rounds", "100", "--on", "moto", environment="notifications")


def check_registry_search() -> None:
    run("cargo", "test", "--package", "registry-core", "--", "--ignored", "--nocapture")


def check_soak_usage() -> None:
    build_programs()
    run("cargo", "build", "--release", "--bin", "notifications")
    binary = REPOSITORY / "target" / "release" / "notifications"
    python(CHECKS / "notifications" / "usage_soak.py", environment="notifications", NOTIFICATIONS_BINARY=str(binary))


def check_exercises() -> None:
    """Uses what the step `build` has built, as the step `notifications` does."""
    python(CHECKS / "notifications" / "exercises.py", environment="notifications")


def check_load() -> None:
    """Uses what the step `build` has built."""
    build_programs()
    run(DEBUG / "load")


def build_release_gateway(*features: str) -> Path:
    run("cargo", "build", "--release", "--bin", "gateway", *features)
    return REPOSITORY / "target" / "release" / "gateway"


def check_fuzz() -> None:
    program = install_cargo_tool("cargo-fuzz", CARGO_FUZZ)
    for target, further in (("event", ["events"]), ("body", []), ("policy", []), ("tokens", [])):
        # New inputs go to a folder of their own: the corpus that is checked in is kept small by hand.
        found = REPOSITORY / "fuzz" / "target" / "found" / target
        found.mkdir(parents=True, exist_ok=True)
        folders = [found, Path("fuzz") / "corpus" / target, *further]
        command = [program, "fuzz", "run", "--sanitizer", "none", target, *folders]
        # libFuzzer needs unstable flags of the compiler; this variable lets the stable one take them.
        run(*command, "--", "-max_total_time=600", "-max_len=16384", "-print_final_stats=1", RUSTC_BOOTSTRAP="1")


def check_mutants() -> None:
    program = install_cargo_tool("cargo-mutants", CARGO_MUTANTS)
    run(program, "mutants", "--no-shuffle", "--output", REPOSITORY / "target")
