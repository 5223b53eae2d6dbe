import { z } from 'zod';
import type { ErrorCode } from '../../domain/errors.ts';

/** Bodies by media type, each in the form of the schema that checks or tells it. */
export type Bodies = Readonly<Record<string, z.ZodType>>;

/** What a document says of one route; its path and the right that it needs it has from the route itself. */
export type RouteDescription = {
  /** What it does, in a few words. */
  readonly summary: string;
  /** Of the path's parameters; any text for those that are not named. */
  readonly path?: Readonly<Record<string, z.ZodType>>;
  /** An object of parameters. */
  readonly query?: z.ZodType;
  /** Of the request; whichever of them the caller likes. */
  readonly body?: Bodies;
  /** Whether it may be left out; it may not when absent. */
  readonly bodyIsOptional?: boolean;
  /** What good answers look like; JSON where a schema stands alone. */
  readonly answers: Readonly<Record<number, z.ZodType | Bodies | 'empty'>>;
  /** Codes of the closed list beside those that the route's right, parameters and body bring with them. */
  readonly refusals?: readonly ErrorCode[];
  /** The credential stands in the path, or the route takes one and asks for none. */
  readonly shows?: 'in the path';
};

/** `POST /face`, as the route's path has it. */
export type RouteName = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

/** What a document says of a dialect. */
export type DialectDescription = {
  /** The API as people call it. */
  readonly title: string;
  /** Of the vendor's API. */
  readonly version: string;
  /** How a caller shows who she is, as a security scheme of OpenAPI. */
  readonly credential: Readonly<Record<string, string>>;
  /** The form of all refusals that have a body. */
  readonly refusal: z.ZodType;
  /** Where people find the page that shows the document; `/docs` when absent. */
  readonly pages?: readonly `/${string}`[];
  readonly routes: Readonly<Record<RouteName, RouteDescription>>;
};

/** The bytes of a file. */
export const fileSchema = z.custom<Uint8Array>().meta({ type: 'string', format: 'binary' });

/** A picture as base64, with or without the head of a data URL. */
export const base64Picture = z.string().meta({ contentEncoding: 'base64', contentMediaType: 'image/*' });

/** A picture alone, as the whole body. */
export const pictureBody: Bodies = { 'image/*': fileSchema };

/** Files in a multipart body. */
export function filesBody(...names: readonly string[]): Bodies {
  return { 'multipart/form-data': z.object(Object.fromEntries(names.map((name) => [name, fileSchema]))) };
}

/** A JSON body. */
export function jsonBody(schema: z.ZodType): Bodies {
  return { 'application/json': schema };
}
