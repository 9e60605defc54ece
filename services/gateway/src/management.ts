// Everything but the data plane, through express: the AMP API, health, metrics, the APIs beside it.
//
// Express only picks the handler. It parses no body and no query, and the AMP API is routed by the
// control plane on the raw path, because `%2F` in an ARN or a name must reach it undecoded.
//
// A call of the AMP API: route → method → identity (with body) → throttle of the account →
// permission → carry out. A path that no operation has is told so only to a signed caller; others are
// refused as unsigned, as API Gateway does.

import type { ControlPlane, OperationMatch } from '@ampere/contracts';
import express, { type Express, type Request } from 'express';
import type { Admission } from './admission.ts';
import type { CallRecord } from './call-record.ts';
import type { CallThrottle } from './call-throttle.ts';
import { errorFormOfPath } from './data-routes.ts';
import { type Exchange, RefusedError } from './exchange.ts';
import type { Lifecycle } from './lifecycle.ts';
import { answerWrongMethod } from './method-check.ts';
import type { OperatorPages, Page } from './operator-pages.ts';
import { unknownPath } from './refusals.ts';
import type { ServiceCalls } from './service-calls.ts';

const READ_METHODS: readonly string[] = ['GET', 'HEAD'];

export class Management {
  readonly #admission: Admission;
  readonly #controlPlane: ControlPlane;
  readonly #services: ServiceCalls;
  readonly #throttle: CallThrottle;
  readonly #record: CallRecord;
  readonly #lifecycle: Lifecycle;
  readonly #bodyBytesMax: number;
  readonly #metricsArn: string;
  readonly #publicFile: ((path: string) => Promise<string | undefined>) | undefined;
  readonly #app: Express;
  readonly #exchanges = new WeakMap<object, Exchange>();

  constructor(init: {
    admission: Admission;
    controlPlane: ControlPlane;
    pages: OperatorPages;
    services: ServiceCalls;
    throttle: CallThrottle;
    record: CallRecord;
    lifecycle: Lifecycle;
    bodyBytesMax: number;
    /** What `ampere:GetMetrics` is checked on. */
    metricsArn: string;
    publicFile: ((path: string) => Promise<string | undefined>) | undefined;
  }) {
    this.#admission = init.admission;
    this.#controlPlane = init.controlPlane;
    this.#services = init.services;
    this.#throttle = init.throttle;
    this.#record = init.record;
    this.#lifecycle = init.lifecycle;
    this.#bodyBytesMax = init.bodyBytesMax;
    this.#metricsArn = init.metricsArn;
    this.#publicFile = init.publicFile;
    this.#app = this.#routes(init.pages);
  }

  /** Answers the exchange; every failure goes to `onFailure`. */
  serve(exchange: Exchange, onFailure: (error: unknown) => void): void {
    const { request, response, target } = exchange;
    // Express is shown the origin form alone, whatever form the client used.
    request.url = target.originForm;
    this.#exchanges.set(request, exchange);
    this.#app(request as Request, response as express.Response, (error?: unknown) => onFailure(error));
  }

  #routes(pages: OperatorPages): Express {
    const app = express();
    app.disable('x-powered-by');
    app.disable('etag');
    app.set('query parser', false);
    app.enable('strict routing');
    app.enable('case sensitive routing');
    const at = (path: string, name: string, answer: (exchange: Exchange) => Page | Promise<Page>) =>
      app.all(path, async (request) => {
        const exchange = this.#exchanges.get(request)!;
        exchange.routeName = name;
        if (!READ_METHODS.includes(exchange.method)) return answerWrongMethod(exchange, READ_METHODS);
        const { status, headers, body } = await answer(exchange);
        exchange.send(status, headers, body);
      });
    at('/-/healthy', '/-/healthy', () => pages.healthy());
    at('/-/ready', '/-/ready', () => pages.ready());
    at('/metrics', '/metrics', async (exchange) => {
      const { principal } = await this.#admission.identify(exchange, this.#bodyBytesMax);
      this.#admission.permit(exchange, principal, 'ampere:GetMetrics', this.#metricsArn);
      return pages.metrics();
    });
    app.use((request) => this.#serveOperation(this.#exchanges.get(request)!));
    return app;
  }

  async #serveOperation(exchange: Exchange): Promise<void> {
    const found = this.#controlPlane.route(exchange.method, exchange.target.path);
    switch (found.kind) {
      case 'operation':
        return this.#execute(exchange, found.match);
      case 'wrong-method':
        return answerWrongMethod(exchange, found.allowed);
      case 'unknown':
        if (await this.#servePublicFile(exchange)) return;
        if (await this.#services.serve(exchange)) return;
        exchange.errorForm = errorFormOfPath(exchange.target.path);
        await this.#admission.identify(exchange, this.#bodyBytesMax);
        throw new RefusedError(unknownPath(exchange.method));
    }
  }

  /** Answers with a file that anybody may read; false when there is none at the path. */
  async #servePublicFile(exchange: Exchange): Promise<boolean> {
    if (this.#publicFile === undefined || !READ_METHODS.includes(exchange.method)) return false;
    const text = await this.#publicFile(exchange.target.path);
    if (text === undefined) return false;
    exchange.routeName = 'public file';
    const body = Buffer.from(text);
    exchange.send(
      200,
      { 'content-type': 'application/x-pem-file', 'content-length': String(body.length) },
      body,
    );
    return true;
  }

  async #execute(exchange: Exchange, match: OperationMatch): Promise<void> {
    exchange.routeName = match.operation;
    exchange.workspaceId = match.pathParameters.get('workspaceId');
    this.#lifecycle.requireReady();
    const { principal, body } = await this.#admission.identify(exchange, this.#bodyBytesMax);
    const { search } = exchange.target;
    const facts = {
      service: 'aps',
      operation: match.operation,
      readOnly: READ_METHODS.includes(exchange.method),
      principal,
      resourceArns: [match.resourceArn],
      request: { kind: 'rest', pathParameters: match.pathParameters, search, body },
    } as const;
    const answer = await this.#record.of(exchange, facts, async () => {
      this.#throttle.take(`aps ${principal.accountId}`);
      const { requestId } = exchange;
      const conditionKeys = this.#controlPlane.conditionKeys?.({ match, search, body, requestId });
      this.#admission.permit(exchange, principal, match.action, match.resourceArn, { conditionKeys });
      return this.#controlPlane.execute({ match, search, body, principal, requestId });
    });
    const headers: Record<string, string> = { ...answer.headers };
    if (answer.status !== 204) headers['content-length'] = String(answer.body.length);
    exchange.send(answer.status, headers, answer.body);
  }
}
