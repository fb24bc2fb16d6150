/** `GET`, `POST` and `DELETE folders`, sharing one, its kind and what is decided in it. Most answer with the configuration as it then is. */

import { z } from 'zod';
import { decisionSchema, folderKindRequestSchema } from '../../api/kind-requests.ts';
import { addFolderSchema, shareFolderSchema } from '../../api/requests.ts';
import { parseRequest, type RouteGround } from './route.ts';

const named = z.strictObject({ folder: z.string() });

/** Adds the routes. */
export function folderRoutes({ app, service }: RouteGround): void {
  app.get('/folders', () => service.configuration());
  app.post('/folders', ({ body }) => service.addFolder(parseRequest(addFolderSchema, body)));
  app.delete('/folders/:folder', ({ params }) => {
    return service.removeFolder(parseRequest(named, params).folder);
  });
  app.post('/folders/:folder/share', ({ params, body }) => {
    const { folder } = parseRequest(named, params);
    return service.shareFolder(folder, parseRequest(shareFolderSchema, body));
  });
  app.post('/folders/:folder/kind', ({ params, body }) => {
    const { folder } = parseRequest(named, params);
    return service.setFolderKind(folder, parseRequest(folderKindRequestSchema, body));
  });
  for (const decision of decisionSchema.options) {
    app.post(`/folders/:folder/${decision}`, ({ params }) => {
      return service.decide(parseRequest(named, params).folder, decision);
    });
  }
}
