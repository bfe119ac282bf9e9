"""The calls of the AWS CLI and its answers, against botocore's models, of which the AWS CLI is made."""

import botocore.session
import pytest
from botocore import xform_name
from smoke_pools import PLAIN_COGNITO, trigger, user_pool
from smoke_runs import (
    A_BUS,
    ARRIVED,
    GOOD_ANSWERS,
    HANDLED,
    MAPPED,
    MEETING,
    ON_THE_BUS,
    PARAMETERS,
    STACK_RESOURCES,
    logged,
    mapped,
    message,
    smoke,
    stack_description,
)


def test_the_stand_in_answers_with_members_of_botocores_model():
    """The AWS CLI prints botocore's answers, so its model has every member that the smoke test reads."""
    pool = user_pool(triggers=trigger("V2_0"), read=["email"], web=["email"])
    decision = {"EvalActionName": "chime:GetMeeting", "EvalDecision": "allowed"}
    answers = {
        ("cognito-idp", "DescribeUserPool"): pool["describe-user-pool"],
        ("cognito-idp", "ListUserPoolClients"): pool["list-user-pool-clients"],
        ("cognito-idp", "DescribeUserPoolClient"): pool["web"],
        ("cloudformation", "DescribeStacks"): stack_description("https://api", PARAMETERS),
        ("cloudformation", "ListStackResources"): STACK_RESOURCES,
        ("lambda", "ListEventSourceMappings"): mapped(MAPPED | {"StateTransitionReason": "r"}).popitem()[1],
        ("logs", "FilterLogEvents"): logged(HANDLED).popitem()[1],
        ("cloudwatch", "GetMetricStatistics"): GOOD_ANSWERS["get-metric-statistics"],
        ("cloudwatch", "DescribeAlarms"): GOOD_ANSWERS["describe-alarms"],
        ("dynamodb", "DescribeTable"): GOOD_ANSWERS["describe-table"],
        ("dynamodb", "DescribeTimeToLive"): GOOD_ANSWERS["describe-time-to-live"],
        ("dynamodb", "DescribeContinuousBackups"): GOOD_ANSWERS["describe-continuous-backups"],
        ("iam", "SimulatePrincipalPolicy"): {"EvaluationResults": [decision]},
        ("sqs", "ReceiveMessage"): {"Messages": [message(MEETING)]},
    }
    session = botocore.session.get_session()
    for (service, operation), answer in answers.items():
        shape = session.get_service_model(service).operation_model(operation).output_shape
        assert unknown_members(answer, shape) == [], operation


@pytest.mark.parametrize(
    ("parameters", "answers"),
    [(A_BUS, mapped(MAPPED) | logged(ON_THE_BUS)), ({}, {})],
    ids=["reads its queue", "another consumer"],
)
def test_calls_operations_and_options_that_the_aws_cli_has(tmp_path, parameters, answers):
    """The AWS CLI names operations and options after botocore's model, in small letters with hyphens."""
    pool = user_pool(read=["custom:tenant_id"], web=["email"])
    endpoint = {"statuses": {"end": 403}}
    parameters = PLAIN_COGNITO | parameters
    done, calls = smoke(tmp_path, ARRIVED, endpoint=endpoint, parameters=parameters, answers=pool | answers)
    assert done.returncode == 0, done.stderr
    session = botocore.session.get_session()
    assert len(calls) > 15
    for words in calls:
        service, operation, *rest = words[4:]
        model = session.get_service_model(service)
        (name,) = [name for name in model.operation_names if xform_name(name, "-") == operation]
        input_shape = model.operation_model(name).input_shape
        options = {f"--{xform_name(member, '-')}" for member in input_shape.members}
        assert {word for word in rest if word.startswith("--")} <= options, operation
        assert {f"--{xform_name(member, '-')}" for member in input_shape.required_members} <= set(rest), operation


def unknown_members(value, shape) -> list[str]:
    if isinstance(value, dict):
        unknown = [name for name in value if name not in shape.members]
        return unknown + [
            u for n, v in value.items() if n in shape.members for u in unknown_members(v, shape.members[n])
        ]
    if isinstance(value, list):
        return [unknown for item in value for unknown in unknown_members(item, shape.member)]
    return []
