// Brings the services together.
//
// 1. The data folder is locked: a second server on it ends here.
// 2. The engine thread opens each workspace's storage, replaying its log.
// 3. The control plane opens its database and resumes what a crash interrupted.
// 4. The gateway listens; the credential files are written; the address is for standard output.

import { join } from 'node:path';
import { type LocalControlPlane, openControlPlane } from '@ampere/control-plane';
import type { PublishForWorkspace } from '@ampere/engine';
import { createGateway } from '@ampere/gateway';
import { Limits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { DiskError, NodeDisk, SystemClock, SystemRandom } from '@ampere/platform';
import { readKubeconfig } from '@ampere/scrape';
import type { Logger } from 'pino';
import { Background } from './background/background.ts';
import { bundledAddon } from './bundled-addon.ts';
import type { Configuration } from './configuration/configuration.ts';
import { urlOf } from './configuration/listen-address.ts';
import { kubeconfigOf } from './configuration/outgoing.ts';
import { exportLines, writeCredentialFiles } from './credential-files.ts';
import { definitionReaders } from './definition-readers.ts';
import { lockFolder } from './folder-lock.ts';
import { LogGroups } from './log-groups/log-groups.ts';
import { WorkspaceLogWriter } from './log-groups/workspace-log-writer.ts';
import { openEmbeddedSns, workspacePublisher } from './notifications.ts';
import { oidcGet } from './oidc-get.ts';
import { registerProcessMetrics } from './process-metrics.ts';
import { freeReservedSpace, reserveSpace } from './reserved-space.ts';
import { startEngine } from './start-engine.ts';

/** What has been opened so far, to be closed in reverse, whether the start came to its end or not. */
export class Opened {
  readonly #closers: (() => void | Promise<void>)[] = [];

  add(closer: () => void | Promise<void>): void {
    this.#closers.push(closer);
  }

  /** One that fails is logged and keeps no other from being closed; whether none did. */
  async close(logger: Logger): Promise<boolean> {
    let isClosed = true;
    for (const closer of this.#closers.splice(0).reverse()) {
      try {
        await closer();
      } catch (error) {
        isClosed = false;
        logger.error({ err: error }, 'a part of the server failed while it was closed');
      }
    }
    return isClosed;
  }
}

export interface RunningServer {
  /** For standard output: where it listens and how to reach it. */
  readonly greeting: string;
  /** Resolves when the server can't go on by itself. */
  readonly failed: Promise<void>;
}

/** Opens one part after the other, each with what it needs of those before. Whatever it throws, `opened` has what is to be closed. */
export async function start(
  configuration: Configuration,
  logger: Logger,
  opened: Opened,
): Promise<RunningServer> {
  const clock = new SystemClock();
  const random = new SystemRandom();
  const disk = new NodeDisk();
  const limits = new Limits(configuration.limits);
  const metrics = new Registry();
  registerProcessMetrics(metrics, clock);
  const nativeBinding = bundledAddon();
  const { dataFolder, region } = configuration;

  await disk.makeFolder(dataFolder);
  const lock = lockFolder(dataFolder, nativeBinding);
  opened.add(() => lock.release());
  let reportFailure = (): void => undefined;
  const failed = new Promise<void>((resolve) => {
    reportFailure = resolve;
  });
  const logGroups = new LogGroups({ folder: join(dataFolder, 'logs'), disk, clock, logger });
  opened.add(() => logGroups.close());
  const workspaceLogs = new WorkspaceLogWriter(logGroups);
  // The topics open later than the engine, which may have something to say at once.
  let publish: PublishForWorkspace = async () => ({
    ok: false,
    retry: true,
    reason: 'the server is starting',
  });
  const engine = await startEngine(configuration, {
    logger,
    workspaceLogs,
    publish: (...publication) => publish(...publication),
    onEnd: reportFailure,
  });
  opened.add(() => engine.stop());
  const { kubeconfigs } = configuration.outgoing;
  for (const path of new Set(Object.values(kubeconfigs))) await readKubeconfig(path, disk);
  const background = new Background({
    entry: new URL('./background-worker.mjs', import.meta.url),
    settings: {
      targetsFolder: join(dataFolder, 'scrape-targets'),
      ...configuration.outgoing.scrape,
      kubeconfigs,
    },
    engine,
    logGroups,
    logger,
  });
  opened.add(() => background.stop());
  let publicUrl = configuration.publicUrl ?? urlOf(configuration.listen);
  await freeReservedSpace(disk, dataFolder);
  const getOfIssuer = oidcGet(configuration.privateIssuers, clock);
  const controlPlane: LocalControlPlane = await openControlPlane({
    databasePath: join(dataFolder, 'control-plane.sqlite'),
    nativeBinding,
    region,
    publicUrl: () => publicUrl,
    account: {
      accountId: configuration.accountId,
      accessKeyId: configuration.rootAccessKeyId,
      secretAccessKey: configuration.rootSecretAccessKey,
    },
    limits,
    backend: engine,
    definitionListener: engine,
    readers: definitionReaders(limits, {
      accountId: () => controlPlane.account.accountId,
      receivers: configuration.outgoing.receivers,
      elsewhere: background,
      hasKubeconfig: (clusterArn) => kubeconfigOf(kubeconfigs, clusterArn) !== undefined,
    }),
    settingsListener: engine,
    scraperListener: background,
    loggingListener: workspaceLogs,
    oidcGet: getOfIssuer,
    privateIssuers: configuration.privateIssuers,
    clock,
    random,
    disk,
    log: logger,
  });
  opened.add(() => controlPlane.stop());
  await reserveSpace(disk, dataFolder, logger);
  const sns = openEmbeddedSns({
    outgoing: configuration.outgoing,
    controlPlane,
    region,
    dataFolder,
    publicUrl: () => publicUrl,
    clock,
    random,
    disk,
    metrics,
    logger,
  });
  opened.add(() => sns.stop());
  publish = workspacePublisher({
    outgoing: configuration.outgoing,
    controlPlane,
    region,
    clock,
    random,
    sns,
  });
  const gateway = createGateway({
    clock,
    random,
    logger,
    metrics,
    region,
    accountId: controlPlane.account.accountId,
    controlPlane,
    engine,
    services: [...controlPlane.services, sns.service],
    publicFile: (path) => sns.certificateAt(path),
    onManagementCall: (call) => controlPlane.recordCall(call),
    limits,
    listeners: configuration.listeners,
    network: configuration.network,
    tokens: { issuers: configuration.tokenIssuers, get: getOfIssuer },
    basicAuth: configuration.basicAuth,
    collectionRules: configuration.collectionRules,
    ...(configuration.metricsListen === undefined ? {} : { metricsListen: configuration.metricsListen }),
  });
  opened.add(() => gateway.stop());
  await gateway.listen(configuration.listen.host, configuration.listen.port);
  // Known only now when the port was left to the system.
  const localUrl = urlOf({ host: configuration.listen.host, port: gateway.address.port });
  publicUrl = configuration.publicUrl ?? localUrl;
  try {
    await writeCredentialFiles(disk, dataFolder, controlPlane.account, region, localUrl);
  } catch (error) {
    // A server that is up is worth more than files to reach it by.
    if (!(error instanceof DiskError)) throw error;
    logger.error({ err: error }, 'the files for the AWS CLI can not be written');
  }
  // The usual way to have a renewed certificate taken.
  process.on('SIGHUP', () => {
    try {
      gateway.reloadCertificates();
      logger.info({}, 'certificates read again');
    } catch (error) {
      logger.error({ err: error }, 'certificates can not be read again; the old ones stay');
    }
  });
  sns.start();
  gateway.markReady();
  logger.info({ url: localUrl, dataFolder, accountId: controlPlane.account.accountId }, 'ready');

  return { greeting: greeting(localUrl, dataFolder), failed };
}

function greeting(url: string, dataFolder: string): string {
  return [
    `Ampere listens on ${url}`,
    'Paste these two lines into a shell to point the AWS CLI at it:',
    ...exportLines(dataFolder).map((line) => `  ${line}`),
  ].join('\n');
}
