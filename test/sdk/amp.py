"""The AWS SDK for Python against a running server, as infrastructure tools use it.

    amp.py ENDPOINT          with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_DEFAULT_REGION set

Asks botocore alone, so that the one which comes with the AWS CLI will do. Prints a line for each part that went
well; what this botocore has no model for is told as skipped.

1. Waiters and the order of calls of Terraform's provider: create, wait, describe, list tags; change, describe; delete, wait.
2. What was put comes back to the byte.
3. Paginators: pages of any size, going on from a token, also when something is deleted in between.
4. Concurrent creates: at the quota, with one client token, of one name.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

# Throttled calls (429) are repeated by the SDK itself.
CONFIG = Config(retries={"mode": "standard", "max_attempts": 20}, max_pool_connections=32)
amp = botocore.session.get_session().create_client("amp", endpoint_url=sys.argv[1], config=CONFIG)
FAST = {"Delay": 1, "MaxAttempts": 60}


def same(found, expected):
    assert found == expected, f"{found!r} is not {expected!r}"


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response
    raise AssertionError("not refused")


def part(name, needs=()):
    def run(body):
        missing = [one for one in needs if not hasattr(amp, one)]
        if missing:
            print(f"skipped: {name}: this botocore has no {', '.join(missing)}")
            return
        body()
        print(f"ok: {name}")

    return run


def workspace(**arguments):
    made = amp.create_workspace(**arguments)
    same(made["status"], {"statusCode": "CREATING"})
    amp.get_waiter("workspace_active").wait(workspaceId=made["workspaceId"], WaiterConfig=FAST)
    return made["workspaceId"], made["arn"]


def drop(id):
    amp.delete_workspace(workspaceId=id)
    amp.get_waiter("workspace_deleted").wait(workspaceId=id, WaiterConfig=FAST)


@part("a workspace as Terraform makes, changes and destroys it")
def _():
    id, arn = workspace(alias="tf", tags={"team": "core", "empty": ""}, clientToken="terraform-1")
    # A provider that lost the answer sends it again.
    same(amp.create_workspace(alias="tf", tags={"team": "core", "empty": ""}, clientToken="terraform-1")["arn"], arn)
    found = amp.describe_workspace(workspaceId=id)["workspace"]
    same((found["alias"], found["tags"], found["arn"]), ("tf", {"team": "core", "empty": ""}, arn))
    assert found["prometheusEndpoint"].endswith(f"/workspaces/{id}/"), found
    same(amp.list_tags_for_resource(resourceArn=arn)["tags"], {"team": "core", "empty": ""})
    if hasattr(amp, "describe_logging_configuration"):
        absent = refusal(amp.describe_logging_configuration, workspaceId=id)
        same((absent["Error"]["Code"], absent["ResponseMetadata"]["HTTPStatusCode"]), ("ResourceNotFoundException", 404))
    amp.update_workspace_alias(workspaceId=id, alias="renamed")
    amp.tag_resource(resourceArn=arn, tags={"team": "edge"})
    amp.untag_resource(resourceArn=arn, tagKeys=["empty"])
    changed = amp.describe_workspace(workspaceId=id)["workspace"]
    same((changed["alias"], changed["tags"], changed["createdAt"]), ("renamed", {"team": "edge"}, found["createdAt"]))
    drop(id)
    same(refusal(amp.describe_workspace, workspaceId=id)["Error"]["Code"], "ResourceNotFoundException")
    # The waiter for what isn't there any more is content at once; the one for what should come is not.
    amp.get_waiter("workspace_deleted").wait(workspaceId=id, WaiterConfig=FAST)
    try:
        amp.get_waiter("workspace_active").wait(workspaceId=id, WaiterConfig=FAST)
        raise AssertionError("a deleted workspace became active")
    except WaiterError:
        pass


RULES = [
    b"groups:\n- name: g\n  rules:\n  - {record: 'a:b', expr: up}\n",
    b"# a comment, \xc3\xa9\xe2\x82\xac, and blanks at the end   \ngroups:\r\n- name: \"g\"\r\n  rules: []\n\n\n",
    b"groups: [] # no newline at the end",
]
DEFINITIONS = [
    b"alertmanager_config: |\n  route:\n    receiver: default\n  receivers:\n    - name: default\n",
    b"# other text\nalertmanager_config: |+\n  route: {receiver: r} # \xe2\x82\xac\n  receivers: [{name: r}]\n\n\n",
]


@part("definitions come back to the byte")
def _():
    id, _arn = workspace()
    for n, data in enumerate(RULES):
        made = amp.create_rule_groups_namespace(workspaceId=id, name=f"n{n}", data=data, tags={"n": str(n)})
        found = amp.describe_rule_groups_namespace(workspaceId=id, name=f"n{n}")["ruleGroupsNamespace"]
        same((found["data"], found["status"]["statusCode"], found["tags"]), (data, "ACTIVE", {"n": str(n)}))
        same(amp.list_tags_for_resource(resourceArn=made["arn"])["tags"], {"n": str(n)})
        for other in RULES:
            amp.put_rule_groups_namespace(workspaceId=id, name=f"n{n}", data=other)
            again = amp.describe_rule_groups_namespace(workspaceId=id, name=f"n{n}")["ruleGroupsNamespace"]
            same((again["data"], again["createdAt"]), (other, found["createdAt"]))
    amp.create_alert_manager_definition(workspaceId=id, data=DEFINITIONS[0])
    for data in DEFINITIONS:
        amp.put_alert_manager_definition(workspaceId=id, data=data)
        found = amp.describe_alert_manager_definition(workspaceId=id)["alertManagerDefinition"]
        same((found["data"], found["status"]), (data, {"statusCode": "ACTIVE"}))
    drop(id)
    same(refusal(amp.describe_alert_manager_definition, workspaceId=id)["Error"]["Code"], "ResourceNotFoundException")


@part("a workspace's configuration", ["update_workspace_configuration"])
def _():
    id, _arn = workspace()
    limits = [{"limits": {"maxSeries": 9}, "labelSet": {"a": "b"}}, {"limits": {"maxSeries": 5}, "labelSet": {}}]
    amp.update_workspace_configuration(workspaceId=id, retentionPeriodInDays=30, limitsPerLabelSet=limits)
    found = amp.describe_workspace_configuration(workspaceId=id)["workspaceConfiguration"]
    same(found, {"status": {"statusCode": "ACTIVE"}, "retentionPeriodInDays": 30, "limitsPerLabelSet": limits})
    drop(id)


@part("scrapers", ["create_scraper", "describe_scraper_logging_configuration"])
def _():
    id, arn = workspace()
    blob = b"scrape_configs: # nobody is there\n- {job_name: j, static_configs: [{targets: ['127.0.0.1:1']}]}\n"
    source = {"vpcConfiguration": {"securityGroupIds": ["sg-1"], "subnetIds": ["subnet-1"]}}
    to = {"ampConfiguration": {"workspaceArn": arn}}
    made = amp.create_scraper(
        alias="s", scrapeConfiguration={"configurationBlob": blob}, source=source, destination=to, tags={"k": "v"}
    )
    scraper = made["scraperId"]
    amp.get_waiter("scraper_active").wait(scraperId=scraper, WaiterConfig=FAST)
    found = amp.describe_scraper(scraperId=scraper)["scraper"]
    same((found["scrapeConfiguration"], found["source"], found["tags"]), ({"configurationBlob": blob}, source, {"k": "v"}))
    amp.update_scraper(scraperId=scraper, alias="t", scrapeConfiguration={"configurationBlob": blob})
    amp.get_waiter("scraper_active").wait(scraperId=scraper, WaiterConfig=FAST)
    others = [
        amp.create_scraper(scrapeConfiguration={"configurationBlob": blob}, source=source, destination=to)["scraperId"]
        for _ in range(3)
    ]
    pages = list(amp.get_paginator("list_scrapers").paginate(PaginationConfig={"PageSize": 3}))
    same([one["scraperId"] for page in pages for one in page["scrapers"]], [scraper, *others])
    same([len(page["scrapers"]) for page in pages], [3, 1])
    for one in [scraper, *others]:
        amp.delete_scraper(scraperId=one)
        amp.get_waiter("scraper_deleted").wait(scraperId=one, WaiterConfig=FAST)
    drop(id)


@part("anomaly detectors", ["create_anomaly_detector"])
def _():
    id, _arn = workspace()
    configuration = {"randomCutForest": {"query": "sum(up)"}}
    made = [
        amp.create_anomaly_detector(workspaceId=id, alias=f"d{n}", configuration=configuration)["anomalyDetectorId"]
        for n in range(3)
    ]
    for one in made:
        of = {"workspaceId": id, "anomalyDetectorId": one}
        amp.get_waiter("anomaly_detector_active").wait(**of, WaiterConfig=FAST)
    pages = list(
        amp.get_paginator("list_anomaly_detectors").paginate(workspaceId=id, PaginationConfig={"PageSize": 2})
    )
    same([one["anomalyDetectorId"] for page in pages for one in page["anomalyDetectors"]], made)
    for one in made:
        of = {"workspaceId": id, "anomalyDetectorId": one}
        amp.delete_anomaly_detector(**of)
        amp.get_waiter("anomaly_detector_deleted").wait(**of, WaiterConfig=FAST)
    drop(id)


@part("paginators go on where they were")
def _():
    ids = [workspace(alias=f"page-{n}")[0] for n in range(5)]
    lists = amp.get_paginator("list_workspaces")
    for size in (1, 2, 5, 100):
        pages = list(lists.paginate(PaginationConfig={"PageSize": size}))
        same([one["workspaceId"] for page in pages for one in page["workspaces"]], ids)
        assert "nextToken" not in pages[-1], pages[-1]
    begun = lists.paginate(PaginationConfig={"PageSize": 2, "MaxItems": 2}).build_full_result()
    drop(ids[1])
    rest = lists.paginate(PaginationConfig={"StartingToken": begun["NextToken"]}).build_full_result()
    same([one["workspaceId"] for one in begun["workspaces"] + rest["workspaces"]], ids)
    same(refusal(amp.list_workspaces, nextToken="made-up")["Error"]["Code"], "ValidationException")
    for n in range(5):
        amp.create_rule_groups_namespace(workspaceId=ids[0], name=f"n{n}", data=RULES[0])
    spaces = amp.get_paginator("list_rule_groups_namespaces")
    pages = list(spaces.paginate(workspaceId=ids[0], PaginationConfig={"PageSize": 2}))
    same([len(page["ruleGroupsNamespaces"]) for page in pages], [2, 2, 1])
    same([one["name"] for page in pages for one in page["ruleGroupsNamespaces"]], [f"n{n}" for n in range(5)])
    for id in [ids[0], *ids[2:]]:
        drop(id)


def at_once(calls):
    """What each call answered: its result, or the code of its refusal."""

    def outcome(call):
        try:
            return call()
        except ClientError as error:
            return error.response

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(outcome, call) for call in calls]]


@part("twelve creates at once, and a quota of ten")
def _():
    answers = at_once([amp.create_workspace] * 12)
    made = [answer["workspaceId"] for answer in answers if "workspaceId" in answer]
    refused = [answer for answer in answers if "Error" in answer]
    same((len(made), len(set(made)), len(refused)), (10, 10, 2))
    for answer in refused:
        same(answer["Error"]["Code"], "ServiceQuotaExceededException")
        same(answer["Error"]["Message"], "Limit exceeded. Maximum workspaces per account.")
        same((answer["ResponseMetadata"]["HTTPStatusCode"], answer["serviceCode"]), (402, "aps"))
    same(len(amp.list_workspaces()["workspaces"]), 10)
    # One goes, another one may come, however many ask for it.
    drop(made[0])
    answers = at_once([amp.create_workspace] * 4)
    same(sum("workspaceId" in answer for answer in answers), 1)
    for one in amp.list_workspaces()["workspaces"]:
        drop(one["workspaceId"])


@part("one client token from eight sides at once")
def _():
    answers = at_once([lambda: amp.create_workspace(alias="once", clientToken="eight")] * 8)
    same(len({answer["workspaceId"] for answer in answers}), 1)
    same(len(amp.list_workspaces()["workspaces"]), 1)
    other = refusal(amp.create_workspace, alias="twice", clientToken="eight")
    same((other["Error"]["Code"], other["ResponseMetadata"]["HTTPStatusCode"]), ("ConflictException", 409))
    id = answers[0]["workspaceId"]
    amp.get_waiter("workspace_active").wait(workspaceId=id, WaiterConfig=FAST)
    answers = at_once([lambda: amp.create_rule_groups_namespace(workspaceId=id, name="one", data=RULES[0])] * 6)
    codes = sorted(answer["Error"]["Code"] if "Error" in answer else "" for answer in answers)
    same(codes, ["", *["ConflictException"] * 5])
    drop(id)


same(amp.list_workspaces()["workspaces"], [])
