import { type DialectRouter, type Route, type RouteContext, WireRefusal } from '../../dialect.ts';
import { errors } from './errors.ts';

const versions = ['v0', 'v1'];

/** What each route does, by its method and path. */
const descriptions: Readonly<Record<string, string>> = {
  'POST /detect': 'Finds the faces of a photo. photo; age, emotions, gender.',
  'POST /verify': 'Compares the faces of two photos. photo1, photo2; bbox1, bbox2, threshold, mf_selector.',
  'POST /identify':
    'Looks for the faces of a photo. photo; x1, y1, x2, y2 or bbox, threshold, n, strict, mf_selector, galleries, cam_id.',
  'POST /face{s}/gallery/:gallery/identify': 'Looks for the faces of a photo in one gallery.',
  'POST /face{s}':
    'Adds the faces of a photo. photo; meta, bbox, mf_selector, galleries, cam_id, age, emotions, gender.',
  'POST /face{s}/gallery/:gallery': 'Adds the faces of a photo to a gallery.',
  'GET /face/id/:id': 'Tells a face.',
  'GET /faces/id/:id': 'Tells a face, in a list.',
  'PUT /face{s}/id/:id': 'Changes a face. meta, person_id, galleries {add, del, set}.',
  'DELETE /face{s}/id/:id': 'Deletes a face.',
  'GET /faces': 'Lists all faces. limit, max_id.',
  'GET /face{s}/gallery/:gallery': 'Lists the faces of a gallery. limit, max_id.',
  'GET /face{s}/meta/:meta': 'Lists the faces with a meta.',
  'GET /face{s}/gallery/:gallery/meta/:meta': 'Lists the faces of a gallery with a meta.',
  'GET /meta': 'Lists all metas.',
  'GET /meta/gallery/:gallery': 'Lists the metas of a gallery.',
  'GET /galleries': 'Lists the galleries.',
  'POST /galleries': 'Makes a gallery. name.',
  'POST /galleries/:gallery': 'Makes a gallery.',
  'DELETE /galleries/:gallery': 'Deletes a gallery with its faces.',
  'GET /persons': 'Lists the persons.',
  'GET /person{s}/id/:id': 'Tells a person.',
  'GET /person{s}/history/id/:id': 'Lists where a person was seen. cam_ids, start, end.',
  'GET /history/search': 'As POST, for links to pages.',
  'POST /history/search': 'Searches what cameras saw. person_id, cam_ids, start, end, friend, limit, max_id.',
  'POST /camera': 'Makes a camera. meta, enabled, url, detector, rot, roi.',
  'GET /camera': 'Lists the cameras.',
  'GET /camera/:id': 'Tells a camera.',
  'PUT /camera/:id': 'Changes a camera.',
  'DELETE /camera/:id': 'Deletes a camera.',
};

/** The versions, and what there is in each; open to all. `routes` are those of the API. */
export function addDocumentationRoutes(router: DialectRouter, routes: readonly Route[]): void {
  router.get('/docs', 'nothing', (ctx) => {
    ctx.body = { results: versions };
  });
  router.get('/docs/:version', 'nothing', (ctx: RouteContext) => {
    const { version = '' } = ctx.params;
    if (!versions.includes(version)) throw new WireRefusal('version-unknown', errors.routeUnknown());
    const methods = routes.flatMap((route) => describe(route, version));
    ctx.body = { version, methods };
  });
}

function describe({ methods, path }: Route, version: string) {
  const bare = path.replace('{/v0}{/v1}', '');
  return methods.map((method) => {
    const verb = method.toUpperCase();
    const description = descriptions[`${verb} ${bare}`];
    return { method: verb, path: `/${version}${bare}`, description };
  });
}
