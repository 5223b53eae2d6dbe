import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The exports of native/<name>, found through the `imports` of package.json; says what to do where it cannot be loaded. */
export function loadAddon<Native>(name: string): Native {
  try {
    return require(`#native/${name}`) as Native;
  } catch (cause) {
    const found = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new Error(
      `The addon native/${name}/build/${name}.node cannot be loaded: ${found}. Required is a build for ` +
        `${process.platform}-${process.arch} and Node ${process.version}; make it with "npm start" or "make -C native".`,
      { cause },
    );
  }
}
