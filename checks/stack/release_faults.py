"""What must hold for the releases: new versions get a part of the traffic first, and alarms take them back."""

from deployed_stack import DeployedStack, partition_of
from differences import differs
from role_faults import trust_faults

# The functions, and the alarms that take a release of each back.
ROLLBACK_ALARMS = {
    "GatewayFunction": ["FunctionErrorsAlarm", "InternalErrorAlarm", "ChimeAccessDeniedAlarm", "RegistryFailedAlarm"],
    "NotificationsFunction": ["NotificationsErrorsAlarm", "EventsFailedAlarm"],
}


def release_faults(stack: DeployedStack) -> list[str]:
    """Finds faults of the functions' releases."""
    found = []
    for function, alarms in ROLLBACK_ALARMS.items():
        found += _release(stack, function, alarms)
    role = stack.properties("ReleaseRole")
    found += trust_faults("ReleaseRole", role, "codedeploy.amazonaws.com")
    managed = f"arn:{partition_of(stack.region)}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
    found += differs("ReleaseRole: managed policies", role.get("ManagedPolicyArns"), [managed])
    return found + differs("ReleaseRole: policies", role.get("Policies", []), [])


def _release(stack: DeployedStack, function: str, alarms: list[str]) -> list[str]:
    found = []
    alias_name = f"{function}Aliaslive"
    alias = stack.properties(alias_name)
    version = str(alias.get("FunctionVersion", ""))
    if not version.startswith(f"<{function}Version"):
        found.append(f"{alias_name}: points to {version!r}, not to the published version")
    update = stack.resources.get(alias_name, {}).get("UpdatePolicy", {})
    if "CodeDeployLambdaAliasUpdate" not in update:
        found.append(f"{alias_name}: moves all traffic to a new version at once")
    group = stack.properties(f"{function}DeploymentGroup")
    strategy = f"CodeDeployDefault.Lambda{stack.parameters['ReleaseStrategy']}"
    found += differs(f"{function}: the release's strategy", group.get("DeploymentConfigName"), strategy)
    expected = {"Enabled": True, "Alarms": [{"Name": f"<{name}>"} for name in alarms]}
    found += differs(f"{function}: the alarms that roll a release back", group.get("AlarmConfiguration"), expected)
    rollback = group.get("AutoRollbackConfiguration", {})
    if not rollback.get("Enabled") or "DEPLOYMENT_STOP_ON_ALARM" not in rollback.get("Events", []):
        found.append(f"{function}: an alarm does not roll a release back")
    found += differs(f"{function}: the release's role", group.get("ServiceRoleArn"), "<ReleaseRole.Arn>")
    for name in alarms:
        alarm = stack.properties(name)
        # A canary lasts five minutes; a slower alarm would be too late.
        if alarm.get("Period", 0) * alarm.get("EvaluationPeriods", 0) > 120:
            found.append(f"{name}: takes longer than two minutes, too slow for a canary of five")
    return found
