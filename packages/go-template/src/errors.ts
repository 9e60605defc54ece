/** A template that can't be used. The text is Go's, as Alertmanager and Prometheus would show it. */
export class TemplateError extends Error {
  override readonly name: string = 'TemplateError';
}

/** The text isn't a template: `template: NAME:LINE: …`. */
export class TemplateParseError extends TemplateError {
  override readonly name = 'TemplateParseError';
}

/** The template failed on its data: `template: NAME:LINE:COLUMN: executing "NAME" at <…>: …`. */
export class TemplateExecError extends TemplateError {
  override readonly name: string = 'TemplateExecError';
}

export type LimitName = 'steps' | 'output' | 'depth';

/** The template asked for more than it is given; Go itself has no such bounds. */
export class TemplateLimitError extends TemplateExecError {
  override readonly name = 'TemplateLimitError';
  readonly limit: LimitName;

  constructor(limit: LimitName, message: string) {
    super(message);
    this.limit = limit;
  }
}

/**
 * Thrown by a template function to refuse its arguments, by `query` to pass on a failed query; the
 * message is text, not bytes. The
 * executor adds where it happened. Any other error out of a function is taken for a bug and not caught.
 */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
}
