// A worker of a pool, where a bundler makes none by itself.
import 'gatewise/many/worker';
