// What the operations on anomaly detectors have in common. Detectors are checked and kept as the service
// does; this server doesn't evaluate them, and their status says so.
import { assert } from '@ampere/platform';
import type { Inputs } from '../api/inputs.ts';
import {
  fieldRefused,
  RESOURCE_TYPES,
  type Resource,
  requestInvalid,
  resourceNotFound,
  unionEmpty,
} from '../errors.ts';
import type { OperationContext } from '../operation.ts';
import type { ResourceNames } from '../resource-names.ts';
import type { ResourceContents, StoredResource } from '../resource-store.ts';
import { detectorTagged } from '../taggable.ts';
import { tagsView } from '../workspace-view.ts';
import { requireWorkspace } from './require-workspace.ts';

/** The service's, when the caller doesn't say. */
const INTERVAL_SECONDS_DEFAULT = 60;

const NOT_EVALUATED = 'The anomaly detector is stored; this server does not evaluate anomaly detectors.';

type Input = Omit<Inputs['PutAnomalyDetector'], 'anomalyDetectorId' | 'workspaceId'>;

/** For operations on one detector. */
export function detectorArn(path: ReadonlyMap<string, string>, names: ResourceNames): string {
  return names.anomalyDetector(path.get('workspaceId')!, path.get('anomalyDetectorId')!);
}

export function detectorResource(workspaceId: string, id: string): Resource {
  return { resourceId: `${workspaceId}/${id}`, resourceType: RESOURCE_TYPES.anomalyDetector };
}

/** @throws ApiError when the workspace isn't there or has none of that id. */
export function requireDetector(
  workspaceId: string,
  id: string,
  context: OperationContext,
): StoredResource<'anomalydetector'> {
  requireWorkspace(workspaceId, context);
  const detector = context.resources.find('anomalydetector', workspaceId, id);
  if (detector === undefined) {
    throw resourceNotFound('Anomaly detector not found.', detectorResource(workspaceId, id));
  }
  return detector;
}

/** Checks a detector as it is to be kept. @throws ApiError */
export function readDetector(
  alias: string,
  { evaluationIntervalInSeconds, missingDataAction, configuration, labels }: Input,
  context: OperationContext,
): ResourceContents['anomalydetector'] {
  const read = context.readers.detectorQuery;
  assert(read !== undefined, 'an operation on anomaly detectors without a reader of queries');
  if (configuration.randomCutForest === undefined) throw unionEmpty('configuration', 'randomCutForest');
  if (missingDataAction !== undefined && !Object.values(missingDataAction).includes(true)) {
    const name = 'missingDataAction';
    throw fieldRefused(name, `Invalid ${name}, must specify an action`);
  }
  const problem = read(configuration.randomCutForest.query);
  if (problem !== undefined) throw requestInvalid(problem);
  return {
    alias,
    evaluationIntervalInSeconds: evaluationIntervalInSeconds ?? INTERVAL_SECONDS_DEFAULT,
    ...(missingDataAction === undefined ? {} : { missingDataAction }),
    configuration,
    labels: [...(labels ?? [])],
  };
}

/** What answers to changes say of a detector. */
export function detectorAnswer(
  workspaceId: string,
  id: string,
  status: object,
  context: OperationContext,
): object {
  return {
    anomalyDetectorId: id,
    arn: context.names.anomalyDetector(workspaceId, id),
    status,
    tags: tagsView(context.tags.of(detectorTagged(workspaceId, id))),
  };
}

/** A detector as lists have it; a description adds what it is to do. */
export function detectorSummary(
  workspaceId: string,
  { id, content, ...times }: StoredResource<'anomalydetector'>,
  context: OperationContext,
): object {
  const status = { statusCode: 'ACTIVE', statusReason: NOT_EVALUATED };
  return {
    ...detectorAnswer(workspaceId, id, status, context),
    alias: content.alias,
    createdAt: times.createdAtMs / 1000,
    modifiedAt: times.modifiedAtMs / 1000,
  };
}
