/** Every job, in the order of the journey. A job carries ids and is only a reminder: the row holds the truth. */
export interface Jobs {
  /** Due letters of one target may leave now. */
  'send-letters': { letterIds: readonly string[] };
  /** A returned mail was stored and waits to be read. */
  'read-report': { returnedMailId: string };
  /** Something was heard that may change how a target is reached. */
  'review-channel': { target: string };
  /** A petition was sealed and waits for its files. */
  'make-petition-files': { petitionId: string };
}

export type JobName = keyof Jobs;
