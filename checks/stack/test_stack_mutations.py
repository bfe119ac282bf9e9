"""Faults with which a template would still deploy, each planted on purpose: proof that the checks can fail."""

import copy

import pytest
from deployed_stack import deploy, parsed_template, published_version
from mutated import document, function, messages_about, registration, statement

MUTATIONS = {}
mutation = registration(MUTATIONS)


def environment(resources: dict) -> dict:
    return function(resources)["Environment"]["Variables"]


def chime_statement(resources: dict) -> dict:
    return resources["MeetingEventsQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"][0]


# ---- the queue: faults that leave it empty without an error, or open to others


@mutation("the legacy principal", "the policy of MeetingEventsQueue")
def _(resources):
    chime_statement(resources)["Principal"]["Service"] = "chime.amazonaws.com"


@mutation("any AWS service as the principal", "the policy of MeetingEventsQueue")
def _(resources):
    chime_statement(resources)["Principal"] = "*"


@mutation("no condition on the source account", "the policy of MeetingEventsQueue")
def _(resources):
    del chime_statement(resources)["Condition"]["StringEquals"]


@mutation("no condition on the source ARN", "the policy of MeetingEventsQueue")
def _(resources):
    del chime_statement(resources)["Condition"]["ArnLike"]


@mutation("a source ARN of the partition `aws` in GovCloud", "the policy of MeetingEventsQueue", region="us-gov-west-1")
def _(resources):
    condition = chime_statement(resources)["Condition"]["ArnLike"]
    condition["aws:SourceArn"] = {"Fn::Sub": "arn:aws:chime:${AWS::Region}:${AWS::AccountId}:*"}


@mutation("a source ARN of another region", "the policy of MeetingEventsQueue")
def _(resources):
    condition = chime_statement(resources)["Condition"]["ArnLike"]
    condition["aws:SourceArn"] = {"Fn::Sub": "arn:${AWS::Partition}:chime:us-west-2:${AWS::AccountId}:*"}


@mutation("Chime may not look up the queue", "the policy of MeetingEventsQueue")
def _(resources):
    chime_statement(resources)["Action"] = "sqs:SendMessage"


@mutation("Chime may do anything with the queue", "the policy of MeetingEventsQueue")
def _(resources):
    chime_statement(resources)["Action"] = "sqs:*"


@mutation("the policy is attached to the other queue", "the policy of MeetingEventsQueue")
def _(resources):
    resources["MeetingEventsQueuePolicy"]["Properties"]["Queues"] = [{"Ref": "MeetingEventsDeadLetterQueue"}]


@mutation("plain HTTP allowed", "the policy of MeetingEventsQueue")
def _(resources):
    del resources["MeetingEventsQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"][1]


@mutation("a FIFO queue", "MeetingEventsQueue is FIFO")
def _(resources):
    resources["MeetingEventsQueue"]["Properties"]["FifoQueue"] = True


@mutation("an unencrypted queue", "MeetingEventsQueue: SqsManagedSseEnabled")
def _(resources):
    del resources["MeetingEventsQueue"]["Properties"]["SqsManagedSseEnabled"]


@mutation("a KMS key that Chime may not use", "MeetingEventsQueue: a KMS key")
def _(resources):
    resources["MeetingEventsQueue"]["Properties"]["KmsMasterKeyId"] = "alias/aws/sqs"


@mutation("no dead-letter queue", "MeetingEventsQueue: RedrivePolicy")
def _(resources):
    del resources["MeetingEventsQueue"]["Properties"]["RedrivePolicy"]


@mutation("a queue without the name that the dead-letter queue expects", "MeetingEventsQueue: QueueName")
def _(resources):
    del resources["MeetingEventsQueue"]["Properties"]["QueueName"]


@mutation("dead letters from any queue of the account", "MeetingEventsDeadLetterQueue: RedriveAllowPolicy")
def _(resources):
    del resources["MeetingEventsDeadLetterQueue"]["Properties"]["RedriveAllowPolicy"]


@mutation("dead letters from no queue", "MeetingEventsDeadLetterQueue: RedriveAllowPolicy")
def _(resources):
    resources["MeetingEventsDeadLetterQueue"]["Properties"]["RedriveAllowPolicy"] = {"redrivePermission": "denyAll"}


@mutation("dead letters from a queue of the partition `aws` in GovCloud", "RedriveAllowPolicy", region="us-gov-west-1")
def _(resources):
    allowed = resources["MeetingEventsDeadLetterQueue"]["Properties"]["RedriveAllowPolicy"]["sourceQueueArns"]
    allowed[0]["Fn::Sub"][0] = allowed[0]["Fn::Sub"][0].replace("${AWS::Partition}", "aws")


@mutation("events kept for a day", "MeetingEventsQueue: MessageRetentionPeriod")
def _(resources):
    resources["MeetingEventsQueue"]["Properties"]["MessageRetentionPeriod"] = 86400


# ---- the role: too many permissions, or conditions that deny every call


@mutation("chime:*", "chime:* grants actions by wildcard")
def _(resources):
    statement(resources, "chime:CreateMeeting")["Action"] = "chime:*"


@mutation("CreateMeeting on meeting/*, which denies every call", "chime:CreateMeeting: resource")
def _(resources):
    statement(resources, "chime:CreateMeeting")["Resource"] = statement(resources, "chime:GetMeeting")["Resource"]


@mutation("CreateMeeting without the tag", "chime:CreateMeeting: condition")
def _(resources):
    del statement(resources, "chime:CreateMeeting")["Condition"]


@mutation("CreateMeeting by a resource tag, which no new meeting has", "chime:CreateMeeting: condition")
def _(resources):
    tag = {"StringEquals": {"aws:ResourceTag/MeetingGateway": {"Ref": "AWS::StackName"}}}
    statement(resources, "chime:CreateMeeting")["Condition"] = tag


@mutation("TagResource by a resource tag, which no new meeting has", "chime:TagResource: condition")
def _(resources):
    tag = {"StringEquals": {"aws:ResourceTag/MeetingGateway": {"Ref": "AWS::StackName"}}}
    statement(resources, "chime:TagResource")["Condition"] = tag


@mutation("TagResource on another stack's meetings", "chime:TagResource: condition")
def _(resources):
    del statement(resources, "chime:TagResource")["Condition"]["StringEqualsIfExists"]


@mutation("TagResource with any tag", "chime:TagResource: condition")
def _(resources):
    del statement(resources, "chime:TagResource")["Condition"]["StringEquals"]


@mutation("no TagResource", "chime:TagResource is not granted")
def _(resources):
    policy = resources["GatewayRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    policy["Statement"].remove(statement(resources, "chime:TagResource"))


@mutation("GetMeeting of every meeting in the account", "chime:GetMeeting: condition")
def _(resources):
    del statement(resources, "chime:GetMeeting")["Condition"]


@mutation("GetMeeting in every region", "chime:GetMeeting: resource")
def _(resources):
    everywhere = {"Fn::Sub": "arn:${AWS::Partition}:chime:*:${AWS::AccountId}:meeting/*"}
    statement(resources, "chime:GetMeeting")["Resource"] = everywhere


@mutation("a misspelt action", "chime:GetMeetings is granted, but not needed")
def _(resources):
    statement(resources, "chime:GetMeeting")["Action"] = "chime:GetMeetings"


@mutation("an unneeded action", "sqs:SendMessage is granted, but not needed")
def _(resources):
    statement(resources, "chime:GetMeeting")["Action"].append("sqs:SendMessage")


@mutation("transcription, which no tag can bound", "chime:StartMeetingTranscription is granted, but not needed")
def _(resources):
    statement(resources, "chime:GetMeeting")["Action"].append("chime:StartMeetingTranscription")


@mutation("an operation that the role may not call", "chime:DeleteAttendee is not granted")
def _(resources):
    statement(resources, "chime:GetMeeting")["Action"].remove("chime:DeleteAttendee")


@mutation("creation with attendees bound like a meeting", "chime:CreateMeetingWithAttendees: condition")
def _(resources):
    statement(resources, "chime:CreateMeeting")["Action"].remove("chime:CreateMeetingWithAttendees")
    statement(resources, "chime:GetMeeting")["Action"].append("chime:CreateMeetingWithAttendees")


@mutation("an additional managed policy", "GatewayRole: managed policies")
def _(resources):
    resources["GatewayRole"]["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AmazonChimeSDK"]


@mutation("SAM's policies in place of the role", "GatewayFunction: Role")
def _(resources):
    del function(resources)["Role"]
    function(resources)["Policies"] = [{"Statement": [{"Effect": "Allow", "Action": "chime:*", "Resource": "*"}]}]


@mutation("anyone may assume the role", "GatewayRole: trust")
def _(resources):
    resources["GatewayRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {"AWS": "*"}


@mutation("logs to every log group", "logs:PutLogEvents: resource")
def _(resources):
    statement(resources, "logs:PutLogEvents")["Resource"] = "*"


# ---- the endpoint: faults that leave it open


@mutation("a route without the authorizer", "the set of routes")
def _(resources):
    route = copy.deepcopy(document(resources)["paths"]["/meetings"]["post"])
    route["security"] = [{"NONE": []}]
    document(resources)["paths"]["/attendees"] = {"post": route}


@mutation("a missing route", "the set of routes")
def _(resources):
    del document(resources)["paths"]["/meetings/{MeetingId}/join"]
    # SAM adds the route of an event that the document lacks.
    del function(resources)["Events"]["Join"]


@mutation("an open route", "the authorizer or its scopes are wrong")
def _(resources):
    document(resources)["paths"]["/meetings"]["post"]["security"] = []
    del resources["GatewayApi"]["Properties"]["Auth"]


@mutation("an alternative to the authorizer", "the authorizer or its scopes are wrong")
def _(resources):
    document(resources)["paths"]["/meetings"]["post"]["security"].append({})


@mutation("a default route", "the set of routes")
def _(resources):
    document(resources)["paths"]["/$default"] = {
        "x-amazon-apigateway-any-method": copy.deepcopy(document(resources)["paths"]["/meetings"]["post"])
    }


@mutation("an event whose route is not in the document", "who may invoke the function")
def _(resources):
    event = copy.deepcopy(function(resources)["Events"]["CreateMeeting"])
    event["Properties"]["Path"] = "/open"
    function(resources)["Events"]["Open"] = event


@mutation("an event without an API, for which SAM makes another API", "the set of AWS::ApiGatewayV2::Api")
def _(resources):
    function(resources)["Events"]["Anything"] = {"Type": "HttpApi"}


@mutation("a function URL", "a function URL, which has no authorizer")
def _(resources):
    function(resources)["FunctionUrlConfig"] = {"AuthType": "NONE"}


@mutation("anyone may invoke the function", "who may invoke the function")
def _(resources):
    resources["Anyone"] = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "GatewayFunction"}, "Principal": "*"},
    }


@mutation("a misspelt issuer", "the authorizer is")
def _(resources):
    configuration = resources["GatewayApi"]["Properties"]["Auth"]["Authorizers"]["Token"]["JwtConfiguration"]
    configuration["isuer"] = configuration.pop("issuer")


@mutation("no audience", "the authorizer is")
def _(resources):
    del resources["GatewayApi"]["Properties"]["Auth"]["Authorizers"]["Token"]["JwtConfiguration"]["audience"]


@mutation("several audiences as one name with commas", "the authorizer is")
def _(resources):
    configuration = resources["GatewayApi"]["Properties"]["Auth"]["Authorizers"]["Token"]["JwtConfiguration"]
    configuration["audience"] = [{"Ref": "JwtAudience"}]


@mutation("the token from the query string", "the authorizer is")
def _(resources):
    token = resources["GatewayApi"]["Properties"]["Auth"]["Authorizers"]["Token"]
    token["IdentitySource"] = "$request.querystring.token"


@mutation("scopes that are never required", "the authorizer or its scopes are wrong", JwtScopes="meetings/create")
def _(resources):
    document(resources)["paths"]["/meetings"]["post"]["security"] = [{"Token": []}]


@mutation("the unpublished function behind the endpoint", "integration")
def _(resources):
    integration = document(resources)["paths"]["/meetings"]["post"]["x-amazon-apigateway-integration"]
    integration["uri"]["Fn::Sub"] = integration["uri"]["Fn::Sub"].replace(".Alias}", ".Arn}")


@mutation("another payload format", "integration")
def _(resources):
    integration = document(resources)["paths"]["/meetings"]["post"]["x-amazon-apigateway-integration"]
    integration["payloadFormatVersion"] = "1.0"


@mutation("every origin", "CORS", CorsOrigins="https://app.example.com")
def _(resources):
    document(resources)["x-amazon-apigateway-cors"]["Fn::If"][1]["allowOrigins"] = ["*"]


@mutation("origins as one string, as in SAM's short form", "CORS", CorsOrigins="https://a.example,https://b.example")
def _(resources):
    cors = document(resources).pop("x-amazon-apigateway-cors")["Fn::If"][1]
    short = {name[0].upper() + name[1:]: value for name, value in cors.items()}
    resources["GatewayApi"]["Properties"]["CorsConfiguration"] = {"Fn::If": ["BrowsersMayCall", short, None]}


@mutation("an idempotency key that browsers may not send", "CORS", CorsOrigins="https://app.example.com")
def _(resources):
    document(resources)["x-amazon-apigateway-cors"]["Fn::If"][1]["allowHeaders"].remove("idempotency-key")


@mutation("no throttling", "DefaultRouteSettings")
def _(resources):
    del resources["GatewayApi"]["Properties"]["DefaultRouteSettings"]


@mutation("an access log that is not JSON", "is not JSON")
def _(resources):
    resources["GatewayApi"]["Properties"]["AccessLogSettings"]["Format"] = "$context.requestId $context.status"


@mutation("an error message that may contain quotes", "not JSON for an error message with quotes")
def _(resources):
    settings = resources["GatewayApi"]["Properties"]["AccessLogSettings"]
    settings["Format"] = settings["Format"].replace("$context.error.responseType", "$context.error.message")


@mutation("an error message with quotes of its own inside quotes", "not JSON for an error message with quotes")
def _(resources):
    settings = resources["GatewayApi"]["Properties"]["AccessLogSettings"]
    settings["Format"] = settings["Format"].replace("$context.error.responseType", "$context.error.messageString")


@mutation("an error message that is a bare dash when there is no error", "not JSON for a successful request")
def _(resources):
    settings = resources["GatewayApi"]["Properties"]["AccessLogSettings"]
    settings["Format"] = settings["Format"].replace('"$context.error.responseType"', "$context.error.messageString")


@mutation("claims in the access log", "contains data of a caller or a token")
def _(resources):
    settings = resources["GatewayApi"]["Properties"]["AccessLogSettings"]
    settings["Format"] = settings["Format"].replace('{"', '{"who":"$context.authorizer.claims.sub","', 1)


# ---- the function


@mutation("an older runtime", "GatewayFunction: Runtime")
def _(resources):
    function(resources)["Runtime"] = "provided.al2"


@mutation("a runtime that does not exist", "GatewayFunction: Runtime")
def _(resources):
    function(resources)["Runtime"] = "provided.al"


@mutation("built for another processor", "GatewayFunction: Architectures", Architecture="arm64")
def _(resources):
    function(resources)["Architectures"] = ["x86_64"]


@mutation("a timeout over API Gateway's", "GatewayFunction: Timeout")
def _(resources):
    function(resources)["Timeout"] = 30


@mutation("Lambda's default timeout", "GatewayFunction: Timeout")
def _(resources):
    del function(resources)["Timeout"]


@mutation("another binary", "how it is built")
def _(resources):
    resources["GatewayFunction"]["Metadata"]["BuildProperties"]["Binary"] = "local"


@mutation("a misspelt environment variable", "NOTIFICATION_QUEUE_ARN: the gateway does not read this variable")
def _(resources):
    environment(resources)["NOTIFICATION_QUEUE_ARN"] = environment(resources).pop("NOTIFICATIONS_QUEUE_ARN")


@mutation("a missing required environment variable", "GATEWAY_NAME: required, but not set")
def _(resources):
    del environment(resources)["GATEWAY_NAME"]


@mutation("an empty required environment variable", "AUTH_MODE: required, but not set")
def _(resources):
    environment(resources)["AUTH_MODE"] = ""


@mutation("a missing variable that bearer mode requires", "JWT_ISSUER: required, but not set")
def _(resources):
    del environment(resources)["JWT_ISSUER"]


@mutation("the dead-letter queue in place of the queue", "the environment")
def _(resources):
    environment(resources)["NOTIFICATIONS_QUEUE_ARN"] = {"Fn::GetAtt": ["MeetingEventsDeadLetterQueue", "Arn"]}


@mutation("the queue's URL in place of its ARN", "the environment")
def _(resources):
    environment(resources)["NOTIFICATIONS_QUEUE_ARN"] = {"Ref": "MeetingEventsQueue"}


@mutation("the subject's claim not passed on", "the environment", SubjectClaim="email")
def _(resources):
    environment(resources)["SUBJECT_CLAIM"] = "sub"


@mutation("another tag than the role allows", "the environment")
def _(resources):
    environment(resources)["GATEWAY_NAME"] = "meeting-gateway"


@mutation("authorizer mode whatever the parameter says", "the environment")
def _(resources):
    environment(resources)["AUTH_MODE"] = "authorizer"


@mutation("a leftover endpoint for Chime", "the environment")
def _(resources):
    environment(resources)["AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS"] = "http://127.0.0.1:8000"


@mutation("no tracing", "GatewayFunction: TracingConfig")
def _(resources):
    del function(resources)["Tracing"]


@mutation("a log group that Lambda creates and keeps for ever", "GatewayFunction: LoggingConfig")
def _(resources):
    del function(resources)["LoggingConfig"]


@mutation("logs kept for ever", "ApiLogGroup: RetentionInDays")
def _(resources):
    del resources["ApiLogGroup"]["Properties"]["RetentionInDays"]


@mutation("no policy document", "GatewayFunction: Layers")
def _(resources):
    del function(resources)["Layers"]


# ---- releases and removal


@mutation("a release that no alarm rolls back", "GatewayFunction: the alarms that roll a release back")
def _(resources):
    del function(resources)["DeploymentPreference"]["Alarms"]


@mutation("a release at once", "GatewayFunctionAliaslive: moves all traffic to a new version at once")
def _(resources):
    del function(resources)["DeploymentPreference"]


@mutation("CodeDeploy with SAM's own role", "GatewayFunction: the release's role")
def _(resources):
    del function(resources)["DeploymentPreference"]["Role"]


@mutation(
    "a canary whatever the parameter says", "GatewayFunction: the release's strategy", ReleaseStrategy="AllAtOnce"
)
def _(resources):
    function(resources)["DeploymentPreference"]["Type"] = "Canary10Percent5Minutes"


@mutation("anyone may assume the releases' role", "ReleaseRole: trust")
def _(resources):
    resources["ReleaseRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {"AWS": "*"}


@mutation("releases that may publish to every topic", "ReleaseRole: managed policies")
def _(resources):
    resources["ReleaseRole"]["Properties"]["ManagedPolicyArns"].append("arn:aws:iam::aws:policy/AmazonSNSFullAccess")


@mutation("an error alarm that is too slow for a canary", "too slow for a canary")
def _(resources):
    resources["FunctionErrorsAlarm"]["Properties"]["Period"] = 300


@mutation("layer versions that remain", "PolicyLayer")
def _(resources):
    del resources["PolicyLayer"]["Properties"]["RetentionPolicy"]


@mutation("a queue that remains", "MeetingEventsQueue: remains")
def _(resources):
    resources["MeetingEventsQueue"]["DeletionPolicy"] = "Retain"


@mutation("logs that are not JSON, in which Lambda finds no metrics", "GatewayFunction: LoggingConfig")
def _(resources):
    function(resources)["LoggingConfig"]["LogFormat"] = "Text"


@pytest.mark.parametrize("name", MUTATIONS)
def test_finds_a_planted_fault(settings, name):
    change, found, deployment = MUTATIONS[name]
    messages = messages_about(change, settings, **deployment)
    assert any(found in message for message in messages), messages


@pytest.mark.parametrize(("parameter", "value"), [("AuthMode", "authorizer"), ("MemorySize", "512")])
def test_without_the_version_description_a_parameter_would_not_reach_the_endpoint(parameter, value):
    """Fails once SAM publishes a version by itself; then the template no longer needs VersionDescription."""
    template = parsed_template()
    del function(template["Resources"])["VersionDescription"]
    changed = deploy(template, **{parameter: value})
    assert published_version(deploy(template)) == published_version(changed)


def test_without_its_mark_the_layer_would_not_bring_a_changed_policy_to_the_endpoint():
    template = parsed_template()
    del template["Resources"]["PolicyLayer"]["Properties"]["PublishLambdaVersion"]
    del function(template["Resources"])["VersionDescription"]
    changed = deploy(template, content={"PolicyLayer": "second"})
    assert published_version(deploy(template)) == published_version(changed)
