/** `POST pause` and `POST resume`. The answer is the configuration as it then is. */

import { pauseSchema, resumeSchema } from '../../api/pause-requests.ts';
import { parseRequest, type RouteGround } from './route.ts';

/** Adds the routes. */
export function pauseRoutes({ app, service }: RouteGround): void {
  app.post('/pause', ({ body }) => service.pause(parseRequest(pauseSchema, body)));
  app.post('/resume', ({ body }) => service.resume(parseRequest(resumeSchema, body)));
}
