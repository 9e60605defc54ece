/** How many series or values are looked at between two calls. */
const TICKS_PER_CALL = 1024;

/** Has a long search ask now and then whether it is still wanted. */
export class AliveCheck {
  readonly #check: (() => void) | undefined;
  #ticks = 0;

  constructor(check: (() => void) | undefined) {
    this.#check = check;
  }

  /** Call for each series or value; throws what the check throws. */
  tick(): void {
    if (++this.#ticks < TICKS_PER_CALL) return;
    this.#ticks = 0;
    this.#check?.();
  }
}
