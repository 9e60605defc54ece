import { checkNesting, NestingError } from '@ampere/yaml-text';
import { parseDocument } from 'yaml';
import { ScrapeConfigurationError } from './fields.ts';

/** A text as maps, arrays and texts; `name` is what errors begin with. Throws ScrapeConfigurationError. */
export function readYaml(text: string, name: string): unknown {
  try {
    checkNesting(text);
    const document = parseDocument(text, { uniqueKeys: true, schema: 'failsafe', merge: true });
    const [error] = document.errors;
    if (error !== undefined)
      throw new ScrapeConfigurationError(`${name}: ${error.message.split('\n', 1)[0]}`);
    return document.toJS({ mapAsMap: true, maxAliasCount: 100 });
  } catch (cause) {
    if (cause instanceof ScrapeConfigurationError) throw cause;
    const what =
      cause instanceof NestingError ? 'nested too deeply' : cause instanceof Error ? cause.message : cause;
    throw new ScrapeConfigurationError(`${name}: ${what}`);
  }
}
