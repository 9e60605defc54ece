// All functions: what they take and what they give.

import type { FunctionSignature, ValueType } from './ast.ts';

/** Functions by name. */
export const FUNCTIONS: ReadonlyMap<string, FunctionSignature> = signatures();

function signatures(): Map<string, FunctionSignature> {
  const table = new Map<string, FunctionSignature>();
  const define = (names: string, argTypes: ValueType[], returns: ValueType, variadic = 0) => {
    for (const word of names.split(' ')) {
      // A trailing `!` marks what Prometheus keeps behind promql-experimental-functions.
      const experimental = word.endsWith('!');
      const name = experimental ? word.slice(0, -1) : word;
      table.set(name, { name, argTypes, variadic, returns, experimental });
    }
  };

  // One instant vector in, one out.
  define('abs absent ceil floor exp ln log2 log10 sqrt sgn deg rad', ['vector'], 'vector');
  define('sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh', ['vector'], 'vector');
  define('sort sort_desc timestamp start_timestamp!', ['vector'], 'vector');
  define('histogram_count histogram_sum histogram_avg', ['vector'], 'vector');
  define('histogram_stddev histogram_stdvar', ['vector'], 'vector');
  define(
    'minute hour day_of_week day_of_month day_of_year days_in_month month year',
    ['vector'],
    'vector',
    1,
  );

  define('round', ['vector', 'scalar'], 'vector', 1);
  define('clamp', ['vector', 'scalar', 'scalar'], 'vector');
  define('clamp_min clamp_max', ['vector', 'scalar'], 'vector');
  define('histogram_quantile', ['scalar', 'vector'], 'vector');
  define('histogram_quantiles!', ['vector', 'string', 'scalar', 'scalar'], 'vector', 9);
  define('histogram_fraction', ['scalar', 'scalar', 'vector'], 'vector');
  define('label_replace', ['vector', 'string', 'string', 'string', 'string'], 'vector');
  define('label_join', ['vector', 'string', 'string', 'string'], 'vector', -1);
  define('sort_by_label! sort_by_label_desc!', ['vector', 'string'], 'vector', -1);
  define('info!', ['vector', 'vector'], 'vector', 1);

  // One range vector in, an instant vector out.
  define('rate increase delta irate idelta deriv changes resets', ['matrix'], 'vector');
  define('avg_over_time min_over_time max_over_time sum_over_time', ['matrix'], 'vector');
  define('count_over_time first_over_time last_over_time present_over_time', ['matrix'], 'vector');
  define('absent_over_time stddev_over_time stdvar_over_time mad_over_time!', ['matrix'], 'vector');
  define('ts_of_min_over_time! ts_of_max_over_time!', ['matrix'], 'vector');
  define('ts_of_first_over_time! ts_of_last_over_time!', ['matrix'], 'vector');
  define('quantile_over_time', ['scalar', 'matrix'], 'vector');
  define('predict_linear', ['matrix', 'scalar'], 'vector');
  define('double_exponential_smoothing!', ['matrix', 'scalar', 'scalar'], 'vector');

  // Scalars.
  define('pi time start! end! step! range!', [], 'scalar');
  define('min_of! max_of!', ['scalar', 'scalar'], 'scalar');
  define('scalar', ['vector'], 'scalar');
  define('vector', ['scalar'], 'vector');
  return table;
}
