// Which response coding a client takes (RFC 9110, section 12.5.3): gzip or none, nothing else is offered.

/**
 * Whether `Accept-Encoding` prefers gzip to the plain body. Gzip must be named (or `*`) with a weight
 * above zero that isn't below that of `identity`. A malformed element counts as absent.
 */
export function prefersGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined || acceptEncoding === '') return false;
  // What every Go client and curl --compressed's simplest form send.
  if (acceptEncoding === 'gzip') return true;
  let gzip: number | undefined;
  let identity: number | undefined;
  let rest: number | undefined;
  for (const element of acceptEncoding.split(',')) {
    const [name, ...parameters] = element.split(';');
    const weight = weightOf(parameters);
    if (weight === undefined) continue;
    switch (name!.trim().toLowerCase()) {
      case 'gzip':
      case 'x-gzip':
        gzip = Math.max(gzip ?? 0, weight);
        break;
      case 'identity':
        identity = weight;
        break;
      case '*':
        rest = weight;
        break;
    }
  }
  const gzipWeight = gzip ?? rest ?? 0;
  return gzipWeight > 0 && gzipWeight >= (identity ?? 0);
}

/** 1 without a `q`; undefined when it is malformed. */
function weightOf(parameters: readonly string[]): number | undefined {
  for (const parameter of parameters) {
    const weight = /^\s*q\s*=\s*(.*?)\s*$/i.exec(parameter)?.[1];
    if (weight === undefined) continue;
    return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : undefined;
  }
  return 1;
}

/** Whether a response of this type shrinks enough to be worth the work: JSON and text. */
export function isCompressible(contentType: string | undefined): boolean {
  return contentType !== undefined && /^(application\/json|text\/)/i.test(contentType);
}
