/** What came to Node in a release of several lines at a time. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/** Whether this Node has what came with version 22.`in22`, with 24.`in24`, and with all majors after these. */
export const isFrom = (in22: number, in24: number): boolean =>
  major > 24 || (major === 24 && minor >= in24) || (major === 22 && minor >= in22);
