/** `POST rescan`: answers when the scan is done. */

import { rescanSchema } from '../../api/requests.ts';
import { parseRequest, type RouteGround } from './route.ts';

/** Adds the route. */
export function rescanRoutes({ app, service }: RouteGround): void {
  app.post('/rescan', async ({ body }) => {
    await service.rescan(parseRequest(rescanSchema, body));
    return {};
  });
}
