import { AppError } from '../../../domain/errors.ts';
import type { Uuid } from '../../../domain/gallery.ts';
import type { Access } from '../../../services/access.ts';
import type { People } from '../../../services/people.ts';
import type { Recognition } from '../../../services/recognition.ts';
import type { BodyLimits } from '../../body/limits.ts';
import { callerOf, type RequestContext, type RouteContext } from '../../dialect.ts';
import { refusals } from './errors.ts';

/** What the dialect stands on. */
export type CompreFaceDeps = {
  readonly recognition: Recognition;
  readonly people: People;
  readonly access: Access;
  readonly bodyLimits: BodyLimits;
};

/** The collection that the caller's key reaches; a CompreFace key has one. */
export function collectionOf(ctx: RequestContext): Uuid {
  const { reach } = callerOf(ctx);
  const collectionId = reach === 'all' ? undefined : reach[0];
  if (collectionId === undefined) throw new AppError('collection-unknown', 'The key reaches no collection');
  return collectionId;
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The UUID in lower case, or undefined when it is none. */
export function asUuid(text: string): Uuid | undefined {
  return uuidForm.test(text) ? text.toLowerCase() : undefined;
}

/** The path's image id, which errors may name. */
export function imageIdOf(ctx: RouteContext): Uuid {
  const id = asUuid(ctx.params.image_id ?? '');
  if (id === undefined) throw refusals.unreadable();
  ctx.state.about.image = id;
  return id;
}
