/** `GET events`: change notices as server-sent events. */

import type { EventStreams } from '../event-stream.ts';
import type { RouteGround } from './route.ts';

/** Adds the route. */
export function eventRoutes({ app }: RouteGround, streams: EventStreams): void {
  app.get('/events', (_request, reply) => {
    streams.requireRoom();
    reply.hijack();
    streams.serve(reply.raw);
  });
}
