import {
  HeadroomAbortError,
  HeadroomConnectionError,
  HeadroomInputError,
  HeadroomResponseError,
  HeadroomStatusError,
  HeadroomTimeoutError
} from './errors.js';

/** Where the proxy is, and how long to wait for it. */
export interface ConnectionOptions {
  /** The proxy's address; `http://127.0.0.1:8787` if it is left out. A `/v1` at its end is as good as none. */
  baseUrl?: string;
  /** What the proxy was started with as `--token`. */
  token?: string;
  /** The project that originals belong to; the proxy's own if it is left out. */
  project?: string;
  /** Milliseconds until `HeadroomTimeoutError`; 30,000 if it is left out, 0 for no limit. */
  timeoutMs?: number;
  /** Stops the request. */
  signal?: AbortSignal;
  /** Takes the place of the platform's own `fetch`. */
  fetch?: typeof fetch;
}

const DEFAULT_URL = 'http://127.0.0.1:8787';
const DEFAULT_TIMEOUT_MS = 30_000;

/** Posts JSON to the proxy and gives back the object it answers with. */
export async function post(path: string, body: object, options: ConnectionOptions): Promise<Record<string, unknown>> {
  const base = (options.baseUrl ?? DEFAULT_URL).replace(/\/+$/, '').replace(/\/v1$/, '');
  const sent = serialized(body);
  const limit = new Limit(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, options.signal);
  try {
    limit.check();
    const send = options.fetch ?? fetch;
    // Not as options.fetch(...): a browser's fetch refuses to be called as another object's method.
    const response = await send(`${base}${path}`, {
      method: 'POST',
      headers: headersOf(options),
      body: sent,
      signal: limit.signal,
      redirect: 'error' // what is sent is for this proxy and nobody else
    });
    return parsed(response, await response.text());
  } catch (cause) {
    limit.check(cause);
    if (cause instanceof HeadroomResponseError || cause instanceof HeadroomStatusError) {
      throw cause;
    }
    const remedy = 'start one with: headroom proxy (and --allow-origin, for a web page)';
    throw new HeadroomConnectionError(`no headroom proxy answers at ${base}; ${remedy}`, { cause });
  } finally {
    limit.end();
  }
}

/** The caller's signal and the timeout in one; AbortSignal.any came with Node 20.3. */
class Limit {
  private readonly controller = new AbortController();
  private readonly timer: ReturnType<typeof setTimeout> | undefined;
  private isLate = false;

  constructor(
    private readonly timeoutMs: number,
    private readonly given: AbortSignal | undefined
  ) {
    given?.addEventListener('abort', this.stop, { once: true });
    if (timeoutMs > 0 && timeoutMs < 2 ** 31) {
      this.timer = setTimeout(() => {
        this.isLate = true;
        this.stop();
      }, timeoutMs);
    }
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Throws if the caller has stopped the request, or the time is over. */
  check(cause?: unknown): void {
    if (this.given?.aborted) {
      throw new HeadroomAbortError('the request was stopped by its AbortSignal', { cause: this.given.reason });
    }
    if (this.isLate) {
      throw new HeadroomTimeoutError(
        `the headroom proxy did not answer in ${this.timeoutMs} ms; raise timeoutMs, or see what keeps it busy`,
        { cause }
      );
    }
  }

  end(): void {
    clearTimeout(this.timer);
    this.given?.removeEventListener('abort', this.stop);
  }

  private readonly stop = (): void => {
    this.controller.abort();
  };
}

function serialized(body: object): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw new HeadroomInputError('the messages hold something that JSON cannot: a bigint, or an object in itself', {
      cause
    });
  }
}

function headersOf(options: ConnectionOptions): Record<string, string> {
  return {
    'content-type': 'application/json',
    ...(options.token === undefined ? {} : { 'x-headroom-token': options.token }),
    ...(options.project === undefined ? {} : { 'x-headroom-project': encodeURIComponent(options.project) })
  };
}

function parsed(response: Response, text: string): Record<string, unknown> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new HeadroomResponseError(`what answered (status ${response.status}) is no headroom proxy: no JSON`, { cause });
  }
  if (!isObject(answer)) {
    throw new HeadroomResponseError(`what answered (status ${response.status}) is no headroom proxy: no JSON object`);
  }
  if (!response.ok) {
    const error = isObject(answer.error) ? answer.error : {};
    const type = typeof error.type === 'string' ? error.type : 'error';
    const message = typeof error.message === 'string' ? error.message : `the proxy answered ${response.status}`;
    throw new HeadroomStatusError(response.status, type, message);
  }
  return answer;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
