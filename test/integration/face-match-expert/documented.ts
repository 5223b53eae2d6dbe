import type { DocumentedEndpoint } from '../../fixtures/documented.ts';

/** The endpoints that the vendor's documentation has, with its line, written from it; and the test that shows each. */
export const documented: readonly DocumentedEndpoint[] = [
  {
    endpoint: 'POST /v1/collection/{collectionId}/add',
    line: 22,
    fields: ['id', 'image'],
    answer: [],
    test: 'adds images to a collection (22–32)',
  },
  {
    endpoint: 'POST /v1/detect',
    line: 34,
    fields: ['image'],
    answer: ['faceData', 'faceImage', 'leftEye', 'rightEye', 'mouthLeft', 'mouthRight', 'nose'],
    test: 'tells of each face its data, image and five points (34–47)',
  },
  {
    endpoint: 'POST /v1/collection/{collectionId}/search/face-data',
    line: 49,
    fields: ['faceData'],
    answer: ['id', 'similarity', 'leftEye', 'rightEye', 'mouthLeft', 'mouthRight', 'nose'],
    test: 'finds by face data the image of the same face (49–64)',
  },
  {
    endpoint: 'POST /v1/collection/{collectionId}/search/image',
    line: 66,
    fields: ['image'],
    answer: ['id', 'similarity', 'leftEye', 'rightEye', 'mouthLeft', 'mouthRight', 'nose'],
    test: 'finds by another picture the image of the same face (66–81)',
  },
  {
    endpoint: 'POST /v1/compare/face-data',
    line: 83,
    fields: ['faceData1', 'faceData2'],
    answer: ['similarity'],
    test: 'compares two face data (83–91)',
  },
  {
    endpoint: 'POST /v1/compare/image',
    line: 93,
    fields: ['image1', 'image2'],
    answer: ['similarity'],
    test: 'compares two images (93–101)',
  },
  {
    endpoint: 'DELETE /v1/collection/{collectionId}/delete',
    line: 103,
    fields: ['id'],
    answer: [],
    test: 'deletes an image of a collection (103–111)',
  },
];
