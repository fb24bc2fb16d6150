/** A TCP relay between two devices that counts what travels and can be slowed down or cut. */

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export class Relay {
  /** To be dialled: `tcp://…`. */
  readonly address: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #bytes = 0;
  /** Bytes a second in each direction of each connection; undefined: as fast as it goes. */
  speed: number | undefined;

  private constructor(server: Server) {
    this.#server = server;
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    this.address = `tcp://127.0.0.1:${port}`;
  }

  /** Listens at a free port of 127.0.0.1; everything goes on to `target`, `tcp://HOST:PORT`. */
  static async start(target: string): Promise<Relay> {
    const { hostname, port } = new URL(target.replace('tcp:', 'http:'));
    const server = createServer({ allowHalfOpen: false });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const relay = new Relay(server);
    server.on('connection', (near) => {
      const far = connect({ host: hostname, port: Number(port) });
      relay.#join(near, far);
      relay.#join(far, near);
    });
    return relay;
  }

  /** What has travelled so far, in both directions. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Breaks every connection there is; new ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    // A broken connection is one of the things that a relay passes on.
    from.on('error', () => to.destroy());
    from.on('data', (part) => {
      this.#bytes += part.length;
      const isFull = !to.write(part);
      const pauseMs = this.speed === undefined ? 0 : (part.length / this.speed) * 1000;
      if (!isFull && pauseMs === 0) return;
      from.pause();
      const drained = isFull ? once(to, 'drain').catch(() => undefined) : undefined;
      void Promise.all([drained, sleep(pauseMs)]).then(() => from.resume());
    });
  }
}
