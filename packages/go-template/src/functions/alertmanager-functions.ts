// The functions that Alertmanager 0.25 adds to Go's.

import {
  bytesArg,
  goBool,
  goBytes,
  goFunction,
  goSlice,
  itemsArg,
  variadicFunction,
} from '../values/construct.ts';
import { type GoFunction, GoType, STRING, STRINGS } from '../values/types.ts';
import type { FunctionMap } from './builtins.ts';
import { titleAndLower, toLower, toUpper } from './letter-case.ts';
import { matches, replaceAll } from './regex.ts';

/** html/template's type for text that is safe as it is; text/template just prints it. */
export const HTML = new GoType('template.HTML', 'string', { isNamed: true });

const ONE_TEXT = [STRING];

/** A function from one text to another. */
export function textFunction(map: (bytes: string) => string): GoFunction {
  return goFunction(ONE_TEXT, ([text], context) => {
    // These go rune by rune, which takes its time.
    context.spendBytes(bytesArg(text).length * 16);
    const mapped = map(bytesArg(text));
    context.checkSize(mapped.length);
    return goBytes(mapped);
  });
}

/** What both programs have, under the same names. */
export const SHARED_FUNCTIONS: FunctionMap = new Map<string, GoFunction>([
  ['toUpper', textFunction(toUpper)],
  ['toLower', textFunction(toLower)],
  ['safeHtml', goFunction(ONE_TEXT, ([text]) => goBytes(bytesArg(text), HTML))],
  [
    'match',
    goFunction([STRING, STRING], ([pattern, text], context) =>
      goBool(matches(context, bytesArg(pattern), bytesArg(text))),
    ),
  ],
  [
    'reReplaceAll',
    goFunction([STRING, STRING, STRING], ([pattern, replacement, text], context) =>
      goBytes(replaceAll(context, bytesArg(pattern), bytesArg(replacement), bytesArg(text))),
    ),
  ],
]);

export const ALERTMANAGER_FUNCTIONS: FunctionMap = new Map<string, GoFunction>([
  ...SHARED_FUNCTIONS,
  ['title', textFunction(titleAndLower)],
  ['stringSlice', variadicFunction(ONE_TEXT, (args) => goSlice(args, STRINGS))],
  [
    'join',
    goFunction([STRING, STRINGS], ([separator, list], context) => {
      const texts = itemsArg(list).map(bytesArg);
      const size = texts.reduce((sum, text) => sum + text.length + bytesArg(separator).length, 0);
      context.checkSize(size);
      context.spend(texts.length);
      context.spendBytes(size);
      return goBytes(texts.join(bytesArg(separator)));
    }),
  ],
]);
