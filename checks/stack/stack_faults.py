"""What must hold for the deployed stack: functions from a stack to its faults.

Linters do not find a wrong principal, a misspelt variable or an IAM statement that denies every call. These functions
compare whole values with the expected ones, so they find an extra member as well as a missing one.
"""

import json
import re
from pathlib import Path

from deployed_stack import ACCOUNT, STACK_GUID, STACK_NAME, DeployedStack, partition_of
from gateway_settings import Setting, chime_actions, routes

# What pages may send and read; the front of `local` has it from there too.
CORS_CONFIGURATION = Path(__file__).resolve().parents[2] / "local" / "src" / "front" / "cors.json"

FUNCTION = "GatewayFunction"
ALIAS = "GatewayFunctionAliaslive"
API = "GatewayApi"
STAGE = "GatewayApiApiGatewayDefaultStage"
QUEUE = "MeetingEventsQueue"
DEAD_LETTER_QUEUE = "MeetingEventsDeadLetterQueue"

# Alarms on Chime's quotas, and the operation that each watches. A wave of joins meets those of the last two.
THROTTLE_ALARMS = {
    "ChimeThrottlesAlarm": "CreateMeeting",
    "ChimeJoinThrottlesAlarm": "CreateAttendee",
    "ChimeGetMeetingThrottlesAlarm": "GetMeeting",
}

# Resource types that would add an entrance or a permission that is not checked below.
UNEXPECTED_TYPES = {
    "AWS::ApiGateway::RestApi": "a second API",
    "AWS::ApiGatewayV2::Route": "a route outside the API's own document",
    "AWS::ApiGatewayV2::Integration": "an integration outside the API's own document",
    "AWS::ApiGatewayV2::Authorizer": "an authorizer outside the API's own document",
    "AWS::IAM::ManagedPolicy": "a policy outside the roles",
    "AWS::IAM::Policy": "a policy outside the roles",
    "AWS::IAM::RolePolicy": "a policy outside the roles",
    "AWS::IAM::User": "a user",
    "AWS::Lambda::EventInvokeConfig": "asynchronous invocation",
    "AWS::Lambda::EventSourceMapping": "another source of events",
    "AWS::Lambda::Url": "a function URL, which has no authorizer",
}


def faults(stack: DeployedStack, settings: list[Setting]) -> list[str]:
    """Returns every fault of a stack."""
    return [
        *_unexpected_resources(stack),
        *_queue(stack),
        *_queue_policies(stack),
        *_function(stack),
        *_environment(stack, settings),
        *_function_role(stack),
        *_routes(stack),
        *_authorizer(stack),
        *_cors(stack),
        *_permissions(stack),
        *_stage(stack),
        *_release(stack),
        *_logs(stack),
        *_alarms(stack),
        *_outputs(stack),
        *_removal(stack),
    ]


def _differs(what: str, actual, expected) -> list[str]:
    if actual == expected:
        return []
    return [f"{what} is {json.dumps(actual, default=str)}, not {json.dumps(expected, default=str)}"]


def _unexpected_resources(stack: DeployedStack) -> list[str]:
    found = [
        f"{logical_id}: {UNEXPECTED_TYPES[body['Type']]}"
        for logical_id, body in stack.resources.items()
        if body["Type"] in UNEXPECTED_TYPES
    ]
    for resource_type, expected in (
        ("AWS::Lambda::Function", {FUNCTION}),
        ("AWS::ApiGatewayV2::Api", {API}),
        ("AWS::SQS::Queue", {QUEUE, DEAD_LETTER_QUEUE}),
        ("AWS::IAM::Role", {"GatewayRole", "ReleaseRole"}),
    ):
        found += _differs(f"the set of {resource_type}", sorted(stack.of_type(resource_type)), sorted(expected))
    return found


# ---- the queue -------------------------------------------------------------------------------------------------------


def _queue(stack: DeployedStack) -> list[str]:
    queue = stack.properties(QUEUE)
    dead_letters = stack.properties(DEAD_LETTER_QUEUE)
    found = []
    for name, properties in ((QUEUE, queue), (DEAD_LETTER_QUEUE, dead_letters)):
        if "FifoQueue" in properties or str(properties.get("QueueName", "")).endswith(".fifo"):
            found.append(f"{name} is FIFO: Chime delivers no events to a FIFO queue")
        found += _differs(f"{name}: SqsManagedSseEnabled", properties.get("SqsManagedSseEnabled"), True)
        if "KmsMasterKeyId" in properties:
            found.append(f"{name}: a KMS key needs a grant for Chime, which this stack does not make")
    day = 24 * 60 * 60
    found += _differs(f"{QUEUE}: MessageRetentionPeriod", queue.get("MessageRetentionPeriod"), 4 * day)
    found += _differs(
        f"{DEAD_LETTER_QUEUE}: MessageRetentionPeriod", dead_letters.get("MessageRetentionPeriod"), 14 * day
    )
    redrive = {"deadLetterTargetArn": f"<{DEAD_LETTER_QUEUE}.Arn>", "maxReceiveCount": 5}
    found += _differs(f"{QUEUE}: RedrivePolicy", queue.get("RedrivePolicy"), redrive)
    name = f"meeting-events-{STACK_GUID}"
    found += _differs(f"{QUEUE}: QueueName", queue.get("QueueName"), name)
    source = f"arn:{partition_of(stack.region)}:sqs:{stack.region}:{ACCOUNT}:{name}"
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [source]}
    return found + _differs(f"{DEAD_LETTER_QUEUE}: RedriveAllowPolicy", dead_letters.get("RedriveAllowPolicy"), allowed)


def _queue_policies(stack: DeployedStack) -> list[str]:
    partition = partition_of(stack.region)
    chime = {
        "Effect": "Allow",
        "Principal": {"Service": "meetings.chime.amazonaws.com"},
        "Action": ["sqs:GetQueueUrl", "sqs:SendMessage"],
        "Resource": f"<{QUEUE}.Arn>",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": f"arn:{partition}:chime:{stack.region}:{ACCOUNT}:*"},
        },
    }
    found = []
    expected = {
        QUEUE: [chime, _denial_without_tls(QUEUE)],
        DEAD_LETTER_QUEUE: [_denial_without_tls(DEAD_LETTER_QUEUE)],
    }
    for queue, statements in expected.items():
        policies = [
            policy["Properties"]
            for policy in stack.of_type("AWS::SQS::QueuePolicy").values()
            if f"<{queue}>" in policy["Properties"]["Queues"]
        ]
        actual = [_normal(statement) for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
        found += _differs(f"the policy of {queue}", actual, statements)
    return found


def _denial_without_tls(queue: str) -> dict:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["sqs:*"],
        "Resource": f"<{queue}.Arn>",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _normal(statement: dict) -> dict:
    """A statement without its name, its actions as a sorted list."""
    actions = statement.get("Action", [])
    body = {name: member for name, member in statement.items() if name != "Sid"}
    return body | {"Action": sorted([actions] if isinstance(actions, str) else actions)}


# ---- the function ----------------------------------------------------------------------------------------------------


def _function(stack: DeployedStack) -> list[str]:
    function = stack.properties(FUNCTION)
    source = stack.source["Resources"].get(FUNCTION, {})
    found = []
    for name, expected in (
        ("Runtime", "provided.al2023"),
        ("Handler", "bootstrap"),
        ("Architectures", [stack.parameters["Architecture"]]),
        ("MemorySize", stack.parameters["MemorySize"]),
        ("Role", "<GatewayRole.Arn>"),
        ("TracingConfig", {"Mode": "Active"}),
        (
            "LoggingConfig",
            {
                "LogGroup": "<GatewayLogGroup>",
                "LogFormat": "JSON",
                "ApplicationLogLevel": stack.parameters["LogLevel"],
                "SystemLogLevel": "INFO",
            },
        ),
    ):
        found += _differs(f"{FUNCTION}: {name}", function.get(name), expected)
    timeout = function.get("Timeout", 3)
    if not 10 <= timeout < 30:
        found.append(f"{FUNCTION}: Timeout of {timeout} s; API Gateway gives up after 30, Chime's retries need 10")
    build = {name: source.get("Metadata", {}).get(name) for name in ("BuildMethod", "BuildProperties")}
    found += _differs(
        f"{FUNCTION}: how it is built",
        build,
        {"BuildMethod": "rust-cargolambda", "BuildProperties": {"Binary": "gateway"}},
    )
    return found


def _environment(stack: DeployedStack, settings: list[Setting]) -> list[str]:
    variables = stack.properties(FUNCTION).get("Environment", {}).get("Variables", {})
    known = {setting.name for setting in settings}
    found = [f"{name}: the gateway does not read this variable" for name in variables if name not in known]
    found += [
        f"{setting.name}: required, but not set"
        for setting in settings
        if setting.required_in(stack.parameters["AuthMode"]) and not variables.get(setting.name)
    ]
    parameters = stack.parameters
    expected = {
        "POLICY_FILE": "/opt/policy.json",
        "NOTIFICATIONS_QUEUE_ARN": f"<{QUEUE}.Arn>",
        "GATEWAY_NAME": STACK_NAME,
        "AUTH_MODE": parameters["AuthMode"],
        "TENANT_CLAIM": parameters["TenantClaim"],
        "SCOPE_CLAIM": parameters["ScopeClaim"],
        "GROUPS_CLAIM": parameters["GroupsClaim"],
        "SUBJECT_CLAIM": parameters["SubjectClaim"],
        "JWT_ISSUER": parameters["JwtIssuer"],
        "JWT_AUDIENCE": parameters["JwtAudience"],
        "TOKEN_USE": parameters["TokenUse"],
        "JWKS_URI": "",
        "JWKS_FILE": "",
        "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS": "",
    }
    found += _differs(f"{FUNCTION}: the environment", variables, expected)
    return found


def _function_role(stack: DeployedStack) -> list[str]:
    partition = partition_of(stack.region)
    meetings = f"arn:{partition}:chime:{stack.region}:{ACCOUNT}:meeting/*"
    carries_tag = {"StringEquals": {"aws:RequestTag/MeetingGateway": STACK_NAME}}
    not_another_stacks = {"StringEqualsIfExists": {"aws:ResourceTag/MeetingGateway": STACK_NAME}}
    # Each action with its resource and condition; `*` when the action has no resource type.
    of_this_stack = {"StringEquals": {"aws:ResourceTag/MeetingGateway": STACK_NAME}}
    expected = {
        action: ("*", carries_tag) if creates_meetings else (meetings, of_this_stack)
        for action, creates_meetings in chime_actions().items()
    }
    expected |= {
        "chime:TagResource": (meetings, carries_tag | not_another_stacks),
        "logs:CreateLogStream": ("<GatewayLogGroup.Arn>", {}),
        "logs:PutLogEvents": ("<GatewayLogGroup.Arn>", {}),
        "xray:PutTraceSegments": ("*", {}),
        "xray:PutTelemetryRecords": ("*", {}),
    }
    role = stack.properties("GatewayRole")
    found = _differs("GatewayRole: trust", _trust(role), _trusts("lambda.amazonaws.com"))
    found += _differs("GatewayRole: managed policies", role.get("ManagedPolicyArns", []), [])
    granted = {}
    for policy in role.get("Policies", []):
        for statement in map(_normal, policy["PolicyDocument"]["Statement"]):
            unusual = statement.keys() - {"Effect", "Action", "Resource", "Condition"}
            if statement.get("Effect") != "Allow" or unusual:
                found.append(f"GatewayRole: an unexpected statement: {statement}")
            for action in statement["Action"]:
                if action in granted:
                    found.append(f"GatewayRole: {action} is granted twice")
                if "*" in action:
                    found.append(f"GatewayRole: {action} grants actions by wildcard")
                granted[action] = (statement.get("Resource"), statement.get("Condition", {}))
    for action in sorted(expected.keys() | granted.keys()):
        if action not in granted:
            found.append(f"GatewayRole: {action} is not granted")
        elif action not in expected:
            found.append(f"GatewayRole: {action} is granted, but not needed")
        else:
            found += _differs(f"GatewayRole: {action}: resource", granted[action][0], expected[action][0])
            found += _differs(f"GatewayRole: {action}: condition", granted[action][1], expected[action][1])
    return found


def _trust(role: dict) -> list[dict]:
    return [_normal(statement) for statement in role.get("AssumeRolePolicyDocument", {}).get("Statement", [])]


def _trusts(service: str) -> list[dict]:
    return [{"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole"]}]


# ---- the endpoint ----------------------------------------------------------------------------------------------------


def _routes(stack: DeployedStack) -> list[str]:
    document = stack.properties(API).get("Body", {})
    deployed = {
        (path, method.upper()): operation
        for path, operations in document.get("paths", {}).items()
        for method, operation in operations.items()
    }
    found = _differs("the set of routes", sorted(map(list, deployed)), sorted(map(list, routes())))
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": f"arn:{partition_of(stack.region)}:apigateway:{stack.region}:lambda:path/2015-03-31/functions/"
        f"<{ALIAS}>/invocations",
        "payloadFormatVersion": "2.0",
    }
    scopes = [scope for scope in stack.parameters["JwtScopes"] if scope]
    for (path, method), operation in deployed.items():
        route = f"{method} {path}"
        if operation.get("security") != [{"Token": scopes}]:
            found.append(f"{route}: the authorizer or its scopes are wrong: {operation.get('security')}")
        found += _differs(f"{route}: integration", operation.get("x-amazon-apigateway-integration"), integration)
    if stack.properties(API).get("Target") or stack.properties(API).get("BodyS3Location"):
        found.append(f"{API}: a route or a document from outside the template")
    return found


def _authorizer(stack: DeployedStack) -> list[str]:
    document = stack.properties(API).get("Body", {})
    expected = {
        "Token": {
            "type": "oauth2",
            "x-amazon-apigateway-authorizer": {
                "type": "jwt",
                "identitySource": "$request.header.Authorization",
                "jwtConfiguration": {
                    "issuer": stack.parameters["JwtIssuer"],
                    "audience": stack.parameters["JwtAudience"].split(","),
                },
            },
        }
    }
    return _differs("the authorizer", document.get("components", {}).get("securitySchemes"), expected)


def _cors(stack: DeployedStack) -> list[str]:
    origins = [origin for origin in stack.parameters["CorsOrigins"] if origin]
    expected = {
        "allowOrigins": origins,
        "allowMethods": sorted({method for _, method in routes()}),
        **json.loads(CORS_CONFIGURATION.read_text()),
    }
    document = stack.properties(API).get("Body", {})
    return _differs("CORS", document.get("x-amazon-apigateway-cors"), expected if origins else None)


def _permissions(stack: DeployedStack) -> list[str]:
    partition = partition_of(stack.region)
    expected = {
        f"GatewayFunction{name}Permission": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": f"<{ALIAS}>",
            "Principal": "apigateway.amazonaws.com",
            # A parameter of the path can have any value.
            "SourceArn": f"arn:{partition}:execute-api:{stack.region}:{ACCOUNT}:<{API}>/*/{method}"
            + re.sub(r"\{\w+\}", "*", path),
        }
        for (path, method), name in routes().items()
    }
    actual = {name: body["Properties"] for name, body in stack.of_type("AWS::Lambda::Permission").items()}
    return _differs("who may invoke the function", actual, expected)


def _stage(stack: DeployedStack) -> list[str]:
    stage = stack.properties(STAGE)
    found = _differs(f"{STAGE}: its name", stage.get("StageName"), "$default")
    throttling = {
        "DetailedMetricsEnabled": True,
        "ThrottlingRateLimit": stack.parameters["ThrottlingRate"],
        "ThrottlingBurstLimit": stack.parameters["ThrottlingBurst"],
    }
    found += _differs(f"{STAGE}: DefaultRouteSettings", stage.get("DefaultRouteSettings"), throttling)
    if "RouteSettings" in stage:
        found.append(f"{STAGE}: RouteSettings override the throttling of some routes")
    log = stage.get("AccessLogSettings", {})
    found += _differs(f"{STAGE}: the log's destination", log.get("DestinationArn"), "<ApiLogGroup.Arn>")
    access_log = str(log.get("Format", ""))
    for case, line in _access_log_lines(access_log).items():
        try:
            json.loads(line)
        except ValueError:
            found.append(f"{STAGE}: the access log's line is not JSON {case}: {line}")
    try:
        fields = json.loads(access_log)
    except ValueError:
        return [*found, f"{STAGE}: the access log's format is not JSON"]
    for name in ("requestId", "route", "status", "integrationError", "authorizerError"):
        if name not in fields:
            found.append(f"{STAGE}: the access log leaves out {name}")
    for name, variable in fields.items():
        if "claims" in variable or "header" in variable or "path" in variable.lower():
            found.append(f"{STAGE}: the access log's {name} contains data of a caller or a token: {variable}")
    return found


def _access_log_lines(access_log: str) -> dict[str, str]:
    """Returns API Gateway's lines in this format. It escapes nothing and writes `-` for a variable without a value."""
    message = 'the value "a" is wrong'
    values = {"$context.error.message": message, "$context.error.messageString": json.dumps(message)}

    def line(values: dict[str, str]) -> str:
        return re.sub(r"\$context(\.\w+)+", lambda variable: values.get(variable[0], "-"), access_log)

    return {"for a successful request": line({}), "for an error message with quotes": line(values)}


# ---- releases, logs, alarms ------------------------------------------------------------------------------------------


def _release(stack: DeployedStack) -> list[str]:
    found = []
    alias = stack.properties(ALIAS)
    version = str(alias.get("FunctionVersion", ""))
    if not version.startswith("<GatewayFunctionVersion"):
        found.append(f"{ALIAS}: points to {version!r}, not to the published version")
    update = stack.resources.get(ALIAS, {}).get("UpdatePolicy", {})
    if "CodeDeployLambdaAliasUpdate" not in update:
        found.append(f"{ALIAS}: moves all traffic to a new version at once")
    group = stack.properties("GatewayFunctionDeploymentGroup")
    strategy = f"CodeDeployDefault.Lambda{stack.parameters['ReleaseStrategy']}"
    found += _differs("the release's strategy", group.get("DeploymentConfigName"), strategy)
    alarms = {"Enabled": True, "Alarms": [{"Name": "<FunctionErrorsAlarm>"}]}
    found += _differs("the alarms that roll a release back", group.get("AlarmConfiguration"), alarms)
    rollback = group.get("AutoRollbackConfiguration", {})
    if not rollback.get("Enabled") or "DEPLOYMENT_STOP_ON_ALARM" not in rollback.get("Events", []):
        found.append("an alarm does not roll a release back")
    found += _differs("the release's role", group.get("ServiceRoleArn"), "<ReleaseRole.Arn>")
    role = stack.properties("ReleaseRole")
    found += _differs("ReleaseRole: trust", _trust(role), _trusts("codedeploy.amazonaws.com"))
    managed = f"arn:{partition_of(stack.region)}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
    found += _differs("ReleaseRole: managed policies", role.get("ManagedPolicyArns"), [managed])
    found += _differs("ReleaseRole: policies", role.get("Policies", []), [])

    layers = stack.of_type("AWS::Lambda::LayerVersion")
    attached = [arn.rpartition(":")[2] for arn in stack.properties(FUNCTION).get("Layers", [])]
    found += _differs(f"{FUNCTION}: Layers", attached, [f"<{name}>" for name in layers])
    for name, layer in layers.items():
        found += _differs(f"{name}: DeletionPolicy", layer.get("DeletionPolicy"), "Delete")
        found += _differs(f"{name}: LayerName", layer["Properties"].get("LayerName"), f"{STACK_NAME}-policy")
        supported = layer["Properties"].get("CompatibleArchitectures", [])
        if stack.parameters["Architecture"] not in supported:
            found.append(f"{name}: not for {stack.parameters['Architecture']}")
    source = stack.source["Resources"].get("PolicyLayer", {}).get("Properties", {})
    return found + _differs("the content of PolicyLayer", source.get("ContentUri"), "policy/")


def _logs(stack: DeployedStack) -> list[str]:
    found = _differs("the log groups", sorted(stack.of_type("AWS::Logs::LogGroup")), ["ApiLogGroup", "GatewayLogGroup"])
    for name, group in stack.of_type("AWS::Logs::LogGroup").items():
        retention = group["Properties"].get("RetentionInDays")
        found += _differs(f"{name}: RetentionInDays", retention, stack.parameters["LogRetentionDays"])
    filters = {name: body["Properties"] for name, body in stack.of_type("AWS::Logs::MetricFilter").items()}
    expected = {
        "ErrorLines": {
            "LogGroupName": "<GatewayLogGroup>",
            # test_error_lines.py shows which lines it matches.
            "FilterPattern": '{ ($.level = "ERROR") && (($.status NOT EXISTS) || ($.status <= 500)) }',
            "MetricTransformations": [
                {
                    "MetricNamespace": f"MeetingGateway/{STACK_NAME}",
                    "MetricName": "ErrorLines",
                    "MetricValue": "1",
                    "DefaultValue": 0,
                    "Unit": "Count",
                }
            ],
        }
    }
    return found + _differs("the metric filters", filters, expected)


def _alarms(stack: DeployedStack) -> list[str]:
    # Namespace, metric, dimensions, statistic and threshold.
    expected = {
        "FunctionErrorsAlarm": ("AWS/Lambda", "Errors", {"FunctionName": f"<{FUNCTION}>"}, "Sum", 1),
        "ErrorLinesAlarm": (f"MeetingGateway/{STACK_NAME}", "ErrorLines", {}, "Sum", 1),
        "FunctionThrottlesAlarm": ("AWS/Lambda", "Throttles", {"FunctionName": f"<{FUNCTION}>"}, "Sum", 1),
        "ApiServerErrorsAlarm": ("AWS/ApiGateway", "5xx", {"ApiId": f"<{API}>", "Stage": "$default"}, "Sum", 5),
        "NotificationErrorsAlarm": ("AWS/ChimeSDK", "MeetingSQSNotificationErrors", {}, "Sum", 1),
        "DeadLetterQueueAlarm": (
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": f"<{DEAD_LETTER_QUEUE}.QueueName>"},
            "Maximum",
            1,
        ),
    }
    for name, operation in THROTTLE_ALARMS.items():
        usage = {"Service": "ChimeSDK", "Type": "API", "Resource": operation, "Class": "None"}
        expected[name] = ("AWS/Usage", "ThrottleCount", usage, "Sum", 1)
    if stack.parameters["QueueIsConsumed"] == "true":
        oldest = ("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": f"<{QUEUE}.QueueName>"}, "Maximum", 900)
        expected["QueueAgeAlarm"] = oldest
    alarms = {name: body["Properties"] for name, body in stack.of_type("AWS::CloudWatch::Alarm").items()}
    found = _differs("the alarms", sorted(alarms), sorted(expected))
    topic = stack.parameters["AlarmTopicArn"]
    actions = [topic] if topic else None
    for name in sorted(alarms.keys() & expected.keys()):
        alarm = alarms[name]
        dimensions = {dimension["Name"]: dimension["Value"] for dimension in alarm.get("Dimensions", [])}
        measured = (
            alarm.get("Namespace"),
            alarm.get("MetricName"),
            dimensions,
            alarm.get("Statistic"),
            alarm.get("Threshold"),
        )
        found += _differs(f"{name}: what it measures", measured, expected[name])
        found += _differs(
            f"{name}: ComparisonOperator", alarm.get("ComparisonOperator"), "GreaterThanOrEqualToThreshold"
        )
        # None of these metrics has data when all is well.
        found += _differs(f"{name}: TreatMissingData", alarm.get("TreatMissingData"), "notBreaching")
        found += _differs(f"{name}: AlarmActions", alarm.get("AlarmActions"), actions)
        found += _differs(f"{name}: OKActions", alarm.get("OKActions"), actions)
        if alarm.get("ActionsEnabled", True) is not True:
            found.append(f"{name}: its actions are switched off")
    # A canary lasts five minutes; a slower alarm would be too late.
    errors = alarms.get("FunctionErrorsAlarm", {})
    if errors.get("Period", 0) * errors.get("EvaluationPeriods", 0) > 120:
        found.append("FunctionErrorsAlarm: takes longer than two minutes, too slow for a canary of five")
    return found


def _outputs(stack: DeployedStack) -> list[str]:
    found = []
    for name, expected in (
        ("ApiUrl", f"<{API}.ApiEndpoint>"),
        ("MeetingEventsQueueArn", f"<{QUEUE}.Arn>"),
        ("MeetingEventsQueueUrl", f"<{QUEUE}>"),
        ("MeetingEventsDeadLetterQueueUrl", f"<{DEAD_LETTER_QUEUE}>"),
        ("FunctionName", f"<{FUNCTION}>"),
        ("FunctionLogGroup", "<GatewayLogGroup>"),
        ("ApiLogGroup", "<ApiLogGroup>"),
    ):
        found += _differs(f"output {name}", stack.outputs.get(name), expected)
    command = str(stack.outputs.get("CreateMeetingCommand", ""))
    if not command.startswith("curl ") or f"<{API}.ApiEndpoint>/meetings" not in command:
        found.append(f"output CreateMeetingCommand does not call POST /meetings: {command}")
    return found


def _removal(stack: DeployedStack) -> list[str]:
    """Finds resources that remain when the stack is removed. Versions go with their function."""
    return [
        f"{name}: remains when the stack is removed"
        for name, body in stack.resources.items()
        if body.get("DeletionPolicy", "Delete") != "Delete" and body["Type"] != "AWS::Lambda::Version"
    ]
