/** `GET`, `POST` and `DELETE devices`. Every answer is the configuration as it then is. */

import { z } from 'zod';
import { addDeviceSchema } from '../../api/requests.ts';
import { parseRequest, type RouteGround } from './route.ts';

const named = z.strictObject({ device: z.string() });

/** Adds the routes. */
export function deviceRoutes({ app, service }: RouteGround): void {
  app.get('/devices', () => service.configuration());
  app.post('/devices', ({ body }) => service.addDevice(parseRequest(addDeviceSchema, body)));
  app.delete('/devices/:device', ({ params }) => {
    return service.removeDevice(parseRequest(named, params).device);
  });
}
