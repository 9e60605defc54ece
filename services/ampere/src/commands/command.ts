// What a command of `ampere` is, and what several of them need.

import { readFileSync } from 'node:fs';
import type { ParseArgsConfig } from 'node:util';
import { SystemClock } from '@ampere/platform';
import { type Configuration, ConfigurationError, readConfiguration } from '../configuration/configuration.ts';
import { ServerClient } from '../server-client.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` says after the usage line. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Names of the arguments that are no options, under which `run` finds them; none by default. */
  readonly positionals?: readonly string[];
  /** Resolves to the exit code. */
  run(values: Values, environment: Environment): Promise<number>;
}

export const CONFIG_OPTION = { config: { type: 'string', short: 'c' } } as const;

/** The configuration that the options and the environment name; throws ConfigurationError. */
export function configurationOf(values: Values, environment: Environment): Configuration {
  const path = (values['config'] as string | undefined) ?? environment['AMPERE_CONFIG'];
  if (path === undefined || path === '') return readConfiguration(undefined, environment);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`the configuration file can't be read: ${(error as Error).message}`);
  }
  return readConfiguration({ path, text }, environment);
}

/** A client of the running server; throws ConfigurationError. */
export function clientOf(values: Values, environment: Environment): ServerClient {
  return new ServerClient(configurationOf(values, environment), new SystemClock());
}

/** An option's text, undefined when it isn't given. */
export function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** Throws ConfigurationError when it isn't given. */
export function requiredText(values: Values, name: string): string {
  const text = textOf(values, name);
  if (text === undefined) throw new ConfigurationError(`--${name} is missing`);
  return text;
}
