/** Mean absolute and root mean square error in °C of `forecast(day)` over the days `[first, end)`. */
export function errors(actual, forecast, first, end) {
  let absolute = 0;
  let squared = 0;
  for (let day = first; day < end; day++) {
    const error = forecast(day) - actual[day];
    absolute += Math.abs(error);
    squared += error * error;
  }
  return { mae: absolute / (end - first), rmse: Math.sqrt(squared / (end - first)) };
}

const WIDTH = 40;

/** A table for the terminal: one row per forecaster, the errors side by side. */
export function scoreTable(scores) {
  const rows = Object.entries(scores).map(
    ([name, { mae, rmse }]) => `  ${name.padEnd(WIDTH)} ${mae.toFixed(3).padStart(8)} ${rmse.toFixed(3).padStart(8)}`,
  );
  return [`  ${'°C'.padEnd(WIDTH)} ${'MAE'.padStart(8)} ${'RMSE'.padStart(8)}`, ...rows].join('\n');
}
