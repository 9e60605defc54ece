import type { AwsService, AwsServiceCall } from '@ampere/contracts';
import { assert } from '@ampere/platform';
import { REQUEST_ID, type TestPlane } from '../testing.ts';

export interface QueryAnswer {
  readonly status: number;
  readonly text: string;
  /** Of an error its code and text. */
  readonly error: string | undefined;
  readonly call: AwsServiceCall | undefined;
  /** The one value of an element; fails when there is none. */
  value(name: string): string;
  /** All values of an element. */
  values(name: string): string[];
}

/** Calls IAM and STS as a key's owner, by default the root; permissions are the gateway's matter. */
export class QueryCalls {
  readonly #t: TestPlane;

  constructor(t: TestPlane) {
    this.#t = t;
  }

  iam(members: Record<string, string>, accessKeyId?: string): Promise<QueryAnswer> {
    return this.#call('iam', '2010-05-08', members, accessKeyId);
  }

  sts(members: Record<string, string>, accessKeyId?: string): Promise<QueryAnswer> {
    return this.#call('sts', '2011-06-15', members, accessKeyId);
  }

  /** A new user's access key id. */
  async user(name: string): Promise<string> {
    await this.iam({ Action: 'CreateUser', UserName: name });
    return (await this.iam({ Action: 'CreateAccessKey', UserName: name })).value('AccessKeyId');
  }

  async #call(
    name: string,
    Version: string,
    members: Record<string, string>,
    accessKeyId = this.#t.plane.account.accessKeyId,
  ): Promise<QueryAnswer> {
    const service = this.#t.plane.services.find((one) => one.name === name) as AwsService;
    const principal = this.#t.plane.credentials.find(accessKeyId)?.principal;
    assert(principal !== undefined, `nobody has the key ${accessKeyId}`);
    const body = Buffer.from(new URLSearchParams({ ...members, Version }).toString());
    const request = {
      method: 'POST',
      search: '',
      headers: {},
      body,
      requestId: REQUEST_ID,
      sourceIp: '127.0.0.1',
    };
    const found = service.route(request, principal);
    const call = 'error' in found ? undefined : found;
    const answer =
      'error' in found
        ? service.formError(found.error, REQUEST_ID)
        : await service.execute(found, request, principal);
    const text = Buffer.from(answer.body).toString();
    const values = (element: string) =>
      [...text.matchAll(/<(\w+)>([^<]*)<\/\1>/g)]
        .filter((match) => match[1] === element)
        .map((match) => match[2]!);
    return {
      status: answer.status,
      text,
      error: answer.status === 200 ? undefined : `${values('Code')[0]}: ${values('Message')[0]}`,
      call,
      values,
      value: (element) => {
        const [value] = values(element);
        assert(value !== undefined, `no ${element} in ${text}`);
        return value;
      },
    };
  }
}
