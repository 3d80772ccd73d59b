export interface Numbers {
  all: number;
  healthy: number;
  errored: number;
  crashed: number;
  abnormal: number;
  unhandled: number;
  /** 1 − crashed / all, not clamped; null if nothing was counted. */
  crashFreeRate: number | null;
}

/** The figures that Sentry derives from the metrics. */
export interface Metrics extends Numbers {
  /** Errored in the wide sense: with crashed, abnormal and unhandled sessions. */
  erroredAll: number;
  users: Numbers;
}
