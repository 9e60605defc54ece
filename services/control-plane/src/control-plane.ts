// The control plane as one object: opens the database, routes, validates, carries out, answers.
//
// A request goes through these steps:
// 1. The query string and body are read, then the members of the operation's input are checked.
// 2. A clientToken that was used before decides: the same call gets the same answer, another call or one
//    whose validation failed a conflict.
// 3. Files that take long to read are read before, out of this thread.
// 4. The handler runs in one transaction together with the note of its clientToken. As SQLite is
//    synchronous here, no other request comes between a check (quota, token, status) and its change.
// 5. Effects outside the database (the directory in memory, the engine) follow the commit.
import { dirname, join } from 'node:path';
import type {
  ApiResponse,
  AwsService,
  ControlPlane,
  ControlPlaneRequest,
  CredentialStore,
  ManagementCall,
  RouteResult,
  WorkspaceBackend,
  WorkspaceDirectory,
} from '@ampere/contracts';
import { type AttachedPolicy, PolicyCache } from '@ampere/iam';
import { RotatedLines } from '@ampere/json-lines';
import type { Limits } from '@ampere/limits';
import { type HttpGet, TokenVerifier } from '@ampere/oidc';
import { assert, type Clock, type Disk, type Random } from '@ampere/platform';
import type { TopicStore } from '@ampere/sns';
import { type Account, type AccountOptions, ensureAccount } from './account.ts';
import { type InputValues, readInput } from './api/validate.ts';
import { AuditTrail } from './audit/audit-trail.ts';
import type { DefinitionReaders } from './definition-readers.ts';
import { ApiError, fieldsInvalid, RESOURCE_TYPES, requestInFlight, tokenReused } from './errors.ts';
import { iamService } from './iam-api/index.ts';
import { Identity } from './identity/identity.ts';
import type { Log } from './log.ts';
import type { AnyOperation, OperationParts } from './operation.ts';
import { OPERATIONS } from './operations/index.ts';
import { PageTokens } from './page-tokens.ts';
import { QuotaStore } from './quotas/quota-store.ts';
import { Quotas } from './quotas/quotas.ts';
import { ServiceQuotas } from './quotas/service-quotas.ts';
import { parseBody, parseQuery } from './request-parts.ts';
import { requestTagKeys, type TagRequest } from './request-tag-keys.ts';
import { hashInput, RequestTokens, type TokenKey } from './request-tokens.ts';
import { type Listeners, ResourceListeners } from './resource-listeners.ts';
import { ResourceNames } from './resource-names.ts';
import { ResourceStore } from './resource-store.ts';
import { Router } from './router.ts';
import { RulesNamespaceStore } from './rules-namespace-store.ts';
import { Settings } from './settings.ts';
import { SqliteTopicStore } from './sqlite-topic-store.ts';
import { Store } from './store.ts';
import { stsService } from './sts-api/index.ts';
import { TagStore } from './tag-store.ts';
import { workspaceResource } from './taggable.ts';
import { MemoryDirectory } from './workspace-directory.ts';
import { WorkspaceLifecycle } from './workspace-lifecycle.ts';
import { WorkspacePartStore } from './workspace-part-store.ts';
import { WorkspaceStore } from './workspace-store.ts';

/** A gigabyte of records at most. */
const AUDIT_FILE_BYTES_MAX = 1 << 20;
const AUDIT_FILES_MAX = 1024;

export interface ControlPlaneOptions extends Listeners {
  /** File of the database; it and its folder are made when they are missing, for the owner alone. */
  readonly databasePath: string;
  /** Path of the compiled SQLite addon; undefined looks for it beside better-sqlite3. */
  readonly nativeBinding?: string | undefined;
  /** Region in ARNs, for example `us-east-1`. */
  readonly region: string;
  /** Where clients reach the service; a function when it is known only after listening. */
  readonly publicUrl: string | (() => string);
  /** What the configuration says of the account; the rest is made at the first start. */
  readonly account?: AccountOptions | undefined;
  readonly limits: Limits;
  readonly backend: WorkspaceBackend;
  /** Who understands the files that users send; without, their operations aren't there. */
  readonly readers?: DefinitionReaders | undefined;
  /** Fetches documents of OpenID Connect issuers; without, no token is accepted. */
  readonly oidcGet?: HttpGet | undefined;
  /** URLs of issuers inside our network, which may be spoken to without TLS. */
  readonly privateIssuers?: readonly string[] | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly log: Log;
}

/** A control plane in this process. */
export interface LocalControlPlane extends ControlPlane {
  /** The account with its root access key, for the credentials file. */
  readonly account: Account;
  /** Where the embedded SNS topics are kept; usable until `stop`. */
  readonly topicStore: TopicStore;
  /** The AWS APIs beside AMP's. */
  readonly services: readonly AwsService[];
  /** Takes down a management call in the audit trail. */
  recordCall(call: ManagementCall): void;
  /** Waits for workspaces that are being created or deleted right now, then closes the database and the audit trail. */
  stop(): Promise<void>;
}

/**
 * Opens the control plane: makes or upgrades the database, takes up unfinished workspaces.
 *
 * @throws StoreError when the database can't be used; AccountError on a bad account setting.
 */
export async function openControlPlane(options: ControlPlaneOptions): Promise<LocalControlPlane> {
  const { databasePath, disk, nativeBinding, clock } = options;
  const folder = dirname(databasePath);
  await disk.makeFolder(folder);
  // SQLite takes an empty file for a new database and gives its other files the same mode, so that the
  // secrets in it are readable by the owner alone from the first byte on.
  if ((await disk.info(databasePath)) === undefined) {
    await (await disk.openAppend(databasePath, 'create')).close();
    await disk.syncFolder(folder);
  }
  const auditLines = await RotatedLines.open({
    folder: join(folder, 'audit'),
    disk,
    fileBytesMax: AUDIT_FILE_BYTES_MAX,
    filesMax: AUDIT_FILES_MAX,
    onError: (error) => options.log.error({ err: error }, 'the audit trail can not be written'),
  });
  const store = new Store({ path: databasePath, nativeBinding, clock });
  try {
    return new SqliteControlPlane(store, auditLines, options);
  } catch (error) {
    store.close();
    throw error;
  }
}

class SqliteControlPlane implements LocalControlPlane {
  readonly account: Account;
  readonly topicStore: TopicStore;
  readonly services: readonly AwsService[];
  readonly credentials: CredentialStore;
  readonly workspaces: WorkspaceDirectory;
  readonly #identity: Identity;
  readonly #audit: AuditTrail;
  readonly #parts: OperationParts;
  readonly #requestTokens: RequestTokens;
  readonly #router: Router;
  readonly #operations: ReadonlyMap<string, AnyOperation>;
  #stopped = false;

  constructor(store: Store, auditLines: RotatedLines, options: ControlPlaneOptions) {
    const { limits, backend, clock, random, log, publicUrl, readers = {} } = options;
    const operations = OPERATIONS.filter(({ needs }) => needs === undefined || readers[needs] !== undefined);
    const settings = new Settings(store);
    this.account = ensureAccount(store, settings, options.account ?? {}, random);
    this.topicStore = new SqliteTopicStore(store, settings);
    const names = new ResourceNames(this.account.accountId, options.region);
    const directory = new MemoryDirectory(names, (resource) => tags.of(resource));
    const workspaces = new WorkspaceStore(store, (workspaceId) => {
      refresh(workspaceId);
      if (workspaces.find(workspaceId) === undefined) listeners.workspaceRemoved(workspaceId);
    });
    const parts = new WorkspacePartStore(store, clock, (workspaceId, kind) => {
      listeners.partChanged(workspaceId, kind);
      if (kind === 'resource-policy') refresh(workspaceId);
    });
    const tags = new TagStore(store, ({ kind, id }) => {
      if (kind === 'workspace') refresh(id);
      // What policies compare with is remembered with who they are attached to.
      if (kind.startsWith('iam-')) identity.revision.count();
    });
    const refresh = (workspaceId: string): void => {
      const workspace = workspaces.find(workspaceId);
      if (workspace === undefined) {
        directory.remove(workspaceId);
        return;
      }
      const ownTags = tags.of(workspaceResource(workspaceId));
      directory.put(workspaceId, workspace.status, ownTags, policyOf(workspaceId));
    };
    // Compiled once for each text; only documents that were checked are stored.
    const policies = new PolicyCache();
    const policyOf = (workspaceId: string): AttachedPolicy | undefined => {
      const content = parts.find(workspaceId, 'resource-policy')?.content;
      return content && { name: workspaceId, policy: policies.parse(content.policyDocument, 'resource') };
    };
    for (const workspaceId of workspaces.ids()) refresh(workspaceId);
    const namespaces = new RulesNamespaceStore(store, clock, (workspaceId) =>
      listeners.rulesChanged(workspaceId),
    );
    const resources = new ResourceStore(store, clock, (kind, id) => {
      if (kind === 'scraper') listeners.scraperChanged(id);
    });
    const listeners = new ResourceListeners(options, { parts, namespaces, resources, limits, names });
    const lifecycle = new WorkspaceLifecycle({
      store,
      workspaces,
      tags,
      namespaces,
      resources,
      backend,
      clock,
      log,
    });
    const pages = new PageTokens(pageTokenKey(store, settings, random));
    this.workspaces = directory;
    const identity = new Identity({
      store,
      account: this.account,
      region: options.region,
      tags,
      settings,
      clock,
      random,
      log,
      privateIssuers: options.privateIssuers ?? [],
      resources: (arn) => {
        const workspaceId = arn.slice(arn.lastIndexOf('/') + 1);
        const workspace = directory.arnOf(workspaceId) === arn ? directory.find(workspaceId) : undefined;
        return { policy: workspace?.resourcePolicy, tags: directory.tagsOf(arn) };
      },
    });
    this.#identity = identity;
    this.credentials = identity.credentials;
    const verifier = new TokenVerifier({ get: options.oidcGet ?? noOidc, clock });
    const quotaStore = new QuotaStore(store, clock);
    const quotas = new Quotas({
      store,
      quotas: quotaStore,
      limits,
      onChange: (data) => {
        backend.setLimits(data).catch((error: unknown) => {
          log.error({ err: error }, 'the engine did not take changed limits');
        });
        for (const workspaceId of parts.owners('configuration')) {
          listeners.partChanged(workspaceId, 'configuration');
        }
      },
    });
    const { accountId } = this.account;
    this.#audit = new AuditTrail({ lines: auditLines, region: options.region, accountId, clock, random });
    this.services = [
      iamService(identity),
      stsService(identity, verifier),
      this.#audit,
      new ServiceQuotas({
        quotas,
        store: quotaStore,
        region: options.region,
        accountId: this.account.accountId,
        arnOf: (workspaceId) => names.workspace(workspaceId),
        workspaceExists: (workspaceId) => workspaces.find(workspaceId) !== undefined,
        random,
      }),
    ];
    this.#parts = {
      store,
      workspaces,
      parts,
      namespaces,
      resources,
      directory,
      readers,
      tags,
      lifecycle,
      limits,
      names,
      pages,
      clock,
      random,
      publicUrl: () => (typeof publicUrl === 'string' ? publicUrl : publicUrl()).replace(/\/+$/, ''),
    };
    this.#requestTokens = new RequestTokens(store, clock);
    this.#router = new Router(operations, names);
    this.#operations = new Map(operations.map((operation) => [operation.name, operation]));
    listeners.start();
    lifecycle.resume();
  }

  recordCall(call: ManagementCall): void {
    this.#audit.record(call);
  }

  route(method: string, rawPath: string): RouteResult {
    return this.#router.route(method, rawPath);
  }

  conditionKeys(request: TagRequest): ReadonlyMap<string, readonly string[]> {
    const operation = this.#operations.get(request.match.operation);
    return operation === undefined ? new Map() : requestTagKeys(operation, request);
  }

  async execute(request: ControlPlaneRequest): Promise<ApiResponse> {
    assert(!this.#stopped, 'a request to a control plane that was stopped');
    const operation = this.#operations.get(request.match.operation);
    assert(operation !== undefined, `no operation ${request.match.operation}`);
    try {
      const body = await this.#answer(operation, request);
      return { status: operation.status, headers: headers(request.requestId), body };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return errorResponse(error, request.requestId);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#parts.lifecycle.stop();
    this.#identity.stop();
    this.#parts.store.close();
    await this.#audit.close();
  }

  async #answer(operation: AnyOperation, request: ControlPlaneRequest): Promise<Uint8Array> {
    const { principal, match } = request;
    const { input, violations } = readInput(operation.name, {
      path: match.pathParameters,
      query: parseQuery(request.search),
      body: hasBody(operation) ? parseBody(request.body) : {},
    });
    const asked = { ...this.#parts, principal, action: match.action };
    // What readInput let pass has the type that the operation's description stands for.
    const reading = violations.length === 0 ? await operation.read?.(input as never, asked) : undefined;
    assert(!this.#stopped, 'the control plane was stopped while a request was read');
    const context = { ...asked, reading };
    const work = (): Uint8Array => {
      const [first, ...others] = violations;
      if (first !== undefined) throw fieldsInvalid([first, ...others]);
      return encode(operation.handler(input as never, context));
    };
    const token = input['clientToken'];
    if (typeof token !== 'string') return this.#parts.store.transaction(work);
    const key = { principalArn: principal.arn, operation: operation.name, token };
    const past = this.#requestTokens.find(key);
    if (past === undefined) return this.#answerFirst(key, hashInput(input), work);
    if (past.answer === undefined) throw requestInFlight(subject(key, input));
    if (violations.length > 0) return work();
    if (!Buffer.from(past.inputHash).equals(hashInput(input))) throw tokenReused(subject(key, input));
    return past.answer;
  }

  /** Does `work` and keeps its clientToken with the answer, or alone when validation refuses. */
  #answerFirst(key: TokenKey, inputHash: Uint8Array, work: () => Uint8Array): Uint8Array {
    const { store } = this.#parts;
    try {
      return store.transaction(() => {
        const answer = work();
        this.#requestTokens.remember(key, { inputHash, answer });
        return answer;
      });
    } catch (error) {
      if (error instanceof ApiError && error.name === 'ValidationException') {
        store.transaction(() => this.#requestTokens.remember(key, { inputHash, answer: undefined }));
      }
      throw error;
    }
  }
}

/** Where nothing was given to fetch with. */
const noOidc: HttpGet = () => Promise.reject(new Error('this server makes no requests to issuers'));

/** What a conflict over a clientToken is about: the workspace, or the token when there is none yet. */
function subject(key: TokenKey, input: InputValues): { resourceId: string; resourceType: string } {
  const workspaceId = input['workspaceId'];
  return {
    resourceId: typeof workspaceId === 'string' ? workspaceId : key.token,
    resourceType: RESOURCE_TYPES.workspace,
  };
}

/** A body of an operation that has no members in it is ignored, like unknown members. */
function hasBody(operation: AnyOperation): boolean {
  return operation.members.some(({ place }) => place === 'body');
}

function pageTokenKey(store: Store, settings: Settings, random: Random): Uint8Array {
  const make = () => Buffer.from(random.bytes(32)).toString('base64');
  return Buffer.from(
    store.transaction(() => settings.ensure('page_token_key', make)),
    'base64',
  );
}

function encode(output: object | undefined): Uint8Array {
  return output === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(output));
}

function headers(requestId: string): Record<string, string> {
  return { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
}

function errorResponse(error: ApiError, requestId: string): ApiResponse {
  return {
    status: error.status,
    headers: { ...headers(requestId), 'x-amzn-errortype': error.name },
    body: encode({ message: error.message, ...error.members }),
  };
}
