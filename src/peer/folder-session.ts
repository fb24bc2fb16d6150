/**
 * One folder on one connection, while both sides run it: our index goes out, the device's comes in, and the folder may ask
 * the device for blocks.
 */

import { asKithError } from '../base/error.ts';
import type { TaskGroup } from '../base/task-group.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConnectedPeer, FolderExchange, IndexClaim, IndexNews } from '../ports/exchange.ts';
import { IndexSender, type SendBatch } from './index-sender.ts';

/** What a session is made of. */
export interface FolderSessionParts {
  readonly exchange: FolderExchange;
  readonly device: DeviceId;
  readonly peer: ConnectedPeer;
  readonly clock: Clock;
  readonly send: SendBatch;
}

/** See above. It ends with the group it was started in, at the latest. */
export class FolderSession {
  readonly exchange: FolderExchange;
  /** What the device's index was called when the session began. */
  readonly indexId: bigint;
  readonly #parts: FolderSessionParts;
  readonly #sender: IndexSender;
  readonly #stop = new AbortController();
  readonly #ready: Promise<void>;
  #setReady: () => void = () => undefined;

  constructor(parts: FolderSessionParts) {
    this.#parts = parts;
    this.exchange = parts.exchange;
    this.indexId = parts.peer.index.indexId;
    this.#sender = new IndexSender({
      index: parts.exchange,
      clock: parts.clock,
      claim: parts.peer.heardOfUs,
      send: parts.send,
    });
    this.#ready = new Promise((resolve) => {
      this.#setReady = resolve;
    });
  }

  /** True once it has been stopped, or the folder has turned the device away. Nothing of it may be sent then. */
  get isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Begins, once `before` has resolved; resolves when the folder has let go of the device. */
  start(group: TaskGroup, before: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      group.start(async (signal) => {
        try {
          await before;
          await this.#run(AbortSignal.any([signal, this.#stop.signal]));
        } finally {
          this.stop();
          this.#setReady();
          resolve();
        }
      });
    });
  }

  /** Ends it; nothing of the folder is sent from now on. */
  stop(): void {
    this.#stop.abort();
  }

  /** Our index has changed. */
  wake(): void {
    this.#sender.wake();
  }

  /** The device says anew what it has of our index. */
  restart(heardOfUs: IndexClaim): void {
    this.#sender.restart(heardOfUs);
  }

  /** Takes news of the device's index; false if the folder is not to be had any more. Resolves when it is durable. */
  async receive(news: IndexNews): Promise<boolean> {
    await this.#ready;
    if (this.isOver) return false;
    return await this.#unlessUnshared(() => this.exchange.receive(this.#parts.device, news));
  }

  async #run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    let disconnect: (() => void) | undefined;
    await this.#unlessUnshared(async () => {
      disconnect = await this.exchange.connect(this.#parts.device, this.#parts.peer);
    });
    if (disconnect === undefined) return;
    this.#setReady();
    try {
      await this.#sender.run(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      disconnect();
    }
  }

  /** The folder may have been stopped or unshared a moment ago: that ends the session, not the connection. */
  async #unlessUnshared(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (asKithError(error, 'FOLDER_NOT_SHARED') === undefined) throw error;
      this.stop();
      return false;
    }
  }
}
