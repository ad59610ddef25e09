/** What compiling and voiding answer, as OpenAPI describes it: at once, or begun and going on by itself. */
import { petitionAnswer } from './answers.ts';
import { json } from './openapi-parts.ts';

export const compiled = {
  '201': json(petitionAnswer, 'Sealed.'),
  '202': json(petitionAnswer, 'Begun: names are being gathered, and `progress` tells how far it is.'),
};

export const voided = {
  '200': json(petitionAnswer, 'Voided.'),
  '202': json(petitionAnswer, 'Begun: its names are being let go.'),
};
