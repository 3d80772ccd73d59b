/** Whether an HTTP status says that the request was taken. */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300;
