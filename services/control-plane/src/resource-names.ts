// The ARNs of one account in one region: made of names, and read with a refusal for every way to be wrong.
import { accessDenied, fieldInvalid, foreignArn } from './errors.ts';

/** `arn:partition:service:region:account:resource`. */
const ARN = /^arn:([^:]+):([^:]+):([^:]+):(\d{12}):(.+)$/s;

/** A resource of this account and region, named by an ARN. */
export interface NamedResource {
  /** For example `workspace`. */
  readonly kind: string;
  /** What follows the kind, for example `ws-…`. */
  readonly id: string;
}

/** Makes and reads the ARNs of one account in one region. */
export class ResourceNames {
  readonly accountId: string;
  readonly region: string;

  constructor(accountId: string, region: string) {
    this.accountId = accountId;
    this.region = region;
  }

  workspace(workspaceId: string): string {
    return this.#arn(`workspace/${workspaceId}`);
  }

  rulesNamespace(workspaceId: string, name: string): string {
    return this.#arn(`rulegroupsnamespace/${workspaceId}/${name}`);
  }

  scraper(scraperId: string): string {
    return this.#arn(`scraper/${scraperId}`);
  }

  anomalyDetector(workspaceId: string, id: string): string {
    return this.#arn(`anomalydetector/${workspaceId}/${id}`);
  }

  /** What creating and listing are checked on: `arn:aws:aps:R:A:/workspaces`. */
  collection(name: string): string {
    return this.#arn(`/${name}`);
  }

  /**
   * What a tagging action on `arn` is checked on: that ARN; for what is no ARN at all the collection of
   * tags, so that who may tag anything is told by validation what is wrong with it.
   */
  tagTarget(arn: string): string {
    return ARN.test(arn) ? arn : this.collection('tags');
  }

  /**
   * The resource that an ARN names.
   *
   * @throws ApiError when it is malformed, of another service or region, or of another account, which
   *   nobody here may speak for.
   */
  parse(arn: string, caller: { readonly arn: string; readonly action: string }): NamedResource {
    const parts = ARN.exec(arn);
    const slash = parts === null ? -1 : parts[5]!.indexOf('/');
    if (parts === null || slash <= 0 || slash === parts[5]!.length - 1) {
      throw fieldInvalid(
        'resourceArn',
        'Member must be an ARN of the form arn:aws:aps:region:account:kind/id',
      );
    }
    const [, partition, service, region, accountId, resource] = parts;
    if (accountId !== this.accountId) throw accessDenied(caller.arn, caller.action, arn);
    if (partition !== 'aws') throw foreignArn('partition', partition!, 'aws');
    if (service !== 'aps') throw foreignArn('service', service!, 'aps');
    if (region !== this.region) throw foreignArn('region', region!, this.region);
    return { kind: resource!.slice(0, slash), id: resource!.slice(slash + 1) };
  }

  /** The resource of this account and region that an ARN names; undefined for every other text. */
  find(arn: string): NamedResource | undefined {
    const prefix = this.#arn('');
    const slash = arn.indexOf('/', prefix.length);
    if (!arn.startsWith(prefix) || slash <= prefix.length || slash === arn.length - 1) return undefined;
    return { kind: arn.slice(prefix.length, slash), id: arn.slice(slash + 1) };
  }

  #arn(resource: string): string {
    return `arn:aws:aps:${this.region}:${this.accountId}:${resource}`;
  }
}
