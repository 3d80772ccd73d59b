/** Something that makes a Relay refuse the whole request. */
export class Reject extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
