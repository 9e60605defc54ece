/** What a target is asked. */
export interface FetchRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Of the answer, unpacked. */
  readonly bodyBytesMax: number;
  readonly followRedirects: boolean;
  readonly verifyCertificates: boolean;
  readonly serverName: string | undefined;
}

export interface FetchedBody {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** A target that couldn't be asked; the text says why. */
export class FetchError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FetchError';
  }
}

/** Asks a target over HTTP. Rejects with a FetchError. */
export type FetchTarget = (request: FetchRequest) => Promise<FetchedBody>;
