/**
 * How the messages begin with which React says that it recovered by rendering once more: from markup of
 * a server that does not match, from an error on the server, or from one in concurrent rendering.
 */
const RECOVERED =
  /^(Uncaught )?(Error: )?(Minified React error #(41[89]|42[1-5]|520);|Hydration failed|Text content does not match server|The server could not finish|There was an error (while hydrating|during concurrent))/;

/** Whether a message tells of an error from which React recovered. */
export const isRecovered = (message: string): boolean => RECOVERED.test(message);
