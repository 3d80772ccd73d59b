/** NestJS, whose errors end in an exception filter. */
import { attempt } from '../../src/platform/attempt';
import { report, trySetUp, type ErrorHandlerOptions } from './crash';

interface Host {
  getType?(): string;
  switchToHttp?(): { getRequest(): unknown };
}

interface Filter {
  catch(exception: any, host: any): any;
}

interface Nest {
  useGlobalFilters(...filters: any[]): unknown;
}

/**
 * Counts exceptions that no filter of the app's own caught as crashes; the filter then answers.
 * @example setupNestErrorHandler(app, new BaseExceptionFilter(app.getHttpAdapter()));
 */
export function setupNestErrorHandler(
  app: Nest,
  baseFilter: Filter,
  options?: ErrorHandlerOptions,
): void {
  trySetUp('setupNestErrorHandler', () => {
    if (typeof baseFilter.catch !== 'function') throw new TypeError('needs a BaseExceptionFilter');
    app.useGlobalFilters({
      catch(exception: unknown, host: Host): unknown {
        /* Of another kind of host it is the current request. */
        const request = attempt(() =>
          (host.getType?.() ?? 'http') === 'http' ? host.switchToHttp?.().getRequest() : undefined,
        );
        report(exception, request, options);
        return baseFilter.catch(exception, host) as unknown;
      },
    });
  });
}
