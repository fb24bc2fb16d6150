/** The control API as seen from a command. Answers are checked against the same schemas the daemon writes by. */

import {
  API_ROOT,
  type Configuration,
  configurationSchema,
  type DecidedAnswer,
  decidedSchema,
} from '../api/control.ts';
import type { StreamEvent } from '../api/events.ts';
import type { Decision, FolderKindRequest } from '../api/kind-requests.ts';
import type { Pause, Resume } from '../api/pause-requests.ts';
import type { AddDevice, AddFolder, Rescan, ShareFolder } from '../api/requests.ts';
import type { ConfigurationService } from '../api/service.ts';
import { type StatusReport, statusSchema } from '../api/status.ts';
import { eventsIn, readAnswer, refusalIn } from './answer.ts';
import { exchange, type HttpQuestion, type HttpTarget, pieces, readText } from './http.ts';

type Method = HttpQuestion['method'];

/** A daemon that is well answers in milliseconds; one that was stopped or is stuck never does. */
const ANSWER_MS = 30_000;

/**
 * Asks one daemon. Every call may reject with the code that the daemon gave, with DAEMON_UNREACHABLE, with
 * API_ANSWER_INVALID, or with the signal's reason.
 */
export class DaemonClient implements ConfigurationService {
  readonly #target: HttpTarget;
  readonly #signal: AbortSignal;

  constructor(target: HttpTarget, options: { readonly signal: AbortSignal }) {
    this.#target = target;
    this.#signal = options.signal;
  }

  /** What stands behind the lifetime of every call. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  async status(): Promise<StatusReport> {
    return readAnswer(statusSchema, await this.#ask('GET', '/status'));
  }

  async configuration(): Promise<Configuration> {
    return readAnswer(configurationSchema, await this.#ask('GET', '/devices'));
  }

  async addDevice(body: AddDevice): Promise<Configuration> {
    return readAnswer(configurationSchema, await this.#ask('POST', '/devices', body));
  }

  async removeDevice(device: string): Promise<Configuration> {
    const path = `/devices/${encodeURIComponent(device)}`;
    return readAnswer(configurationSchema, await this.#ask('DELETE', path));
  }

  async addFolder(body: AddFolder): Promise<Configuration> {
    return readAnswer(configurationSchema, await this.#ask('POST', '/folders', body));
  }

  async setFolderKind(folder: string, body: FolderKindRequest): Promise<Configuration> {
    const path = `/folders/${encodeURIComponent(folder)}/kind`;
    return readAnswer(configurationSchema, await this.#ask('POST', path, body));
  }

  async pause(body: Pause): Promise<Configuration> {
    return readAnswer(configurationSchema, await this.#ask('POST', '/pause', body));
  }

  async resume(body: Resume): Promise<Configuration> {
    return readAnswer(configurationSchema, await this.#ask('POST', '/resume', body));
  }

  /** May take long in a large folder. */
  async decide(folder: string, decision: Decision): Promise<DecidedAnswer> {
    const path = `/folders/${encodeURIComponent(folder)}/${decision}`;
    const signal = this.#signal;
    return readAnswer(decidedSchema, await this.#talk('POST', path, { signal }));
  }

  async removeFolder(folder: string): Promise<Configuration> {
    const path = `/folders/${encodeURIComponent(folder)}`;
    return readAnswer(configurationSchema, await this.#ask('DELETE', path));
  }

  async shareFolder(folder: string, body: ShareFolder): Promise<Configuration> {
    const path = `/folders/${encodeURIComponent(folder)}/share`;
    return readAnswer(configurationSchema, await this.#ask('POST', path, body));
  }

  /** Resolves when the scan is done. */
  async rescan(body: Rescan): Promise<void> {
    await this.#talk('POST', '/rescan', { body, signal: this.#signal });
  }

  /** Resolves once nothing can be missed any more; the events then come until the daemon ends or they are disposed. */
  async events(): Promise<AsyncIterable<StreamEvent> & Disposable> {
    const link = { target: this.#target, signal: this.#signal };
    const question = { method: 'GET', path: `${API_ROOT}/events`, signal: this.#signal } as const;
    const answer = await exchange(this.#target, { ...question, headMs: ANSWER_MS });
    if (answer.statusCode !== 200) throw refusalIn(await readText(answer, link));
    // Disposing must not wait for the next event, as ending the generator would.
    return Object.assign(eventsIn(pieces(answer, link)), {
      [Symbol.dispose]: () => void answer.destroy(),
    });
  }

  /** DAEMON_UNREACHABLE if no answer comes in time. */
  async #ask(method: Method, path: string, body?: unknown): Promise<string> {
    return await this.#talk(method, path, { body, signal: this.#signal, headMs: ANSWER_MS });
  }

  async #talk(
    method: Method,
    path: string,
    rest: Omit<HttpQuestion, 'method' | 'path'>,
  ): Promise<string> {
    const link = { target: this.#target, signal: this.#signal };
    const answer = await exchange(this.#target, { ...rest, method, path: API_ROOT + path });
    const text = await readText(answer, link);
    if (answer.statusCode !== 200) throw refusalIn(text);
    return text;
  }
}
