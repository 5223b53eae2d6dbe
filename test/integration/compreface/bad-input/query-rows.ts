import type { Material } from './material.ts';
import type { Row } from './row.ts';

const nothing = { status: 400 };
const noFace = { status: 400, code: 28, message: 'No face is found in the given image' };
const limitRange = 'Limit should be equal or greater than 0; ';
const countRange = 'prediction_count should be equal or greater than 1; ';
const similarityRange = 'similarity_threshold should be between 0 and 1; ';

/** Parameters and subjects. */
export function queryRows({ face, imageId, embedding }: Material): Row[] {
  const files = [{ bytes: face }];
  const recognise = (bad: string, good: string, told: Row['told']): Row => ({
    what: `recognize?${bad}`,
    bad: { path: `/recognition/recognize?${bad}`, files },
    told,
    good: { path: `/recognition/recognize?${good}`, files },
  });
  const listFaces = (bad: string, good: string, told: Row['told']): Row => ({
    what: `GET faces?${bad}`,
    bad: { method: 'GET', path: `/recognition/faces?${bad}` },
    told,
    good: { method: 'GET', path: `/recognition/faces?${good}` },
  });

  return [
    recognise('limit=-1', 'limit=0', { status: 400, code: 26, message: limitRange }),
    recognise('limit=abc', 'limit=1', nothing),
    recognise('limit=1.5', 'limit=1', nothing),
    recognise('limit=NaN', 'limit=2', nothing),
    recognise('limit=1e3', 'limit=1000', nothing),
    recognise('limit=99999999999', 'limit=999999999', nothing),
    recognise('limit=2147483648', 'limit=2147483647', nothing),
    recognise('prediction_count=0', 'prediction_count=1', { status: 400, code: 26, message: countRange }),
    recognise('prediction_count=-7', 'prediction_count=7', { status: 400, code: 26, message: countRange }),
    recognise('prediction_count=Infinity', 'prediction_count=100', nothing),
    recognise('limit=-1&prediction_count=0', 'limit=1&prediction_count=1', {
      status: 400,
      code: 26,
      message: `${limitRange}${countRange}`,
    }),
    recognise('det_prob_threshold=1.01', 'det_prob_threshold=0.1', noFace),
    recognise('det_prob_threshold=-0.1', 'det_prob_threshold=.1', noFace),
    recognise('det_prob_threshold=NaN', 'det_prob_threshold=0.2', noFace),
    recognise('det_prob_threshold=-Infinity', 'det_prob_threshold=1e-1', noFace),
    recognise('det_prob_threshold=high', 'det_prob_threshold=0.10', nothing),
    recognise('status=maybe', 'status=true', nothing),
    recognise('detect_faces=perhaps', 'detect_faces=true', nothing),
    recognise('similarity_threshold=2', 'similarity_threshold=0.2', {
      status: 400,
      code: 26,
      message: similarityRange,
    }),
    recognise('similarity_threshold=NaN', 'similarity_threshold=0', nothing),
    recognise('distinct_subjects=2', 'distinct_subjects=1', nothing),
    listFaces('page=abc', 'page=0', nothing),
    listFaces('page=0x1', 'page=1', nothing),
    listFaces('size=1e3', 'size=10', nothing),
    {
      what: 'verify?limit=-1',
      bad: { path: `/recognition/faces/${imageId}/verify?limit=-1`, files },
      told: { status: 400, code: 26, message: limitRange },
      good: { path: `/recognition/faces/${imageId}/verify?limit=1`, files },
    },
    {
      what: 'embeddings/recognize?prediction_count=0',
      bad: {
        path: '/recognition/embeddings/recognize?prediction_count=0',
        json: { embeddings: [embedding] },
      },
      told: { status: 400, code: 26, message: countRange },
      good: {
        path: '/recognition/embeddings/recognize?prediction_count=2',
        json: { embeddings: [embedding] },
      },
    },
    ...subjectRows(files),
  ];
}

const illegal = {
  status: 400,
  code: 36,
  message: "The name cannot contain the following special characters: ';', '/', '\\'",
};
const empty = { status: 400, code: 26, message: 'Subject name is empty' };

function subjectRows(files: { bytes: Uint8Array }[]): Row[] {
  let made = 0;
  /** A new name each time, for a twin that succeeds changes the collection. */
  const fresh = () => `twin ${++made}`;
  const enrol = (query: string, told: Row['told']): Row => ({
    what: `POST faces${query}`,
    bad: { path: `/recognition/faces${query}`, files },
    told,
    good: { path: `/recognition/faces?subject=${fresh()}`, files },
    goodStatus: 201,
  });
  const add = (what: string, json: unknown, told: Row['told']): Row => ({
    what: `POST subjects with ${what}`,
    bad: { path: '/recognition/subjects', json },
    told,
    good: { path: '/recognition/subjects', json: { subject: fresh() } },
    goodStatus: 201,
  });
  const subject = 'Required parameter subject is missing';
  return [
    enrol('', { status: 400, code: 33, message: subject }),
    enrol('?Subject=Ann', { status: 400, code: 33, message: subject }),
    enrol('?subject=', empty),
    enrol('?subject=%20%20', empty),
    enrol(`?subject=${'x'.repeat(51)}`, {
      status: 400,
      code: 26,
      message: 'Subject name size must be between 1 and 50',
    }),
    enrol('?subject=a%3Bb', illegal),
    enrol('?subject=..%2Fb', illegal),
    enrol('?subject=a%5Cb', illegal),
    enrol('?subject=Ann&det_prob_threshold=2', noFace),
    add(
      'a name that is there',
      { subject: 'known' },
      { status: 400, code: 43, message: 'Subject already exists' },
    ),
    add('no name', {}, empty),
    add('null', { subject: null }, empty),
    add('a number', { subject: 7 }, nothing),
    add('an object', { subject: { $ne: '' } }, nothing),
    add('an array for a body', ['Ann'], nothing),
    add('a slash', { subject: 'a/b' }, illegal),
    {
      what: 'the new name of nobody',
      bad: { method: 'PUT', path: '/recognition/subjects/Nobody', json: { subject: 'Somebody' } },
      told: { status: 404, code: 42, message: 'Subject Nobody not found' },
      good: { method: 'PUT', path: '/recognition/subjects/Known', json: { subject: 'Known' } },
    },
    {
      what: 'a new name with a semicolon',
      bad: { method: 'PUT', path: '/recognition/subjects/Known', json: { subject: 'Known;' } },
      told: illegal,
      good: { method: 'PUT', path: '/recognition/subjects/Known', json: { subject: 'Known' } },
    },
    {
      what: 'the delete of examples with an empty name',
      bad: { method: 'DELETE', path: '/recognition/faces?subject=' },
      told: empty,
      good: { method: 'DELETE', path: '/recognition/faces?subject=Nobody' },
    },
  ];
}
