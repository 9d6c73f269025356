/**
 * Everything this client throws, or puts into `result.error`.
 *
 * HeadroomError
 * ├── HeadroomInputError        the arguments cannot be sent: no array, or nothing that JSON can hold
 * ├── HeadroomConnectionError   no proxy answers at `baseUrl`
 * ├── HeadroomTimeoutError      no answer in time
 * ├── HeadroomAbortError        the caller's AbortSignal fired
 * ├── HeadroomStatusError       the proxy refused, or failed: `status` and `type` say how
 * ├── HeadroomResponseError     what answered is no headroom proxy, or another version of it
 * └── HeadroomLeftAloneError    the proxy answered, and left all messages as they were, for the reason it tells
 */
export class HeadroomError extends Error {
  override readonly name: string = 'HeadroomError';
}

export class HeadroomInputError extends HeadroomError {
  override readonly name = 'HeadroomInputError';
}

export class HeadroomConnectionError extends HeadroomError {
  override readonly name = 'HeadroomConnectionError';
}

export class HeadroomTimeoutError extends HeadroomError {
  override readonly name = 'HeadroomTimeoutError';
}

export class HeadroomAbortError extends HeadroomError {
  override readonly name = 'HeadroomAbortError';
}

export class HeadroomStatusError extends HeadroomError {
  override readonly name = 'HeadroomStatusError';

  constructor(
    /** The HTTP status: 4xx when the request was wrong, 5xx when the proxy could not answer it. */
    readonly status: number,
    /** The proxy's own word for it, such as `invalid_request_error`. */
    readonly type: string,
    message: string
  ) {
    super(message);
  }
}

export class HeadroomResponseError extends HeadroomError {
  override readonly name = 'HeadroomResponseError';
}

export class HeadroomLeftAloneError extends HeadroomError {
  override readonly name = 'HeadroomLeftAloneError';
}
