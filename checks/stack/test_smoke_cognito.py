"""What the smoke test says of a Cognito user pool."""

import pytest
from smoke_pools import PLAIN_COGNITO, POOL, trigger, user_pool
from smoke_runs import ARRIVED, count, smoke

GOOD_POOLS = {
    "no client writes the tenant": (user_pool(web=["email"], admin=["email", "name"]), {}),
    "a mutable tenant that no client writes": (user_pool({"Mutable": True}, web=["email"]), {}),
    "an attribute that only administrators write": (
        user_pool({"Name": "dev:tenant", "DeveloperOnlyAttribute": True}, web=None),
        {"TenantClaim": "dev:tenant"},
    ),
    "a trigger that adds the tenant to access tokens": (
        user_pool(triggers=trigger("V2_0"), web=["email"]),
        {"TokenUse": "access"},
    ),
    "a tenant that only a trigger sets": (
        user_pool(triggers=trigger("V1_0"), web=["email"]),
        {"TenantClaim": "tenant"},
    ),
    "the tenant by a pointer": (user_pool(web=["email"]), {"TenantClaim": "/custom:tenant_id"}),
    "ID tokens that hold the tenant": (user_pool(read=["custom:tenant_id"], web=["email"]), {}),
    "a tenant that is unreadable, and a trigger that can add it": (
        user_pool(triggers=trigger("V1_0"), read=["email"], web=["email"]),
        {},
    ),
    "a tenant that is unreadable, and access tokens": (
        user_pool(triggers=trigger("V2_0"), read=["email"], web=["email"]),
        {"TokenUse": "access"},
    ),
    "TokenUse=access in authorizer mode": (
        user_pool(web=["email"]),
        {"TokenUse": "access", "AuthMode": "authorizer"},
    ),
    "TokenUse=id with scopes in authorizer mode": (
        user_pool(read=["email"], web=["email"]),
        {"TokenUse": "id", "JwtScopes": "meetings/create", "AuthMode": "authorizer"},
    ),
}


@pytest.mark.parametrize("case", GOOD_POOLS)
def test_passes_for_a_user_pool_without_a_fault(tmp_path, case):
    pool, parameters = GOOD_POOLS[case]
    done, calls = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO | parameters, answers=pool)
    assert done.returncode == 0, done.stderr
    assert f"checked  the user pool {POOL}" in done.stdout
    pool_calls = [words for words in calls if "cognito-idp" in words]
    assert all(words[:2] == ["--region", "eu-central-1"] for words in pool_calls), "calls the pool's region"


FAULTY_POOLS = {
    "the tenant is writable": (
        user_pool(web=["email", "custom:tenant_id"]),
        {},
        "app client web (the web app): users can set",
    ),
    "the tenant is writable through another client of the pool": (
        user_pool(web=["email"], legacy=["custom:tenant_id"]),
        {},
        "app client legacy (the legacy app): users can set their `custom:tenant_id` (TenantClaim)",
    ),
    "no WriteAttributes": (
        user_pool(web=None),
        {},
        "app client web (the web app): WriteAttributes is not set",
    ),
    "an immutable tenant that users choose at sign-up": (
        user_pool({"Mutable": False}, web=["custom:tenant_id"]),
        {},
        "users can set their `custom:tenant_id`",
    ),
    "the tenant is writable, by a pointer": (
        user_pool(web=["custom:tenant_id"]),
        {"TenantClaim": "/custom:tenant_id"},
        "users can set their `custom:tenant_id`",
    ),
    "the subject is writable": (
        user_pool(web=["email"]),
        {"SubjectClaim": "email"},
        "users can set their `email` (SubjectClaim)",
    ),
    "no such attribute": (
        user_pool({"Name": "custom:organisation"}, web=["email"]),
        {},
        "no token has the claim `custom:tenant_id`",
    ),
    "access tokens without a trigger": (user_pool(web=["email"]), {"TokenUse": "access"}, "deploy with TokenUse=id"),
    "access tokens with a trigger that cannot change them": (
        user_pool(triggers=trigger("V1_0"), web=["email"]),
        {"TokenUse": "access"},
        "version V2_0 or later",
    ),
    "scopes required of ID tokens": (
        user_pool(web=["email"]),
        {"JwtScopes": "meetings/create"},
        "ID tokens have no scopes",
    ),
    "an audience that is not an app client": (user_pool(mobile=["email"]), {}, "names unknown app clients: web"),
    "ID tokens without the tenant": (
        user_pool(read=["email"], web=["email"]),
        {},
        "app client web (the web app): its ID tokens do not have `custom:tenant_id` (TenantClaim)",
    ),
    "no such attribute, in authorizer mode": (
        user_pool({"Name": "custom:organisation"}, web=["email"]),
        {"AuthMode": "authorizer"},
        "no token has the claim `custom:tenant_id`",
    ),
}


@pytest.mark.parametrize("case", FAULTY_POOLS)
def test_fails_for_a_user_pool_with_a_fault_although_events_arrive(tmp_path, case):
    pool, parameters, message = FAULTY_POOLS[case]
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO | parameters, answers=pool)
    assert done.returncode == 1
    assert message in done.stderr
    assert "chime:MeetingEnded" in done.stdout, "runs the other checks too"


def test_names_every_fault_of_a_user_pool(tmp_path):
    pool = user_pool(web=["custom:tenant_id"], legacy=None)
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO | {"JwtScopes": "meetings/create"}, answers=pool)
    assert done.stderr.count("FAULT") == 3, done.stderr


def test_notes_an_app_client_without_read_attributes(tmp_path):
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO, answers=user_pool(web=["email"]))
    assert done.returncode == 0, done.stderr
    assert "app client web (the web app): ReadAttributes is not set; set it, with `custom:tenant_id`" in done.stdout


def test_ignores_read_attributes_of_an_app_client_outside_the_audience(tmp_path):
    pool = user_pool(read=["email"], mobile=["email"], web=["email"])
    pool["web"]["UserPoolClient"]["ReadAttributes"] = ["custom:tenant_id"]
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO, answers=pool)
    assert done.returncode == 0, done.stderr


def test_checks_a_user_pool_in_china(tmp_path):
    issuer = "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_EXAMPLE"
    parameters = PLAIN_COGNITO | {"JwtIssuer": issuer}
    done, calls = smoke(tmp_path, ARRIVED, parameters=parameters, answers=user_pool(web=["custom:tenant_id"]))
    assert "users can set their `custom:tenant_id`" in done.stderr
    call = "--region cn-north-1 --output json cognito-idp describe-user-pool --user-pool-id cn-north-1_EXAMPLE"
    assert call.split() in calls


@pytest.mark.parametrize(
    "issuer",
    [
        "https://issuer.example.com",
        "https://issuer.example.com/https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE",
        "https://cognito-idp.eu-central-1.amazonaws.com.example.com/eu-central-1_EXAMPLE",
    ],
)
def test_skips_another_identity_provider_and_says_so(tmp_path, issuer):
    done, calls = smoke(tmp_path, ARRIVED, parameters={"JwtIssuer": issuer})
    assert done.returncode == 0, done.stderr
    assert f"skipped  the check of the user pool: {issuer} is not a Cognito user pool" in done.stdout
    assert not count(calls, "cognito-idp")


def test_fails_for_an_unreadable_user_pool_unless_it_is_skipped(tmp_path):
    done, calls = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO)
    assert done.returncode == 1
    assert "AccessDeniedException" in done.stderr and "--skip-cognito" in done.stderr
    assert not count(calls, "delete-meeting")
    done, _ = smoke(tmp_path, ARRIVED, parameters=PLAIN_COGNITO, options=("--skip-cognito",))
    assert done.returncode == 0, done.stderr
    assert "skipped" in done.stdout
