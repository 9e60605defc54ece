// The one place from which management calls are reported: AMP's operations and those of the services
// beside it alike, once each, when they have ended and before the client is answered.

import type {
  ApiResponse,
  ManagementCall,
  ManagementCallListener,
  ManagementRequest,
} from '@ampere/contracts';
import type { Principal } from '@ampere/iam';
import type { Clock } from '@ampere/platform';
import { sourceIp } from './authorisation-context.ts';
import { type Exchange, RefusedError } from './exchange.ts';

/** What is known of a call before it is carried out. */
export interface CallFacts {
  readonly service: string;
  readonly operation: string;
  readonly readOnly: boolean;
  readonly principal: Principal | undefined;
  readonly resourceArns: readonly string[];
  readonly request: ManagementRequest;
}

export class CallRecord {
  readonly #listener: ManagementCallListener;
  readonly #clock: Clock;

  constructor(listener: ManagementCallListener | undefined, clock: Clock) {
    this.#listener = listener ?? (() => {});
    this.#clock = clock;
  }

  /** Does the work of a call and reports how it ended. Rejects as the work does. */
  async of(exchange: Exchange, facts: CallFacts, work: () => Promise<ApiResponse>): Promise<ApiResponse> {
    const startedAtMs = this.#clock.nowMs();
    const report = (ending: Pick<ManagementCall, 'status' | 'answer' | 'error'>): void => {
      const { socket } = exchange.request;
      this.#listener({
        ...facts,
        ...ending,
        requestId: exchange.requestId,
        startedAtMs,
        accessKeyId: exchange.accessKeyId,
        sourceIp: sourceIp(socket.remoteAddress),
        userAgent: exchange.header('user-agent'),
        encrypted: 'encrypted' in socket && socket.encrypted === true,
        host: exchange.header('host'),
      });
    };
    let answer: ApiResponse;
    try {
      answer = await work();
    } catch (error) {
      const refusal = error instanceof RefusedError ? error.refusal : undefined;
      const { status, type, message } = refusal ?? {
        status: 500,
        type: 'InternalServerException',
        message: 'Internal server error',
      };
      report({ status, answer: undefined, error: { code: type, message } });
      throw error;
    }
    report(endingOf(answer));
    return answer;
  }
}

function endingOf(answer: ApiResponse): Pick<ManagementCall, 'status' | 'answer' | 'error'> {
  const { status } = answer;
  if (answer.auditError !== undefined) return { status, answer: undefined, error: answer.auditError };
  const members = 'auditElements' in answer ? answer.auditElements : jsonOf(answer);
  if (status < 400) return { status, answer: members, error: undefined };
  const body = members as { __type?: unknown; message?: unknown } | undefined;
  const code = answer.headers['x-amzn-errortype'] ?? body?.__type ?? status;
  return { status, answer: undefined, error: { code: String(code), message: String(body?.message ?? '') } };
}

function jsonOf({ headers, body }: ApiResponse): unknown {
  if (body.length === 0 || !/\bjson\b/.test(headers['content-type'] ?? '')) return undefined;
  return JSON.parse(Buffer.from(body).toString());
}
