/** Watches one root for as long as it is told to, whatever becomes of the root meanwhile. */

import fs from 'node:fs';
import type { WatchBatch } from '../ports/watcher.ts';
import { errnoOf } from './errno.ts';
import type { SystemCalls } from './ffi.ts';
import { Unwatched, whyNoInotify } from './inotify-blind.ts';
import { isStillRoot, lookAtNew, openWatchRoot } from './inotify-look.ts';
import type { InotifyNews } from './inotify-news.ts';
import { InotifySession } from './inotify-session.ts';

/** Directories between two looks at the kernel's queue, which holds 16,384 records by default. */
const WALK_SLICE = 64;
/** How often it is tried again to watch what could not be watched. */
const RETRY_MS = 60_000;
const RETRY_PATHS = 1024;

export interface InotifyWatchParts {
  readonly calls: SystemCalls;
  readonly root: string;
  readonly news: InotifyNews;
  /** Why not all changes in the root are told, whatever is watched; asked when its watch begins. */
  readonly whyUntold: (root: string) => string | undefined;
  /** Called once, when everything there is was watched or is known to be unwatched. */
  readonly onReady: () => void;
}

export class InotifyWatch {
  readonly #parts: InotifyWatchParts;
  readonly #unwatched = new Unwatched();
  #session: InotifySession | undefined;
  #whyNone: string | undefined;
  #whyUntold: string | undefined;
  #isReady = false;
  #retryAt = 0;

  constructor(parts: InotifyWatchParts) {
    this.#parts = parts;
  }

  /** One round; waits for news at most `waitMs`. False if there was nothing to wait for. */
  turn(waitMs: number, nowMs: number): boolean {
    const session = this.#session ?? this.#begin();
    if (session !== undefined) this.#serve(session, waitMs, nowMs);
    this.#parts.news.setBlind(this.#whyNone ?? this.#whyNotAll());
    if (session === undefined || !session.isWalking) this.#ready();
    return session !== undefined;
  }

  /** The next events; a name that appeared is looked at. */
  take(limit: number): WatchBatch {
    return this.#parts.news.take(limit, (path) => {
      const session = this.#session;
      return session === undefined ? 'settled' : lookAtNew(session.rootFd, path);
    });
  }

  close(): void {
    this.#session?.close();
    this.#session = undefined;
  }

  #serve(session: InotifySession, waitMs: number, nowMs: number): void {
    const isBusy = session.isWalking;
    session.step(WALK_SLICE);
    // After a step there may be something to tell, which must not wait for the kernel's next news.
    if (this.#parts.calls.pollReadable(session.fd, isBusy ? 0 : waitMs)) session.read();
    else if (!isBusy) this.#rest(session, nowMs);
    if (session.isLost) this.#lose(session);
  }

  /** Nothing happens: time to see whether the root is still what it was, and to try again what failed. */
  #rest(session: InotifySession, nowMs: number): void {
    if (!isStillRoot(this.#parts.root, session.rootFd)) {
      this.#lose(session);
    } else if (this.#unwatched.size > 0 && nowMs >= this.#retryAt) {
      this.#retryAt = nowMs + RETRY_MS;
      for (const path of this.#unwatched.some(RETRY_PATHS)) {
        session.walk(path, () => {
          if (!this.#unwatched.has(path)) this.#parts.news.add(path, 'tree');
        });
      }
    }
  }

  #begin(): InotifySession | undefined {
    try {
      const { calls, root, news } = this.#parts;
      const rootFd = openWatchRoot(root);
      if (rootFd === undefined) {
        this.#whyNone = 'changes are not noticed: the folder is not there';
        return undefined;
      }
      this.#session = openSession({ calls, rootFd, news, unwatched: this.#unwatched });
      this.#whyNone = undefined;
      this.#whyUntold = this.#parts.whyUntold(root);
      const isFirst = !this.#isReady;
      this.#session.walk('', () => {
        // What happened while nothing was watched has to be found by looking.
        if (!isFirst) news.lose();
      });
      return this.#session;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      this.#whyNone = whyNoInotify(errno);
      return undefined;
    }
  }

  #lose(session: InotifySession): void {
    session.close();
    this.#session = undefined;
    this.#unwatched.clear();
    this.#whyNone = 'changes are not noticed: the folder went away';
    this.#parts.news.lose();
  }

  #whyNotAll(): string | undefined {
    const reasons = [this.#unwatched.text(), this.#whyUntold].filter((each) => each !== undefined);
    return reasons.length === 0 ? undefined : reasons.join('; ');
  }

  #ready(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#parts.onReady();
  }
}

function openSession(parts: ConstructorParameters<typeof InotifySession>[0]): InotifySession {
  try {
    return new InotifySession(parts);
  } catch (error) {
    fs.closeSync(parts.rootFd);
    throw error;
  }
}
