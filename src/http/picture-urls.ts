import type { PictureLinks, PicturePlace } from '../services/picture-links.ts';
import type { RequestContext } from './dialect.ts';

export type PictureUrlParts = {
  readonly pictureLinks: PictureLinks;
  /** Under which clients reach the main port. */
  readonly publicUrl?: string | undefined;
};

/** Where on the main port an API stands, and below that, where it shows what a link stands for. */
export type PictureRoute = { readonly prefix: string; readonly route: string };

/** Tells where pictures are shown: a path from where the request has found the API, if nothing is said of its address. */
export function pictureUrls(
  { pictureLinks, publicUrl }: PictureUrlParts,
  { prefix, route }: PictureRoute,
  { path }: Pick<RequestContext, 'path'>,
): (place: PicturePlace) => string {
  const here = path.startsWith(`${prefix}/`) ? prefix : '';
  const base = publicUrl === undefined ? here : `${publicUrl.replace(/\/$/, '')}${prefix}`;
  return (place) => `${base}${route}/${pictureLinks.write(place)}`;
}
