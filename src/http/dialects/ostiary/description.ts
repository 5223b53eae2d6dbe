import { z } from 'zod';
import { type DialectDescription, filesBody, jsonBody, pictureBody } from '../../openapi/description.ts';
import * as told from './answer-schemas.ts';
import { auditQuerySchema } from './audit.ts';
import { historyQuerySchema, pruneSchema } from './history.ts';
import { jobsQuerySchema } from './jobs.ts';
import { leftQuerySchema, switchSchema } from './model-switch.ts';
import { peopleRoutes } from './people-description.ts';
import { verifySchema } from './verification.ts';
import {
  compareQuerySchema,
  compareVectorsSchema,
  detectQuerySchema,
  identifyInQuerySchema,
  identifyQuerySchema,
  newCompreFaceImportSchema,
  newEnrolmentsSchema,
  newErasureSchema,
  newExportSchema,
  newImportSchema,
  newKeysSchema,
  newUserSchema,
  passwordSchema,
  searchSchema,
} from './wire.ts';

type Routes = DialectDescription['routes'];

const credentials: Routes = {
  'POST /keys': {
    summary: 'Make what a client of an API shows',
    body: jsonBody(newKeysSchema),
    answers: { 201: told.newKeys },
    refusals: ['collection-unknown'],
  },
  'GET /keys': { summary: 'List all keys, without their secrets', answers: { 200: told.keys } },
  'DELETE /keys/:id': {
    summary: 'End a key for ever',
    path: { id: z.uuid() },
    answers: { 200: z.object({ revoked: z.boolean() }) },
  },
  'POST /users': {
    summary: 'Make a user who logs in to the Enface API',
    body: jsonBody(newUserSchema),
    answers: { 201: told.user },
    refusals: ['login-taken', 'collection-unknown'],
  },
  'GET /users': { summary: 'List all users', answers: { 200: z.object({ users: z.array(told.user) }) } },
  'PUT /users/:login/password': {
    summary: 'Give a user another password, which ends her sessions',
    body: jsonBody(passwordSchema),
    answers: { 200: z.object({ changed: z.boolean() }) },
  },
  'DELETE /users/:login': {
    summary: 'Remove a user with her sessions and tokens',
    answers: { 200: z.object({ removed: z.boolean() }) },
  },
};

const store: Routes = {
  'POST /erasures': {
    summary: 'Forget a person everywhere',
    body: jsonBody(newErasureSchema),
    answers: { 200: told.erasure },
    refusals: ['collection-unknown', 'person-unknown'],
  },
  'GET /erasures/:personId': {
    summary: 'How far an erasure is',
    path: { personId: z.uuid() },
    answers: { 200: told.erasure },
    refusals: ['person-unknown'],
  },
  'POST /gallery/verify': {
    summary: 'Check all records and what is made from them',
    body: jsonBody(verifySchema),
    answers: { 202: told.job },
  },
  'POST /gallery/scrub': {
    summary: 'Take the bytes of what was removed out of the files',
    answers: { 202: told.job },
  },
  'POST /models/switch': {
    summary: 'Give all stored faces templates of another embedding network',
    body: jsonBody(switchSchema),
    answers: { 202: told.job },
    refusals: ['model-missing'],
  },
  'GET /models/left': {
    summary: 'References that have no template of the network that serves',
    query: leftQuerySchema,
    answers: { 200: told.left },
  },
  'POST /backups': { summary: 'Make a backup', answers: { 202: told.job } },
  'POST /exports': {
    summary: 'Write collections as JSON lines and pictures',
    body: jsonBody(newExportSchema),
    answers: { 202: told.job },
    refusals: ['collection-unknown'],
  },
  'POST /imports': {
    summary: 'Add what such an export holds',
    body: jsonBody(newImportSchema),
    answers: { 202: told.job },
  },
  'POST /collections/:collection/enrolments': {
    summary: 'Enrol the pictures of many people that lie in a ZIP archive or a CSV list',
    body: jsonBody(newEnrolmentsSchema),
    answers: { 202: told.job },
    refusals: ['collection-unknown', 'too-large'],
  },
  'POST /imports/compreface': {
    summary: 'Move the subjects of a running CompreFace here',
    body: jsonBody(newCompreFaceImportSchema),
    answers: { 202: told.job },
    refusals: ['collection-unknown', 'url-refused', 'url-failed'],
  },
};

const recognition: Routes = {
  'POST /detect': {
    summary: 'The faces of a picture, and what is asked about them',
    query: detectQuerySchema,
    body: pictureBody,
    answers: { 200: told.detected },
  },
  'POST /compare': {
    summary: 'Whether two pictures show the same face',
    query: compareQuerySchema,
    body: filesBody('source', 'target'),
    answers: { 200: told.compared },
    refusals: ['several-faces', 'model-unmeasured'],
  },
  'POST /collections/:collection/identify': {
    summary: 'Who of a collection is in a picture',
    query: identifyQuerySchema,
    body: pictureBody,
    answers: { 200: told.identified },
    refusals: ['collection-unknown', 'model-unmeasured'],
  },
  'POST /identify': {
    summary: 'Who of several collections is in a picture',
    query: identifyInQuerySchema,
    body: pictureBody,
    answers: { 200: told.identified },
    refusals: ['collection-unknown', 'model-unmeasured'],
  },
  'POST /embed': {
    summary: 'The vectors of all faces of a picture',
    body: pictureBody,
    answers: { 200: told.embedded },
  },
  'POST /search': {
    summary: 'Whose faces these vectors are',
    body: jsonBody(searchSchema),
    answers: { 200: told.searched },
    refusals: ['collection-unknown', 'template-mismatch', 'model-unmeasured'],
  },
  'POST /compare/vectors': {
    summary: 'Which of these vectors match which of those',
    body: jsonBody(compareVectorsSchema),
    answers: { 200: told.comparedVectors },
    refusals: ['template-mismatch', 'model-unmeasured'],
  },
};

const records: Routes = {
  'GET /jobs': {
    summary: 'List work that takes long',
    query: jobsQuerySchema,
    answers: { 200: z.object({ jobs: z.array(told.job) }) },
  },
  'GET /jobs/:id': {
    summary: 'One piece of such work',
    path: { id: z.uuid() },
    answers: { 200: told.job },
    refusals: ['job-unknown'],
  },
  'POST /jobs/:id/cancel': {
    summary: 'Stop it',
    path: { id: z.uuid() },
    answers: { 200: told.job },
    refusals: ['job-unknown'],
  },
  'GET /audit': {
    summary: 'What is on record',
    query: auditQuerySchema,
    answers: { 200: told.auditEntries },
    refusals: ['collection-unknown'],
  },
  'GET /history': {
    summary: 'Who was recognised, and when',
    query: historyQuerySchema,
    answers: { 200: told.events },
  },
  'POST /history/prune': {
    summary: 'Take away what is kept no longer, or tell what would go',
    body: jsonBody(pruneSchema),
    answers: { 200: told.pruned, 202: told.job },
  },
  'GET /models': {
    summary: 'List the networks',
    answers: { 200: z.object({ models: z.array(told.model) }) },
  },
  'GET /health': { summary: 'How the service is', answers: { 200: told.health } },
};

export const description: DialectDescription = {
  title: 'Ostiary',
  version: '1',
  credential: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  refusal: told.refusal,
  routes: { ...credentials, ...peopleRoutes, ...store, ...recognition, ...records },
};
