/** The Jupyter server's side of the panel: authenticated REST, typed by protocol.ts. Nothing else calls the server. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import {
  ROUTES,
  type CompressRequest,
  type Missing,
  type PricesAnswer,
  type RestError,
  type RowsAnswer,
  type StatusAnswer,
  type TextPage,
  type TextPiece
} from './protocol.js';

/** What the server refused, in its own words. */
export class RequestError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly kind: string
  ) {
    super(message);
    this.name = 'RequestError';
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export class HeadroomApi {
  constructor(
    private readonly _settings: ServerConnection.ISettings,
    private readonly _trans: TranslationBundle
  ) {}

  status(document: string): Promise<StatusAnswer> {
    return this.get(ROUTES.status, { document });
  }

  prices(): Promise<PricesAnswer> {
    return this.get(ROUTES.prices);
  }

  compress(document: string, request: CompressRequest): Promise<RowsAnswer | Missing> {
    return this.post(ROUTES.compress, { document }, request);
  }

  put(document: string, texts: { session: string; pieces: TextPiece[] }): Promise<void> {
    return this.post(ROUTES.texts, { document }, texts);
  }

  formText(document: string, ref: string, form: string, offset: number): Promise<TextPage> {
    return this.get(`${ROUTES.store}/${ref}/forms/${encodeURIComponent(form)}/text`, { document, offset });
  }

  get<T>(route: string, query: Query = {}): Promise<T> {
    return this.request('GET', route, query);
  }

  post<T>(route: string, query: Query, body: unknown): Promise<T> {
    return this.request('POST', route, query, body);
  }

  /** @throws RequestError, or what the connection throws when there is no server. */
  async request<T>(method: string, route: string, query: Query = {}, body?: unknown): Promise<T> {
    const text = await (await this._answer(method, route, query, body)).text();
    return (text ? JSON.parse(text) : null) as T;
  }

  /** What is no JSON: an original's bytes, an archive. */
  async blob(method: string, route: string, query: Query = {}, body?: unknown): Promise<Blob> {
    return (await this._answer(method, route, query, body)).blob();
  }

  private async _answer(method: string, route: string, query: Query, body: unknown): Promise<Response> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)] as [string, string])).toString();
    const url = URLExt.join(this._settings.baseUrl, route) + (search ? `?${search}` : '');
    const init: RequestInit = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await ServerConnection.makeRequest(url, init, this._settings);
    if (!response.ok) {
      throw this._refusal(response.status, await response.text());
    }
    return response;
  }

  private _refusal(status: number, text: string): RequestError {
    try {
      const { message, kind } = JSON.parse(text) as Partial<RestError>;
      return new RequestError(message ?? text, status, kind ?? '');
    } catch {
      const words = status === 404
        ? this._trans.__('The Jupyter server does not have headroom_jupyter: restart it, or install it there.')
        : this._trans.__('The Jupyter server answered %1.', String(status));
      return new RequestError(words, status, '');
    }
  }
}
