import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { LockstepError } from '../../core/model/error';
import { memberOf } from '../../core/model/member-of';

/** Where browsers find the page. */
export const PLAYGROUND_PATH = '/playground/';

/** The package that the page comes from. It is optional: nobody needs it to run a server. */
const PACKAGE: string = 'altair-static';

/** The page loads and asks nothing but this server, whatever somebody makes it show. */
const POLICY = [
  "default-src 'self' data: blob:",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.html', 'text/html; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.ico', 'image/x-icon'],
  ['.json', 'application/json'],
  ['.woff2', 'font/woff2'],
  ['.woff', 'font/woff'],
  ['.ttf', 'font/ttf'],
]);

/** A page for trying requests out, in development. All of it comes from this server. */
export class Playground {
  private constructor(
    private readonly page: string,
    private readonly folder: string,
  ) {}

  /** @throws LockstepError INVALID_INPUT if the optional package isn't installed */
  static async load(graphqlPath: string): Promise<Playground> {
    const { renderAltair, getDistDirectory } = await importPackage();
    const page = renderAltair({
      baseURL: PLAYGROUND_PATH,
      endpointURL: graphqlPath,
      subscriptionsEndpoint: graphqlPath,
      subscriptionsProtocol: 'graphql-ws',
    });
    return new Playground(String(page), String(getDistDirectory()));
  }

  /** Whether a path belongs to the page. */
  owns(path: string): boolean {
    return path.startsWith(PLAYGROUND_PATH) || `${path}/` === PLAYGROUND_PATH;
  }

  /** Answer with the page, or one of its files. */
  async answer(path: string, response: ServerResponse): Promise<void> {
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('x-content-type-options', 'nosniff');
    if (`${path}/` === PLAYGROUND_PATH) {
      response.writeHead(308, { location: PLAYGROUND_PATH }).end();
    } else if (path === PLAYGROUND_PATH) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(this.page);
    } else {
      await this.#answerFile(path.slice(PLAYGROUND_PATH.length), response);
    }
  }

  async #answerFile(name: string, response: ServerResponse): Promise<void> {
    const type = TYPES.get(extname(name));
    const content = type === undefined || !isInside(name) ? null : await readOrNull(join(this.folder, name));
    if (content === null) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type }).end(content);
  }
}

/** Whether a name stays within the folder that it is looked for in. */
function isInside(name: string): boolean {
  return /^[\w./-]+$/u.test(name) && normalize(name) === name && !name.startsWith('..') && !name.startsWith('/');
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch {
    // There is no such file, or it is a folder: the browser asks for nothing that the page doesn't name.
    return null;
  }
}

/** A function of the package. */
type Exported = (options?: object) => unknown;

async function importPackage(): Promise<Readonly<Record<'renderAltair' | 'getDistDirectory', Exported>>> {
  try {
    const found: unknown = await import(PACKAGE);
    return { renderAltair: functionOf(found, 'renderAltair'), getDistDirectory: functionOf(found, 'getDistDirectory') };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new LockstepError(
      'INVALID_INPUT',
      `the playground needs the package ${PACKAGE}, which can't be loaded; install it with npm install ${PACKAGE}: ${reason}`,
      { field: 'playground' },
    );
  }
}

function functionOf(module: unknown, name: string): Exported {
  const value = memberOf(module, name);
  if (typeof value !== 'function') throw new Error(`it has no function ${name}`);
  return (...given): unknown => Reflect.apply(value, undefined, given);
}
