/** `GET status`. */

import type { RouteGround } from './route.ts';

/** Adds the route. */
export function statusRoutes({ app, service }: RouteGround): void {
  app.get('/status', () => service.status());
}
