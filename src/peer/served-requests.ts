/**
 * What a device asks of us: at most 32 MiB being read or written for it, the rest waits. Every request is answered, and
 * every refusal looks alike, so that it tells nothing. Source: BEP v1, requests; MAL-10, MAL-11.
 */

import { asKithError, KithError } from '../base/error.ts';
import type { TaskGroup } from '../base/task-group.ts';
import type { RequestMessage } from '../bep/messages/request.ts';
import type { BepSession } from '../bep/session.ts';
import type { FolderId } from '../model/folder.ts';
import type { Log } from '../ports/log.ts';
import { ByteBudget } from './byte-budget.ts';
import type { Outbox } from './outbox.ts';

const MOST_BYTES = 32 * 1024 * 1024;
/** What a request counts at least, so that small ones are bounded in number too. */
const LEAST_BYTES = 32 * 1024;
/** More than any device has on their way at once; beyond it the connection ends. */
const MOST_WAITING = 32 * 1024;
/** The largest block there is, and what encryption adds to it. */
const LARGEST = 16 * 1024 * 1024 + 40;
/** Answers up to this many bytes go before larger ones. */
const SMALL = 32 * 1024;

/** The way to a folder for one request; undefined if the device may have nothing of it now. */
export type Serve = (
  message: RequestMessage,
) => ((signal: AbortSignal) => Promise<Uint8Array>) | undefined;

/** The requests of one device on one connection. */
export class ServedRequests {
  readonly #session: BepSession;
  readonly #outbox: Outbox;
  readonly #group: TaskGroup;
  readonly #log: Log;
  readonly #serve: Serve;
  readonly #isShared: (folder: FolderId) => boolean;
  readonly #budget = new ByteBudget(MOST_BYTES);
  /** In the order in which they came. */
  readonly #waiting = new Set<RequestMessage>();

  constructor(parts: {
    readonly session: BepSession;
    readonly outbox: Outbox;
    readonly group: TaskGroup;
    readonly log: Log;
    readonly serve: Serve;
    /** Whether the device may have anything of the folder at all. */
    readonly isShared: (folder: FolderId) => boolean;
  }) {
    this.#session = parts.session;
    this.#outbox = parts.outbox;
    this.#group = parts.group;
    this.#log = parts.log;
    this.#serve = parts.serve;
    this.#isShared = parts.isShared;
  }

  /** Takes a request, to be answered when its turn has come. PEER_ASKS_TOO_MUCH if too many wait already. */
  take(message: RequestMessage): void {
    if (this.#waiting.size >= MOST_WAITING) {
      throw new KithError('PEER_ASKS_TOO_MUCH', { requests: this.#waiting.size });
    }
    this.#waiting.add(message);
    this.#startSome();
  }

  /** What waits is no task yet, so that a flood of requests costs no more than their bytes. */
  #startSome(): void {
    if (this.#group.signal.aborted) return;
    for (const message of this.#waiting) {
      const release = this.#budget.tryTake(Math.max(message.request.size, LEAST_BYTES));
      if (release === undefined) return;
      this.#waiting.delete(message);
      this.#group.start(async (signal) => {
        try {
          await this.#answer(message, signal);
        } finally {
          release();
          this.#startSome();
        }
      });
    }
  }

  async #answer(message: RequestMessage, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const data = await this.#read(message, signal);
    // It may have been unshared since the bytes were read, and while they are written.
    const mayGoOn = () => this.#isShared(message.folder);
    const make = () => {
      const isAllowed = data !== undefined && this.#serve(message) !== undefined;
      return this.#session.response(message.id, isAllowed ? data : 'generic');
    };
    const lane = message.request.size > SMALL ? 'bulk' : 'small';
    await this.#outbox.put({ lane, make, mayGoOn }, signal);
  }

  async #read(message: RequestMessage, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const { size } = message.request;
    const serve = this.#serve(message);
    if (serve === undefined || size > LARGEST) return undefined;
    try {
      const data = await serve(signal);
      if (data.length === size) return data;
      throw new KithError('BUG', { what: 'served another number of bytes than was asked for' });
    } catch (error) {
      signal.throwIfAborted();
      if (asKithError(error, 'REQUEST_REFUSED') === undefined) this.#report(message, error);
      return undefined;
    }
  }

  #report(message: RequestMessage, error: unknown): void {
    this.#log.write('error', 'request-failed', { folder: message.folder, reason: String(error) });
  }
}
