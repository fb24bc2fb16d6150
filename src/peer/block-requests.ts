/** What we ask of one device: at most 32 MiB on their way, the rest waits in order. Source: BEP v1, limits of requests. */

import { KithError } from '../base/error.ts';
import type { BepSession } from '../bep/session.ts';
import type { FolderId } from '../model/folder.ts';
import type { BlockRequest } from '../ports/exchange.ts';
import { ByteBudget } from './byte-budget.ts';
import type { Outbox } from './outbox.ts';

const MOST_BYTES = 32 * 1024 * 1024;
/** What a request counts at least, so that small ones are bounded in number too. */
const LEAST_BYTES = 32 * 1024;

/** An answer as the session reports it: bytes, or none. */
export interface BlockAnswer {
  readonly id: number;
  readonly data: Uint8Array | undefined;
}

interface Asking {
  readonly resolve: (data: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
  /** Lets the next one ask. Only when the answer is here: until then its bytes may be on their way. */
  readonly release: () => void;
}

/** The requests of one connection. */
export class BlockRequests {
  readonly #session: BepSession;
  readonly #outbox: Outbox;
  readonly #budget = new ByteBudget(MOST_BYTES);
  readonly #asking = new Set<Asking>();
  readonly #byId = new Map<number, Asking>();
  #end: { readonly error: unknown } | undefined;

  constructor(session: BepSession, outbox: Outbox) {
    this.#session = session;
    this.#outbox = outbox;
  }

  /** Exactly the wanted number of bytes, unverified. REQUEST_REFUSED, CONNECTION_LOST or the signal's reason. */
  async ask(folder: FolderId, request: BlockRequest, signal: AbortSignal): Promise<Uint8Array> {
    const release = await this.#budget.take(Math.max(request.size, LEAST_BYTES), signal);
    return await new Promise<Uint8Array>((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      const asking: Asking = {
        resolve,
        reject,
        release: () => {
          signal.removeEventListener('abort', abort);
          release();
        },
      };
      this.#send(asking, { folder, request, signal });
    });
  }

  /** Settles the request that the answer is for. */
  answered({ id, data }: BlockAnswer): void {
    const asking = this.#byId.get(id);
    if (asking === undefined) return;
    this.#byId.delete(id);
    this.#asking.delete(asking);
    asking.release();
    if (data === undefined) asking.reject(new KithError('REQUEST_REFUSED'));
    else asking.resolve(data);
  }

  /** The connection is over: whoever waits, and who comes later, gets `error`. */
  end(error: unknown): void {
    this.#end ??= { error };
    this.#budget.end(error);
    for (const asking of this.#asking) {
      asking.release();
      asking.reject(error);
    }
    this.#asking.clear();
    this.#byId.clear();
  }

  #send(
    asking: Asking,
    {
      folder,
      request,
      signal,
    }: {
      readonly folder: FolderId;
      readonly request: BlockRequest;
      readonly signal: AbortSignal;
    },
  ): void {
    if (this.#end !== undefined) {
      asking.release();
      asking.reject(this.#end.error);
      return;
    }
    this.#asking.add(asking);
    this.#outbox.post('small', () => {
      if (!this.#asking.has(asking)) return undefined;
      if (signal.aborted) {
        this.#asking.delete(asking);
        asking.release();
        return undefined;
      }
      const { id, out } = this.#session.request(folder, request);
      this.#byId.set(id, asking);
      return out;
    });
  }
}
