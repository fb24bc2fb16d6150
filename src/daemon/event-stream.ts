/**
 * Change notices as server-sent events. Each reader has a bounded buffer: one that is too slow loses notices, and is told so
 * once it reads again. Notices carry no state, so nothing but promptness is lost.
 */

import type { ServerResponse } from 'node:http';
import type { StreamEvent } from '../api/events.ts';
import type { DaemonService } from '../api/service.ts';
import { KithError } from '../base/error.ts';

/** More readers than this are refused. */
const MOST_READERS = 32;
/** Bytes that may wait for one reader. */
const MOST_WAITING = 64 * 1024;
/** A line without meaning is sent this often, so that a reader that vanished is noticed. */
const HEARTBEAT_MS = 15_000;

/** Every open stream of one server. */
export class EventStreams {
  readonly #service: Pick<DaemonService, 'onChange'>;
  readonly #open = new Set<ServerResponse>();

  constructor(service: Pick<DaemonService, 'onChange'>) {
    this.#service = service;
  }

  /** API_TOO_MANY_STREAMS if no other reader may come now. */
  requireRoom(): void {
    if (this.#open.size >= MOST_READERS) throw new KithError('API_TOO_MANY_STREAMS');
  }

  /** Streams to `response` until the reader goes or the streams are closed. Its first line says that nothing is missed now. */
  serve(response: ServerResponse): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    this.#open.add(response);
    const sender = new Sender(response);
    const forget = this.#service.onChange((event) => sender.send(event));
    const heartbeat = setInterval(() => sender.beat(), HEARTBEAT_MS);
    response.once('close', () => {
      clearInterval(heartbeat);
      forget();
      this.#open.delete(response);
    });
    // A broken connection is followed by `close`; nobody is left to tell.
    response.on('error', () => response.destroy());
    sender.beat();
  }

  /** Ends every stream. */
  close(): void {
    for (const response of this.#open) response.end();
  }
}

class Sender {
  readonly #response: ServerResponse;
  #hasLost = false;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('drain', () => this.#tellLoss());
  }

  send(event: StreamEvent): void {
    if (this.#hasLost || this.#response.writableLength > MOST_WAITING) this.#hasLost = true;
    else this.#response.write(`data: ${JSON.stringify(event)}\n\n`);
  }

  beat(): void {
    if (this.#response.writableLength <= MOST_WAITING) this.#response.write(': here\n\n');
  }

  #tellLoss(): void {
    if (!this.#hasLost) return;
    this.#hasLost = false;
    this.send({ kind: 'lost' });
  }
}
