/**
 * Why the answer to a query text (formatted text or error) is meant to differ from Prometheus 3.5's, or
 * undefined when it should be the same. The README lists these differences.
 */
export function meantDifference(query: string, theirs: string, ours: string): string | undefined {
  if (theirs.includes('unexpected error') || theirs.includes('<Item '))
    return '3.5 shows that it panicked, or a number for a token without a name';
  if (/\b(?:start|end)\s*(?:#.*\s*)*\(|<\/|>\//.test(query)) return 'a newer part of the language';
  if (/(?:\boffset|[[:])[\s+*/^%(-]*(?:min|max|step|range)\b/.test(query))
    return 'newer functions of durations';
  if (ours.includes(`, expected ':'`)) return 'letters instead of a colon between brackets';
  if (ours.includes('ignoring () group_') || ours.includes('offset ('))
    return 'printed so that it can be read again';
  if (ours.replaceAll('"', '') === theirs.replaceAll('"', '')) return 'quotes so that it can be read again';
  if (theirs.includes('bool modifier can only be used') && ours.includes('bool modifier can only be used'))
    return '3.5 may take an earlier parenthesis for the end of a call, and then looks for the operator there';
  return undefined;
}
