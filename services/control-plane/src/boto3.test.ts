// The real AWS client for Python against this service: what it makes of our answers is
// what counts. The server in this file only carries bytes; signatures are the gateway's business.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeWith, run } from '@ampere/testing';
import { expect, test } from 'vitest';
import type { AlertManagerReading } from './definition-readers.ts';
import { ACCOUNT, cleanUp, REQUEST_ID, TestPlane } from './testing.ts';

const WALK = `
import boto3, json, sys
from botocore.config import Config
from botocore.exceptions import ClientError
amp = boto3.client('amp', endpoint_url=sys.argv[1], region_name='eu-west-1', aws_access_key_id='a',
                   aws_secret_access_key='b', config=Config(retries={'total_max_attempts': 1}))
fast = {'Delay': 0, 'MaxAttempts': 20}

def fails(code, status, message, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        answer = error.response
        assert answer['Error']['Code'] == code, answer
        assert answer['Error']['Message'] == message, answer
        assert answer['ResponseMetadata']['HTTPStatusCode'] == status, answer
        return answer
    raise AssertionError('no ' + code)

made = amp.create_workspace(alias='walk', tags={'team': 'a b+c/é'})
assert made['status']['statusCode'] == 'CREATING', made
assert made['ResponseMetadata']['RequestId'] == '${REQUEST_ID}', made
id, arn = made['workspaceId'], made['arn']
amp.get_waiter('workspace_active').wait(workspaceId=id, WaiterConfig=fast)
workspace = amp.describe_workspace(workspaceId=id)['workspace']
assert workspace['createdAt'].timestamp() == 1700000000, workspace
assert workspace['prometheusEndpoint'].endswith('/workspaces/' + id + '/'), workspace
assert amp.create_workspace(clientToken='t')['workspaceId'] == amp.create_workspace(clientToken='t')['workspaceId']
pages = list(amp.get_paginator('list_workspaces').paginate(PaginationConfig={'PageSize': 1}))
assert [len(page['workspaces']) for page in pages] == [1, 1], pages
assert len(amp.list_workspaces(alias='wa')['workspaces']) == 1
amp.tag_resource(resourceArn=arn, tags={'x': 'y', 'a b+c': ''})
amp.untag_resource(resourceArn=arn, tagKeys=['team', 'a b+c'])
assert amp.list_tags_for_resource(resourceArn=arn)['tags'] == {'x': 'y'}
amp.update_workspace_alias(workspaceId=id, alias='other')
amp.update_workspace_alias(workspaceId=id)
assert 'alias' not in amp.describe_workspace(workspaceId=id)['workspace']
bad = fails('ValidationException', 400, 'Invalid clientToken: Member must satisfy regular expression pattern: [!-~]+',
            amp.create_workspace, clientToken='a b')
assert bad['reason'] == 'FIELD_VALIDATION_FAILED' and bad['fieldList'][0]['name'] == 'clientToken', bad
fails('ConflictException', 409, 'The clientToken was already used with different request parameters.',
      amp.create_workspace, clientToken='t', alias='x')

limits = [{'limits': {'maxSeries': 5}, 'labelSet': {'team': 'a', 'env': 'b'}}, {'limits': {'maxSeries': 0}, 'labelSet': {}}]
updated = amp.update_workspace_configuration(workspaceId=id, retentionPeriodInDays=30, limitsPerLabelSet=limits)
assert updated['status'] == {'statusCode': 'UPDATING'}, updated
configured = amp.describe_workspace_configuration(workspaceId=id)['workspaceConfiguration']
assert configured == {'status': {'statusCode': 'ACTIVE'}, 'limitsPerLabelSet': limits, 'retentionPeriodInDays': 30}, configured

group = 'arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/amp/x:*'
amp.create_logging_configuration(workspaceId=id, logGroupArn=group)
amp.update_logging_configuration(workspaceId=id, logGroupArn=group)
logging = amp.describe_logging_configuration(workspaceId=id)['loggingConfiguration']
assert (logging['workspace'], logging['logGroupArn'], logging['status']) == (id, group, {'statusCode': 'ACTIVE'}), logging
assert logging['createdAt'].timestamp() == 1700000000, logging
amp.delete_logging_configuration(workspaceId=id)
none = fails('ResourceNotFoundException', 404, 'Workspace logging configuration not found.',
             amp.describe_logging_configuration, workspaceId=id)
assert none['resourceId'] == id + '/logging' and none['resourceType'] == 'AWS::APS::LoggingConfiguration', none
to = [{'cloudWatchLogs': {'logGroupArn': group}, 'filters': {'qspThreshold': 7}}]
amp.create_query_logging_configuration(workspaceId=id, destinations=to)
amp.update_query_logging_configuration(workspaceId=id, destinations=to)
assert amp.describe_query_logging_configuration(workspaceId=id)['queryLoggingConfiguration']['destinations'] == to
amp.delete_query_logging_configuration(workspaceId=id)

policy = json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': '999999999999'},
                     'Action': ['aps:RemoteWrite'], 'Resource': arn}]}, indent=2)
put = amp.put_resource_policy(workspaceId=id, policyDocument=policy, revisionId='NO_POLICY')
assert put['policyStatus'] == 'CREATING', put
found = amp.describe_resource_policy(workspaceId=id)
assert (found['policyDocument'], found['revisionId'], found['policyStatus']) == (policy, put['revisionId'], 'ACTIVE'), found
fails('ConflictException', 409, 'The revisionId is not that of the current resource policy.',
      amp.delete_resource_policy, workspaceId=id, revisionId='old')
fails('ValidationException', 400, 'Workspace resource policy cannot be malformed',
      amp.put_resource_policy, workspaceId=id, policyDocument='{}')
amp.delete_resource_policy(workspaceId=id, revisionId=put['revisionId'])

rules = b'groups:\\n- name: g\\n\\x00\\xff'
space = amp.create_rule_groups_namespace(workspaceId=id, name='a/b c', data=rules, tags={'k': 'v'})
assert space['arn'].endswith(':rulegroupsnamespace/' + id + '/a/b c') and space['tags'] == {'k': 'v'}, space
amp.put_rule_groups_namespace(workspaceId=id, name='a/b c', data=rules * 2)
space = amp.describe_rule_groups_namespace(workspaceId=id, name='a/b c')['ruleGroupsNamespace']
assert space['data'] == rules * 2 and space['status'] == {'statusCode': 'ACTIVE'}, space
amp.create_rule_groups_namespace(workspaceId=id, name='b', data=b'')
pages = list(amp.get_paginator('list_rule_groups_namespaces').paginate(workspaceId=id, PaginationConfig={'PageSize': 1}))
assert [page['ruleGroupsNamespaces'][0]['name'] for page in pages] == ['a/b c', 'b'], pages
amp.tag_resource(resourceArn=space['arn'], tags={'l': 'w'})
assert amp.list_tags_for_resource(resourceArn=space['arn'])['tags'] == {'k': 'v', 'l': 'w'}
fails('ValidationException', 400, 'Invalid RuleGroupsNamespace data: [no rules, really]',
      amp.put_rule_groups_namespace, workspaceId=id, name='b', data=b'bad')
amp.delete_rule_groups_namespace(workspaceId=id, name='a/b c')

amp.create_alert_manager_definition(workspaceId=id, data=rules)
found = amp.describe_alert_manager_definition(workspaceId=id)['alertManagerDefinition']
assert (found['data'], found['status']) == (rules, {'statusCode': 'ACTIVE'}), found
amp.put_alert_manager_definition(workspaceId=id, data=b'bad')
found = amp.describe_alert_manager_definition(workspaceId=id)['alertManagerDefinition']
assert found['status'] == {'statusCode': 'UPDATE_FAILED', 'statusReason': 'no routes provided'}, found
amp.delete_alert_manager_definition(workspaceId=id)

blob = b'\\x00scrape \\xff'
vpc = {'vpcConfiguration': {'securityGroupIds': ['sg-1'], 'subnetIds': ['subnet-1']}}
to = {'ampConfiguration': {'workspaceArn': arn}}
def scraper(**more):
    return amp.create_scraper(scrapeConfiguration={'configurationBlob': blob}, source=vpc, destination=to, **more)
made = scraper(alias='one', tags={'k': 'v'}, clientToken='s')
assert scraper(alias='one', tags={'k': 'v'}, clientToken='s')['scraperId'] == made['scraperId']
amp.get_waiter('scraper_active').wait(scraperId=made['scraperId'], WaiterConfig=fast)
found = amp.describe_scraper(scraperId=made['scraperId'])['scraper']
assert (found['scrapeConfiguration'], found['source'], found['destination']) == ({'configurationBlob': blob}, vpc, to), found
assert found['createdAt'].timestamp() == 1700000000 and found['tags'] == {'k': 'v'}, found
amp.update_scraper(scraperId=made['scraperId'], alias='two', scrapeConfiguration={'configurationBlob': blob * 2})
assert amp.describe_scraper(scraperId=made['scraperId'])['scraper']['scrapeConfiguration']['configurationBlob'] == blob * 2
scraper(alias='three')
pages = list(amp.get_paginator('list_scrapers').paginate(PaginationConfig={'PageSize': 1}))
assert [[one['alias'] for one in page['scrapers']] for page in pages] == [['two'], ['three']], pages
assert len(amp.list_scrapers(filters={'alias': ['two', 'four'], 'status': ['ACTIVE']})['scrapers']) == 1
amp.tag_resource(resourceArn=made['arn'], tags={'l': 'w'})
assert amp.list_tags_for_resource(resourceArn=made['arn'])['tags'] == {'k': 'v', 'l': 'w'}
where = {'cloudWatchLogs': {'logGroupArn': group}}
parts = [{'type': 'COLLECTOR', 'config': {'options': {'__proto__': 'x'}}}]
amp.update_scraper_logging_configuration(scraperId=made['scraperId'], loggingDestination=where, scraperComponents=parts)
found = amp.describe_scraper_logging_configuration(scraperId=made['scraperId'])
assert (found['loggingDestination'], found['scraperComponents']) == (where, parts), found
amp.delete_scraper_logging_configuration(scraperId=made['scraperId'])
assert b'scrape_configs' in amp.get_default_scraper_configuration()['configuration']
assert amp.delete_scraper(scraperId=made['scraperId'])['status'] == {'statusCode': 'DELETING'}
amp.get_waiter('scraper_deleted').wait(scraperId=made['scraperId'], WaiterConfig=fast)

config = {'randomCutForest': {'query': 'sum(up)', 'ignoreNearExpectedFromAbove': {'ratio': 0.25}}}
made = amp.create_anomaly_detector(workspaceId=id, alias='d', configuration=config, labels={'a': 'b'},
                                   missingDataAction={'markAsAnomaly': True}, tags={'k': 'v'})
detector = {'workspaceId': id, 'anomalyDetectorId': made['anomalyDetectorId']}
amp.get_waiter('anomaly_detector_active').wait(**detector, WaiterConfig=fast)
found = amp.describe_anomaly_detector(**detector)['anomalyDetector']
assert (found['configuration'], found['labels'], found['missingDataAction']) == (config, {'a': 'b'}, {'markAsAnomaly': True}), found
amp.put_anomaly_detector(**detector, configuration=config, evaluationIntervalInSeconds=300)
amp.create_anomaly_detector(workspaceId=id, alias='e', configuration=config)
pages = list(amp.get_paginator('list_anomaly_detectors').paginate(workspaceId=id, PaginationConfig={'PageSize': 1}))
assert [[one['alias'] for one in page['anomalyDetectors']] for page in pages] == [['d'], ['e']], pages
amp.tag_resource(resourceArn=made['arn'], tags={'l': 'w'})
assert amp.list_tags_for_resource(resourceArn=made['arn'])['tags'] == {'k': 'v', 'l': 'w'}
amp.delete_anomaly_detector(**detector)
amp.get_waiter('anomaly_detector_deleted').wait(**detector, WaiterConfig=fast)

amp.delete_workspace(workspaceId=id)
amp.get_waiter('workspace_deleted').wait(workspaceId=id, WaiterConfig=fast)
gone = fails('ResourceNotFoundException', 404, 'Workspace not found.', amp.describe_workspace, workspaceId=id)
assert gone['resourceId'] == id and gone['resourceType'] == 'AWS::APS::Workspace', gone
print('walked')
`;

/** An HTTP server in front of the control plane; its URL. */
async function serve(t: TestPlane): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = await t.call(request.method!, request.url!, Buffer.concat(chunks));
    response.writeHead(answer.status, answer.headers).end(answer.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => new Promise((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describeWith('the AWS client for Python', ['boto3'], ({ boto3 }) => {
  test('walks through every operation', async () => {
    const ruleFile = (data: Uint8Array) => ({
      problems: Buffer.from(data).toString() === 'bad' ? ['no rules, really'] : [],
      groups: [],
    });
    const alertManager = (data: Uint8Array): AlertManagerReading =>
      Buffer.from(data).toString() === 'bad'
        ? { kind: 'failed', reason: 'no routes provided' }
        : { kind: 'good' };
    const scrapeConfiguration = () => ({ kind: 'good' }) as const;
    const detectorQuery = () => undefined;
    const url = await serve(
      await TestPlane.open({ readers: { ruleFile, alertManager, scrapeConfiguration, detectorQuery } }),
    );
    expect(await run(boto3, ['-c', WALK, url])).toEqual({ code: 0, stdout: 'walked\n', stderr: '' });
  });
});
