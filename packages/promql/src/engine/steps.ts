/** The times at which an expression is evaluated: `startMs`, `startMs + stepMs`, … up to `endMs`. */
export class Steps {
  readonly startMs: number;
  readonly endMs: number;
  /** 0 for an instant evaluation. */
  readonly stepMs: number;
  readonly count: number;

  constructor(startMs: number, endMs: number, stepMs: number) {
    this.startMs = startMs;
    this.endMs = endMs;
    this.stepMs = stepMs;
    if (endMs < startMs) this.count = 0;
    else this.count = stepMs === 0 ? 1 : Math.floor((endMs - startMs) / stepMs) + 1;
  }

  timeMs(step: number): number {
    return this.startMs + step * this.stepMs;
  }
}
