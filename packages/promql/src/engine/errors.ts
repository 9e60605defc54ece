/** The query can't be carried out; the text is Prometheus'. Answered as 422 `execution`. */
export class QueryError extends Error {
  override name = 'QueryError';
}

/** The deadline passed. Answered as 503 `timeout`. */
export class QueryTimeoutError extends Error {
  override name = 'QueryTimeoutError';
}

/** Somebody ended the query. Answered as 503 `canceled`. */
export class QueryCanceledError extends Error {
  override name = 'QueryCanceledError';
}
