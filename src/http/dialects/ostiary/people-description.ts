import { z } from 'zod';
import { type DialectDescription, fileSchema, jsonBody, pictureBody } from '../../openapi/description.ts';
import * as told from './answer-schemas.ts';
import {
  mergeSchema,
  newPersonSchema,
  personChangeSchema,
  personsQuerySchema,
  referencesQuerySchema,
} from './people-wire.ts';
import { collectionChangeSchema, newCollectionSchema } from './wire.ts';

type Routes = DialectDescription['routes'];

const collections: Routes = {
  'GET /collections': {
    summary: 'List the collections that the caller reaches',
    answers: { 200: z.object({ collections: z.array(told.collection) }) },
  },
  'POST /collections': {
    summary: 'Make a collection',
    body: jsonBody(newCollectionSchema),
    answers: { 201: told.collection },
    refusals: ['collection-exists'],
  },
  'GET /collections/:collection': {
    summary: 'A collection, and how much it holds',
    answers: { 200: told.countedCollection },
    refusals: ['collection-unknown'],
  },
  'PATCH /collections/:collection': {
    summary: 'Give a collection another slug or name',
    body: jsonBody(collectionChangeSchema),
    answers: { 200: told.collection },
    refusals: ['collection-unknown', 'collection-exists'],
  },
  'DELETE /collections/:collection': {
    summary: 'Take a collection away with all its members, who stay in others',
    answers: { 200: told.collectionCounts },
    refusals: ['collection-unknown'],
  },
};

const persons: Routes = {
  'GET /collections/:collection/persons': {
    summary: 'List the people of a collection by pages',
    query: personsQuerySchema,
    answers: { 200: told.persons },
    refusals: ['collection-unknown'],
  },
  'POST /collections/:collection/persons': {
    summary: 'Add a person without a face',
    body: jsonBody(newPersonSchema),
    answers: { 201: told.person },
    refusals: ['collection-unknown', 'person-exists', 'key-illegal'],
  },
  'GET /collections/:collection/persons/:key': {
    summary: 'One person',
    answers: { 200: told.person },
    refusals: ['collection-unknown', 'person-unknown'],
  },
  'PATCH /collections/:collection/persons/:key': {
    summary: 'Give a person another key here, or another name, status or validity everywhere',
    body: jsonBody(personChangeSchema),
    answers: { 200: told.person },
    refusals: ['collection-unknown', 'person-unknown', 'person-exists', 'key-illegal'],
  },
  'POST /collections/:collection/persons/:key/merge': {
    summary: 'Give her references here to another person, and take her out',
    body: jsonBody(mergeSchema),
    answers: { 200: told.person },
    refusals: ['collection-unknown', 'person-unknown'],
  },
  'DELETE /collections/:collection/persons/:key': {
    summary: 'Take a person out of a collection with her references there',
    answers: { 200: z.object({ key: z.string() }) },
    refusals: ['collection-unknown', 'person-unknown'],
  },
};

const reference = { path: { id: z.uuid() } };
const references: Routes = {
  'POST /collections/:collection/persons/:key/references': {
    summary: 'Enrol the one face of a picture',
    body: pictureBody,
    answers: { 201: told.enrolled },
    refusals: ['collection-unknown', 'several-faces', 'key-illegal', 'face-duplicate', 'references-full'],
  },
  'GET /collections/:collection/references': {
    summary: 'List the enrolled faces of a collection, or of one person, by pages',
    query: referencesQuerySchema,
    answers: { 200: told.references },
    refusals: ['collection-unknown'],
  },
  'GET /collections/:collection/references/:id': {
    summary: 'One enrolled face',
    ...reference,
    answers: { 200: told.reference },
    refusals: ['collection-unknown', 'reference-unknown'],
  },
  'GET /collections/:collection/references/:id/picture': {
    summary: 'What is kept of the picture that was enrolled: the file, or a thumbnail',
    ...reference,
    answers: { 200: { 'image/jpeg': fileSchema, 'application/octet-stream': fileSchema } },
    refusals: ['collection-unknown', 'reference-unknown'],
  },
  'DELETE /collections/:collection/references/:id': {
    summary: 'Remove an enrolled face; a person leaves with her last one',
    ...reference,
    answers: { 200: told.reference },
    refusals: ['collection-unknown', 'reference-unknown'],
  },
};

/** Of collections, and of who and what is in them. */
export const peopleRoutes: Routes = { ...collections, ...persons, ...references };
