/** What of the scraper's cluster a request may use. */
export interface ClusterUse {
  /** Its credentials are to be sent. */
  readonly credentials: boolean;
  /** Certificates are to be verified by its authority. */
  readonly authority: boolean;
  /** The host of the address was found in the cluster. */
  readonly found: boolean;
}

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
  /** PEM: an authority instead of the system's, and who asks. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** For scrapers of a cluster. */
  readonly cluster?: ClusterUse;
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
