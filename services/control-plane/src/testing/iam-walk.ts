/** Python that calls every operation of IAM through boto3 and checks what it gets; prints `walked`. */
export const IAM_WALK = `
import boto3, json, sys
from botocore.config import Config
from botocore.exceptions import ClientError
def client(name, key='a', **kw):
    return boto3.client(name, endpoint_url=sys.argv[1], region_name='eu-west-1', aws_access_key_id=key,
                        aws_secret_access_key='b', config=Config(retries={'total_max_attempts': 1}), **kw)
iam, sts = client('iam'), client('sts')
A = sts.get_caller_identity()['Account']

def fails(code, status, message, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        e = error.response
        assert (e['Error']['Code'], e['ResponseMetadata']['HTTPStatusCode']) == (code, status), e
        assert message in e['Error']['Message'], e
        return e
    raise AssertionError('no ' + code)

def doc(*statements): return json.dumps({'Version': '2012-10-17', 'Statement': list(statements)}, indent=1)
allow = {'Effect': 'Allow', 'Action': 'aps:*', 'Resource': '*'}

# users
user = iam.create_user(UserName='ann', Path='/ops/', Tags=[{'Key': 'team', 'Value': 'a b+c'}])['User']
assert user['Arn'] == f'arn:aws:iam::{A}:user/ops/ann' and user['UserId'].startswith('AIDA') and len(user['UserId']) == 20, user
assert user['Tags'] == [{'Key': 'team', 'Value': 'a b+c'}] and user['CreateDate'].year == 2023, user
fails('EntityAlreadyExists', 409, 'User with name ANN already exists.', iam.create_user, UserName='ANN')
fails('ValidationError', 400, "1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\\\w+=,.@-]+", iam.create_user, UserName='a b')
fails('NoSuchEntity', 404, 'The user with name bob cannot be found.', iam.get_user, UserName='bob')
assert iam.get_user(UserName='ann')['User'] == user
assert iam.get_user()['User']['Arn'] == f'arn:aws:iam::{A}:root'
for n in range(5): iam.create_user(UserName=f'u{n}')
pages = list(iam.get_paginator('list_users').paginate(PaginationConfig={'PageSize': 2}))
assert [[u['UserName'] for u in p['Users']] for p in pages] == [['ann', 'u0'], ['u1', 'u2'], ['u3', 'u4']], pages
assert [u['UserName'] for u in iam.list_users(PathPrefix='/ops/')['Users']] == ['ann']
fails('ValidationError', 400, 'Invalid Marker.', iam.list_users, Marker='x!')
iam.update_user(UserName='u4', NewUserName='v4', NewPath='/x/')
assert iam.get_user(UserName='v4')['User']['Arn'].endswith(':user/x/v4')
fails('EntityAlreadyExists', 409, 'User with name v4 already exists.', iam.update_user, UserName='u3', NewUserName='v4')
iam.delete_user(UserName='v4')
fails('NoSuchEntity', 404, 'The user with name v4 cannot be found.', iam.delete_user, UserName='v4')
iam.tag_user(UserName='ann', Tags=[{'Key': 'Team', 'Value': 'x'}, {'Key': 'e', 'Value': ''}])
iam.untag_user(UserName='ann', TagKeys=['E'])
assert iam.list_user_tags(UserName='ann')['Tags'] == [{'Key': 'Team', 'Value': 'x'}]
fails('ValidationError', 400, 'Duplicate tag keys', iam.tag_user, UserName='ann', Tags=[{'Key': 'a', 'Value': ''}, {'Key': 'A', 'Value': ''}])

# access keys
key = iam.create_access_key(UserName='ann')['AccessKey']
assert key['AccessKeyId'].startswith('AKIA') and len(key['SecretAccessKey']) == 40 and key['Status'] == 'Active', key
me = client('iam', key['AccessKeyId'])
assert me.get_user()['User']['UserName'] == 'ann'
assert client('sts', key['AccessKeyId']).get_caller_identity()['Arn'] == user['Arn']
second = me.create_access_key()['AccessKey']
fails('LimitExceeded', 409, 'Cannot exceed quota for AccessKeysPerUser: 2', me.create_access_key)
fails('ValidationError', 400, 'Must specify userName when calling with non-User credentials', iam.create_access_key)
iam.update_access_key(UserName='ann', AccessKeyId=second['AccessKeyId'], Status='Inactive')
listed = {k['AccessKeyId']: k['Status'] for k in me.list_access_keys()['AccessKeyMetadata']}
assert listed == {key['AccessKeyId']: 'Active', second['AccessKeyId']: 'Inactive'}, listed
assert 'SecretAccessKey' not in str(me.list_access_keys())
used = iam.get_access_key_last_used(AccessKeyId=key['AccessKeyId'])
assert used['UserName'] == 'ann' and used['AccessKeyLastUsed']['ServiceName'] == 'N/A', used
assert sts.get_access_key_info(AccessKeyId=key['AccessKeyId'])['Account'] == A
fails('DeleteConflict', 409, 'Cannot delete entity, must delete access keys first.', iam.delete_user, UserName='ann')
fails('NoSuchEntity', 404, 'cannot be found.', iam.delete_access_key, UserName='u0', AccessKeyId=key['AccessKeyId'])
me.delete_access_key(AccessKeyId=second['AccessKeyId'])

# groups
group = iam.create_group(GroupName='devs')['Group']
assert group['GroupId'].startswith('AGPA') and group['Arn'].endswith(':group/devs'), group
iam.add_user_to_group(GroupName='devs', UserName='ann')
iam.add_user_to_group(GroupName='devs', UserName='ann')
assert [u['UserName'] for u in iam.get_group(GroupName='devs')['Users']] == ['ann']
assert [g['GroupName'] for g in iam.list_groups_for_user(UserName='ann')['Groups']] == ['devs']
fails('DeleteConflict', 409, 'must remove users from group first', iam.delete_group, GroupName='devs')
iam.update_group(GroupName='devs', NewGroupName='crew', NewPath='/c/')
assert iam.list_groups()['Groups'][0]['Arn'].endswith(':group/c/crew')

# managed policies
made = iam.create_policy(PolicyName='all', PolicyDocument=doc(allow), Description='d', Path='/p/', Tags=[{'Key': 'k', 'Value': 'v'}])['Policy']
arn = made['Arn']
assert arn == f'arn:aws:iam::{A}:policy/p/all' and made['DefaultVersionId'] == 'v1' and made['AttachmentCount'] == 0, made
fails('EntityAlreadyExists', 409, 'A policy called all already exists. Duplicate names are not allowed.', iam.create_policy, PolicyName='all', PolicyDocument=doc(allow))
fails('MalformedPolicyDocument', 400, 'Syntax errors in policy.', iam.create_policy, PolicyName='x', PolicyDocument='{')
fails('LimitExceeded', 409, 'Cannot exceed quota for PolicySize: 6144', iam.create_policy, PolicyName='x', PolicyDocument=doc({**allow, 'Action': ['aps:' + 'x' * 60] * 100}))
assert iam.get_policy_version(PolicyArn=arn, VersionId='v1')['PolicyVersion']['Document'] == json.loads(doc(allow))
for n in range(4): v = iam.create_policy_version(PolicyArn=arn, PolicyDocument=doc(allow), SetAsDefault=n == 3)['PolicyVersion']
assert v['VersionId'] == 'v5' and v['IsDefaultVersion'], v
fails('LimitExceeded', 409, 'up to 5 versions', iam.create_policy_version, PolicyArn=arn, PolicyDocument=doc(allow))
assert [p['VersionId'] for p in iam.list_policy_versions(PolicyArn=arn)['Versions']] == ['v5', 'v4', 'v3', 'v2', 'v1']
iam.set_default_policy_version(PolicyArn=arn, VersionId='v2')
fails('DeleteConflict', 409, 'Cannot delete the default version of a policy.', iam.delete_policy_version, PolicyArn=arn, VersionId='v2')
for n in (1, 3, 4, 5): iam.delete_policy_version(PolicyArn=arn, VersionId=f'v{n}')
fails('NoSuchEntity', 404, 'version v5', iam.get_policy_version, PolicyArn=arn, VersionId='v5')
aws = {p['PolicyName'] for p in iam.list_policies(Scope='AWS')['Policies']}
assert aws == {'AmazonPrometheus' + n for n in ('FullAccess', 'QueryAccess', 'RemoteWriteAccess', 'ConsoleFullAccess')}, aws
query = 'arn:aws:iam::aws:policy/AmazonPrometheusQueryAccess'
assert iam.get_policy(PolicyArn=query)['Policy']['DefaultVersionId'] == 'v1'
assert 'aps:QueryMetrics' in str(iam.get_policy_version(PolicyArn=query, VersionId='v1')['PolicyVersion']['Document'])
fails('NoSuchEntity', 404, 'does not exist or is not attachable', iam.attach_user_policy, UserName='ann', PolicyArn=arn + 'x')
iam.tag_policy(PolicyArn=arn, Tags=[{'Key': 'l', 'Value': 'w'}]); iam.untag_policy(PolicyArn=arn, TagKeys=['k'])
assert iam.list_policy_tags(PolicyArn=arn)['Tags'] == [{'Key': 'l', 'Value': 'w'}]

# roles
trust = doc({'Effect': 'Allow', 'Principal': {'AWS': A}, 'Action': 'sts:AssumeRole'})
role = iam.create_role(RoleName='ingest', AssumeRolePolicyDocument=trust, Description='é', MaxSessionDuration=7200)['Role']
assert role['RoleId'].startswith('AROA') and role['AssumeRolePolicyDocument'] == json.loads(trust), role
assert iam.get_role(RoleName='ingest')['Role']['RoleLastUsed'] == {}
fails('MalformedPolicyDocument', 400, 'Has prohibited field Resource', iam.create_role, RoleName='x', AssumeRolePolicyDocument=doc({**json.loads(trust)['Statement'][0], 'Resource': '*'}))
fails('EntityAlreadyExists', 409, 'Role with name ingest already exists.', iam.create_role, RoleName='ingest', AssumeRolePolicyDocument=trust)
iam.update_role(RoleName='ingest', Description='new')
assert iam.get_role(RoleName='ingest')['Role']['MaxSessionDuration'] == 7200
iam.update_role_description(RoleName='ingest', Description='newer')
iam.update_assume_role_policy(RoleName='ingest', PolicyDocument=trust)
assert [r['RoleName'] for r in iam.list_roles()['Roles']] == ['ingest']
iam.tag_role(RoleName='ingest', Tags=[{'Key': 'k', 'Value': 'v'}]); iam.untag_role(RoleName='ingest', TagKeys=['k'])
assert iam.list_role_tags(RoleName='ingest')['Tags'] == []
assert iam.list_instance_profiles_for_role(RoleName='ingest')['InstanceProfiles'] == []
linked = iam.create_service_linked_role(AWSServiceName='scraper.aps.amazonaws.com')['Role']
assert linked['Arn'].endswith(':role/aws-service-role/scraper.aps.amazonaws.com/AWSServiceRoleForAmazonPrometheusScraper'), linked
fails('InvalidInput', 400, 'has been taken in this account', iam.create_service_linked_role, AWSServiceName='scraper.aps.amazonaws.com')
fails('UnmodifiableEntity', 400, 'only modifiable by AWS', iam.delete_role, RoleName=linked['RoleName'])
task = iam.delete_service_linked_role(RoleName=linked['RoleName'])['DeletionTaskId']
assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)['Status'] == 'SUCCEEDED'

# what is attached
for kind, name in (('user', 'ann'), ('group', 'crew'), ('role', 'ingest')):
    of = {kind.capitalize() + 'Name': name}
    call = lambda op: getattr(iam, op.replace('*', kind))
    call('attach_*_policy')(**of, PolicyArn=arn)
    call('attach_*_policy')(**of, PolicyArn=query)
    attached = call('list_attached_*_policies')(**of)['AttachedPolicies']
    assert sorted(p['PolicyName'] for p in attached) == ['AmazonPrometheusQueryAccess', 'all'], attached
    assert len(call('list_attached_*_policies')(**of, PathPrefix='/p/')['AttachedPolicies']) == 1
    call('detach_*_policy')(**of, PolicyArn=query)
    fails('NoSuchEntity', 404, f'Policy {query} was not found.', call('detach_*_policy'), **of, PolicyArn=query)
    call('put_*_policy')(**of, PolicyName='mine', PolicyDocument=doc(allow))
    got = call('get_*_policy')(**of, PolicyName='mine')
    assert got['PolicyDocument'] == json.loads(doc(allow)) and got[kind.capitalize() + 'Name'] == name, got
    assert call('list_*_policies')(**of)['PolicyNames'] == ['mine']
    fails('NoSuchEntity', 404, f'The {kind} policy with name other cannot be found.', call('get_*_policy'), **of, PolicyName='other')
    if kind == 'user':
        fails('LimitExceeded', 409, 'Maximum policy size of 2048 bytes exceeded for user ann', iam.put_user_policy, **of, PolicyName='big', PolicyDocument=doc({**allow, 'Action': ['aps:' + 'x' * 60] * 30}))
entities = iam.list_entities_for_policy(PolicyArn=arn)
assert [entities[k][0][n] for k, n in (('PolicyUsers', 'UserName'), ('PolicyGroups', 'GroupName'), ('PolicyRoles', 'RoleName'))] == ['ann', 'crew', 'ingest'], entities
assert iam.get_policy(PolicyArn=arn)['Policy']['AttachmentCount'] == 3
fails('DeleteConflict', 409, 'Cannot delete a policy attached to entities.', iam.delete_policy, PolicyArn=arn)
iam.put_user_permissions_boundary(UserName='ann', PermissionsBoundary=query)
iam.put_role_permissions_boundary(RoleName='ingest', PermissionsBoundary=query)
assert iam.get_user(UserName='ann')['User']['PermissionsBoundary'] == {'PermissionsBoundaryType': 'PermissionsBoundaryPolicy', 'PermissionsBoundaryArn': query}
assert [p['PolicyName'] for p in iam.list_policies(OnlyAttached=True)['Policies']] == ['AmazonPrometheusQueryAccess', 'all']

# simulation
sim = iam.simulate_principal_policy(PolicySourceArn=user['Arn'], ActionNames=['aps:QueryMetrics', 'aps:RemoteWrite'])['EvaluationResults']
assert [r['EvalDecision'] for r in sim] == ['allowed', 'implicitDeny'], sim
assert sim[1]['PermissionsBoundaryDecisionDetail'] == {'AllowedByPermissionsBoundary': False}, sim
deny = {'Effect': 'Deny', 'Action': 'aps:Query*', 'Resource': '*', 'Condition': {'StringEquals': {'aws:PrincipalTag/Team': 'x', 'aws:RequestTag/q': 'r'}}}
entry = [{'ContextKeyName': 'aws:RequestTag/q', 'ContextKeyValues': ['r'], 'ContextKeyType': 'string'}]
sim = lambda **kw: iam.simulate_principal_policy(PolicySourceArn=user['Arn'], ActionNames=['aps:QueryMetrics'], PolicyInputList=[doc(deny)], **kw)['EvaluationResults'][0]
assert sim()['EvalDecision'] == 'allowed' and sim()['MissingContextValues'] == ['aws:RequestTag/q'], sim()
assert sim(ContextEntries=entry)['EvalDecision'] == 'explicitDeny'
assert sim(ContextEntries=entry)['MatchedStatements'][0]['SourcePolicyId'] == 'PolicyInputList.1'
custom = iam.simulate_custom_policy(PolicyInputList=[doc(allow)], ActionNames=['aps:X', 'iam:X'])
assert [r['EvalDecision'] for r in custom['EvaluationResults']] == ['allowed', 'implicitDeny'], custom
assert iam.get_context_keys_for_custom_policy(PolicyInputList=[doc(deny)])['ContextKeyNames'] == ['aws:PrincipalTag/Team', 'aws:RequestTag/q']
assert iam.get_context_keys_for_principal_policy(PolicySourceArn=role['Arn'])['ContextKeyNames'] == []
fails('NoSuchEntity', 404, 'cannot be found', iam.simulate_principal_policy, PolicySourceArn=role['Arn'] + 'x', ActionNames=['aps:X'])

# OpenID Connect providers
oidc = iam.create_open_id_connect_provider(Url='https://oidc.example.com/id/A1', ClientIDList=['sts.amazonaws.com'], ThumbprintList=['a' * 40])['OpenIDConnectProviderArn']
assert oidc == f'arn:aws:iam::{A}:oidc-provider/oidc.example.com/id/A1', oidc
of = {'OpenIDConnectProviderArn': oidc}
fails('EntityAlreadyExists', 409, 'Provider with url https://oidc.example.com/id/A1 already exists.', iam.create_open_id_connect_provider, Url='https://oidc.example.com/id/A1')
fails('ValidationError', 400, 'Invalid Open ID Connect Provider URL', iam.create_open_id_connect_provider, Url='http://oidc.example.com')
fails('ValidationError', 400, 'Invalid Open ID Connect Provider URL', iam.create_open_id_connect_provider, Url='https://a@b')
iam.add_client_id_to_open_id_connect_provider(**of, ClientID='two')
iam.remove_client_id_from_open_id_connect_provider(**of, ClientID='sts.amazonaws.com')
iam.update_open_id_connect_provider_thumbprint(**of, ThumbprintList=['b' * 40])
iam.tag_open_id_connect_provider(**of, Tags=[{'Key': 'k', 'Value': 'v'}]); iam.untag_open_id_connect_provider(**of, TagKeys=['z'])
got = iam.get_open_id_connect_provider(**of)
assert (got['Url'], got['ClientIDList'], got['ThumbprintList'], got['Tags']) == ('oidc.example.com/id/A1', ['two'], ['b' * 40], [{'Key': 'k', 'Value': 'v'}]), got
assert iam.list_open_id_connect_provider_tags(**of)['Tags'] == got['Tags']
assert iam.list_open_id_connect_providers()['OpenIDConnectProviderList'] == [{'Arn': oidc}]

# the account
iam.create_account_alias(AccountAlias='my-account')
assert iam.list_account_aliases()['AccountAliases'] == ['my-account']
iam.delete_account_alias(AccountAlias='my-account')
assert iam.list_account_aliases()['AccountAliases'] == []
assert iam.get_account_summary()['SummaryMap']['Users'] == 5
pages = list(iam.get_paginator('get_account_authorization_details').paginate(PaginationConfig={'PageSize': 3}))
assert sum(len(p['UserDetailList']) for p in pages) == 5 and len(pages) == 3, pages
detail = [u for p in pages for u in p['UserDetailList'] if u['UserName'] == 'ann'][0]
assert (detail['GroupList'], detail['UserPolicyList'][0]['PolicyDocument']) == (['crew'], json.loads(doc(allow))), detail
for call in (iam.list_mfa_devices, iam.list_ssh_public_keys, iam.list_service_specific_credentials, iam.list_signing_certificates): assert not call(UserName='ann')['IsTruncated']
fails('NoSuchEntity', 404, 'Login Profile for User ann cannot be found.', iam.get_login_profile, UserName='ann')
fails('NoSuchEntity', 404, 'Login Profile for User ann cannot be found.', iam.delete_login_profile, UserName='ann')

# sessions
fails('AccessDenied', 403, 'Roles may not be assumed by root accounts.', sts.assume_role, RoleArn=role['Arn'], RoleSessionName='s1')
mine = client('sts', key['AccessKeyId'])
session = mine.assume_role(RoleArn=role['Arn'], RoleSessionName='s1', DurationSeconds=7200, Policy=doc(allow), PolicyArns=[{'arn': query}])
assert session['AssumedRoleUser'] == {'AssumedRoleId': role['RoleId'] + ':s1', 'Arn': f'arn:aws:sts::{A}:assumed-role/ingest/s1'}, session
assert session['Credentials']['AccessKeyId'].startswith('ASIA') and session['PackedPolicySize'] > 0, session
fails('ValidationError', 400, 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.', mine.assume_role, RoleArn=role['Arn'], RoleSessionName='s1', DurationSeconds=7201)
fails('ValidationError', 400, "Value 's/1' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern", mine.assume_role, RoleArn=role['Arn'], RoleSessionName='s/1')
fails('AccessDenied', 403, 'is not authorized to perform: sts:TagSession on resource: ' + role['Arn'], mine.assume_role, RoleArn=role['Arn'], RoleSessionName='s1', Tags=[{'Key': 'a', 'Value': 'b'}])
fails('AccessDenied', 403, 'is not authorized to perform: sts:AssumeRole on resource: ', mine.assume_role, RoleArn=role['Arn'] + 'x', RoleSessionName='s1')
fails('MalformedPolicyDocument', 400, 'Syntax errors in policy.', mine.assume_role, RoleArn=role['Arn'], RoleSessionName='s1', Policy='{')
assert client('sts', session['Credentials']['AccessKeyId']).get_caller_identity()['Arn'] == session['AssumedRoleUser']['Arn']
token = mine.get_session_token(DurationSeconds=900)['Credentials']
assert client('sts', token['AccessKeyId']).get_caller_identity()['Arn'] == user['Arn']
assert sts.get_session_token()['Credentials']['SessionToken']
fails('AccessDenied', 403, 'Cannot call GetSessionToken with session credentials', client('sts', session['Credentials']['AccessKeyId']).get_session_token)
fails('InvalidIdentityToken', 400, 'not a valid JWT', sts.assume_role_with_web_identity, RoleArn=role['Arn'], RoleSessionName='s1', WebIdentityToken='no token')

# taking it all away
iam.delete_open_id_connect_provider(**of)
fails('NoSuchEntity', 404, 'OpenIDConnect Provider not found for arn ' + oidc, iam.delete_open_id_connect_provider, **of)
iam.delete_user_permissions_boundary(UserName='ann'); iam.delete_role_permissions_boundary(RoleName='ingest')
for kind, name in (('user', 'ann'), ('group', 'crew'), ('role', 'ingest')):
    of = {kind.capitalize() + 'Name': name}
    call = lambda op: getattr(iam, op.replace('*', kind))
    if kind == 'user':
        iam.delete_access_key(UserName='ann', AccessKeyId=key['AccessKeyId'])
        iam.remove_user_from_group(UserName='ann', GroupName='crew')
        fails('NoSuchEntity', 404, 'The user with name ann cannot be found', iam.remove_user_from_group, UserName='ann', GroupName='crew')
    fails('DeleteConflict', 409, 'must detach all policies first', call('delete_*'), **of)
    call('detach_*_policy')(**of, PolicyArn=arn)
    fails('DeleteConflict', 409, 'must delete policies first', call('delete_*'), **of)
    call('delete_*_policy')(**of, PolicyName='mine')
    call('delete_*')(**of)
iam.delete_policy(PolicyArn=arn)
assert iam.list_policies(Scope='Local')['Policies'] == []
print('walked')
`;
