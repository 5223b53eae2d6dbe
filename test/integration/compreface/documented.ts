import type { DocumentedEndpoint } from '../../fixtures/documented.ts';

const picture = ['limit', 'det_prob_threshold', 'face_plugins', 'status'];
const face = [
  ...['age', 'gender', 'pose', 'mask', 'embedding', 'box', 'probability', 'x_max', 'y_max', 'x_min', 'y_min'],
  ...['landmarks', 'execution_time', 'plugins_versions'],
];
const ours = {
  mask: 'left out: no network for masks comes with the install, as with a CompreFace without it',
};

/** The endpoints that CompreFace's documentation has, with its line, written from it; and the test that shows each. */
export const documented: readonly DocumentedEndpoint[] = [
  {
    endpoint: 'POST /api/v1/recognition/subjects',
    line: 12,
    fields: ['x-api-key', 'subject'],
    answer: ['subject'],
    test: 'answers 201 with the subject (12–29)',
  },
  {
    endpoint: 'PUT /api/v1/recognition/subjects/{subject}',
    line: 30,
    fields: ['x-api-key', 'subject'],
    answer: ['updated'],
    test: 'renames (30–47; server: a boolean)',
  },
  {
    endpoint: 'DELETE /api/v1/recognition/subjects/{subject}',
    line: 48,
    fields: ['x-api-key', 'subject'],
    answer: ['subject'],
    test: 'deletes the subject and its faces, and tells its name (48–65)',
  },
  {
    endpoint: 'DELETE /api/v1/recognition/subjects',
    line: 66,
    fields: ['x-api-key'],
    answer: ['deleted'],
    test: 'deletes all and counts them (66–80)',
  },
  {
    endpoint: 'GET /api/v1/recognition/subjects/',
    line: 80,
    fields: ['x-api-key'],
    answer: ['subjects'],
    test: 'lists the names, with and without a slash at the end (80–99)',
  },
  {
    endpoint: 'POST /api/v1/recognition/faces',
    line: 105,
    fields: ['x-api-key', 'subject', 'det_prob_threshold', 'file'],
    answer: ['image_id', 'subject'],
    test: 'answers 201 with the image id and the subject, from a file (105–125)',
  },
  {
    endpoint: 'GET /api/v1/recognition/faces',
    line: 126,
    fields: ['x-api-key', 'page', 'size', 'subject'],
    answer: ['faces', 'image_id', 'subject', 'page_number', 'page_size', 'total_pages', 'total_elements'],
    test: 'lists the examples by pages (126–156)',
  },
  {
    endpoint: 'DELETE /api/v1/recognition/faces',
    line: 157,
    fields: ['x-api-key', 'subject'],
    answer: ['deleted'],
    test: 'deletes the examples of a subject, who goes with the last one (157–170)',
  },
  {
    endpoint: 'DELETE /api/v1/recognition/faces/{image_id}',
    line: 171,
    fields: ['x-api-key', 'image_id'],
    answer: ['image_id', 'subject'],
    test: 'deletes one and tells which (171–186)',
  },
  {
    endpoint: 'POST /api/v1/recognition/faces/delete',
    line: 187,
    fields: ['x-api-key', 'image_id'],
    answer: ['image_id', 'subject'],
    test: 'deletes several, passes over unknown ones, and answers an array (187–206; server)',
  },
  {
    endpoint: 'GET /api/v1/static/{service_api_key}/images/{image_id}',
    line: 208,
    fields: ['image_id'],
    answer: [],
    test: 'comes as it was enrolled, by key in the header (215–223) and in the path (208–214)',
  },
  {
    endpoint: 'GET /api/v1/recognition/faces/{image_id}/img',
    line: 215,
    fields: ['x-api-key', 'image_id'],
    answer: [],
    test: 'comes as it was enrolled, by key in the header (215–223) and in the path (208–214)',
  },
  {
    endpoint: 'POST /api/v1/recognition/recognize',
    line: 224,
    fields: ['x-api-key', 'file', 'prediction_count', ...picture],
    answer: ['result', ...face, 'subjects', 'similarity', 'subject'],
    test: 'names the person of a portrait, with box and similarity only (224–302)',
    ours,
  },
  {
    endpoint: 'POST /api/v1/recognition/faces/{image_id}/verify',
    line: 300,
    fields: ['x-api-key', 'image_id', 'file', ...picture],
    answer: ['result', ...face, 'similarity'],
    test: 'compares the faces of a picture with the example (300–372; server: with its subject)',
    ours,
  },
  {
    endpoint: 'POST /api/v1/detection/detect',
    line: 373,
    fields: ['x-api-key', 'file', ...picture],
    answer: ['result', ...face],
    test: 'gives the box of every face, largest first, and nothing else (373–440)',
    ours,
  },
  {
    endpoint: 'POST /api/v1/verification/verify',
    line: 441,
    fields: ['x-api-key', 'source_image', 'target_image', ...picture],
    answer: ['result', 'source_image_face', 'face_matches', ...face, 'similarity'],
    test: 'compares the source’s face with every face of the target (441–548)',
    ours,
  },
  {
    endpoint: 'POST /api/v1/recognition/embeddings/recognize',
    line: 589,
    fields: ['x-api-key', 'embeddings', 'prediction_count'],
    answer: ['result', 'embedding', 'similarities', 'subject', 'similarity'],
    test: 'names who each embedding is most similar to (589–622)',
  },
  {
    endpoint: 'POST /api/v1/recognition/embeddings/faces/{image_id}/verify',
    line: 623,
    fields: ['x-api-key', 'embeddings', 'image_id'],
    answer: ['result', 'embedding', 'similarity'],
    test: 'compares embeddings with an example, best first (623–648; server)',
  },
  {
    endpoint: 'POST /api/v1/verification/embeddings/verify',
    line: 649,
    fields: ['x-api-key', 'source', 'targets'],
    answer: ['result', 'embedding', 'similarity'],
    test: 'compares targets with a source, best first (649–674; server)',
  },
];
