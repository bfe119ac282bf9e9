"""The settings that the gateway's code reads."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """An environment variable of the function, and whether the function refuses to start without it."""

    name: str
    required: bool


def known_settings() -> list[Setting]:
    """Every setting that the code reads."""
    required = ["POLICY_FILE", "NOTIFICATIONS_QUEUE_ARN", "GATEWAY_NAME", "AUTH_MODE"]
    optional = [
        "TENANT_CLAIM", "SCOPE_CLAIM", "GROUPS_CLAIM", "JWT_ISSUER", "JWT_AUDIENCE", "JWKS_URI", "JWKS_FILE", "TOKEN_USE",
        "JWT_ISSUERS", "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", "RUST_LOG", "AWS_LAMBDA_LOG_LEVEL",
    ]
    return [Setting(name, True) for name in required] + [Setting(name, False) for name in optional]
