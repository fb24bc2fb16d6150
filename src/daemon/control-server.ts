/** The control API over HTTP: guard, parse, call the service, answer. Decides nothing itself. */

import { rm } from 'node:fs/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { type HostPort, hostPortText, isLoopback } from '../api/address.ts';
import { API_ROOT } from '../api/control.ts';
import type { DaemonService } from '../api/service.ts';
import { KithError } from '../base/error.ts';
import { writePrivateFile } from '../host/private-file.ts';
import type { Log } from '../ports/log.ts';
import { sendError } from './control-server-errors.ts';
import { type Guard, requireTrusted } from './control-server-guard.ts';
import { EventStreams } from './event-stream.ts';
import { deviceRoutes } from './routes/devices.ts';
import { eventRoutes } from './routes/events.ts';
import { folderRoutes } from './routes/folders.ts';
import { pauseRoutes } from './routes/pause.ts';
import { rescanRoutes } from './routes/rescan.ts';
import { statusRoutes } from './routes/status.ts';

export interface ControlServerOptions extends Guard {
  readonly service: DaemonService;
  readonly log: Log;
}

/** What it takes to listen. */
export interface ListeningOptions extends ControlServerOptions {
  /** Says, as long as the server listens, where commands find it. */
  readonly addressFile: string;
}

/** A server that listens. Closing ends event streams and connections. */
export interface ControlServer {
  /** HOST:PORT at which a command on this machine reaches it. */
  readonly address: string;
  close(): Promise<void>;
}

/** Requests are small: the longest is a folder with a path. */
const MOST_BODY_BYTES = 64 * 1024;
const MOST_HEADER_BYTES = 8 * 1024;
/** A request must have arrived whole by then. */
const REQUEST_MS = 10_000;
const MOST_CONNECTIONS = 128;
/** An id of 200 characters, each of them escaped. */
const LONGEST_PARAMETER = 2400;
/** On every answer, whoever asks whatever. */
const ALWAYS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'",
  'X-Content-Type-Options': 'nosniff',
};

/** Listens at `listen`; port 0 lets the system choose. LISTEN_FAILED if the address is taken or not ours. */
export async function startControlServer(options: ListeningOptions): Promise<ControlServer> {
  const { listen, log, addressFile } = options;
  const { app, streams } = buildControlServer(options);
  app.server.maxConnections = MOST_CONNECTIONS;
  try {
    await app.listen({ host: listen.host, port: listen.port });
  } catch (error) {
    await app.close();
    throw new KithError('LISTEN_FAILED', { address: hostPortText(listen) }, error);
  }
  const end = async (): Promise<void> => {
    streams.close();
    await app.close();
  };
  try {
    const address = hostPortText(reachable(listen, app));
    await writePrivateFile(addressFile, `${address}\n`);
    if (!isLoopback(listen.host)) log.write('warn', 'api-reachable-from-outside', { address });
    return { address, close: () => rm(addressFile, { force: true }).finally(end) };
  } catch (error) {
    // What listens keeps the process alive.
    await end();
    throw error;
  }
}

/** The server without a socket. */
export function buildControlServer({ service, log, ...guard }: ControlServerOptions): {
  readonly app: FastifyInstance;
  readonly streams: EventStreams;
} {
  const streams = new EventStreams(service);
  const app: FastifyInstance = fastify({
    bodyLimit: MOST_BODY_BYTES,
    requestTimeout: REQUEST_MS,
    // Measured by the wall clock: one that is set back would make it a timer that rings at once.
    pluginTimeout: 0,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    http: { headersTimeout: REQUEST_MS, maxHeaderSize: MOST_HEADER_BYTES },
    frameworkErrors: (_error, _request, reply) => {
      reply.headers(ALWAYS);
      return sendError(reply, new KithError('API_REQUEST_INVALID'), log);
    },
  });
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(ALWAYS);
    requireTrusted(request, guard);
  });
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, log));
  app.setNotFoundHandler((_request, reply) => {
    return sendError(reply, new KithError('API_ROUTE_UNKNOWN'), log);
  });
  void app.register(
    (scope, _options, done) => {
      for (const add of [statusRoutes, deviceRoutes, folderRoutes, pauseRoutes, rescanRoutes]) {
        add({ app: scope, service });
      }
      eventRoutes({ app: scope, service }, streams);
      done();
    },
    { prefix: API_ROOT },
  );
  return { app, streams };
}

/** A wildcard is where one listens; the loopback of its family is where one asks. */
function reachable({ host }: HostPort, app: FastifyInstance): HostPort {
  const first = app.addresses().find((address) => typeof address === 'object');
  if (first === undefined)
    throw new KithError('BUG', { what: 'a listening server has no address' });
  const { port } = first;
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return { host: host === '::' ? '::1' : host, port };
}
