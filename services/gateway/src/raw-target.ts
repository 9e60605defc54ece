/** The request target as it came over the wire, cut in two and otherwise untouched: nothing is decoded or normalised. */
export interface RawTarget {
  /** Starts with `/`, still percent-encoded. */
  readonly path: string;
  /** Query string without `?`, still encoded. */
  readonly search: string;
  /** Path and query as one string, as signatures cover it. */
  readonly originForm: string;
}

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/**
 * Cuts the target of a request line (RFC 9112, section 3.2). An absolute form loses its scheme and
 * authority, so that user information in it is never logged. Undefined for anything without a path.
 */
export function parseTarget(target: string): RawTarget | undefined {
  let originForm = target;
  if (target.charCodeAt(0) !== 0x2f) {
    const authority = ABSOLUTE_FORM.exec(target);
    if (authority === null) return undefined;
    originForm = target.slice(authority[0].length);
    if (originForm === '' || originForm.startsWith('?')) originForm = `/${originForm}`;
  }
  if (originForm.includes('#')) return undefined;
  const question = originForm.indexOf('?');
  if (question === -1) return { path: originForm, search: '', originForm };
  return { path: originForm.slice(0, question), search: originForm.slice(question + 1), originForm };
}
