"""Whether CloudWatch gets the stack's metrics, and what its alarms say."""

import datetime as dt

from smoke.aws import Aws, AwsError, Patience
from smoke.stack import Stack


def check_metrics(aws: Aws, stack: Stack, since: int, patience: Patience) -> list[str]:
    """Waits for the metric that each request's line has. `since` is a time in milliseconds."""
    start = dt.datetime.fromtimestamp(since / 1000, dt.timezone.utc)
    # A value belongs to its minute; the end is later than any wait.
    start, end = start.replace(second=0, microsecond=0), start + dt.timedelta(hours=1)
    metric = ["--namespace", "MeetingGateway", "--metric-name", "Requests"]
    metric += ["--dimensions", f"Name=service,Value={stack.name}"]
    times = ["--start-time", start.isoformat(), "--end-time", end.isoformat()]
    for _ in patience.attempts():
        try:
            answer = aws.ask(
                "cloudwatch", "get-metric-statistics", *metric, *times, "--period", "60", "--statistics", "Sum"
            )
        except AwsError as error:
            return [str(error)]
        requests = sum(point["Sum"] for point in answer["Datapoints"])
        if requests:
            print(f"counted  {requests:.0f} request(s) in CloudWatch's metric Requests")
            return []
    return [f"CloudWatch has no metric Requests of the stack after {patience.seconds} s. Look at the gateway's lines"]


def check_alarms(aws: Aws, stack: Stack) -> list[str]:
    """Finds alarms that are missing or on."""
    names = [name for kind, name in stack.resources.values() if kind == "AWS::CloudWatch::Alarm"]
    try:
        answer = aws.ask("cloudwatch", "describe-alarms", "--alarm-types", "MetricAlarm", "--alarm-names", *names)
    except AwsError as error:
        return [str(error)]
    alarms = {alarm["AlarmName"]: alarm for alarm in answer["MetricAlarms"]}
    faults = [f"the alarm {name} does not exist" for name in names if name not in alarms]
    faults += [
        f"the alarm {name} is on: {alarm['StateReason']}. {alarm['AlarmDescription']}"
        for name, alarm in alarms.items()
        if alarm["StateValue"] == "ALARM"
    ]
    if not stack.parameters["AlarmTopicArn"]:
        print("note     the alarms tell nobody: AlarmTopicArn is empty")
    print(f"checked  {len(alarms)} alarm(s): {len(faults)} fault(s)")
    return faults
